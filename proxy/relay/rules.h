// By what a request is refused that neither http's parsers nor policy nor a guard refuses. Names are stable, as theirs.
#pragma once

#include <array>
#include <string_view>

namespace proxy::relay {

inline constexpr std::string_view headTimeoutRule = "request.head.timeout";
inline constexpr std::string_view connectionLimitRule = "connection.limit";
inline constexpr std::string_view metricsRule = "metrics.target";

inline constexpr std::array ownRules{headTimeoutRule, connectionLimitRule, metricsRule};

} // namespace proxy::relay
