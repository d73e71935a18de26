// A connected stream socket, TCP or unix: the system calls a relay makes,
// none of them more often than needed.
//
// A receive or send on what is known not to be ready costs no system call. A receive that returns less than
// there was room for has emptied the socket (epoll(7), question 9), so no second one is made to be told so.
#pragma once

#include "proxy/net/buffer.h"
#include "proxy/net/loop.h"

#include <string>
#include <string_view>

namespace proxy::net {

/// What came of a system call.
struct Io {
    enum class Kind : std::uint8_t {
        done,       ///< `octets` were moved, at least one
        wouldBlock, ///< nothing now: wait for readable or writable
        ended,      ///< the peer has ended its direction
        failed,     ///< `error` is the errno
    };
    Kind kind = Kind::done;
    std::size_t octets = 0;
    int error = 0;
};

class Stream : public Endpoint {
public:
    static constexpr Events canReceive = readable | readClosed | closed;
    static constexpr Events canSend = writable | closed;

    Stream(Loop& loop, Fd fd)
        : Endpoint(loop, std::move(fd), writable) {}

    /// Appends to `buffer` what is there, at most `limit` octets, in one system call.
    [[nodiscard]] Io receive(Buffer& buffer, std::size_t limit = BufferPool::blockSize,
                             std::size_t least = 1);
    [[nodiscard]] Io send(std::string_view bytes) noexcept;
    /// Ends our direction; the peer reads EOF behind what was sent.
    void shutdownWrite() noexcept;
    /// Makes the coming close a reset (RST), so that the peer cannot take what it got for complete.
    void resetOnClose() noexcept;
    /// True when nothing has arrived and the peer is still there: asks the kernel, reads nothing. What has
    /// arrived since the loop last looked is seen, too.
    [[nodiscard]] bool quiet() noexcept;
    /// The same by what the loop has reported, without asking.
    [[nodiscard]] bool seemsQuiet() const noexcept { return !is(readable | readClosed | closed); }
    /// True when the peer has ended its direction and all that it sent has been received.
    [[nodiscard]] bool atEnd() noexcept;
    /// Octets sent that the peer has not taken yet: TCP, not acknowledged; unix, not read.
    [[nodiscard]] std::size_t untaken() const noexcept;
    /// Why the connection broke, as an errno; 0 when it did not, or when that has been told already.
    [[nodiscard]] int takeError() noexcept;
};

/// A fresh connection to a unix socket, or the errno; EAGAIN: the listener's backlog is full, try again.
struct Dialled {
    Fd fd;
    int error = 0;
};
[[nodiscard]] Dialled dialUnix(const std::string& path) noexcept;

} // namespace proxy::net
