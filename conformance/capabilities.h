// What a proxy may offer beyond the variables that all have: each is a family of cases of the same name, by which only
// those are judged whose adapter declares it.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace conformance {

inline constexpr std::array<std::string_view, 4> capabilities{
    "operations", // ALLOW_OPERATIONS, DENY_OPERATIONS, LEARN
    "doors",      // NAME__…: several listeners, each with its own grants
    "mask",       // MASK_ENV: environments in answers are hidden
    "guard",      // GUARD: requests whose bodies reach for the host are refused
};

[[nodiscard]] constexpr bool isCapability(std::string_view name) {
    return std::ranges::find(capabilities, name) != capabilities.end();
}

} // namespace conformance
