// Which cases a command line means: those of the families that it names, or of
// all, whose ids begin as it says.
#pragma once

#include "conformance/access/plan.h"
#include "conformance/cases/case.h"
#include "conformance/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// Cases of the families access and operations: those of `plan` under each of `settings`.
struct AccessSelection {
    std::string_view family;
    std::vector<Settings> settings;
    AccessPlan plan;
};

struct Selection {
    std::vector<Case> scripted;
    std::vector<AccessSelection> access; ///< no case in two of them
};

/// The settings that one of these two families has.
[[nodiscard]] std::vector<Settings> settingsOf(std::string_view family, Dialect dialect);

/// No families, no ids: everything but the family "long", for whose ten minutes one has to ask. Throws
/// UsageError where an id means no case.
[[nodiscard]] Selection select(const std::vector<std::string>& families, const std::vector<std::string>& ids,
                               Dialect dialect, Prefixes prefixes);

} // namespace conformance
