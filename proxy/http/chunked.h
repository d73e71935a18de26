// Follows a chunked body (RFC 9112 section 7.1) without changing it: bytes are forwarded as received,
// framing, extensions and trailers included, and only as far as they have been found valid.
#pragma once

#include "proxy/http/names.h"
#include "proxy/http/reject.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

/// What a chunk's size line and a trailer may take, in octets without their last CRLF, and how many fields.
inline constexpr std::size_t maxChunkLineSize = std::size_t{4} * 1024;
inline constexpr std::size_t maxTrailerSize = std::size_t{16} * 1024;
inline constexpr std::size_t maxTrailerFields = 64;

/// One scanner a body. Not thread-safe; costs O(octets) but for chunk data, which it steps over.
class ChunkedScanner {
public:
    struct Result {
        Outcome outcome;  ///< needMore: all of `input` belongs to the body and it goes on
        std::size_t size; ///< octets of `input` that belong to this body and are valid
        Reject reason = Reject::none;
    };
    /// Goes on behind what earlier calls took. Once complete it takes nothing more;
    /// once rejected it stays rejected.
    [[nodiscard]] Result scan(std::string_view input) noexcept;

    /// Octets of the current chunk's data that may pass unseen: lets a caller splice
    /// them. Call skip() with what did.
    [[nodiscard]] std::uint64_t dataRemaining() const noexcept;
    /// At most dataRemaining().
    void skip(std::uint64_t octets) noexcept;

private:
    // Named after what the next octet belongs to.
    enum class State : std::uint8_t {
        sizeStart,
        size,
        extension,
        sizeLf,
        data,
        dataCr,
        dataLf,
        trailerStart,
        trailerName,
        trailerValue,
        trailerLf,
        endLf,
        complete,
        rejected,
    };

    Reject take(char c) noexcept;
    Reject takeSize(char c) noexcept;
    Reject takeExtension(char c) noexcept;
    Reject takeSizeLf(char c) noexcept;
    Reject takeTrailer(char c) noexcept;
    Reject takeTrailerStart(char c) noexcept;
    Reject takeTrailerName(char c) noexcept;
    Reject takeTrailerValue(char c) noexcept;
    Reject takeLf(char c, State next, Reject otherwise) noexcept;

    std::uint64_t remaining_ = 0; // the size while it is read, then what is left of the chunk's data
    std::uint16_t lineSize_ = 0;  // octets of the size line so far
    std::uint16_t trailerSize_ = 0;
    std::uint8_t trailerFields_ = 0;
    std::uint8_t digits_ = 0;
    State state_ = State::sizeStart;
    Reject reason_ = Reject::none;
    // The beginning of the trailer name being read: as much as it takes to know a
    // forbidden one, whatever the splits.
    std::uint8_t nameSize_ = 0;
    std::array<char, longestKnownName + 1> name_{};
};

static_assert(sizeof(ChunkedScanner) <= 64);

} // namespace proxy::http
