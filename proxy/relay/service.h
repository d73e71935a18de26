// What all connections share: the daemon, the log, deadlines, and the memory heads are parsed
// into. For one thread, and owned by the Server.
#pragma once

#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "proxy/log/log.h"
#include "proxy/relay/daemon.h"
#include "proxy/relay/flow.h"

#include <array>
#include <chrono>

namespace proxy::relay {

/// How long things may take; the contract's values, which tests shorten. No time runs while a body that is passed on, a
/// stream or a tunnel is silent, nor while the daemon thinks.
struct Times {
    net::Clock::duration idle = std::chrono::hours(1); ///< between requests
    /// From a head's first octet to its last, and for each part of a body that is to be judged.
    net::Clock::duration head = std::chrono::seconds(10);
    net::Clock::duration linger =
        std::chrono::seconds(2); ///< for a peer to take, or send, something more of its last
    /// A pooled connection to the daemon: below what daemons give an idle one (Podman: 10 s), whose close would
    /// meet a request that may not be sent twice.
    net::Clock::duration pooled = std::chrono::seconds(4);
    net::Clock::duration retry =
        std::chrono::milliseconds(20); ///< between attempts to enter the daemon's full accept queue
};

struct Service {
    Service(net::Loop& loop, std::string socketPath, const Times& times, std::size_t mostPipes,
            std::size_t mostOfBodies, log::Log& destination);

    net::Loop& loop;
    Pools pools;
    Daemon daemon;
    log::Log& log;

    net::Deadlines idleTime;
    net::Deadlines headTime;
    net::Deadlines lingerTime;
    net::Deadlines retryTime;

    /// Octets that bodies which do not fit a block may take while they are received to be judged, and until the
    /// daemon has them; beyond: 503.
    std::size_t mostInspected;
    bool draining = false; ///< SIGTERM has come: connections end after their exchange

    /// Scratch, valid from filling to the next suspension of whoever filled it.
    http::RequestHead request;
    http::ResponseHead response;
    std::array<char, http::maxHeadSize> path;
    std::array<char, http::maxHeadSize + net::Buffer::headroom> head;
};

} // namespace proxy::relay
