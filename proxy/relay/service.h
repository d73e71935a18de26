// What all connections share: the policy, the daemon, the log, deadlines, and the memory heads are parsed into.
// For one thread, and owned by the Server.
#pragma once

#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "proxy/log/log.h"
#include "proxy/policy/policy.h"
#include "proxy/relay/daemon.h"
#include "proxy/relay/flow.h"

#include <array>
#include <chrono>

namespace proxy::relay {

struct Service {
    Service(net::Loop& loop, policy::Policy rules, std::string socketPath, log::Log& destination);

    net::Loop& loop;
    Pools pools;
    policy::Policy policy;
    Daemon daemon;
    log::Log& log;

    net::Deadlines idleTime;    ///< between requests
    net::Deadlines headTime;    ///< from a head's first octet to its last
    net::Deadlines lingerTime;  ///< for a peer to take our last words
    net::Deadlines retryTime;   ///< between attempts to enter the daemon's full accept queue

    bool draining = false;      ///< SIGTERM has come: connections end after their exchange

    /// Scratch, valid from filling to the next suspension of whoever filled it.
    http::RequestHead request;
    http::ResponseHead response;
    std::array<char, http::maxHeadSize> path;
    std::array<char, http::maxHeadSize + net::Buffer::headroom> head;
};

} // namespace proxy::relay
