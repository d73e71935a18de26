#include "conformance/table.h"

#include <algorithm>
#include <utility>

namespace conformance {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const auto name : names) text.append(text.empty() ? "" : " ").append(name);
    return text;
}

} // namespace

TableError::TableError(std::string_view file, std::size_t line, std::string_view what)
    : std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + std::string(what)) {}

void Table::fail(const Row& row, std::string_view what) const {
    throw TableError(file, row.line, what);
}

Table parseTable(std::string_view text, std::string file, const std::vector<std::string_view>& columns) {
    Table table{std::move(file), {}};
    bool headed = false;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty() || line.front() == '#') continue;
        Row row{number, split(line, '\t')};
        if (!headed) {
            if (!std::equal(row.fields.begin(), row.fields.end(), columns.begin(), columns.end()))
                table.fail(row, "the first line must name the columns: " + joined(columns));
            headed = true;
            continue;
        }
        if (row.fields.size() != columns.size())
            table.fail(row, "expected " + std::to_string(columns.size()) + " fields, found " +
                                std::to_string(row.fields.size()) + "; the columns are: " + joined(columns));
        table.rows.push_back(std::move(row));
    }
    if (!headed)
        throw TableError(table.file, std::max<std::size_t>(1, number),
                         "the table is empty; its columns are: " + joined(columns));
    return table;
}

std::vector<std::string> listOf(std::string_view field, char separator) {
    if (field == "-" || field.empty()) return {};
    return split(field, separator);
}

std::string embeddedTableFile(std::string_view name) {
    return "conformance/tables/" + std::string(name);
}

} // namespace conformance
