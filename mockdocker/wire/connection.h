// One accepted socket: buffered reading with a tap on every byte, whole writes through a valve.
// A connection belongs to its own thread; only interrupt() may be called from others.
#pragma once

#include "mockdocker/wire/socket.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace mockdocker {

/// How the peer's half ended, as far as we have seen.
enum class PeerEnd { open, eof, reset };

/// Decides how much of an answer may leave now. Faults implement it: stalls
/// block in admit(), cuts return less.
class Valve {
public:
    struct Verdict {
        std::size_t bytes;  ///< send this many now
        bool stop = false;  ///< then send nothing more: the connection is over
        bool reset = false; ///< with a reset instead of an orderly end
    };
    virtual ~Valve() = default;
    [[nodiscard]] virtual Verdict admit(std::string_view bytes) = 0;
};

class Connection {
public:
    /// `holdLast`: while true, reading leaves the last byte received in the kernel, so that
    /// closing is a reset for the peer (a unix socket closed with unread bytes gives it
    /// ECONNRESET, without them a plain end of file).
    Connection(Fd fd, const std::atomic<bool>& holdLast)
        : fd_(std::move(fd))
        , holdLast_(holdLast) {}

    /// Waits for more bytes and appends them to the buffer; false at the end, then peerEnd() tells which.
    [[nodiscard]] bool fill();
    /// As fill(), but gives up after `milliseconds`.
    [[nodiscard]] bool fillWithin(int milliseconds);
    [[nodiscard]] std::string_view buffered() const { return std::string_view(buffer_).substr(start_); }
    void consume(std::size_t bytes);
    /// Takes the held byte out of the kernel, so that poll() reports new bytes only.
    void releaseHeld();

    /// Sends all, or as much as the valve lets through. False when nothing more can be sent.
    bool send(std::string_view bytes);
    void closeWrite();
    /// Nothing more is sent; with `reset` the peer will see one when the connection is destroyed (on a unix
    /// socket only if it sent something we left unread).
    void stop(bool reset);
    void close() { fd_.reset(); }
    /// Makes every blocked or later read and write end at once; for other threads.
    void interrupt();

    /// False as soon as the peer has ended its sending half or is gone; never blocks, never consumes.
    [[nodiscard]] bool peerSending() const;

    void setValve(Valve* valve) { valve_ = valve; }
    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] PeerEnd peerEnd() const { return end_; }
    void notePeerEnd(PeerEnd end) { end_ = end; }

private:
    bool sendNow(std::string_view bytes);

    Fd fd_;
    const std::atomic<bool>& holdLast_;
    std::string buffer_;
    std::size_t start_ = 0;
    Valve* valve_ = nullptr;
    PeerEnd end_ = PeerEnd::open;
    bool held_ = false;
    bool stopped_ = false;
};

} // namespace mockdocker
