// The two meanings that the variables have in the field: Tecnativa/docker-socket-proxy's, and those of
// linuxserver/docker-socket-proxy, which knows Podman's API as well.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::policy {

enum class Dialect : std::uint8_t { tecnativa, linuxserver };

inline constexpr std::array<std::string_view, 2> dialectNames{"tecnativa", "linuxserver"};

[[nodiscard]] constexpr std::string_view nameOf(Dialect dialect) noexcept {
    return dialectNames[static_cast<std::size_t>(dialect)];
}

/// By its exact name.
[[nodiscard]] constexpr std::optional<Dialect> dialectNamed(std::string_view name) noexcept {
    for (std::size_t i = 0; i < dialectNames.size(); ++i)
        if (dialectNames[i] == name) return static_cast<Dialect>(i);
    return std::nullopt;
}

} // namespace proxy::policy
