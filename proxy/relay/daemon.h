// The daemon's side: connections to its socket, dialled by path each time (a restarted daemon is found again)
// and kept for reuse as long as nothing doubtful has happened on them. For one thread.
#pragma once

#include "proxy/net/stream.h"

#include <memory>
#include <string>
#include <vector>

namespace proxy::relay {

/// What a client is told when the daemon cannot be had: 502, 503 or 504, and
/// why, with path, error and remedy.
struct DaemonFailure {
    int status;
    std::string sentence;
};

class Daemon {
public:
    /// `idle`: how long a connection is kept that nobody uses.
    Daemon(net::Loop& loop, std::string socketPath, net::Clock::duration idle);

    [[nodiscard]] const std::string& socketPath() const noexcept { return socketPath_; }

    /// An idle connection, or null. The kernel has been asked whether it is alive and silent: what a daemon said
    /// unasked, or its close, is met here whenever it came. What is left is what comes between this and the
    /// request's own answer; no proxy can tell that from the answer.
    [[nodiscard]] std::unique_ptr<net::Stream> takeIdle() noexcept;
    /// A new connection. Null: `error` is the errno; EAGAIN: the daemon's accept
    /// queue is full, try again in a while.
    [[nodiscard]] std::unique_ptr<net::Stream> dial(int& error);
    /// Keeps a connection on which an exchange has ended as it should. One that is known not to be silent is closed
    /// instead; whether it is, is asked when it is taken again, which no octet sent before can evade.
    void giveBack(std::unique_ptr<net::Stream> stream) noexcept;

    /// Why dial() failed, for people.
    [[nodiscard]] DaemonFailure explainDial(int error) const;

    [[nodiscard]] std::size_t idleCount() const noexcept { return idle_.size(); }

private:
    static void leave(void* self, net::Endpoint& endpoint);

    net::Loop& loop_;
    std::string socketPath_;
    net::Deadlines idleTime_;
    std::vector<std::unique_ptr<net::Stream>> idle_; ///< last in, first out: the fewest stay in use
};

} // namespace proxy::relay
