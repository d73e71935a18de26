// Every variable of the environment that means something here, a row each: what it may be, what holds
// without it, and whom it is for. Reading, `--check` and near misses are derived from it; what README and
// Dockerfile list is held against it by a test. A new variable is a row, a new way to write a value is a
// kind, a function in settings.cpp and one in describe.cpp.
#pragma once

#include "proxy/settings/settings.h"

#include <span>
#include <string_view>
#include <variant>

namespace proxy::settings {

// ---- Kinds: what a text may be, and where its meaning goes -------------------------------------------
// `Of`: the Settings, or the policy::Access or guard::Settings of a door.

/// A switch that blank turns off, as in Tecnativa/docker-socket-proxy. For all other kinds blank is as good as
/// not set.
struct Grant {
    policy::Variable which{};
};
/// Likewise.
template <class Of>
struct Flag {
    bool Of::*to = nullptr;
};
template <class Enumeration>
struct Word {
    std::string_view text;
    Enumeration value;
};
template <class Enumeration, class Of = Settings>
struct Choice {
    Enumeration Of::*to = nullptr;
    std::span<const Word<Enumeration>> words;
};
struct Range {
    std::string_view unit;
    std::size_t least = 0;
    std::size_t most = 0;
};
struct Count {
    std::optional<std::size_t> Settings::*to = nullptr;
    Range range;
    std::string_view absent; ///< what is shown when it is not set
};
struct Seconds {
    std::chrono::seconds Settings::*to = nullptr;
    Range range;
};
/// A number of octets; with k, m or g behind it, of 1024, 1024^2 or 1024^3 of them.
struct Octets {
    std::size_t guard::Settings::*to = nullptr;
    Range range;
};
/// What Flag takes for off; what it takes for on is baseline; or the profile's name.
struct Profile {};
/// Elements with blanks or commas between (guard_lists.h).
struct List {
    std::string (*take)(guard::Settings& settings, std::string_view element) = nullptr;
    std::string (*show)(const guard::Settings& settings) = nullptr;
};
/// The absolute path of a unix socket.
struct SocketPath {
    std::string Settings::*to = nullptr;
};
/// Names of operations (policy/operation_set.h).
struct Operations {
    policy::OperationSet policy::Access::*to = nullptr;
};
/// bind.h; "none" closes the door without a name.
struct Listeners {};
/// Likewise, but no door's; nothing: nowhere.
struct Places {
    std::vector<Listener> Settings::*to = nullptr;
};

using Kind = std::variant<Grant, Flag<Settings>, Flag<policy::Access>, Flag<guard::Settings>,
                          Choice<LogLevel>, Choice<LogFormat>, Choice<policy::Dialect, policy::Access>, Count,
                          Seconds, Octets, Profile, List, SocketPath, Operations, Listeners, Places>;

// ---- Rows ----------------------------------------------------------------------------------------------

enum class Scope : std::uint8_t {
    process, ///< there is one of it
    access,  ///< a door's: what its clients are given, and where they come in
};

struct Row {
    std::string_view name;
    Kind kind;
    std::string_view standard; ///< what holds when it is not set, written as it would be set
    std::string_view sentence; ///< for people, without trailing period
    Scope scope = Scope::process;
};

/// The grants first, in their order.
[[nodiscard]] std::span<const Row> table() noexcept;

/// Null: there is none of this name.
[[nodiscard]] const Row* rowNamed(std::string_view name) noexcept;

/// Whether the variable means something in a door of this dialect.
[[nodiscard]] bool isOf(const Row& row, policy::Dialect dialect) noexcept;

/// Whether it says what a guarded door lets through, and nothing where the door is not guarded.
[[nodiscard]] bool isOfGuard(const Row& row) noexcept;

/// What is in effect, written as it would be set.
[[nodiscard]] std::string valueOf(const Row& row, const Settings& settings, const Door& door);

} // namespace proxy::settings
