// The health check that the image brings asks every thirty seconds, 2,880 times a day: while it succeeds, that is worth
// no line but to whoever debugs.
//
// A running proxy cannot tell who sends a request over TCP, and need not: what makes a line go is the request itself.
// It must be this very target, with no body, answered as a health check hopes for. Whoever sends the same hides nothing
// but that: that the daemon was asked whether it is there, and it was. Any other target, verdict, status, body or note
// is told as ever; so are the pings of clients, whose target is /_ping.
#pragma once

#include "proxy/log/log.h"

#include <string_view>

namespace proxy::log {

/// What `--healthcheck` asks for. The daemon heeds no query here.
inline constexpr std::string_view probeTarget = "/_ping?docker-socket-proxy-healthcheck";

/// At which level a request is told that would be told at `usual`. Pure.
[[nodiscard]] Level levelOf(Level usual, const Access& access) noexcept;

} // namespace proxy::log
