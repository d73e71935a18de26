// What the variables of a door say together that its operator may not expect: sentences for people. Pure.
#pragma once

#include "proxy/settings/settings.h"

#include <string>
#include <vector>

namespace proxy::settings {

/// In front of the names of its variables: "TRAEFIK__", or nothing.
[[nodiscard]] std::string prefixOf(const Door& door);

/// Warnings, whole sentences, each with the names of the variables.
[[nodiscard]] std::vector<std::string> adviceOn(const Door& door);

} // namespace proxy::settings
