#include "conformance/variables.h"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

namespace conformance {
namespace {

enum Column : std::size_t { name, dialectColumn, kind, defaultColumn, governs };

constexpr std::array<std::pair<std::string_view, VariableKind>, 4> kindNames{{
    {"method", VariableKind::method},
    {"section", VariableKind::section},
    {"action", VariableKind::action},
    {"gate", VariableKind::gate},
}};

Variable variableOf(const Table& table, const Row& row) {
    const auto& field = row.fields;
    const auto* const known = std::find_if(kindNames.begin(), kindNames.end(),
                                           [&](const auto& entry) { return entry.first == field[kind]; });
    if (known == kindNames.end()) table.fail(row, "unknown kind '" + field[kind] + "'");
    if (field[defaultColumn] != "0" && field[defaultColumn] != "1")
        table.fail(row, "the default is 0 or 1, not '" + field[defaultColumn] + "'");
    Variable variable{field[name], known->second, field[defaultColumn] == "1", listOf(field[governs], ' ')};
    const bool needsNone = variable.kind == VariableKind::method;
    if (variable.governs.empty() != needsNone)
        table.fail(row, field[kind] + (needsNone ? " governs no path" : " must name what it governs"));
    const bool isPath = variable.kind == VariableKind::action || variable.kind == VariableKind::gate;
    for (const auto& path : variable.governs)
        if ((path.front() == '/') != isPath)
            table.fail(row, "'" + path + "' must " + (isPath ? "" : "not ") + "begin with a slash");
    return variable;
}

// Every section of the catalogue has its variable here, unless it is listed as ungoverned.
void checkSections(const Table& table, const std::vector<Variable>& all, const Catalogue& catalogue) {
    std::map<std::string, std::string> bySection;
    for (const auto& variable : all)
        if (variable.kind == VariableKind::section) bySection[variable.governs.front()] = variable.name;
    for (const auto& op : catalogue.operations()) {
        if (op.variable.empty()) continue;
        const auto found = bySection.find(op.section);
        if (found == bySection.end() || found->second != op.variable)
            throw TableError(table.file, 0,
                             "the section '" + op.section + "' of " + op.id +
                                 " has no row with the variable " + op.variable);
    }
}

std::string lowerCase(std::string_view text) {
    std::string lower;
    for (const char c : text) lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

std::optional<Dialect> dialectNamed(std::string_view name) {
    if (name == "tecnativa") return Dialect::tecnativa;
    if (name == "linuxserver") return Dialect::linuxserver;
    return std::nullopt;
}

std::string_view nameOf(Dialect dialect) {
    return dialect == Dialect::tecnativa ? "tecnativa" : "linuxserver";
}

Table Variables::parse(std::string_view text, std::string file) {
    return parseTable(text, std::move(file), {"variable", "dialect", "kind", "default", "governs"});
}

Variables Variables::load(const Table& table, Dialect dialect, const Catalogue& catalogue) {
    Variables variables;
    std::set<std::string> seen;
    for (const auto& row : table.rows) {
        const auto& of = row.fields[dialectColumn];
        if (of != "both" && !dialectNamed(of)) table.fail(row, "unknown dialect '" + of + "'");
        Variable variable = variableOf(table, row);
        if (of != "both" && dialectNamed(of) != dialect) continue;
        if (!seen.insert(variable.name).second)
            table.fail(row, "the variable " + variable.name + " is listed twice for this dialect");
        variables.all_.push_back(std::move(variable));
    }
    checkSections(table, variables.all_, catalogue);
    return variables;
}

const Variables& Variables::builtin(Dialect dialect) {
    static const Table table = parse(embeddedTable("variables.tsv"), embeddedTableFile("variables.tsv"));
    static const Variables tecnativa = load(table, Dialect::tecnativa, Catalogue::builtin());
    static const Variables linuxserver = load(table, Dialect::linuxserver, Catalogue::builtin());
    return dialect == Dialect::tecnativa ? tecnativa : linuxserver;
}

std::optional<std::size_t> Variables::find(std::string_view wanted) const {
    const auto found = std::find_if(all_.begin(), all_.end(),
                                    [&](const Variable& variable) { return variable.name == wanted; });
    if (found == all_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all_.begin());
}

std::optional<bool> grantOf(std::string_view value) {
    const std::string word = lowerCase(trimmed(value));
    for (const auto* yes : {"1", "true", "yes", "on"})
        if (word == yes) return true;
    for (const auto* no : {"0", "false", "no", "off", ""})
        if (word == no) return false;
    return std::nullopt;
}

std::vector<bool> grantsOf(const Variables& variables, const Environment& environment) {
    std::vector<bool> grants;
    for (const auto& variable : variables.all()) {
        const auto set = environment.find(variable.name);
        if (set == environment.end()) {
            grants.push_back(variable.grantedByDefault);
            continue;
        }
        const auto grant = grantOf(set->second);
        if (!grant)
            throw std::invalid_argument(variable.name + "=" + set->second + " neither grants nor revokes");
        grants.push_back(*grant);
    }
    return grants;
}

} // namespace conformance
