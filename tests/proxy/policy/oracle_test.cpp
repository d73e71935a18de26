// The policy against the conformance suite's oracle, in both dialects: written apart from each other, from
// the same rules. Every setting that the suite starts a target with, every path of the catalogue and of
// Podman's API, hostile ones among them, every method.
#include "conformance/oracle.h"
#include "conformance/settings.h"
#include "tests/proxy/policy/rows.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <vector>

namespace proxy::policy {
namespace {

using conformance::Answer;

constexpr std::string_view methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

conformance::Dialect suites(Dialect dialect) {
    return conformance::dialectNamed(nameOf(dialect)).value();
}

Policy policyOf(Dialect dialect, const conformance::Environment& environment) {
    Access access{.dialect = dialect, .grants = Grants::defaults(dialect)};
    for (const auto& [name, value] : environment)
        access.grants.set(variableNamed(name, dialect).value(), conformance::grantOf(value).value());
    return Policy(access);
}

// ---- The oracle's own rows -------------------------------------------------------------------------

// The target's path decoded, as the proxy does before it decides; nothing where the proxy would refuse it.
std::optional<std::string> pathOf(std::string_view target) {
    return conformance::decodedOnce(target.substr(0, target.find('?')));
}

TEST(Oracle, ItsRowsAreAnsweredAlike) {
    std::ifstream file(ORACLE_TABLE);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto table = conformance::parseTable(
        text, ORACLE_TABLE, {"id", "dialect", "grants", "method", "target", "answer", "level"});
    ASSERT_GT(table.rows.size(), 80U);
    for (const auto& row : table.rows) {
        const auto path = pathOf(row.fields[4]);
        if (!path) continue; // http::decodePath's
        conformance::Environment environment;
        for (const auto& grant : conformance::listOf(row.fields[2], ' ')) {
            const auto equals = grant.find('=');
            environment[grant.substr(0, equals)] =
                equals == std::string::npos ? "1" : grant.substr(equals + 1);
        }
        const Policy policy = policyOf(dialectNamed(row.fields[1]).value(), environment);
        EXPECT_EQ(policy.decide(row.fields[3], *path).allowed, row.fields[5] == "allow") << row.fields[0];
    }
}

// ---- Every setting, path and method ----------------------------------------------------------------

std::string filledIn(std::string_view path, std::string_view name) {
    std::string filled(path);
    for (auto at = filled.find('{'); at != std::string::npos; at = filled.find('{'))
        filled.replace(at, filled.find('}') - at + 1, name);
    return filled;
}

void addFilled(std::vector<std::string>& paths, std::string_view path) {
    for (const std::string_view prefix : {"", "/v1.23", "/v1.24", "/v1.57", "/v5.8.0"})
        paths.push_back(std::string(prefix) + filledIn(path, "conformance-1.x_Y"));
    if (path.find('{') == std::string_view::npos) return;
    for (const std::string_view name : {"web/db", "a:b", "start", "logs"})
        paths.push_back(filledIn(path, name));
}

std::vector<std::string> everyPath() {
    std::vector<std::string> paths;
    for (const auto& operation : conformance::Catalogue::builtin().operations())
        addFilled(paths, operation.path);
    for (const std::string_view holder : {"containers", "pods"})
        for (const std::string_view api : {"", "/libpod"})
            for (const std::string_view action :
                 {"start", "stop", "restart", "kill", "pause", "unpause", "archive", "changes", "export",
                  "logs", "top", "json", "attach", "starts", "start/", "logs/", "start/exec", "logs/json"})
                addFilled(paths,
                          std::string(api) + "/" + std::string(holder) + "/{id}/" + std::string(action));
    for (const std::string_view section :
         {"containers", "events", "exec", "generate", "images", "info", "manifests", "networks", "_ping",
          "play", "pods", "secrets", "system", "version", "volumes", "build", "artifacts", "Containers",
          "containersfoo"})
        for (const std::string_view behind : {"", "/", "/json", "/x/json"})
            addFilled(paths, "/libpod/" + std::string(section) + std::string(behind));
    for (const std::string_view hostile :
         {"/", "/libpod", "/libpod/", "/libpodcontainers/json", "/LIBPOD/containers/json",
          "/libpod/libpod/containers/json", "/libpod/v1.41/containers/json", "/v1.41/v1.41/info",
          "/V1.41/info", "/infox", "/INFO", "/pods", "/pods/json", "/libpod//containers/json",
          "/libpod/./containers/json", "/libpod/../containers/json", "/libpod/containers/x/../logs",
          "/containers/x/logs/../json"})
        addFilled(paths, hostile);
    return paths;
}

class AgainstTheOracle : public testing::TestWithParam<Dialect> {};

TEST_P(AgainstTheOracle, EveryVerdictIsTheSame) {
    const auto paths = everyPath();
    std::size_t verdicts = 0;
    for (const auto& settings : conformance::allSettings(suites(GetParam()))) {
        const Policy policy = policyOf(GetParam(), settings.environment);
        const conformance::Oracle oracle(suites(GetParam()), settings.environment);
        for (const std::string& path : paths)
            for (const std::string_view method : methods) {
                ++verdicts;
                const auto expected = oracle.judge(method, path);
                if (policy.decide(method, path).allowed != (expected.answer == Answer::allow))
                    ADD_FAILURE() << settings.id << ": " << method << " " << path << " must be "
                                  << nameOf(expected.answer) << ": " << expected.rule;
                if (HasFailure()) return; // one shows the pattern
            }
    }
    EXPECT_GT(verdicts, 800'000U);
}

// Whatever a denial says would allow a request, alone does.
TEST_P(AgainstTheOracle, WhatWouldAllowIsTrueAndMinimal) {
    const auto paths = everyPath();
    for (const auto& settings : conformance::allSettings(suites(GetParam()))) {
        const Access access = policyOf(GetParam(), settings.environment).access();
        const auto allowedWith = [&](Grants more, std::string_view method, const std::string& path) {
            Access wider = access;
            wider.grants = wider.grants | more;
            return Policy(wider).decide(method, path).allowed;
        };
        for (const std::string& path : paths)
            for (const std::string_view method : {"GET", "POST"}) {
                const Verdict verdict = Policy(access).decide(method, path);
                for (const Alternative& way : verdict.missing) {
                    EXPECT_TRUE(allowedWith(way.all, method, path)) << settings.id << " " << path;
                    for (const Variable variable : way.all)
                        EXPECT_FALSE(allowedWith(way.all - Grants{variable}, method, path))
                            << settings.id << " " << path << " " << facts(variable).name;
                }
                EXPECT_EQ(verdict.missing.empty(),
                          verdict.allowed || !allowedWith(allGrants(GetParam()), method, path))
                    << settings.id << " " << path;
                if (HasFailure()) return;
            }
    }
}

INSTANTIATE_TEST_SUITE_P(Of, AgainstTheOracle, testing::Values(Dialect::tecnativa, Dialect::linuxserver),
                         [](const auto& row) { return std::string(nameOf(row.param)); });

} // namespace
} // namespace proxy::policy
