// What the tests of this folder share.
#pragma once

#include "proxy/settings/settings.h"

#include <string>
#include <string_view>

namespace proxy::settings {

/// A host on which there are the user `proxy` (1001) and the group `docker` (999).
inline Accounts testAccounts() {
    return {
        .user =
            [](const std::string& name) {
                return name == "proxy" ? std::optional<uid_t>(1001) : std::nullopt;
            },
        .group =
            [](const std::string& name) {
                return name == "docker" ? std::optional<gid_t>(999) : std::nullopt;
            },
    };
}

inline Reading readWith(const Environment& environment) {
    return read(environment, testAccounts());
}

/// The one without a name.
inline const Door& doorOf(const Reading& reading) {
    return reading.settings.doors.front();
}

} // namespace proxy::settings
