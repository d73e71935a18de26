// Names in the environment that look meant for us but are not known here: the most
// common way to lose an afternoon.
#pragma once

#include "proxy/policy/distance.h"

#include <optional>
#include <string>
#include <string_view>

namespace proxy::settings {

/// Is it one of the variables that read() takes?
[[nodiscard]] bool isKnown(std::string_view name);

/// A warning about an unknown name that resembles a known one or belongs to another proxy; none for what is
/// plainly not for us, as are PATH, HOME, PORT and the like.
[[nodiscard]] std::optional<std::string> warnOf(std::string_view name);

using policy::distance;

} // namespace proxy::settings
