// A malformed table is refused with its file and line.
#include "conformance/table.h"

#include <gtest/gtest.h>

#include <tuple>

namespace {

using conformance::parseTable;

std::string errorOf(std::string_view text) {
    try {
        std::ignore = parseTable(text, "x.tsv", {"a", "b"});
    } catch (const conformance::TableError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Table, ReadsRowsAndSkipsComments) {
    const auto table = parseTable("# says what it is\na\tb\n\n1\t2\n# more\n3\t4", "x.tsv", {"a", "b"});
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[0].line, 4U);
    EXPECT_EQ(table.rows[1].fields, (std::vector<std::string>{"3", "4"}));
}

TEST(Table, RefusesOtherColumns) {
    EXPECT_EQ(errorOf("a\tc\n1\t2\n"), "x.tsv:1: the first line must name the columns: a b");
}

TEST(Table, RefusesAShortRowNamingItsLine) {
    EXPECT_EQ(errorOf("a\tb\n1\t2\n3\n"), "x.tsv:3: expected 2 fields, found 1; the columns are: a b");
}

TEST(Table, RefusesALongRowNamingItsLine) {
    EXPECT_EQ(errorOf("a\tb\n1\t2\t3\n"), "x.tsv:2: expected 2 fields, found 3; the columns are: a b");
}

TEST(Table, RefusesAnEmptyFile) {
    EXPECT_EQ(errorOf(""), "x.tsv:1: the table is empty; its columns are: a b");
}

TEST(Table, ListOfDashIsEmpty) {
    EXPECT_TRUE(conformance::listOf("-", ',').empty());
    EXPECT_EQ(conformance::listOf("a,b", ','), (std::vector<std::string>{"a", "b"}));
}

} // namespace
