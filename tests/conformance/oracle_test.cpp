// The oracle against oracle.tsv, one test a row.
#include "conformance/oracle.h"
#include "conformance/settings.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
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

// ---- By an operation's name: docs/rules.md#by-an-operations-name ------------------------------------------

struct NamedRow {
    const char* id;
    Environment environment;
    const char* method;
    const char* target;
    const char* answer;
};

// clang-format off
const NamedRow named[] = {
    {"allowed", {{"ALLOW_OPERATIONS", "ContainerList"}}, "GET", "/v1.41/containers/json?all=1", "allow"},
    {"allowed-with-slash", {{"ALLOW_OPERATIONS", "ImageInspect"}}, "GET", "/images/a%2Fb/json", "allow"},
    {"allowed-without-post", {{"ALLOW_OPERATIONS", "ContainerCreate"}}, "POST", "/containers/create", "allow"},
    {"allowed-and-no-other", {{"ALLOW_OPERATIONS", "ContainerList"}}, "GET", "/containers/x/json", "deny"},
    {"allowed-by-another-method", {{"ALLOW_OPERATIONS", "ContainerList"}}, "HEAD", "/containers/json", "deny"},
    {"allowed-but-unclean", {{"ALLOW_OPERATIONS", "ContainerInspect"}}, "GET", "/containers/../x/json", "deny"},
    {"allowed-but-control", {{"ALLOW_OPERATIONS", "ContainerInspect"}}, "GET", "/containers/%0a/json", "reject"},
    {"allowed-websocket", {{"ALLOW_OPERATIONS", "ContainerAttachWebsocket"}}, "GET", "/containers/x/attach/ws", "allow"},
    {"allowed-start", {{"ALLOW_OPERATIONS", "ContainerStart"}}, "POST", "/v1.24/containers/x/start", "allow"},
    {"allowed-old-start", {{"ALLOW_OPERATIONS", "ContainerStart"}}, "POST", "/v1.23/containers/x/start", "deny"},
    {"allowed-old-start-by-section", {{"ALLOW_OPERATIONS", "ContainerStart"}, {"CONTAINERS", "1"}, {"POST", "1"}}, "POST", "/v1.23/containers/x/start", "allow"},
    {"allowed-old-stop", {{"ALLOW_OPERATIONS", "ContainerStop"}}, "POST", "/v1.23/containers/x/stop", "allow"},
    {"allowed-asterisk", {{"ALLOW_OPERATIONS", "optionsAsterisk"}}, "OPTIONS", "*", "allow"},
    {"denied", {{"DENY_OPERATIONS", "ContainerLogs"}, {"CONTAINERS", "1"}}, "GET", "/containers/a/b/logs", "deny"},
    {"denied-and-no-other", {{"DENY_OPERATIONS", "ContainerLogs"}, {"CONTAINERS", "1"}}, "GET", "/containers/a/json", "allow"},
    {"denied-beginning", {{"DENY_OPERATIONS", "ContainerArchive*"}, {"CONTAINERS", "1"}}, "HEAD", "/containers/a/archive", "deny"},
    {"denied-first", {{"DENY_OPERATIONS", "ContainerList"}, {"ALLOW_OPERATIONS", "ContainerList"}}, "GET", "/containers/json", "deny"},
    {"learn", {{"LEARN", "1"}}, "POST", "/containers/create", "allow"},
    {"learn-denied", {{"LEARN", "1"}, {"DENY_OPERATIONS", "ContainerCreate"}}, "POST", "/containers/create", "deny"},
    {"learn-unclean", {{"LEARN", "1"}}, "GET", "/containers/./json", "deny"},
    {"learn-websocket", {{"LEARN", "1"}}, "GET", "/containers/x/attach/ws", "deny"},
    {"learn-segment", {{"LEARN", "1"}, {"CONTAINERS", "1"}}, "GET", "/containersfoo", "deny"},
};
// clang-format on

class Named : public testing::TestWithParam<NamedRow> {};

TEST_P(Named, Answers) {
    const auto& row = GetParam();
    const auto expectation = Oracle(Dialect::tecnativa, row.environment).judge(row.method, row.target);
    EXPECT_EQ(nameOf(expectation.answer), row.answer) << "by rule " << expectation.rule;
}

INSTANTIATE_TEST_SUITE_P(Row, Named, testing::ValuesIn(named), tests::byId);

// A gate of linuxserver's is no `strict.` rule.
TEST(Named, LearningOpensGates) {
    const Oracle oracle(Dialect::linuxserver, {{"LEARN", "1"}, {"CONTAINERS", "1"}});
    EXPECT_EQ(oracle.judge("GET", "/containers/a/b/logs").answer, conformance::Answer::allow);
}

struct RoutedRow {
    const char* id;
    const char* method;
    const char* path;
    const char* operation;
};

const RoutedRow routedRows[] = {
    {"the-last-segment", "POST", "/containers/x/start/exec", "ContainerExec"},
    {"slashes", "GET", "/networks/a/b", "NetworkInspect"},
    {"no-slashes", "GET", "/services/a/b", ""},
    {"nothing-for-a-name", "DELETE", "/containers/", "ContainerDelete"},
    {"fixed-first", "GET", "/networks/", "getNetworksList"},
    {"fixed-before-a-name", "GET", "/images/get", "ImageGetAll"},
    {"more-fixed-text-first", "DELETE", "/containers/x/checkpoints/y", "deleteContainerCheckpoint"},
    {"one-segment-each", "DELETE", "/containers/a/b/checkpoints/y", "ContainerDelete"},
    {"another-method", "HEAD", "/containers/json", ""},
    {"slash-at-the-end", "GET", "/containers/json/", ""},
    {"any-route", "OPTIONS", "/no/such/route", "optionsHandler"},
    {"asterisk", "OPTIONS", "*", "optionsAsterisk"},
    {"bare-http2", "POST", "/moby.buildkit.v1.Control/Solve", ""},
};

class Routed : public testing::TestWithParam<RoutedRow> {};

TEST_P(Routed, AsByTheDaemon) {
    const auto* operation = conformance::routed(GetParam().method, GetParam().path);
    EXPECT_EQ(operation == nullptr ? "" : operation->id, GetParam().operation);
}

INSTANTIATE_TEST_SUITE_P(Row, Routed, testing::ValuesIn(routedRows), tests::byId);

TEST(Operations, AreListedByName) {
    EXPECT_EQ(conformance::operationsNamed(" ContainerList,\tContainerArchive* ,").size(), 3U);
    EXPECT_TRUE(conformance::operationsNamed(" ").empty());
    for (const char* bad :
         {"containerlist", "List", "*", "Container*List", "Content.Abort", "ContainerList x"})
        EXPECT_THROW(std::ignore = conformance::operationsNamed(bad), std::invalid_argument) << bad;
}

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

std::string listError(const std::string& row) {
    try {
        std::ignore = conformance::listedSettings(
            conformance::parseLists("id\tgranted\tallowed\tdenied\tabout\n" + row, "by-name.tsv"),
            Dialect::tecnativa);
    } catch (const conformance::TableError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Settings, ByNameAreDistinct) {
    std::set<std::string> ids;
    for (const auto& settings : conformance::namedSettings(Dialect::linuxserver))
        EXPECT_TRUE(ids.insert(settings.id).second) << settings.id;
    for (const char* id : {"only.ContainerList", "but.optionsAsterisk", "list.learn"})
        EXPECT_TRUE(ids.contains(id)) << id;
    EXPECT_FALSE(ids.contains("only.Content.Abort"));
}

TEST(Settings, RefuseBrokenLists) {
    EXPECT_EQ(listError("x\teverything\t-\tContainerList\tX\n"), "accepted");
    EXPECT_EQ(listError("x\tIAMGES\t-\t-\tX\n"), "by-name.tsv:2: unknown variable 'IAMGES'");
    EXPECT_EQ(listError("x\t-\tContainerLits\t-\tX\n"), "by-name.tsv:2: 'ContainerLits' names no operation");
    EXPECT_EQ(listError("x\t-\t-\t-\tX\nx\t-\t-\t-\tX\n"), "by-name.tsv:3: 'x' is listed twice");
}

std::string variablesError(const std::string& row) {
    std::string text(conformance::embeddedTable("variables.tsv"));
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
