// JSON as mutant-proxy's guard reads it: strictly, into a tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mutants {

struct Json {
    enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
    Kind kind = Kind::null;
    std::string text; // of a text, unescaped; else as it is written
    std::vector<Json> items;
    std::vector<std::pair<std::string, Json>> members;

    const Json* find(std::string_view key) const; // null: there is none
    bool isZero() const;                          // null, false, 0, ""
};

// Nothing where it cannot be read, or can be read in more than one way.
std::optional<Json> readJson(std::string_view text);

} // namespace mutants
