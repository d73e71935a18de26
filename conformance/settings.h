// The settings the suite starts targets with: every variable alone and among all others, the combinations
// that the rules treat specially, what applications use, and seeded random ones.
#pragma once

#include "conformance/variables.h"

#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct Settings {
    std::string id; ///< "on.CONTAINERS.post1"; never changes
    Environment environment;
    std::string about; ///< a few words for reports
    /// What reports file it under: "CONTAINERS" where it alone is on, "but CONTAINERS"
    /// where it alone is off, else a word.
    std::string varies{};
};

/// Every settings vector of a dialect; no two grant the same, the first of equals stays.
[[nodiscard]] std::vector<Settings> allSettings(Dialect dialect);

/// Those of the family operations: each operation alone allowed and alone denied by its name, and the rows of
/// tables/by-name.tsv.
[[nodiscard]] std::vector<Settings> namedSettings(Dialect dialect);

/// The rows of tables/by-name.tsv. Throws TableError.
[[nodiscard]] std::vector<Settings> listedSettings(const Table& table, Dialect dialect);
[[nodiscard]] Table parseLists(std::string_view text, std::string file);

/// The rows of tables/settings.tsv for one dialect. Throws TableError.
[[nodiscard]] std::vector<Settings> applicationSettings(const Table& table, Dialect dialect);
[[nodiscard]] Table parseSettings(std::string_view text, std::string file);

} // namespace conformance
