// One direction of an exchange: a body, or one half of a tunnel, from one socket to the other, byte for byte.
//
// Back-pressure is inherent: nothing is read while something read before is unsent, so at most one block, or
// one pipe, is held, and none while the flow waits for its source.
#pragma once

#include "proxy/mask/env_mask.h"
#include "proxy/net/pipe.h"
#include "proxy/net/stream.h"
#include "proxy/relay/body.h"

#include <span>

namespace proxy::relay {

/// Where flows borrow memory from.
struct Pools {
    explicit Pools(std::size_t mostPipes)
        : pipes(mostPipes) {}
    net::BufferPool buffers;
    net::PipePool pipes;
};

class Flow {
public:
    enum class State : std::uint8_t {
        waitsForSource,
        waitsForSink,
        hasMore,  ///< its turn is over; others first
        finished, ///< the body is complete, or its source ended where that is how it ends; all of it is sent
        cut,      ///< the source ended in the middle of the body
        sourceFailed, ///< error() tells
        sinkFailed,   ///< error() tells
        malformed,    ///< fault() tells where it is to be masked and cannot be, else reason()
    };

    /// What is read behind the body's end is appended to `excess`; null: it is dropped. Either way overran()
    /// tells. As long as no sink is set, what is read is discarded.
    Flow(net::Stream& source, http::Framing framing, Pools& pools, net::Buffer* excess) noexcept
        : source_(source)
        , pools_(pools)
        , body_(framing)
        , pending_(pools.buffers)
        , excess_(excess) {}

    void sinkTo(net::Stream& sink) noexcept { sink_ = &sink; }
    /// Masks the body's content, and nothing of its framing. Before begin(); `mask` outlives the flow.
    void maskWith(mask::EnvMask& mask) noexcept { mask_ = &mask; }
    /// From here on what is read is discarded; so is what could not be sent.
    void discardRest() noexcept;
    /// Sends `bytes` once more: the whole of a message, on another connection.
    void resend(std::string_view bytes);

    /// Takes what has been received already: `bytes`, of which the first `head` octets are not body.
    /// False when they are not valid: fault() or reason() tells.
    [[nodiscard]] bool begin(net::Buffer bytes, std::size_t head);

    /// Moves what can be moved now, until about 1 MiB has been moved: then others have their turn.
    void step();

    [[nodiscard]] State state() const noexcept { return state_; }
    /// The last step moved so much that the next can wait for others' turns.
    [[nodiscard]] bool movesMasses() const noexcept { return movesMasses_; }
    [[nodiscard]] bool open() const noexcept { return state_ <= State::hasMore; }
    [[nodiscard]] bool finished() const noexcept { return state_ == State::finished; }
    /// Bytes arrived behind the end of the body. Where the source may not send any, a reason to distrust it.
    [[nodiscard]] bool overran() const noexcept { return overran_; }
    [[nodiscard]] bool endsWithConnection() const noexcept { return body_.endsWithConnection(); }
    /// The body, whatever its framing was, goes on as raw bytes until its source ends: the connection was
    /// hijacked. `more`: what has been received behind the body already.
    void becomeRaw(net::Buffer more);
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
    [[nodiscard]] int error() const noexcept { return error_; }
    [[nodiscard]] http::Reject reason() const noexcept { return reason_; }
    [[nodiscard]] mask::Fault fault() const noexcept {
        return mask_ != nullptr ? mask_->fault() : mask::Fault::none;
    }
    /// Nothing of the body is outstanding, though it may be unsent.
    [[nodiscard]] bool received() const noexcept { return body_.complete(); }
    /// The sink has taken nothing, not an octet.
    [[nodiscard]] bool untouched() const noexcept { return !sentAny_; }
    /// What is read but unsent, for whoever has to send it again.
    [[nodiscard]] std::string_view unsent() const noexcept { return pending_.view(); }

    /// What the flow waits for, of its source and of its sink.
    [[nodiscard]] net::Events ofSource() const noexcept {
        return state_ == State::waitsForSource ? net::Stream::canReceive : net::nothing;
    }
    [[nodiscard]] net::Events ofSink() const noexcept {
        return state_ == State::waitsForSink ? net::Stream::canSend : net::nothing;
    }

private:
    void moveOn(std::uint64_t before);
    [[nodiscard]] bool sendPending();
    [[nodiscard]] bool sendPiped();
    [[nodiscard]] bool receiveMore();
    [[nodiscard]] bool pipeMore();
    [[nodiscard]] bool bulkAhead() const noexcept;
    [[nodiscard]] bool received(net::Io got);
    [[nodiscard]] bool follow(std::size_t from);
    [[nodiscard]] bool mask(std::span<char> fresh) noexcept;
    [[nodiscard]] bool maskEnds() noexcept;
    void fail(State state, int error) noexcept {
        state_ = state;
        error_ = error;
        pending_.release();
        pipe_.reset();
    }

    net::Stream& source_;
    Pools& pools_;
    net::Stream* sink_ = nullptr;
    Body body_;
    net::Buffer pending_;
    net::Buffer* excess_;
    mask::EnvMask* mask_ = nullptr;
    std::unique_ptr<net::Pipe> pipe_; ///< while in bulk
    std::uint64_t octets_ = 0;
    int error_ = 0;
    State state_ = State::hasMore;
    http::Reject reason_ = http::Reject::none;
    bool overran_ = false;
    bool sentAny_ = false;
    bool bulk_ = false; ///< the last reading brought much: the next may, too
    bool movesMasses_ = false;
};

} // namespace proxy::relay
