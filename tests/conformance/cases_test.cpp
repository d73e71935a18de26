// The format of cases: what is written is what is sent, and every mistake is named with file and line. The
// tables that are built in hold as many cases as the suite promises.
#include "conformance/cases/bytes.h"
#include "conformance/cases/case.h"
#include "conformance/play/message.h"
#include "conformance/table.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace {

using namespace conformance;
using testing::HasSubstr;

std::string errorOf(const std::string& text) {
    try {
        std::ignore = parseCases(text, "x.cases", "x", Dialect::tecnativa);
    } catch (const TableError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Bytes, AreReadAndWritten) {
    EXPECT_EQ(readBytes(R"("a\r\n" "b"*3 "\x00\0\\\"")"), std::string("a\r\nbbb\0\0\\\"", 10));
    EXPECT_EQ(readBytes("| GET / HTTP/1.1"), "GET / HTTP/1.1\r\n");
    EXPECT_EQ(readBytes("|"), "\r\n");
    EXPECT_EQ(conformance::quoted(std::string("a\r\n\0\xff", 5)), R"("a\r\n\0\xff")");
    EXPECT_EQ(conformance::quoted("aaaa", 2), R"("aa" and 2 more bytes)");
}

TEST(Cases, AreRead) {
    const auto cases =
        parseCases("level: hardening\nsettings: nothing CONTAINERS=1\n\n"
                   "case: one\nthe proxy: must not\ndenied: GET /x\n"
                   "case: two\nlevel: required\nthe proxy: must\n"
                   "client 2 sends:\n  | GET / HTTP/1.1\n  |\n  \"body\"\ndaemon gets nothing\n",
                   "x.cases", "x", Dialect::tecnativa);
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].id, "x/one");
    EXPECT_EQ(cases[0].level, Level::hardening);
    ASSERT_EQ(cases[0].steps.size(), 2U);
    EXPECT_EQ(cases[0].steps[0].bytes, "GET /x HTTP/1.1\r\nHost: docker\r\n\r\n");
    EXPECT_TRUE(cases[0].steps[1].statuses.has(403));
    EXPECT_EQ(cases[1].level, Level::required);
    EXPECT_EQ(cases[1].steps[0].number, 2U);
    EXPECT_EQ(cases[1].steps[0].bytes, "GET / HTTP/1.1\r\n\r\nbody");
    EXPECT_EQ(cases[1].environment.at("IMAGES"), "0");
    EXPECT_EQ(cases[1].environment.at("CONTAINERS"), "1");
}

TEST(Cases, WhatATargetIsNotGivenIsRead) {
    const auto cases =
        parseCases("case: a\nwithout: ipv6\nopen files: 64\ntimes: 5\nthe proxy: must\ndenied: GET /x\n",
                   "x.cases", "x", Dialect::tecnativa);
    ASSERT_EQ(cases.size(), 1U);
    EXPECT_EQ(cases[0].without, Without::ipv6);
    EXPECT_EQ(cases[0].openFiles, 64U);
    EXPECT_EQ(cases[0].times, 5U);
    EXPECT_EQ(errorOf("case: a\ntimes: 0\n"), "x.cases:2: 'times' takes a number up to 100");
    EXPECT_TRUE(cases[0].ownTarget);
    EXPECT_EQ(errorOf("case: a\nwithout: ipv4\n"), "x.cases:2: without takes ipv6, not 'ipv4'");
}

TEST(Cases, WhatNotEveryTargetOffersIsRead) {
    const auto cases = parseCases("settings: nothing ONE__CONTAINERS=1 ALLOW_OPERATIONS=\"A, B*\"\n"
                                  "case: a\nthe proxy: must\ndenied: GET /x\n"
                                  "case: b\ncapability: operations\nthe proxy: must\n"
                                  "target does not start with status: 78\n",
                                  "x.cases", "doors", Dialect::tecnativa);
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].environment.at("ONE__CONTAINERS"), "1");
    EXPECT_EQ(cases[0].environment.at("ALLOW_OPERATIONS"), "A, B*");
    EXPECT_EQ(cases[0].capabilities, (std::vector<std::string>{"doors"}));
    EXPECT_FALSE(cases[0].ownTarget);
    EXPECT_EQ(cases[1].capabilities, (std::vector<std::string>{"doors", "operations"}));
    EXPECT_EQ(cases[1].steps[0].count, 78U);
    EXPECT_TRUE(cases[1].ownTarget);
}

TEST(Cases, BodiesAreWrittenAsTheyAre) {
    const auto cases = parseCases("settings: nothing GUARD=baseline GUARD_BINDS=/srv/a,/srv/b:ro\n"
                                  "case: a\nthe proxy: must not\nwithheld: POST /x {\"a\":\"\\u0062 c\"}\n"
                                  "case: b\nthe proxy: must\npassed: PUT /y?z \"\\x00\" \"a\"*2\n"
                                  "  Content-Type: text/plain\n  X: y\n"
                                  "case: c\nthe proxy: must\npassed: POST /z\n",
                                  "x.cases", "guard", Dialect::tecnativa);
    ASSERT_EQ(cases.size(), 3U);
    EXPECT_EQ(cases[0].environment.at("GUARD_BINDS"), "/srv/a,/srv/b:ro");
    EXPECT_FALSE(cases[0].ownTarget);
    EXPECT_EQ(cases[0].capabilities, (std::vector<std::string>{"guard"}));
    ASSERT_EQ(cases[0].steps.size(), 2U);
    EXPECT_EQ(cases[0].steps[0].bytes,
              "POST /x HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
              "Content-Length: 16\r\n\r\n{\"a\":\"\\u0062 c\"}");
    EXPECT_TRUE(cases[0].steps[1].statuses.has(413));
    EXPECT_FALSE(cases[0].steps[1].statuses.closed);
    ASSERT_EQ(cases[1].steps.size(), 5U);
    EXPECT_EQ(cases[1].steps[0].bytes,
              "PUT /y?z HTTP/1.1\r\nHost: docker\r\nContent-Type: text/plain\r\nX: y\r\n"
              "Content-Length: 3\r\n\r\n" +
                  std::string("\0aa", 3));
    EXPECT_EQ(cases[1].steps[1].text, "PUT /y?z");
    EXPECT_EQ(cases[1].steps[2].bytes, std::string("\0aa", 3));
    EXPECT_EQ(cases[2].steps[0].bytes, "POST /z HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n");
}

TEST(Cases, AmbiguousMakesTwo) {
    const auto cases =
        parseCases("case: a\nthe proxy: must refuse a request of a client that sends x\nambiguous: \"x\"\n",
                   "x.cases", "x", Dialect::tecnativa);
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].id, "x/a.one-reading");
    EXPECT_EQ(cases[0].level, Level::required);
    EXPECT_EQ(cases[1].id, "x/a.refused");
    EXPECT_EQ(cases[1].level, Level::hardening);
}

struct Mistake {
    const char* id;
    const char* text;
    const char* error;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreNamedWithFileAndLine) {
    EXPECT_THAT(errorOf(GetParam().text), HasSubstr(GetParam().error));
}

const Mistake mistakes[] = {
    {"unknown-key", "case: a\nthe proxy: must\nclient snds: \"x\"\n", "x.cases:3: unknown key 'client snds'"},
    {"unknown-level", "level: must\n", "x.cases:1: a level is"},
    {"no-sentence", "case: a\nclient closes\n", "x.cases:1: the case says not"},
    {"no-steps", "# a comment\ncase: a\nthe proxy: must\n", "x.cases:2: the case has no steps"},
    {"twice", "case: a\nthe proxy: must\nclient closes\ncase: a\n", "x.cases:4: 'a' stands here twice"},
    {"odd-id", "case: A b\n", "x.cases:1: a case's id"},
    {"open-quote", "case: a\nclient sends: \"x\n", "x.cases:2: a quote is not closed"},
    {"unknown-escape", "case: a\nclient sends: \"\\q\"\n", "x.cases:2: unknown escape \\q"},
    {"no-quotes", "case: a\nclient sends: x\n", "x.cases:2: bytes stand between quotes"},
    {"no-status", "case: a\nclient gets status: ok\n", "x.cases:2: a status is like"},
    {"no-number", "case: a\nquiet for ms: soon\n", "x.cases:2: 'quiet for ms' takes a number"},
    {"unknown-variable", "settings: nothing IAMGES=1\ncase: a\n", "x.cases:2: unknown variable 'IAMGES'"},
    {"unknown-setting", "case: a\nsettings: most\n", "x.cases:2: settings are"},
    {"stray-continuation", "  | x\n", "x.cases:1: a continuation"},
    {"step-before-case", "client closes\n", "x.cases:1: 'client closes' before the first case"},
    {"unknown-capability", "case: a\ncapability: wings\n", "x.cases:2: there is no capability 'wings'"},
    {"unknown-variable-of-a-door", "settings: nothing ONE__IAMGES=1\ncase: a\n",
     "x.cases:2: unknown variable 'ONE__IAMGES'"},
    {"body-without-target", "case: a\nwithheld: POST\n",
     "x.cases:2: 'withheld' takes a method, a target and a body"},
    {"or-else", "case: a\nor else: it is wrong\n", "x.cases:2: 'or else' takes 'a denied request acts' or"},
    {"takes-nothing", "case: a\nclient closes: now\n", "x.cases:2: 'client closes' takes nothing"},
};

INSTANTIATE_TEST_SUITE_P(Format, Mistakes, testing::ValuesIn(mistakes), tests::byId);

TEST(Tables, HoldWhatTheSuitePromises) {
    const std::map<std::string, std::size_t> promised{
        {"evasion", 40}, {"framing", 70}, {"passthrough", 25}, {"stream", 20}, {"fault", 20},
        {"limits", 8},   {"config", 12},  {"lifecycle", 8},    {"long", 1},    {"operations", 30},
        {"doors", 30},   {"mask", 40},    {"guard", 400}};
    for (const auto& family : scriptedFamilies())
        for (const auto dialect : {Dialect::tecnativa, Dialect::linuxserver})
            EXPECT_GE(builtinCases(family, dialect).size(), promised.at(family)) << family;
}

TEST(OneReading, IsStrict) {
    const std::string plain = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(secondReading(plain + plain, "/smuggled"), "");
    EXPECT_EQ(secondReading("POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" + plain, "/smuggled"), "");
    EXPECT_EQ(
        secondReading("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "/s"),
        "");
    for (const char* doubtful :
         {"GET /smuggled HTTP/1.1\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: +2\r\n\r\n",
          "POST /x HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
          "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n",
          "GET /x HTTP/1.1\r\nA : b\r\n\r\n", "GET /x HTTP/1.1\r\nA: b\n\r\n\r\n"})
        EXPECT_NE(secondReading(doubtful, "/smuggled"), "") << doubtful;
}

// What is required is so because something depends on it: what, each case says.
TEST(Required, SaysWhatIsAtStake) {
    for (const auto& family : scriptedFamilies())
        for (const auto& one : builtinCases(family, Dialect::tecnativa))
            if (one.level == Level::required) {
                EXPECT_THAT(one.orElse, testing::AnyOf(testing::StartsWith("a denied request acts"),
                                                       testing::StartsWith("a granted request fails")))
                    << one.id << ", " << one.file << ":" << one.line;
            }
}

struct Seen {
    const char* id; // a table of the suite
    std::vector<std::string_view> columns;
    std::size_t rows;
};

class Seldom : public testing::TestWithParam<Seen> {};

INSTANTIATE_TEST_SUITE_P(Tables, Seldom,
                         testing::Values(Seen{"ran-into", {"issues", "what", "cases"}, 17},
                                         Seen{"passed-by", {"source", "check", "cases"}, 12}),
                         tests::byId);

// Nothing that users ran into, and no way in which another check was passed by, is without a case.
TEST_P(Seldom, IsTried) {
    std::set<std::string> ids;
    for (const auto& family : scriptedFamilies())
        for (const auto& one : builtinCases(family, Dialect::tecnativa)) ids.insert(one.id);
    const std::string name = GetParam().id + std::string(".tsv");
    const Table table = parseTable(embeddedTable(name), embeddedTableFile(name), GetParam().columns);
    EXPECT_GE(table.rows.size(), GetParam().rows);
    for (const auto& row : table.rows) {
        const auto cases = listOf(row.fields[2], ' ');
        EXPECT_FALSE(cases.empty()) << row.fields[1];
        for (const auto& id : cases) EXPECT_TRUE(ids.contains(id)) << "line " << row.line << ": " << id;
    }
}

} // namespace
