// The catalogue: complete, and a broken row is refused with its line.
#include "conformance/catalogue.h"
#include "conformance/docker.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

namespace {

using conformance::Catalogue;
using conformance::dockerAnswer;
using conformance::dockerBody;
using conformance::isOneOf;
using conformance::Operation;
using conformance::Trait;

TEST(Catalogue, HoldsEveryOperation) {
    const auto& all = Catalogue::builtin().operations();
    EXPECT_EQ(all.size(), 161U);
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const Operation& op) { return op.documented; }), 108);
    EXPECT_EQ(Catalogue::builtin().ungoverned().size(), 7U);
    EXPECT_EQ(Catalogue::versions().size(), 34U);
}

struct VersionCount {
    conformance::ApiVersion version;
    int operations;
};

class CatalogueVersions : public testing::TestWithParam<VersionCount> {};

// Counted independently from the specifications of each version.
TEST_P(CatalogueVersions, HaveTheirOperations) {
    const auto& all = Catalogue::builtin().operations();
    EXPECT_EQ(std::count_if(all.begin(), all.end(),
                            [](const Operation& op) { return op.existsIn(GetParam().version); }),
              GetParam().operations);
}

INSTANTIATE_TEST_SUITE_P(Spec, CatalogueVersions,
                         testing::Values(VersionCount{{1, 24}, 90}, VersionCount{{1, 25}, 109},
                                         VersionCount{{1, 30}, 117}, VersionCount{{1, 41}, 122},
                                         VersionCount{{1, 44}, 123}, VersionCount{{1, 45}, 122},
                                         VersionCount{{1, 53}, 158}, VersionCount{{1, 56}, 159}),
                         [](const auto& row) { return "v1_" + std::to_string(row.param.version.minor); });

TEST(Catalogue, KnowsTraits) {
    const auto* start = Catalogue::builtin().find("ExecStart");
    ASSERT_NE(start, nullptr);
    EXPECT_TRUE(start->has(Trait::hijack));
    EXPECT_FALSE(start->has(Trait::h2c));
    EXPECT_EQ(start->success, (std::vector<int>{101, 200}));
    EXPECT_EQ(Catalogue::builtin().find("NoSuchOperation"), nullptr);
}

struct BadRow {
    const char* id;
    const char* row;
    const char* error;
};

class CatalogueRefuses : public testing::TestWithParam<BadRow> {};

TEST_P(CatalogueRefuses, NamingFileAndLine) {
    const std::string text = "method\tpath\toperation_id\tsection\tvariable\tsince\tuntil\tin_"
                             "swagger\ttraits\tsuccess_status\tnote\n"
                             "GET\t/info\tSystemInfo\tinfo\tINFO\t<=1.24\tcurrent\tyes\t-\t200\t-\n" +
                             std::string(GetParam().row) + "\n";
    try {
        std::ignore = Catalogue::load(
            Catalogue::parseOperations(text, "operations.tsv"),
            Catalogue::parseUngoverned("section\treason\ndebug\tprofiler\n", "ungoverned.tsv"));
        FAIL() << "accepted";
    } catch (const conformance::TableError& error) {
        EXPECT_EQ(std::string(error.what()), "operations.tsv:3: " + std::string(GetParam().error));
    }
}

const BadRow badRows[] = {
    {"duplicate-id", "GET\t/info/x\tSystemInfo\tinfo\tINFO\t1.30\tcurrent\tyes\t-\t200\t-",
     "'SystemInfo' is in line 2 already"},
    {"duplicate-route", "GET\t/info\tOther\tinfo\tINFO\t1.30\tcurrent\tyes\t-\t200\t-",
     "'GET /info' is in line 2 already"},
    {"unknown-trait", "GET\t/x\tX\tx\tX\t1.30\tcurrent\tyes\thijak\t200\t-", "unknown trait 'hijak'"},
    {"unknown-method", "FETCH\t/x\tX\tx\tX\t1.30\tcurrent\tyes\t-\t200\t-", "unknown method 'FETCH'"},
    {"no-variable", "GET\t/x\tX\tx\t-\t1.30\tcurrent\tyes\t-\t200\t-",
     "the section 'x' has no variable; name it, or list the section in ungoverned.tsv"},
    {"governed-and-listed", "GET\t/debug\tX\tdebug\tDEBUG\t1.30\tcurrent\tyes\t-\t200\t-",
     "the section 'debug' has the variable DEBUG but is listed in ungoverned.tsv"},
    {"two-variables", "GET\t/info/x\tX\tinfo\tOTHER\t1.30\tcurrent\tyes\t-\t200\t-",
     "the section 'info' has another variable elsewhere: INFO"},
    {"wrong-section", "GET\t/x/y\tX\ty\tY\t1.30\tcurrent\tyes\t-\t200\t-",
     "the section of '/x/y' is 'x', not 'y'"},
    {"bad-version", "GET\t/x\tX\tx\tX\t1,30\tcurrent\tyes\t-\t200\t-",
     "'1,30' is not an API version such as 1.44"},
    {"bad-status", "GET\t/x\tX\tx\tX\t1.30\tcurrent\tyes\t-\t2oo\t-", "'2oo' is not a number"},
    {"until-before-since", "GET\t/x\tX\tx\tX\t1.30\t1.29\tyes\t-\t200\t-", "'until' is before 'since'"},
    {"from-the-future", "GET\t/x\tX\tx\tX\t1.99\tcurrent\tyes\t-\t200\t-",
     "'since' is after the newest version the suite knows"},
    {"maybe-documented", "GET\t/x\tX\tx\tX\t1.30\tcurrent\tmaybe\t-\t200\t-",
     "in_swagger is yes or no, not 'maybe'"},
    {"no-name", "GET\t/x\t-\tx\tX\t1.30\tcurrent\tyes\t-\t200\t-", "an operation must have a name"},
};

INSTANTIATE_TEST_SUITE_P(Row, CatalogueRefuses, testing::ValuesIn(badRows), tests::byId);

TEST(Docker, AnswersInItsShape) {
    EXPECT_EQ(dockerBody("GET /v1.44/containers/json?all=1 HTTP/1.1"), "[]");
    EXPECT_EQ(dockerBody("GET /_ping HTTP/1.1"), "OK");
    EXPECT_EQ(dockerBody("HEAD /_ping HTTP/1.1"), "");
    EXPECT_EQ(dockerBody("POST /containers/create HTTP/1.1"), "{}");
    EXPECT_NE(dockerBody("GET /exec/e%31/json HTTP/1.1").find("\"ContainerID\""), std::string::npos);
    EXPECT_EQ(dockerAnswer("GET /containers/json HTTP/1.1", "X: y\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: y\r\nContent-Length: 2\r\n\r\n[]");
}

TEST(Docker, KnowsQuestionsByTheirPattern) {
    const std::vector<std::string> questions{"GET /exec/*/json", "GET /networks/*"};
    for (const char* line :
         {"GET /exec/e1/json HTTP/1.1", "GET /v1.44/exec/e1/json?x HTTP/1.1", "GET /networks/n HTTP/1.1"})
        EXPECT_TRUE(isOneOf(questions, line)) << line;
    for (const char* line : {"POST /exec/e1/json HTTP/1.1", "GET /exec/e1/start HTTP/1.1",
                             "GET /networks HTTP/1.1", "GET /vx/exec/e1/json HTTP/1.1", ""})
        EXPECT_FALSE(isOneOf(questions, line)) << line;
}

} // namespace
