// Tecnativa/docker-socket-proxy's rules as measured: patterns without end and without case, on the decoded
// path. Slow and obvious, for comparison.
#pragma once

#include "proxy/policy/grants.h"

#include <string_view>

namespace proxy::policy {

[[nodiscard]] bool upstreamAllows(Grants granted, std::string_view method, std::string_view path);

} // namespace proxy::policy
