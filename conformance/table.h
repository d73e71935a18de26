// A table of the suite: tab-separated text that people who do not program can read and change.
//
// Format, in full: UTF-8; a line that begins with '#' is a comment, an empty line is nothing; the first other
// line names the columns, every later one is a row with exactly as many fields; "-" stands for an empty
// field. There is no quoting: a field holds no tab. Tables with bytes in them say in their own header how
// these are written. Errors: TableError, whose text begins with "file:line: ".
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

class TableError : public std::runtime_error {
public:
    TableError(std::string_view file, std::size_t line, std::string_view what);
};

struct Row {
    std::size_t line = 0; ///< in the file, from 1
    std::vector<std::string> fields;
};

struct Table {
    std::string file;
    std::vector<Row> rows;

    [[noreturn]] void fail(const Row& row, std::string_view what) const;
};

/// Throws when the columns are not exactly `columns`, in this order, or a row has too many or too few fields.
[[nodiscard]] Table parseTable(std::string_view text, std::string file,
                               const std::vector<std::string_view>& columns);

/// The parts of `field` between the separators, none for "-".
[[nodiscard]] std::vector<std::string> listOf(std::string_view field, char separator);

/// A table's text as built into the library, by its file's name ("operations.tsv").
/// Throws std::out_of_range when there is none: a mistake in the suite itself.
[[nodiscard]] std::string_view embeddedTable(std::string_view name);

/// The name under which embeddedTable's text is reported in errors: its path from the top of the tree.
[[nodiscard]] std::string embeddedTableFile(std::string_view name);

} // namespace conformance
