// Accepts connections on all listeners, within the limit, and shuts down in
// order. Owns the doors they come by: a connection is judged by its own, which so outlives the listener.
// For one thread: the loop's.
#pragma once

#include "proxy/net/listener.h"
#include "proxy/net/task.h"
#include "proxy/relay/connection.h"
#include "proxy/relay/door.h"
#include "proxy/relay/service.h"

#include <chrono>
#include <exception>
#include <memory>
#include <vector>

namespace proxy::relay {

class Server {
public:
    struct Limits {
        std::size_t connections;    ///< beyond: 503
        std::chrono::seconds grace; ///< what running exchanges get after shutdown()
        Times times{};
        std::size_t pipes = 64; ///< for bulk, two descriptors each; beyond, it is copied
    };

    Server(net::Loop& loop, std::vector<Door> doors, std::string socketPath, Limits limits, log::Log& log);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// From here on connections are accepted, once the loop runs, and belong to the door of that index; throws
    /// where there is none. Before shutdown() only.
    void listen(net::Listener listener, std::size_t door);

    /// Says in the log what is wrong when the daemon cannot be reached now. Requests
    /// find that out by themselves, too.
    void tryDaemon();

    /// Ends the listeners and idle connections now, busy ones after their exchange, all of them
    /// after the grace; then stops the loop, at which point nothing of the server runs any
    /// more. A second call ends the grace.
    void shutdown();

    [[nodiscard]] std::size_t connections() const noexcept { return count_; }

private:
    /// A listener with whom it wakes; the frame of accept() owns it.
    struct Entrance : net::ListNode<Entrance> {
        Entrance(net::Loop& loop, const Door& leadsTo, net::Listener&& listening)
            : door(leadsTo)
            , listener(std::move(listening))
            , endpoint(loop, listener.take()) {}
        const Door& door;
        net::Listener listener;
        net::Endpoint endpoint;
    };
    enum class Accepted : std::uint8_t { one, none, noRoom };

    net::Detached accept(std::unique_ptr<Entrance> entrance);
    net::Detached serve(const Door& door, net::Fd fd, std::string peer);
    net::Detached turnAway(const Door& door, std::size_t most, net::Fd fd, std::string peer);
    static net::Task<> live(Connection& connection, net::Task<> life);
    static void mayEnd(void* self, net::Endpoint& clock);
    void lost(const std::exception& why) noexcept;
    [[nodiscard]] Accepted acceptOne(const Entrance& entrance) noexcept;
    void admit(const Door& door, net::Fd fd, std::string peer);
    [[nodiscard]] std::size_t& countOf(const Door& door) noexcept {
        return door.metrics != nullptr ? scrapes_ : count_;
    }
    [[nodiscard]] bool idle() const noexcept {
        return count_ == 0 && scrapes_ == 0 && turnedAway_ == 0 && entrances_.empty();
    }
    void somebodyLeft() noexcept {
        if (service_.draining) clock_.wake();
    }

    net::Loop& loop_;
    Limits limits_;
    log::Log& log_;
    const std::vector<Door> doors_;
    Service service_;
    net::Deadlines pause_; ///< before accepting again when descriptors ran out
    net::Deadlines grace_;
    net::Endpoint clock_; ///< calls mayEnd()
    net::List<Entrance> entrances_;
    net::List<Connection> connections_;
    std::size_t count_ = 0;
    std::size_t scrapes_ = 0; ///< connections to a door of metrics, which has room whatever clients do
    std::size_t turnedAway_ = 0;
};

} // namespace proxy::relay
