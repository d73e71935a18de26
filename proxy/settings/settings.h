// The proxy's settings, read from its environment. Pure: a map of strings in, a value and every problem out;
// nothing is opened, nothing is looked up but the users and groups that a listener names.
//
// Which variables there are, with their defaults and what they may be, is the table's (table.h).
#pragma once

#include "proxy/guard/settings.h"
#include "proxy/policy/access.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

namespace proxy::settings {

/// syslog's, as HAProxy takes them: least urgent first.
enum class LogLevel : std::uint8_t { debug, info, notice, warning, err, crit, alert, emerg };
enum class LogFormat : std::uint8_t { text, json };

struct TcpListener {
    enum class Family : std::uint8_t {
        any,    ///< an IPv6 socket that takes IPv4 as well
        v4,     ///< IPv4 only
        v6only, ///< IPv6 only
    };
    std::string address; ///< numeric, without brackets; empty: all addresses of the family
    std::uint16_t port = 0;
    Family family = Family::any;
    bool operator==(const TcpListener&) const = default;
};

struct UnixListener {
    std::string path; ///< absolute
    std::optional<mode_t> mode;
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
    bool operator==(const UnixListener&) const = default;
};

using Listener = std::variant<TcpListener, UnixListener>;

/// What the clients that come in at one place are given. A door inherits nothing of another.
struct Door {
    std::string name; ///< "TRAEFIK"; empty: that of the variables with no name in front
    policy::Access access;
    guard::Settings guard{};
    std::vector<Listener> listeners; ///< never empty, but where they are a mistake
};

/// As read() fills it: the defaults are the table's.
struct Settings {
    /// Never empty, whatever the mistakes; the one without a name first, unless it is closed, then by name.
    std::vector<Door> doors;
    std::string socketPath;
    bool disableIpv6 = false; ///< already applied to the listeners
    LogLevel logLevel{};
    LogFormat logFormat{};
    std::optional<std::size_t> maxConnections; ///< none: as many as the file limit bears
    std::chrono::seconds shutdownGrace{};
    bool confine = false;
    std::vector<Listener> metrics; ///< where what is counted is told; empty: nowhere, and nothing is counted
};

/// Usable only when there is no mistake, but for what was read without one. Mistakes and warnings are whole
/// sentences for people, one a line, each naming the variable, its value and what to do.
struct Reading {
    Settings settings;
    std::vector<std::string> mistakes;
    std::vector<std::string> warnings;
};

/// Where names of users and groups are looked up; tests put their own.
struct Accounts {
    std::function<std::optional<uid_t>(const std::string& name)> user;
    std::function<std::optional<gid_t>(const std::string& name)> group;
};
/// The system's: getpwnam_r, getgrnam_r.
[[nodiscard]] Accounts systemAccounts();

using Environment = std::map<std::string, std::string>;

[[nodiscard]] Reading read(const Environment& environment, const Accounts& accounts = systemAccounts());

/// `environ` as a map; entries without '=' are left out.
[[nodiscard]] Environment environment(char** environ);

/// What `--check` prints: the effective value of every variable that its door's dialect has, one a line, each
/// marked `default` or, where it is another than that, `set`. An image sets all of them; what was changed is
/// what counts.
[[nodiscard]] std::string describe(const Settings& settings);

/// As BIND_CONFIG takes it: "[::]:2375 v4v6", "/run/proxy.sock mode 660 gid 999".
[[nodiscard]] std::string describe(const Listener& listener);

} // namespace proxy::settings
