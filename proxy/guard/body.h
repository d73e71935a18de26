// Judges a body: one JSON object, by the table of known keys.
#pragma once

#include "proxy/guard/guard.h"
#include "proxy/guard/keys.h"

#include <string_view>

namespace proxy::guard {

[[nodiscard]] Judgement judgeBody(const Settings& settings, Object root, std::string_view body);

} // namespace proxy::guard
