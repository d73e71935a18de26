// The oracle against oracle.tsv, one test a row.
#include "conformance/oracle.h"
#include "conformance/settings.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <tuple>

namespace {

using conformance::Dialect;
using conformance::Environment;
using conformance::Oracle;

struct OracleRow {
    std::string id;
    std::string dialect;
    std::string grants;
    std::string method;
    std::string target;
    std::string answer;
    std::string level;
};

std::vector<OracleRow> rows() {
    std::ifstream file(ORACLE_TABLE);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::vector<OracleRow> all;
    for (const auto& row :
         conformance::parseTable(text, ORACLE_TABLE,
                                 {"id", "dialect", "grants", "method", "target", "answer", "level"})
             .rows) {
        const auto& f = row.fields;
        all.push_back({f[0], f[1], f[2], f[3], f[4], f[5], f[6]});
    }
    return all;
}

Environment environmentOf(const std::string& grants) {
    Environment environment;
    for (const auto& grant : conformance::listOf(grants, ' ')) {
        const auto equals = grant.find('=');
        environment[grant.substr(0, equals)] = equals == std::string::npos ? "1" : grant.substr(equals + 1);
    }
    return environment;
}

class OracleTable : public testing::TestWithParam<OracleRow> {};

TEST_P(OracleTable, Answers) {
    const auto& row = GetParam();
    const Oracle oracle(conformance::dialectNamed(row.dialect).value(), environmentOf(row.grants));
    const auto expectation = oracle.judge(row.method, row.target);
    EXPECT_EQ(nameOf(expectation.answer), row.answer) << "by rule " << expectation.rule;
    EXPECT_EQ(nameOf(expectation.level), row.level) << "by rule " << expectation.rule;
}

INSTANTIATE_TEST_SUITE_P(Row, OracleTable, testing::ValuesIn(rows()), tests::byId);

TEST(OracleValues, GrantAndRevoke) {
    for (const char* yes : {"1", "true", "YES", "On", " 1 "})
        EXPECT_EQ(conformance::grantOf(yes), true) << yes;
    for (const char* no : {"0", "False", "no", "OFF", "", "  "})
        EXPECT_EQ(conformance::grantOf(no), false) << no;
    for (const char* bad : {"2", "-1", "01", "1x", "enable"})
        EXPECT_EQ(conformance::grantOf(bad), std::nullopt) << bad;
}

TEST(Settings, AreDistinctAndNamedOnce) {
    for (const Dialect dialect : {Dialect::tecnativa, Dialect::linuxserver}) {
        std::set<std::string> ids;
        for (const auto& settings : conformance::allSettings(dialect))
            EXPECT_TRUE(ids.insert(settings.id).second) << settings.id;
        for (const char* id : {"defaults", "none.post0", "all.post1", "on.CONTAINERS.post0",
                               "off.CONTAINERS.post1", "allow.START.STOP.RESTARTS.post1", "random.15"})
            EXPECT_TRUE(ids.contains(id)) << id;
    }
}

std::string settingsError(const std::string& row) {
    try {
        std::ignore = conformance::applicationSettings(
            conformance::parseSettings("id\tdialect\tgrants\tapplication\n" + row, "settings.tsv"),
            Dialect::tecnativa);
    } catch (const conformance::TableError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Settings, RefuseBrokenRows) {
    EXPECT_EQ(settingsError("x\ttecnativa\tIAMGES\tX\n"), "settings.tsv:2: unknown variable 'IAMGES'");
    EXPECT_EQ(settingsError("x\ttecnativa\tPOST=2\tX\n"),
              "settings.tsv:2: 'POST=2' neither grants nor revokes");
    EXPECT_EQ(settingsError("x\tother\tPOST\tX\n"), "settings.tsv:2: unknown dialect 'other'");
    EXPECT_EQ(settingsError("x\ttecnativa\tPOST\tX\nx\ttecnativa\tINFO\tX\n"),
              "settings.tsv:3: 'x' is listed twice");
}

std::string variablesError(const std::string& row) {
    std::string text(conformance::embeddedTable("variables"));
    try {
        std::ignore = conformance::Variables::load(conformance::Variables::parse(text + row, "variables.tsv"),
                                                   Dialect::tecnativa, conformance::Catalogue::builtin());
    } catch (const conformance::TableError& error) {
        return std::string(error.what()).substr(std::string(error.what()).find(' ') + 1);
    }
    return "accepted";
}

TEST(Variables, RefuseBrokenRows) {
    EXPECT_EQ(variablesError("X\tboth\tsection\t0\tx\n"), "accepted");
    EXPECT_EQ(variablesError("X\tboth\tthing\t0\tx\n"), "unknown kind 'thing'");
    EXPECT_EQ(variablesError("X\tboth\tsection\t2\tx\n"), "the default is 0 or 1, not '2'");
    EXPECT_EQ(variablesError("X\tboth\tsection\t0\t/x\n"), "'/x' must not begin with a slash");
    EXPECT_EQ(variablesError("X\tboth\taction\t0\tx\n"), "'x' must begin with a slash");
    EXPECT_EQ(variablesError("POST\tboth\tmethod\t0\t-\n"),
              "the variable POST is listed twice for this dialect");
    EXPECT_EQ(variablesError("X\tother\tsection\t0\tx\n"), "unknown dialect 'other'");
    EXPECT_EQ(variablesError("X\tboth\tsection\t0\tinfo\n"),
              "the section 'info' of SystemInfo has no row with the variable INFO");
}

} // namespace
