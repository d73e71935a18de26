// Clients, the proxy and a daemon for the length of one scene, and what each of them has seen of it. Whatever fails in
// the proxy meanwhile, both sides do what they would do anyway.
#pragma once

#include "tests/fuzz/connection/world.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace faults {

/// What was seen of a scene.
struct Seen {
    std::vector<std::string> clients; ///< what each has received, and "|" where it was ended
    std::string daemon;               ///< what the daemon's connections have received, one behind the other
    std::vector<std::string> connections;
    std::string log; ///< its lines, without their times
};

class Play {
public:
    static constexpr std::size_t reads = 0; ///< a door for reading only, which masks
    static constexpr std::size_t writes = 1;
    static constexpr std::size_t guarded = 2;

    Play();
    Play(const Play&) = delete;
    Play& operator=(const Play&) = delete;
    ~Play();

    /// A client of its own that says this; by number. Once the proxy ends none comes any more.
    std::size_t client(std::size_t door, std::string_view text);
    void says(std::size_t client, std::string_view text);
    void stalls(std::size_t client, bool stalled);
    void ends(std::size_t client);
    void leaves(std::size_t client);
    /// Every connection of the daemon's that has got something since it last answered says this.
    void answers(std::string_view text);
    void daemonSays(std::string_view text);
    void settle();

    /// As it stands now.
    [[nodiscard]] Seen seen();
    /// All clients leave, and the daemon is there: is the next request answered?
    [[nodiscard]] bool serves();
    /// All leave, all ends.
    void end() { world.end(); }

    void (*onSettled)(Play&) = nullptr;

private:
    struct LogPipe {
        LogPipe();
        proxy::net::Fd reader;
        proxy::net::Fd writer;
    };
    void readLog();

    LogPipe pipe_;
    std::string log_;
    std::array<std::size_t, 64> answered_{}; ///< octets, by the daemon's connections

public:
    fuzz::World world;
};

/// Memory that is kept for the next one is given back, so that it has to be asked for again.
void emptyFramePool();

} // namespace faults
