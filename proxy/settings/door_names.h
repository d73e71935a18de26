// "TRAEFIK__CONTAINERS": a variable of the door TRAEFIK. Pure.
//
//   variable = door "__" name
//   door     = upper-case letter *( upper-case letter / digit / "_" ), without "__" in it or "_" at its end
#pragma once

#include "proxy/settings/table.h"

#include <optional>
#include <string_view>

namespace proxy::settings {

struct DoorVariable {
    std::string_view door;
    std::string_view name;
    const Row* row = nullptr; ///< null: no variable has this name, and perhaps it is not meant for us
};

/// None when nothing stands before "__", or behind it, that could be a door's. A known name behind the last
/// "__" is taken for one, whatever stands before: a door that is spelled wrongly must not be overlooked.
[[nodiscard]] std::optional<DoorVariable> doorVariable(std::string_view name) noexcept;

[[nodiscard]] bool isDoorName(std::string_view name) noexcept;

} // namespace proxy::settings
