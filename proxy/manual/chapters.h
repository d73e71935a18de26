// The variables in the order in which people look for them.
#pragma once

#include "proxy/settings/table.h"

#include <array>

namespace proxy::manual {

struct Chapter {
    std::string_view title;
    bool (*has)(const settings::Row& row);
};

inline bool isGrant(const settings::Row& row) {
    return std::holds_alternative<settings::Grant>(row.kind);
}

inline bool isOfBoth(const settings::Row& row) {
    return settings::isOf(row, policy::Dialect::tecnativa);
}

inline constexpr std::array chapters{
    Chapter{"Granted by default",
            [](const settings::Row& row) { return isGrant(row) && isOfBoth(row) && row.standard == "1"; }},
    Chapter{"Revoked by default",
            [](const settings::Row& row) { return isGrant(row) && isOfBoth(row) && row.standard != "1"; }},
    Chapter{"In dialect linuxserver only",
            [](const settings::Row& row) { return isGrant(row) && !isOfBoth(row); }},
    Chapter{"Other variables of a door",
            [](const settings::Row& row) { return !isGrant(row) && row.scope == settings::Scope::access; }},
    Chapter{"Variables of the whole process",
            [](const settings::Row& row) { return !isGrant(row) && row.scope == settings::Scope::process; }},
};

} // namespace proxy::manual
