#include "proxy/http/chunked.h"

#include "proxy/http/characters.h"

#include <algorithm>
#include <cassert>

namespace proxy::http {

static_assert(maxChunkLineSize <= UINT16_MAX && maxTrailerSize <= UINT16_MAX &&
              maxTrailerFields <= UINT8_MAX);

ChunkedScanner::Result ChunkedScanner::scan(std::string_view input) noexcept {
    std::size_t at = 0;
    while (at != input.size() && state_ != State::complete && state_ != State::rejected) {
        if (state_ == State::data) {
            const auto taken =
                static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - at));
            skip(taken);
            at += taken;
            continue;
        }
        reason_ = take(input[at]);
        if (reason_ == Reject::none)
            ++at;
        else
            state_ = State::rejected;
    }
    if (state_ == State::complete) return {Outcome::complete, at};
    if (state_ == State::rejected) return {Outcome::rejected, at, reason_};
    return {Outcome::needMore, at};
}

std::uint64_t ChunkedScanner::dataRemaining() const noexcept {
    return state_ == State::data ? remaining_ : 0;
}

void ChunkedScanner::skip(std::uint64_t octets) noexcept {
    assert(octets <= dataRemaining());
    if (state_ != State::data) return;
    remaining_ -= octets;
    if (remaining_ == 0) state_ = State::dataCr;
}

// chunked-body = *chunk last-chunk trailer-section CRLF
// chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
// last-chunk   = 1*("0") [ chunk-ext ] CRLF
Reject ChunkedScanner::take(char c) noexcept {
    switch (state_) {
    case State::sizeStart:
    case State::size:
        return takeSize(c);
    case State::extension:
        return takeExtension(c);
    case State::sizeLf:
        return takeSizeLf(c);
    case State::dataCr:
        if (c != '\r') return Reject::chunkDataEnd;
        state_ = State::dataLf;
        return Reject::none;
    case State::dataLf:
        return takeLf(c, State::sizeStart, Reject::chunkDataEnd);
    default:
        return takeTrailer(c);
    }
}

Reject ChunkedScanner::takeLf(char c, State next, Reject otherwise) noexcept {
    if (c != '\n') return otherwise;
    state_ = next;
    return Reject::none;
}

// chunk-size = 1*HEXDIG. Readers have wrapped around at 32 and at 64 bits, and taken
// "0x", signs and blanks for digits.
Reject ChunkedScanner::takeSize(char c) noexcept {
    constexpr std::uint64_t mostBeforeShift = INT64_MAX >> 4U;
    constexpr std::uint8_t mostDigits = 16;
    if (isA(CharClass::hexDigit, c)) {
        if (state_ == State::sizeStart) remaining_ = digits_ = 0;
        if (digits_ == mostDigits || remaining_ > mostBeforeShift) return Reject::chunkSizeOverflow;
        remaining_ = remaining_ << 4U | hexValue(c);
        lineSize_ = ++digits_;
        state_ = State::size;
        return Reject::none;
    }
    if (c == '\n') return Reject::chunkLineBareLf;
    if (state_ == State::sizeStart)
        return c == '\r' || c == ';' ? Reject::chunkSizeMissing : Reject::chunkSizeInvalid;
    if (c != '\r' && c != ';') return Reject::chunkSizeInvalid;
    return takeExtension(c);
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ). They mean nothing to us or the
// daemon: what matters is that no reader can find a line's end in one, and that they are bounded.
Reject ChunkedScanner::takeExtension(char c) noexcept {
    if (c == '\r') {
        state_ = State::sizeLf;
        return Reject::none;
    }
    if (c == '\n') return Reject::chunkLineBareLf;
    if (!isA(CharClass::value, c)) return Reject::chunkExtensionControl;
    if (lineSize_ == maxChunkLineSize) return Reject::chunkExtensionSize;
    ++lineSize_;
    state_ = State::extension;
    return Reject::none;
}

Reject ChunkedScanner::takeSizeLf(char c) noexcept {
    return takeLf(c, remaining_ == 0 ? State::trailerStart : State::data, Reject::chunkLineBareCr);
}

// trailer-section = *( field-line CRLF )
Reject ChunkedScanner::takeTrailer(char c) noexcept {
    if (state_ == State::endLf) return takeLf(c, State::complete, Reject::chunkTrailerBareCr);
    if (state_ == State::trailerStart && c == '\r') {
        state_ = State::endLf;
        return Reject::none;
    }
    if (trailerSize_ == maxTrailerSize) return Reject::chunkTrailerSize;
    ++trailerSize_;
    switch (state_) {
    case State::trailerStart:
        return takeTrailerStart(c);
    case State::trailerName:
        return takeTrailerName(c);
    case State::trailerValue:
        return takeTrailerValue(c);
    default:
        return takeLf(c, State::trailerStart, Reject::chunkTrailerBareCr);
    }
}

Reject ChunkedScanner::takeTrailerStart(char c) noexcept {
    if (c == '\n') return Reject::chunkTrailerBareLf;
    if (isBlank(c)) return Reject::chunkTrailerObsFold;
    if (!isA(CharClass::token, c)) return Reject::chunkTrailerName;
    if (trailerFields_ == maxTrailerFields) return Reject::chunkTrailerFields;
    ++trailerFields_;
    name_[0] = c;
    nameSize_ = 1;
    state_ = State::trailerName;
    return Reject::none;
}

Reject ChunkedScanner::takeTrailerName(char c) noexcept {
    if (isA(CharClass::token, c)) {
        // One octet more than the longest name known is enough to know that it is none of them.
        if (nameSize_ < name_.size()) name_[nameSize_++] = c;
        return Reject::none;
    }
    if (c == '\n') return Reject::chunkTrailerBareLf;
    if (c == '\r') return Reject::chunkTrailerNoColon;
    if (isBlank(c)) return Reject::chunkTrailerSpaceBeforeColon;
    if (c != ':') return Reject::chunkTrailerName;
    if (forbiddenInTrailer(classify({name_.data(), nameSize_}))) return Reject::chunkTrailerForbidden;
    state_ = State::trailerValue;
    return Reject::none;
}

Reject ChunkedScanner::takeTrailerValue(char c) noexcept {
    if (isA(CharClass::value, c)) return Reject::none;
    if (c == '\n') return Reject::chunkTrailerBareLf;
    if (c != '\r') return Reject::chunkTrailerControl;
    state_ = State::trailerLf;
    return Reject::none;
}

} // namespace proxy::http
