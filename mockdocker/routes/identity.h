// Which Docker engine the mock daemon passes itself off as. Plain data, fixed at start.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mockdocker {

/// An API version as the daemon compares it: number by number, errors and missing parts are 0.
/// Source: moby daemon/internal/versions/compare.go.
[[nodiscard]] int compareVersions(std::string_view a, std::string_view b);

struct Identity {
    std::string apiVersion = "1.41";
    std::string minApiVersion{}; ///< empty: what engines of that API version have by default
    bool experimental = false;
    bool swarm = true; ///< a swarm manager; false: swarm routes answer 503

    [[nodiscard]] int api() const; ///< 41 of 1.41
    [[nodiscard]] std::string minimum() const;
    [[nodiscard]] std::string engineVersion() const; ///< "20.10.24" for 1.41
    [[nodiscard]] bool atLeast(int minor) const { return api() >= minor; }
};

} // namespace mockdocker
