// The names of a table's rows: a row's id is words with dashes, and GoogleTest takes letters, digits and '_' only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tests {

/// What ctest calls a row: "bare-cr" becomes "bare_cr", "access/on.POST" "access_on_POST".
inline std::string rowName(std::string_view id) {
    const auto taken = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    std::string name(id);
    std::ranges::replace_if(
        name, [&](char c) { return !taken(c); }, '_');
    return name;
}

/// The last argument of INSTANTIATE_TEST_SUITE_P for rows with an `id`.
inline constexpr auto byId = [](const auto& row) { return rowName(row.param.id); };

} // namespace tests
