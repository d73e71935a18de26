#include "proxy/relay/flow.h"

#include <algorithm>

namespace proxy::relay {

namespace {

// A step: enough to amortise a wake-up, little enough to let others have theirs. Blocks are counted as well as
// octets: many small ones cost as much as a few large ones.
constexpr int mostBlocks = 16;
constexpr std::uint64_t mostOctets = std::uint64_t{1} << 20;

// Below this a copy through memory is cheaper than two splices (measured with script/bench).
constexpr std::size_t bulk = net::BufferPool::blockSize;

} // namespace

bool Flow::begin(net::Buffer bytes, std::size_t head) {
    pending_ = std::move(bytes);
    return follow(head);
}

bool Flow::follow(std::size_t from) {
    if (mask_ != nullptr && !mask(pending_.octets().subspan(from))) return false;
    const std::string_view fresh = pending_.view().substr(from);
    const Body::Part part = body_.take(fresh);
    octets_ += part.octets;
    if (part.reason != http::Reject::none) {
        reason_ = part.reason;
        fail(State::malformed, 0);
        return false;
    }
    if (part.octets < fresh.size()) {
        overran_ = true;
        if (excess_ != nullptr) excess_->append(fresh.substr(part.octets));
        pending_.truncate(from + part.octets);
    }
    return !body_.complete() || maskEnds();
}

// A copy of the body goes ahead to tell content from framing. Where it meets what is no valid body it stops: that
// is for the body itself to say.
bool Flow::mask(std::span<char> fresh) noexcept {
    Body ahead = body_;
    while (!fresh.empty() && !ahead.complete()) {
        auto size = static_cast<std::size_t>(std::min<std::uint64_t>(ahead.opaque(), fresh.size()));
        if (size != 0) {
            ahead.skip(size);
            if (!mask_->feed(fresh.first(size))) {
                fail(State::malformed, 0);
                return false;
            }
        } else {
            size = 1;
            if (ahead.take({fresh.data(), size}).reason != http::Reject::none) break;
        }
        fresh = fresh.subspan(size);
    }
    return true;
}

// The content is complete: what came with its end goes out only when nothing of a document is missing.
bool Flow::maskEnds() noexcept {
    if (mask_ == nullptr || mask_->finish()) return true;
    fail(State::malformed, 0);
    return false;
}

void Flow::becomeRaw(net::Buffer more) {
    body_.becomeRaw();
    if (state_ == State::finished) state_ = State::hasMore;
    octets_ += more.size();
    if (pending_.empty())
        pending_ = std::move(more);
    else
        pending_.append(more.view());
}

void Flow::discardRest() noexcept {
    sink_ = nullptr;
    pending_.release();
    pipe_.reset();
    if (state_ == State::sinkFailed) state_ = State::hasMore;
}

void Flow::resend(std::string_view bytes) {
    pending_.release();
    pending_.append(bytes);
    sentAny_ = false;
    state_ = State::hasMore;
}

void Flow::step() {
    const std::uint64_t before = octets_;
    if (open()) moveOn(before);
    movesMasses_ = octets_ - before >= bulk;
}

void Flow::moveOn(std::uint64_t before) {
    for (int block = 0; block < mostBlocks && octets_ - before < mostOctets; ++block) {
        if (!sendPending() || !sendPiped()) return;
        if (body_.complete()) {
            pools_.pipes.give(std::move(pipe_));
            state_ = State::finished;
            return;
        }
        if (!receiveMore()) return;
    }
    state_ = State::hasMore;
}

bool Flow::sendPending() {
    if (pending_.empty()) return true;
    if (sink_ == nullptr) {
        pending_.release();
        return true;
    }
    const net::Io sent = sink_->send(pending_.view());
    if (sent.kind == net::Io::Kind::failed) {
        fail(State::sinkFailed, sent.error);
        return false;
    }
    sentAny_ = sentAny_ || sent.octets != 0;
    pending_.consume(sent.octets);
    if (pending_.empty()) return true;
    state_ = State::waitsForSink;
    return false;
}

// Bytes whose end is known to be far, or that came in masses just now.
bool Flow::bulkAhead() const noexcept {
    if (sink_ == nullptr || mask_ != nullptr || body_.opaque() < bulk) return false;
    return bulk_ || !body_.endsWithConnection();
}

bool Flow::receiveMore() {
    if (bulkAhead()) {
        if (!pipe_) pipe_ = pools_.pipes.take();
        if (pipe_) return pipeMore();
    }
    const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(body_.readable(), bulk));
    const net::Io got = source_.receive(pending_, limit);
    bulk_ = got.octets >= bulk / 2;
    return received(got) && follow(0);
}

bool Flow::pipeMore() {
    const auto limit = static_cast<std::size_t>(std::min<std::uint64_t>(body_.opaque(), net::Pipe::size));
    const net::Io got = pipe_->fill(source_, limit);
    bulk_ = got.octets >= bulk / 2;
    if (!received(got)) {
        pools_.pipes.give(std::move(pipe_));
        return false;
    }
    body_.skip(got.octets);
    octets_ += got.octets;
    return true;
}

bool Flow::received(net::Io got) {
    switch (got.kind) {
    case net::Io::Kind::done:
        return true;
    case net::Io::Kind::wouldBlock:
        state_ = State::waitsForSource;
        break;
    case net::Io::Kind::failed:
        fail(State::sourceFailed, got.error);
        break;
    case net::Io::Kind::ended:
        state_ = body_.endsWithConnection() ? State::finished : State::cut;
        if (state_ == State::finished) (void)maskEnds();
        break;
    }
    return false;
}

bool Flow::sendPiped() {
    if (!pipe_ || pipe_->empty()) return true;
    const net::Io sent = pipe_->drain(*sink_);
    if (sent.kind == net::Io::Kind::failed) {
        fail(State::sinkFailed, sent.error);
        return false;
    }
    if (pipe_->empty()) return true;
    state_ = State::waitsForSink;
    return false;
}

} // namespace proxy::relay
