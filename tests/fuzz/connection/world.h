// Both sides of a proxy, and the proxy itself, on one thread and by one clock, which stands until it is told
// otherwise: what happens depends on the calls that are made, and on nothing else.
//
// Clients and the daemon are plain, non-blocking sockets that never wait. They take all that there is, unless they
// are told to stall, and keep what they cannot send yet.
#pragma once

#include "proxy/relay/server.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// One end of a connection.
struct End {
    proxy::net::Fd fd;
    std::string in;   ///< all that was ever received
    std::string out;  ///< not sent yet
    std::string sent; ///< all that was ever sent
    bool stalled = false;
    bool ended = false;     ///< the other side has ended its direction, or broken the connection
    bool finishing = false; ///< our direction ends behind what is to be sent

    [[nodiscard]] bool open() const noexcept { return fd.valid(); }
    /// True where anything was moved.
    bool pump();

private:
    bool receive();
    bool send();
};

struct Client : End {
    std::size_t door = 0;
};

class World {
public:
    struct Setup {
        int log = -1;                    ///< where the proxy's lines go; -1: nowhere
        void (*entered)(bool) = nullptr; ///< told before the proxy's own code runs, and after it
    };
    explicit World(Setup setup);
    World()
        : World(Setup{}) {}
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    static constexpr std::size_t doors = 3; ///< reads only, with masking; writes; guarded

    std::vector<Client> clients;
    std::vector<End> daemons; ///< connections that the daemon has accepted
    bool accepting = true;

    void connect(std::size_t door);
    void daemonGoes();
    void daemonComes();
    [[nodiscard]] bool daemonIsThere() const noexcept { return daemon_.valid(); }

    /// Until nobody has anything more to do.
    void settle();
    /// Backwards, too.
    void passTime(std::chrono::milliseconds time);
    /// To the first deadline; false: there is none.
    bool passTimeToDeadline();
    void shutdown();
    /// So many times, when as many turns of the proxy as `turns` are over.
    void shutdownIn(int turns, int times) noexcept {
        turnsLeft_ = turns;
        shutdowns_ = times;
    }
    [[nodiscard]] bool draining() const noexcept { return draining_; }
    /// Prints what each end has sent and received, for whoever looks at a finding.
    void tell() const;
    /// All peers leave, time passes, the proxy ends: nothing may be left of anything.
    void end();

private:
    bool pump();
    bool accept();
    bool turn();
    void askToEnd();
    void enter(bool in) const {
        if (entered_ != nullptr) entered_(in);
    }

    void (*entered_)(bool);
    proxy::log::Log log_;
    std::unique_ptr<proxy::net::Loop> loop_;
    std::unique_ptr<proxy::relay::Server> server_;
    std::array<bool, doors> listening_{};
    bool draining_ = false;
    int turnsLeft_ = -1;
    int shutdowns_ = 0;
    long descriptors_ = 0; ///< open ones, at the beginning
    proxy::net::Fd daemon_;
};

} // namespace fuzz
