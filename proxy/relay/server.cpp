#include "proxy/relay/server.h"

#include "proxy/relay/client_name.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace proxy::relay {

namespace {

constexpr std::chrono::milliseconds pause{100};
constexpr std::size_t mostTurnedAway = 32; // at once; beyond, newcomers wait in the kernel's queue
constexpr std::size_t mostScrapes = 8;
constexpr int turns = 64; // connections accepted before others have their turn

// So many bodies of the limit at once, of those that do not fit a block, which no usual client sends: 32 MiB by
// default, where a proxy's container may have been given 64.
constexpr std::size_t bodiesAtOnce = 8;

// Each with its head, and what its chunks may take besides.
std::size_t mostOfBodies(const std::vector<Door>& doors) {
    std::size_t largest = 0;
    for (const Door& door : doors)
        if (door.guard.on()) largest = std::max(largest, door.guard->settings().bodyLimit);
    return bodiesAtOnce * (largest + net::BufferPool::blockSize);
}

std::string credentialsOf(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unix";
    return "unix:pid=" + std::to_string(peer.pid) + ",uid=" + std::to_string(peer.uid);
}

net::Fd eventDescriptor() {
    net::Fd fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!fd.valid()) throw Poco::SystemException("eventfd", errno);
    return fd;
}

} // namespace

Server::Server(net::Loop& loop, std::vector<Door> doors, std::string socketPath, Limits limits, log::Log& log)
    : loop_(loop)
    , limits_(limits)
    , log_(log)
    , doors_(std::move(doors))
    , service_(loop, std::move(socketPath), limits.times, limits.pipes, mostOfBodies(doors_), log)
    , pause_(loop, pause)
    , grace_(loop, limits.grace)
    , clock_(loop, eventDescriptor()) {
    clock_.whenIdle(&Server::mayEnd, this);
}

void Server::listen(net::Listener listener, std::size_t door) {
    accept(std::make_unique<Entrance>(loop_, doors_.at(door), std::move(listener)));
}

void Server::tryDaemon() {
    int error = 0;
    if (service_.daemon.dial(error) == nullptr)
        log_.event(log::Level::err,
                   service_.daemon.explainDial(error).sentence + "; until then clients get 503");
}

// Nothing in here may throw: newcomers whom there is no memory for are lost, and not the listener.
net::Detached Server::accept(std::unique_ptr<Entrance> owned) {
    Entrance& entrance = *owned;
    entrances_.pushBack(entrance);
    while (!service_.draining) {
        co_await net::Wait(entrance.endpoint, net::readable | net::woken);
        Accepted accepted = Accepted::one;
        for (int turn = 0; accepted == Accepted::one && turn < turns && !service_.draining; ++turn)
            accepted = acceptOne(entrance);
        if (accepted == Accepted::one) {
            co_await net::Yield(entrance.endpoint);
        } else if (accepted == Accepted::none) {
            entrance.endpoint.clear(net::readable);
        } else {
            entrance.endpoint.arm(pause_);
            co_await net::Wait(entrance.endpoint, net::timedOut | net::woken);
            entrance.endpoint.disarm();
        }
    }
    entrance.unlink();
    somebodyLeft();
}

Server::Accepted Server::acceptOne(const Entrance& entrance) noexcept {
    if (turnedAway_ == mostTurnedAway) return Accepted::noRoom;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    net::Fd fd(::accept4(entrance.endpoint.number(), reinterpret_cast<sockaddr*>(&address), &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
        try {
            std::string peer =
                entrance.listener.isUnix() ? credentialsOf(fd.number()) : nameOf(address, size);
            admit(entrance.door, std::move(fd), std::move(peer));
        } catch (const std::exception& e) {
            lost(e);
        }
        return Accepted::one;
    }
    switch (errno) {
    case EAGAIN:
        return Accepted::none;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        log_.event(log::Level::warning, {"cannot accept a connection: ", ::strerrordesc_np(errno),
                                         "; raise the limit of open files or lower MAX_CONNECTIONS"});
        return Accepted::noRoom;
    default:
        return Accepted::one; // that connection is gone already; the next one may be there
    }
}

void Server::admit(const Door& door, net::Fd fd, std::string peer) {
    const std::size_t most = door.metrics != nullptr ? mostScrapes : limits_.connections;
    if (countOf(door) < most)
        serve(door, std::move(fd), std::move(peer));
    else
        turnAway(door, most, std::move(fd), std::move(peer));
}

net::Detached Server::serve(const Door& door, net::Fd fd, std::string peer) {
    std::size_t& count = countOf(door);
    ++count;
    const metrics::Held open(door.counters, &metrics::Counters::connections);
    if (door.counters != nullptr) ++door.counters->accepted;
    try {
        Connection connection(service_, door, std::move(fd), std::move(peer));
        connections_.pushBack(connection);
        co_await live(connection, connection.run());
    } catch (const std::exception& e) {
        lost(e);
    }
    --count;
    somebodyLeft();
}

net::Detached Server::turnAway(const Door& door, std::size_t most, net::Fd fd, std::string peer) {
    ++turnedAway_;
    try {
        Connection connection(service_, door, std::move(fd), std::move(peer));
        connections_.pushBack(connection);
        std::string why =
            "all " + std::to_string(most) + " connections are in use; " +
            (door.metrics != nullptr ? "scrape from fewer places"
                                     : "raise MAX_CONNECTIONS (and the limit of open files) or use fewer");
        co_await live(connection, connection.turnAway(std::move(why)));
    } catch (const std::exception& e) {
        lost(e);
    }
    --turnedAway_;
    somebodyLeft();
}

net::Task<> Server::live(Connection& connection, net::Task<> life) {
    try {
        co_await life;
    } catch (...) {
        connection.breakOff();
        throw;
    }
}

// Memory or epoll's watches have run out: that ends a connection, not the process.
void Server::lost(const std::exception& why) noexcept {
    log_.event(log::Level::crit, {"a connection was lost: ", why.what()});
}

void Server::shutdown() {
    if (service_.draining) {
        clock_.report(net::timedOut);
        return;
    }
    service_.draining = true;
    entrances_.each([](Entrance& entrance) { entrance.endpoint.wake(); });
    connections_.each([](Connection& connection) { connection.drain(); });
    clock_.arm(grace_);
    clock_.wake();
}

// Whenever somebody has left, and when the grace is over. Allocates nothing: the end must come when memory has run out.
void Server::mayEnd(void* self, net::Endpoint& clock) {
    auto& server = *static_cast<Server*>(self);
    clock.clear(net::woken);
    if (clock.is(net::timedOut)) server.connections_.each([](Connection& connection) { connection.abort(); });
    if (!server.idle()) return;
    clock.disarm();
    server.loop_.stop();
}

} // namespace proxy::relay
