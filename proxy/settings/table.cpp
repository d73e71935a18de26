#include "proxy/settings/table.h"

#include "proxy/settings/guard_lists.h"

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
// The least is what some clients' creates take; the most, what the process should hold for one client.
constexpr Range octets{"octets", std::size_t{4} << 10U, std::size_t{1} << 30U};

constexpr std::array<Word<policy::Dialect>, 2> dialects{
    {{nameOf(policy::Dialect::tecnativa), policy::Dialect::tecnativa},
     {nameOf(policy::Dialect::linuxserver), policy::Dialect::linuxserver}}};

constexpr auto own = std::to_array<Row>({
    {"ALLOW_OPERATIONS", Operations{&policy::Access::allowed}, "",
     "operations that are allowed by name, whatever `POST` and their section say", Scope::access},
    {"DENY_OPERATIONS", Operations{&policy::Access::denied}, "",
     "operations that are denied by name, whatever else is granted", Scope::access},
    {"DIALECT", Choice<policy::Dialect, policy::Access>{&policy::Access::dialect, dialects}, "tecnativa",
     "whose variables these are: `tecnativa` or `linuxserver`", Scope::access},
    {"MASK_ENV", Flag<policy::Access>{&policy::Access::maskEnv}, "0",
     "put asterisks for the values of environments in what is inspected", Scope::access},
    {"LEARN", Flag<policy::Access>{&policy::Access::learn}, "0",
     "let pass, and log, what the grants would deny: to find out what a client needs", Scope::access},
    {"GUARD", Profile{}, "0",
     "refuse what would reach for the host in what is created: `1` or `baseline`; `restricted`",
     Scope::access},
    {"GUARD_BINDS", List{takeBind, showBinds}, "", "folders and files of the host that may be mounted",
     Scope::access},
    {"GUARD_HOST", List{takeHost, showHost}, "", "what of the host's own may be shared", Scope::access},
    {"GUARD_CAPS", List{takeCap, showCaps}, "", "capabilities beyond the profile's", Scope::access},
    {"GUARD_DEVICES", List{takeDevice, showDevices}, "", "devices of the host that may be used",
     Scope::access},
    {"GUARD_NETWORKS", List{takeNetwork, showNetworks}, "", "the only networks that may be used",
     Scope::access},
    {"GUARD_EXEC", Flag<guard::Settings>{&guard::Settings::exec}, "0", "let containers be entered",
     Scope::access},
    {"GUARD_CP", Flag<guard::Settings>{&guard::Settings::cp}, "0",
     "let files be copied from and to containers", Scope::access},
    {"GUARD_BUILD", Flag<guard::Settings>{&guard::Settings::build}, "0",
     "let images be built, with the host's network", Scope::access},
    {"GUARD_BODY_LIMIT", Octets{&guard::Settings::bodyLimit, octets}, "4m",
     "the largest body that is read to be judged", Scope::access},
    {"BIND_CONFIG", Listeners{}, "[::]:2375 v4v6", "where to listen", Scope::access},
    {"SOCKET_PATH", SocketPath{&Settings::socketPath}, "/var/run/docker.sock", "the daemon's socket",
     Scope::process},
    {"DISABLE_IPV6", Flag<Settings>{&Settings::disableIpv6}, "0", "listen on IPv4 only", Scope::process},
    {"LOG_LEVEL", Choice<LogLevel>{&Settings::logLevel, levels}, "info", "the least level that is written",
     Scope::process},
    {"LOG_FORMAT", Choice<LogFormat>{&Settings::logFormat, formats}, "text", "`text` or `json`",
     Scope::process},
    {"MAX_CONNECTIONS", Count{&Settings::maxConnections, connections, "(as the file limit bears)"}, "",
     "beyond it: 503", Scope::process},
    {"SHUTDOWN_GRACE", Seconds{&Settings::shutdownGrace, upToADay}, "5",
     "seconds that running exchanges get after a signal that ends it", Scope::process},
    {"CONFINE", Flag<Settings>{&Settings::confine}, "1",
     "keep this process from system calls and files that serving does not need", Scope::process},
    {"METRICS_BIND", Places{&Settings::metrics}, "", "where Prometheus is told what came of requests",
     Scope::process},
});

constexpr auto grants = []() {
    std::array<Row, policy::allVariables.size()> rows;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const policy::VariableFacts& facts = policy::allVariables[i];
        rows[i] = {facts.name, Grant{static_cast<policy::Variable>(i)}, facts.grantedByDefault ? "1" : "0",
                   facts.sentence, Scope::access};
    }
    return rows;
}();

constexpr auto all = []() {
    std::array<Row, grants.size() + own.size()> rows;
    std::ranges::copy(own, std::ranges::copy(grants, rows.begin()).out);
    return rows;
}();

} // namespace

std::span<const Row> table() noexcept {
    return all;
}

const Row* rowNamed(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(all, name, &Row::name);
    return found == all.end() ? nullptr : found;
}

bool isOf(const Row& row, policy::Dialect dialect) noexcept {
    const auto* const grant = std::get_if<Grant>(&row.kind);
    return grant == nullptr || static_cast<std::size_t>(grant->which) < policy::variablesOf(dialect).size();
}

bool isOfGuard(const Row& row) noexcept {
    return row.name.starts_with("GUARD_");
}

} // namespace proxy::settings
