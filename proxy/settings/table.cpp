#include "proxy/settings/table.h"

#include <algorithm>
#include <array>

namespace proxy::settings {

namespace {

constexpr std::array<Word<LogLevel>, 8> levels{{{"debug", LogLevel::debug},
                                                {"info", LogLevel::info},
                                                {"notice", LogLevel::notice},
                                                {"warning", LogLevel::warning},
                                                {"err", LogLevel::err},
                                                {"crit", LogLevel::crit},
                                                {"alert", LogLevel::alert},
                                                {"emerg", LogLevel::emerg}}};
constexpr std::array<Word<LogFormat>, 2> formats{{{"text", LogFormat::text}, {"json", LogFormat::json}}};

constexpr Range connections{"connections", 1, 1'000'000};
constexpr Range upToADay{"seconds", 0, 86'400};

constexpr std::array<Row, 7> own{{
    {"SOCKET_PATH", SocketPath{&Settings::socketPath}, "/var/run/docker.sock", "the daemon's socket",
     Scope::process},
    {"BIND_CONFIG", Listeners{&Settings::listeners}, "[::]:2375 v4v6", "where to listen", Scope::access},
    {"DISABLE_IPV6", Flag{&Settings::disableIpv6}, "0", "listen on IPv4 only", Scope::process},
    {"LOG_LEVEL", Choice<LogLevel>{&Settings::logLevel, levels}, "info", "the least level that is written",
     Scope::process},
    {"LOG_FORMAT", Choice<LogFormat>{&Settings::logFormat, formats}, "text", "`text` or `json`",
     Scope::process},
    {"MAX_CONNECTIONS", Count{&Settings::maxConnections, connections, "(as the file limit bears)"}, "",
     "beyond it: 503", Scope::process},
    {"SHUTDOWN_GRACE", Seconds{&Settings::shutdownGrace, upToADay}, "5",
     "seconds that running exchanges get after a signal that ends it", Scope::process},
}};

constexpr auto grants = [] {
    std::array<Row, policy::variableCount> rows;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const policy::VariableFacts& facts = policy::variables[i];
        rows[i] = {facts.name, Grant{static_cast<policy::Variable>(i)}, facts.grantedByDefault ? "1" : "0",
                   facts.sentence, Scope::access};
    }
    return rows;
}();

constexpr auto all = [] {
    std::array<Row, grants.size() + own.size()> rows;
    std::ranges::copy(own, std::ranges::copy(grants, rows.begin()).out);
    return rows;
}();

} // namespace

std::span<const Row> table() noexcept {
    return all;
}

} // namespace proxy::settings
