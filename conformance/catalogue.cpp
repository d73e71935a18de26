#include "conformance/catalogue.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

namespace conformance {
namespace {

enum Column : std::size_t {
    method,
    path,
    id,
    section,
    variable,
    since,
    until,
    documented,
    traits,
    success,
    note
};

constexpr std::array<std::pair<std::string_view, Trait>, 9> traitNames{{
    {"body-json", Trait::bodyJson},
    {"upload", Trait::upload},
    {"stream-response", Trait::streamResponse},
    {"hijack", Trait::hijack},
    {"h2c", Trait::h2c},
    {"websocket", Trait::websocket},
    {"experimental", Trait::experimental},
    {"deprecated", Trait::deprecated},
    {"slashes", Trait::slashes},
}};

std::string empty(const std::string& field) {
    return field == "-" ? std::string() : field;
}

int number(const Table& table, const Row& row, std::string_view text) {
    int value = -1;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size() || value < 0)
        table.fail(row, "'" + std::string(text) + "' is not a number");
    return value;
}

ApiVersion version(const Table& table, const Row& row, std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos)
        table.fail(row, "'" + std::string(text) + "' is not an API version such as 1.44");
    return {number(table, row, text.substr(0, dot)), number(table, row, text.substr(dot + 1))};
}

unsigned traitsOf(const Table& table, const Row& row) {
    unsigned bits = 0;
    for (const auto& name : listOf(row.fields[traits], ',')) {
        const auto* const known = std::find_if(traitNames.begin(), traitNames.end(),
                                               [&](const auto& entry) { return entry.first == name; });
        if (known == traitNames.end()) table.fail(row, "unknown trait '" + name + "'");
        bits |= static_cast<unsigned>(known->second);
    }
    return bits;
}

bool yes(const Table& table, const Row& row, const std::string& field) {
    if (field != "yes" && field != "no") table.fail(row, "in_swagger is yes or no, not '" + field + "'");
    return field == "yes";
}

Operation operationOf(const Table& table, const Row& row) {
    const auto& field = row.fields;
    Operation op;
    op.id = field[id];
    op.method = field[method];
    op.path = field[path];
    op.section = field[section];
    op.variable = empty(field[variable]);
    // "<=1.24": the operation is older than the oldest version the suite knows.
    op.since = field[since] == "<=1.24" ? Catalogue::oldest : version(table, row, field[since]);
    if (field[until] != "current") op.until = version(table, row, field[until]);
    op.documented = yes(table, row, field[documented]);
    op.traits = traitsOf(table, row);
    for (const auto& status : listOf(field[success], ',')) op.success.push_back(number(table, row, status));
    op.note = empty(field[note]);
    return op;
}

// The first segment of a path as the table writes it: "*" is its own section.
std::string_view sectionOf(std::string_view path) {
    if (path.empty() || path.front() != '/') return path;
    return path.substr(1, path.find('/', 1) - 1);
}

void checkAlone(const Table& table, const Row& row, const Operation& op) {
    static const std::array<std::string_view, 7> methods{"GET",    "HEAD",  "POST",   "PUT",
                                                         "DELETE", "PATCH", "OPTIONS"};
    if (std::find(methods.begin(), methods.end(), op.method) == methods.end())
        table.fail(row, "unknown method '" + op.method + "'");
    if (op.id.empty() || op.id == "-") table.fail(row, "an operation must have a name");
    if (op.path != "*" && (op.path.empty() || op.path.front() != '/'))
        table.fail(row, "the path '" + op.path + "' must begin with a slash");
    if (sectionOf(op.path) != op.section)
        table.fail(row, "the section of '" + op.path + "' is '" + std::string(sectionOf(op.path)) +
                            "', not '" + op.section + "'");
    if (op.until && *op.until < op.since) table.fail(row, "'until' is before 'since'");
    if (Catalogue::newest < op.since) table.fail(row, "'since' is after the newest version the suite knows");
}

} // namespace

Table Catalogue::parseOperations(std::string_view text, std::string file) {
    return parseTable(text, std::move(file),
                      {"method", "path", "operation_id", "section", "variable", "since", "until",
                       "in_swagger", "traits", "success_status", "note"});
}

Table Catalogue::parseUngoverned(std::string_view text, std::string file) {
    return parseTable(text, std::move(file), {"section", "reason"});
}

Catalogue Catalogue::load(const Table& operations, const Table& ungoverned) {
    Catalogue catalogue;
    for (const auto& row : ungoverned.rows)
        if (!catalogue.ungoverned_.insert(row.fields.front()).second)
            ungoverned.fail(row, "the section '" + row.fields.front() + "' is listed twice");

    std::map<std::string, std::size_t> seen; // ids and "METHOD path": where each was first
    std::map<std::string, std::string> variableOf;
    for (const auto& row : operations.rows) {
        Operation op = operationOf(operations, row);
        checkAlone(operations, row, op);
        for (const auto& key : {op.id, op.method + " " + op.path})
            if (const auto [first, isNew] = seen.emplace(key, row.line); !isNew)
                operations.fail(row,
                                "'" + key + "' is in line " + std::to_string(first->second) + " already");
        if (op.variable.empty() != catalogue.ungoverned_.contains(op.section))
            operations.fail(row, op.variable.empty()
                                     ? "the section '" + op.section +
                                           "' has no variable; name it, or list the section in " +
                                           ungoverned.file
                                     : "the section '" + op.section + "' has the variable " + op.variable +
                                           " but is listed in " + ungoverned.file);
        if (variableOf.emplace(op.section, op.variable).first->second != op.variable)
            operations.fail(row, "the section '" + op.section +
                                     "' has another variable elsewhere: " + variableOf[op.section]);
        catalogue.operations_.push_back(std::move(op));
    }
    return catalogue;
}

const Catalogue& Catalogue::builtin() {
    static const Catalogue catalogue =
        load(parseOperations(embeddedTable("operations.tsv"), embeddedTableFile("operations.tsv")),
             parseUngoverned(embeddedTable("ungoverned.tsv"), embeddedTableFile("ungoverned.tsv")));
    return catalogue;
}

const Operation* Catalogue::find(std::string_view name) const {
    const auto found = std::find_if(operations_.begin(), operations_.end(),
                                    [&](const Operation& op) { return op.id == name; });
    return found == operations_.end() ? nullptr : &*found;
}

std::vector<ApiVersion> Catalogue::versions() {
    std::vector<ApiVersion> all;
    for (int minor = oldest.minor; minor <= newest.minor; ++minor) all.push_back({oldest.major, minor});
    return all;
}

} // namespace conformance
