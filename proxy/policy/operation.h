// The operations of the Engine API, and the daemon's way of routing a request to one of them.
//
// The table (operation.cpp) holds every HTTP/1 route that a Docker daemon from API 1.24 on has registered,
// also those its documentation leaves out; the `id` is the documentation's operationId, or the handler's name
// where it has none. An operation names a verdict; it opens nothing, but for the one rule that must know it
// (strict.attach_ws). Immutable; used by any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace proxy::policy {

/// What a variable part of a path, {id} or {name}, may hold in the daemon's router.
enum class Name : std::uint8_t {
    fixed,    ///< the path has no variable part
    segment,  ///< [^/]+ : one segment
    anything, ///< .* : any text, slashes as well, and nothing at all
};

struct Operation {
    std::string_view id;     ///< "ContainerCreate"
    std::string_view method; ///< "POST"
    std::string_view path;   ///< template, without version prefix: "/containers/{id}/json"
    Name name;
    bool hijack = false; ///< the exchange can end in a tunnel: after 101, or as a raw stream after 200
    /// The answer, a JSON document, holds environments as such, under a key `Env`. From what else one may be read,
    /// docs/rules.md tells under "Masking".
    bool environments = false;
};

/// All of them: by section, then in the order the daemon registers them, in which
/// the first that matches is taken.
[[nodiscard]] std::span<const Operation> operations() noexcept;

/// Where the daemon would route the request; null when it would answer 404. `path` as for Policy::decide.
[[nodiscard]] const Operation* route(std::string_view method, std::string_view path) noexcept;

/// A path of the operation, with `name` for each variable part, and without a version.
[[nodiscard]] std::string samplePath(const Operation& operation, std::string_view name = "x");

} // namespace proxy::policy
