// The doors that the variables make: the unnamed one, and NAME__… those of NAME.
#pragma once

#include "tests/conformance/mutants/rules.h"

#include <map>
#include <string>
#include <vector>

namespace mutants {

struct Door {
    Rules rules;
    std::vector<std::string> addresses; // as BIND_CONFIG has them, one by one
};

// Throws SettingsError.
std::vector<Door> doorsOf(const std::map<std::string, std::string>& environment);

} // namespace mutants
