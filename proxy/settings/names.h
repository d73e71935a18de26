// Names in the environment that look meant for us but are not known here: the most
// common way to lose an afternoon.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proxy::settings {

/// A warning about an unknown name that resembles a known one or belongs to another proxy; none for what is
/// plainly not for us, as are PATH, HOME, PORT and the like.
[[nodiscard]] std::optional<std::string> warnOf(std::string_view name);

/// The variable that `name` may be a slip of, in any case; empty: none.
[[nodiscard]] std::string_view nearest(std::string_view name);

/// What to do where a door's dialect does not have the variable.
[[nodiscard]] std::string_view insteadOf(std::string_view name);

} // namespace proxy::settings
