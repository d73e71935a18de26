// How near two names are.
#pragma once

#include <cstddef>
#include <string_view>

namespace proxy::policy {

/// Edits from one text to the other: insertion, deletion, substitution, and swapping two neighbours, each
/// counted once.
[[nodiscard]] std::size_t distance(std::string_view left, std::string_view right);

} // namespace proxy::policy
