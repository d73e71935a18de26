// A body, judged by the keys that are known of its operation.
#pragma once

#include "tests/conformance/mutants/guard.h"

#include <string>
#include <string_view>

namespace mutants {

// `root`: what kind of object the body is.
bool isHarmlessBody(const GuardSettings& settings, const std::string& root, std::string_view body);

} // namespace mutants
