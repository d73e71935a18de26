// The variables of a dialect, read from tables/variables.tsv, and settings: which of them are granted.
#pragma once

#include "conformance/catalogue.h"
#include "conformance/table.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// The two meanings the variables have in the field.
enum class Dialect { tecnativa, linuxserver };

[[nodiscard]] std::optional<Dialect> dialectNamed(std::string_view name);
[[nodiscard]] std::string_view nameOf(Dialect dialect);

enum class VariableKind { method, section, action, gate };

struct Variable {
    std::string name;
    VariableKind kind = VariableKind::section;
    bool grantedByDefault = false;
    std::vector<std::string> governs; ///< a section, or path templates; empty for kind method
};

/// All variables of one dialect, in the table's order. An index into it stands for the variable.
class Variables {
public:
    [[nodiscard]] static const Variables& builtin(Dialect dialect);
    [[nodiscard]] static Variables load(const Table& table, Dialect dialect, const Catalogue& catalogue);
    [[nodiscard]] static Table parse(std::string_view text, std::string file);

    [[nodiscard]] const std::vector<Variable>& all() const { return all_; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

private:
    std::vector<Variable> all_;
};

/// What a target is started with: values of variables as in the environment; what is absent has its default.
using Environment = std::map<std::string, std::string>;

/// How a value reads: true grants, false revokes, nothing is a value that must stop the start.
[[nodiscard]] std::optional<bool> grantOf(std::string_view value);

/// Which variables, by index, are granted in `environment`. Throws
/// std::invalid_argument for an unreadable value.
[[nodiscard]] std::vector<bool> grantsOf(const Variables& variables, const Environment& environment);

} // namespace conformance
