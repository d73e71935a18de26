// What is allowed and denied by an operation's name, and how such names are read.
#include "proxy/policy/explain.h"
#include "tests/proxy/policy/rows.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <array>

namespace proxy::policy {
namespace {

using enum Variable;

OperationSet named(std::string_view list) {
    const OperationPatterns parsed = parseOperations(list);
    EXPECT_TRUE(parsed.mistakes.empty()) << list << ": " << parsed.mistakes.front();
    return parsed.operations;
}

struct Row {
    std::string_view id;
    Grants granted;
    std::string_view allowed;
    std::string_view denied;
    std::string_view method;
    std::string_view path;
    bool passes;
    Rule rule;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.method << " " << row.path << " with " << row.granted << ", allowed " << row.allowed
               << ", denied " << row.denied;
}

constexpr bool allow = true;
constexpr bool deny = false;

// clang-format off
const Row table[] = {
    {"allowed", {}, "ContainerList", "", "GET", "/v1.41/containers/json", allow, Rule::operationsAllowed},
    {"allowed-and-no-other", {}, "ContainerList", "", "GET", "/containers/x/json", deny, Rule::section},
    {"allowed-without-post", {}, "ContainerCreate", "", "POST", "/containers/create", allow, Rule::operationsAllowed},
    {"allowed-with-slashes", {}, "ImageInspect", "", "GET", "/images/a/b:1/json", allow, Rule::operationsAllowed},
    {"allowed-not-by-another-method", {}, "ContainerList", "", "HEAD", "/containers/json", deny, Rule::section},
    {"allowed-websocket", {}, "ContainerAttachWebsocket", "", "GET", "/containers/x/attach/ws", allow, Rule::operationsAllowed},
    {"allowed-but-unclean", {}, "ContainerList", "", "GET", "/containers/./json", deny, Rule::cleanPath},
    {"allowed-but-control", {}, "ContainerInspect", "", "GET", "/containers/a\nb/json", deny, Rule::controlOctet},
    {"allowed-start", {}, "ContainerStart", "", "POST", "/v1.24/containers/x/start", allow, Rule::operationsAllowed},
    {"allowed-start-of-an-old-api", {}, "ContainerStart", "", "POST", "/v1.23/containers/x/start", deny, Rule::startConfig},
    {"allowed-start-of-an-old-api-by-section", {containers, post}, "ContainerStart", "", "POST", "/v1.23/containers/x/start", allow, Rule::section},
    {"allowed-stop-of-an-old-api", {}, "ContainerStop", "", "POST", "/v1.23/containers/x/stop", allow, Rule::operationsAllowed},
    {"allowed-opens-no-unknown-route", {}, "ContainerList ImageList", "", "GET", "/libpod/containers/json", deny, Rule::unknown},
    {"allowed-what-has-no-variable", {}, "debugVars", "", "GET", "/debug/vars", allow, Rule::operationsAllowed},
    {"denied", {containers}, "", "ContainerLogs", "GET", "/containers/x/logs", deny, Rule::operationsDenied},
    {"denied-and-no-other", {containers}, "", "ContainerLogs", "GET", "/containers/x/json", allow, Rule::section},
    {"denied-in-every-spelling", {containers}, "", "ContainerLogs", "GET", "/v1.41/containers/a/b/logs", deny, Rule::operationsDenied},
    {"denied-before-an-action", {post, allowStart}, "", "ContainerStart", "POST", "/containers/x/start", deny, Rule::operationsDenied},
    {"denied-before-allowed", {}, "ContainerList", "ContainerList", "GET", "/containers/json", deny, Rule::operationsDenied},
    {"denied-before-the-method", {}, "", "ContainerCreate", "POST", "/containers/create", deny, Rule::operationsDenied},
    {"denied-but-unclean", {containers}, "", "ContainerList", "GET", "/containers//json", deny, Rule::cleanPath},
};
// clang-format on

class ByName : public testing::TestWithParam<Row> {};

TEST_P(ByName, AsTheTableSays) {
    const Row& row = GetParam();
    const Policy policy(
        Access{.grants = row.granted, .allowed = named(row.allowed), .denied = named(row.denied)});
    const Verdict verdict = policy.decide(row.method, row.path);
    EXPECT_EQ(verdict.allowed, row.passes);
    EXPECT_EQ(verdict.rule, row.rule);
}

INSTANTIATE_TEST_SUITE_P(Row, ByName, testing::ValuesIn(table), tests::byId);

TEST(ByName, ADenialSaysWhoDenies) {
    const Policy policy(Access{.grants = {containers}, .denied = named("ContainerLogs")});
    std::array<char, maxDenialSize> space{};
    EXPECT_EQ(writeDenial(policy.decide("GET", "/containers/x/logs"), "GET", "/containers/x/logs", space),
              R"({"message":"docker-socket-proxy: ContainerLogs (GET /containers/x/logs) is not granted: )"
              R"(DENY_OPERATIONS names the operation, whatever else is granted [operations.denied]"})");
    EXPECT_EQ(alternatives(policy.decide("GET", "/containers/x/logs")), "");
}

TEST(ByName, ADenialNamesBothWays) {
    std::array<char, maxDenialSize> space{};
    EXPECT_EQ(writeDenial(Policy({}).decide("GET", "/containers/json"), "GET", "/containers/json", space),
              R"({"message":"docker-socket-proxy: ContainerList (GET /containers/json) is not granted; )"
              R"(it would be with CONTAINERS=1 or ALLOW_OPERATIONS=ContainerList [tecnativa.section]"})");
}

// Each operation is opened by the name that its denial gives.
TEST(ByName, WhatADenialNamesOpens) {
    for (const Operation& operation : operations()) {
        const std::string path = samplePath(operation);
        const Verdict denied = Policy({}).decide(operation.method, path);
        ASSERT_TRUE(denied.byName) << operation.id;
        const Policy policy(Access{.grants = {}, .allowed = named(denied.operation->id)});
        EXPECT_TRUE(policy.decide(operation.method, path).allowed) << operation.id;
    }
}

TEST(ByName, PodmansTwinsStayOpenAndAreNamed) {
    const Access access{.dialect = Dialect::linuxserver,
                        .grants = {libpodContainers, allowStart, images},
                        .denied = named("ContainerList ContainerStart ContainerDelete ImageList")};
    EXPECT_EQ(openTwins(access), named("ContainerList ContainerStart"));
    Access other = access;
    other.dialect = Dialect::tecnativa;
    EXPECT_TRUE(openTwins(other).empty());
    const Access playing{
        .dialect = Dialect::linuxserver, .grants = {libpodPlay, post}, .denied = named("Container*")};
    EXPECT_EQ(openTwins(playing), named("ContainerCreate"));
}

// ---- Learning --------------------------------------------------------------------------------------

TEST(Learning, WhatTheGrantsWouldDenyPassesAndIsTold) {
    const Policy policy(Access{.grants = {}, .learn = true});
    const Verdict verdict = policy.decide("GET", "/containers/json");
    EXPECT_TRUE(verdict.allowed);
    EXPECT_TRUE(verdict.learned);
    EXPECT_EQ(verdict.rule, Rule::section);
    EXPECT_EQ(verdict.wouldAllow, Grants{containers});
    EXPECT_TRUE(policy.decide("POST", "/containers/create").learned);
    EXPECT_TRUE(policy.decide("GET", "/debug/vars").learned);
}

TEST(Learning, WhatIsGrantedIsNotLearned) {
    const Verdict verdict =
        Policy(Access{.grants = {containers}, .learn = true}).decide("GET", "/containers/json");
    EXPECT_TRUE(verdict.allowed);
    EXPECT_FALSE(verdict.learned);
}

TEST(Learning, NothingStrictIsRelaxedAndNoDenialByName) {
    const Policy policy(
        Access{.grants = {containers, allowStart}, .denied = named("ContainerLogs"), .learn = true});
    for (const std::string_view path : {"/containers/../info", "/containers/a\nb/json", "/CONTAINERS/json",
                                        "/containersfoo", "/containers/x/attach/ws", "/containers/x/logs"}) {
        const Verdict verdict = policy.decide("GET", path);
        EXPECT_FALSE(verdict.allowed) << path;
        EXPECT_FALSE(verdict.learned) << path;
    }
}

// The first rule that denies may be another, the method's above all.
TEST(Learning, WhatIsStrictIsNotLearnedWhateverElseIsLacking) {
    for (const Dialect dialect : {Dialect::tecnativa, Dialect::linuxserver})
        for (const Grants granted : {Grants{}, Grants{post}, Grants{images}})
            for (const auto& [path, rule] : {std::pair("/v1.23/containers/x/start", Rule::startConfig),
                                             std::pair("/CONTAINERS/x/exec", Rule::caseSensitive),
                                             std::pair("/V1.41/containers/x/exec", Rule::caseSensitive),
                                             std::pair("/containersfoo", Rule::wholeSegment)}) {
                const Policy policy(Access{.dialect = dialect, .grants = granted, .learn = true});
                const Verdict verdict = policy.decide("POST", path);
                EXPECT_FALSE(verdict.allowed) << path << " with " << granted;
                EXPECT_EQ(verdict.rule, rule) << path << " with " << granted;
            }
    const Access bySection{.grants = {containers, post}, .learn = true};
    EXPECT_TRUE(Policy(bySection).decide("POST", "/v1.23/containers/x/start").allowed);
}

// By such paths Podman knows what a name denies: its prefixes are other ones, and its own API has none.
TEST(Learning, WhereNamesAreDeniedWhatHasNoneIsNotLearned) {
    const Access learning{.grants = {}, .learn = true};
    Access denying = learning;
    denying.denied = named("ContainerExec");
    for (const char* path : {"/v5.0.0-dev/containers/x/exec", "/libpod/containers/x/exec", "/nowhere"}) {
        EXPECT_TRUE(Policy(learning).decide("POST", path).learned) << path;
        EXPECT_FALSE(Policy(denying).decide("POST", path).allowed) << path;
    }
    EXPECT_TRUE(Policy(denying).decide("POST", "/containers/create").learned);
}

// ---- Lists of names --------------------------------------------------------------------------------

struct List {
    std::string_view id;
    std::string_view list;
    std::string_view operations;
    std::string_view mistakes;
};

std::ostream& operator<<(std::ostream& out, const List& row) {
    return out << row.list;
}

const List lists[] = {
    {"empty", "", "", ""},
    {"blank", " \t", "", ""},
    {"one", "SystemInfo", "SystemInfo", ""},
    {"blanks", " ContainerList \t SystemInfo ", "ContainerList SystemInfo", ""},
    {"lines", "ContainerList\nSystemInfo\r\n", "ContainerList SystemInfo", ""},
    {"commas", "ContainerList,SystemInfo, ImageList,", "ContainerList ImageList SystemInfo", ""},
    {"beginning", "ContainerArchive*", "ContainerArchiveInfo ContainerArchive", ""},
    {"beginning-whole-name", "SystemInfo*", "SystemInfo", ""},
    {"twice", "SystemInfo SystemInfo", "SystemInfo", ""},
    {"unknown", "ContainerLits", "", "no operation is named 'ContainerLits'; is 'ContainerList' meant?"},
    {"case", "containerlist", "", "no operation is named 'containerlist'; is 'ContainerList' meant?"},
    {"unknown-beginning", "Contaner*", "", "no operation is named 'Contaner*'; is 'ContainerTop' meant?"},
    {"star-in-the-middle", "Container*List", "",
     "no operation is named 'Container*List'; is 'ContainerTop' meant?"},
    {"star-alone", "*", "", "'*' would be every operation: name them"},
    {"no-substring", "List", "", "no operation is named 'List'; is 'NodeList' meant?"},
    {"one-of-two", "Nope SystemInfo", "SystemInfo", "no operation is named 'Nope'; is 'NodeList' meant?"},
};

class Lists : public testing::TestWithParam<List> {};

TEST_P(Lists, AreRead) {
    const OperationPatterns parsed = parseOperations(GetParam().list);
    EXPECT_EQ(describe(parsed.operations), GetParam().operations);
    std::string mistakes;
    for (const std::string& mistake : parsed.mistakes) mistakes += mistake;
    EXPECT_EQ(mistakes, GetParam().mistakes);
}

INSTANTIATE_TEST_SUITE_P(Row, Lists, testing::ValuesIn(lists), tests::byId);

} // namespace
} // namespace proxy::policy
