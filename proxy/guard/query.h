// Judges a judged operation's query. The daemon's net/url splits it at `&` and decodes %XX and `+`; of a
// parameter that comes twice it takes the first or all, so each is judged.
#pragma once

#include "proxy/guard/guard.h"
#include "proxy/guard/operations.h"

#include <optional>
#include <span>
#include <string_view>

namespace proxy::guard {

[[nodiscard]] Judgement judgeQuery(const Settings& settings, const Judged& operation, std::string_view query);

/// Into `room`; none where an escape is malformed, the text too long or has control characters.
[[nodiscard]] std::optional<std::string_view> percentDecoded(std::string_view text,
                                                             std::span<char> room) noexcept;

} // namespace proxy::guard
