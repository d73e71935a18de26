#include "proxy/policy/explain.h"
#include "tests/proxy/policy/rows.h"

#include <gtest/gtest.h>

#include <array>

namespace proxy::policy {
namespace {

using enum Variable;

std::string denial(Grants granted, std::string_view method, std::string_view path, std::string_view target) {
    std::array<char, maxDenialSize> space{};
    return std::string(writeDenial(Policy(granted).decide(method, path), method, target, space));
}

std::string denial(Grants granted, std::string_view method, std::string_view path) {
    return denial(granted, method, path, path);
}

TEST(Denial, namesOperationVariablesAndRule) {
    EXPECT_EQ(
        denial({}, "POST", "/containers/create"),
        R"({"message":"docker-socket-proxy: ContainerCreate (POST /containers/create) is not granted; )"
        R"(it would be with CONTAINERS=1 and POST=1 or ALLOW_OPERATIONS=ContainerCreate [tecnativa.post]"})");
}

TEST(Denial, listsTheWaysThereAre) {
    EXPECT_EQ(denial({}, "POST", "/containers/x/start"),
              R"({"message":"docker-socket-proxy: ContainerStart (POST /containers/x/start) is not granted; )"
              R"(it would be with POST=1 and one of CONTAINERS=1, ALLOW_START=1, or with )"
              R"(ALLOW_OPERATIONS=ContainerStart [tecnativa.post]"})");
}

TEST(Denial, saysWhenNothingGrantsIt) {
    EXPECT_EQ(denial({}, "GET", "/libpod/info"),
              R"({"message":"docker-socket-proxy: GET /libpod/info is not granted, )"
              R"(and no variable grants it [tecnativa.unknown]"})");
}

TEST(Denial, givesTheReasonOfAStrictRule) {
    EXPECT_EQ(
        denial({}, "GET", "/info/../x", "/info/%2e%2e/x"),
        R"({"message":"docker-socket-proxy: GET /info/%2e%2e/x is not granted: the path holds //, /./ or /../, )"
        R"(which the daemon would reinterpret [strict.clean_path]"})");
}

TEST(Denial, escapesWhatTheClientChose) {
    EXPECT_EQ(denial({}, "G\"T", "/x", "/\"\\\n\xC3\x7F?a=b"),
              R"({"message":"docker-socket-proxy: G\"T /\"\\%0A%C3%7F?a=b is not granted, )"
              R"(and no variable grants it [tecnativa.post]"})");
}

TEST(Denial, cutsWhatIsLong) {
    const std::string path = "/info/" + std::string(100'000, 'x');
    const std::string body = denial({}, "GET", path);
    EXPECT_LT(body.size(), 512U);
    EXPECT_TRUE(body.ends_with(R"(x... is not granted; it would be with INFO=1 [tecnativa.section]"})"))
        << body;
}

TEST(Denial, cutsNoEscapeInHalf) {
    for (std::size_t length = 240; length < 270; ++length) {
        const std::string body = denial({}, "GET", "/x", std::string(length, 'x') + std::string(300, '"'));
        EXPECT_NE(body.find("... is not granted"), std::string::npos);
        EXPECT_EQ(body.find("\\..."), std::string::npos) << body;
    }
}

TEST(Denial, alwaysFits) {
    const std::string longest(300, '\\');
    const auto expectFits = [&](const Verdict& verdict) {
        std::array<char, maxDenialSize> space{};
        const auto body = writeDenial(verdict, longest, longest, space);
        EXPECT_TRUE(body.ends_with("]\"}")) << body;
    };
    for (const Operation& operation : operations())
        for (const RuleFacts& rule : rules)
            expectFits({.rule = rule.rule, .operation = &operation, .byName = true});
    const Policy policy(Access{.dialect = Dialect::linuxserver, .grants = {}});
    for (const std::string_view path :
         {"/containers/x/stop", "/pods/x/stop", "/libpod/containers/x/stop", "/libpod/pods/x/stop"})
        expectFits(policy.decide("POST", path));
}

TEST(Alternatives, ofEveryShape) {
    const auto ways = [](Grants granted, std::string_view method, std::string_view path) {
        return alternatives(Policy(granted).decide(method, path));
    };
    EXPECT_EQ(ways({}, "GET", "/info"), "INFO=1 or ALLOW_OPERATIONS=SystemInfo");
    EXPECT_EQ(ways({}, "POST", "/auth"), "AUTH=1 and POST=1 or ALLOW_OPERATIONS=SystemAuth");
    EXPECT_EQ(ways({}, "GET", "/debug/vars"), "ALLOW_OPERATIONS=debugVars");
    EXPECT_EQ(ways({info}, "POST", "/info"), "POST=1");
    EXPECT_EQ(ways({post}, "POST", "/containers/x/start"),
              "one of CONTAINERS=1, ALLOW_START=1, or with ALLOW_OPERATIONS=ContainerStart");
    EXPECT_EQ(ways({post}, "POST", "/v1.23/containers/x/start"), "CONTAINERS=1");
    EXPECT_EQ(ways({post}, "POST", "/containers/x/kill"),
              "one of CONTAINERS=1, ALLOW_RESTARTS=1, or with ALLOW_OPERATIONS=ContainerKill");
    EXPECT_EQ(ways({}, "POST", "/containers/x/stop"),
              "POST=1 and one of CONTAINERS=1, ALLOW_STOP=1, ALLOW_RESTARTS=1, or with "
              "ALLOW_OPERATIONS=ContainerStop");
    EXPECT_EQ(ways({allowStart}, "POST", "/containers/x/start"), "POST=1 or ALLOW_OPERATIONS=ContainerStart");
    EXPECT_EQ(ways({}, "GET", "/"), "");
    EXPECT_EQ(ways({info}, "GET", "/info"), "");
}

// Whatever is listed is true: each way alone opens the request.
TEST(Alternatives, areTrue) {
    for (const std::string_view action : {"start", "stop", "restart", "kill", "pause"}) {
        const std::string path = "/containers/x/" + std::string(action);
        const std::string ways = alternatives(Policy({}).decide("POST", path));
        for (const Variable way : {containers, allowStart, allowStop, allowRestarts}) {
            const bool listed = ways.find(std::string(facts(way).name) + "=1") != std::string::npos;
            EXPECT_EQ(Policy({post, way}).decide("POST", path).allowed, listed)
                << path << " " << facts(way).name;
        }
    }
}

TEST(Explain, aDenial) {
    EXPECT_EQ(explain(Policy({}).decide("POST", "/exec/x/start"), "POST", "/exec/x/start"),
              "denied: POST /exec/x/start\n"
              "operation: ExecStart\n"
              "rule: tecnativa.post, methods besides GET and HEAD need POST=1\n"
              "allowed with: EXEC=1 and POST=1 or ALLOW_OPERATIONS=ExecStart\n");
}

TEST(Explain, whatNothingAllows) {
    EXPECT_EQ(explain(Policy({}).decide("GET", "/"), "GET", "/"),
              "denied: GET /\n"
              "operation: none that the daemon knows\n"
              "rule: tecnativa.unknown, no variable grants what is outside the known sections\n"
              "allowed with: nothing\n");
}

TEST(Explain, anAllowance) {
    EXPECT_EQ(
        explain(Policy({ping}).decide("GET", "/_ping"), "GET", "/_ping"),
        "allowed: GET /_ping\n"
        "operation: SystemPing\n"
        "rule: tecnativa.section, the variable named like the first path segment governs the section\n");
}

TEST(Explain, whatPassesForLearningOnly) {
    EXPECT_EQ(explain(Policy(Access{.grants = {}, .learn = true}).decide("GET", "/info"), "GET", "/info"),
              "learned: GET /info\n"
              "operation: SystemInfo\n"
              "rule: tecnativa.section, the variable named like the first path segment governs the section\n"
              "passes while LEARN=1 only, which is logged\n"
              "allowed with: INFO=1 or ALLOW_OPERATIONS=SystemInfo\n");
}

TEST(Rules, haveStableNames) {
    for (const RuleFacts& rule : rules) {
        EXPECT_EQ(&facts(rule.rule), &rule);
        const std::string_view family = rule.name.substr(0, rule.name.find('.'));
        EXPECT_TRUE(family == "strict" || family == "operations" || dialectNamed(family)) << rule.name;
        EXPECT_FALSE(rule.sentence.empty() || rule.sentence.ends_with('.')) << rule.name;
    }
}

} // namespace
} // namespace proxy::policy
