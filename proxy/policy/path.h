// A path taken apart as the daemon's router sees it: an optional version prefix, then segments, the first of
// which names the section. Pure; views into the path given.
#pragma once

#include "proxy/policy/section.h"

#include <optional>
#include <string_view>

namespace proxy::policy {

struct Place {
    std::string_view version; ///< what follows the prefix's "/v": digits and dots; empty without a prefix
    std::string_view rest; ///< the path without its version prefix; begins with '/', or is not a path at all
    std::optional<Section> section; ///< of its first segment, or of what follows /libpod
};

[[nodiscard]] Place locate(std::string_view path) noexcept;

/// As locate(), but sees the sections behind /libpod, too.
[[nodiscard]] Place locateWithLibpod(std::string_view path) noexcept;

/// A path /{section}/{name}/{behind}, the name without slash. All empty where it is no such path.
struct Member {
    std::string_view name;
    std::string_view behind;
};

[[nodiscard]] Member memberAt(const Place& place) noexcept;

/// As the daemon compares versions (daemon/internal/versions): number by number, what is no number being 0,
/// so that "1..44" is 1.0. A number too long to be meant counts as old.
[[nodiscard]] bool isOlderThan124(std::string_view version) noexcept;

/// [a-zA-Z0-9_.-]+ : what the ALLOW_* rules take for a container's name.
[[nodiscard]] bool isContainerName(std::string_view text) noexcept;

struct Operation;

/// route() of operation.h for a path already taken apart.
[[nodiscard]] const Operation* routeAt(std::string_view method, const Place& place) noexcept;

/// The operation's first {…} in a path that is routed to it: what the daemon's handler is given. Empty where it
/// has none.
[[nodiscard]] std::string_view nameAt(const Operation& operation, const Place& place) noexcept;

} // namespace proxy::policy
