// Where the proxy is deliberately stricter than Tecnativa/docker-socket-proxy: one test a row of the
// table in docs/rules.md, each showing first that the measured rules of the original let the request pass.
#include "proxy/policy/explain.h"
#include "tests/proxy/policy/rows.h"
#include "tests/proxy/policy/upstream.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace proxy::policy {
namespace {

using enum Variable;

void expectStricter(Grants granted, std::string_view method, std::string_view path, Rule rule) {
    EXPECT_TRUE(upstreamAllows(granted, method, path)) << path << ": the original is as strict";
    const Verdict verdict = Policy(granted).decide(method, path);
    EXPECT_FALSE(verdict.allowed) << path;
    EXPECT_EQ(verdict.rule, rule) << path;
}

TEST(Strict, S1WholeSegmentsOnly) {
    expectStricter({containers}, "GET", "/containersfoo", Rule::wholeSegment);
    expectStricter({containers}, "GET", "/v1.41/containersfoo/json", Rule::wholeSegment);
    expectStricter({info}, "GET", "/infoxyz", Rule::wholeSegment);
    expectStricter({ping}, "GET", "/_pingfoo", Rule::wholeSegment);
    expectStricter({version}, "GET", "/version.json", Rule::wholeSegment);
}

TEST(Strict, S2CaseSensitive) {
    expectStricter({containers}, "GET", "/CONTAINERS/json", Rule::caseSensitive);
    expectStricter({containers}, "GET", "/V1.41/containers/json", Rule::caseSensitive);
    expectStricter({containers}, "GET", "/v1.41/Containers/json", Rule::caseSensitive);
    expectStricter({containers}, "GET", "/V1.41/containersfoo", Rule::caseSensitive);
}

TEST(Strict, S2CaseSensitiveActions) {
    expectStricter({allowStart, post}, "POST", "/containers/x/START", Rule::section);
    expectStricter({allowStart, post}, "POST", "/Containers/x/start", Rule::caseSensitive);
}

TEST(Strict, S3CleanPathsOnly) {
    for (const std::string_view path : {"/info/../images/json", "/info/..", "/info/.", "/info//x",
                                        "/info/./x", "/info/x/../y", "/info//", "/info/../"})
        expectStricter({info}, "GET", path, Rule::cleanPath);
    expectStricter({containers}, "GET", "/containers/../images/json", Rule::cleanPath);
    for (const std::string_view path : {"//info", "/./info", "/../info", "//", "/.", "/.."})
        EXPECT_EQ(Policy({info}).decide("GET", path).rule, Rule::cleanPath) << path;
}

TEST(Strict, S3HoldsBeforeEveryGrant) {
    const Verdict verdict = Policy(allGrants()).decide("POST", "/containers/x/../create");
    EXPECT_FALSE(verdict.allowed);
    EXPECT_TRUE(verdict.wouldAllow.empty());
}

TEST(Strict, S4LastSegmentIsTheOperation) {
    expectStricter({allowStart, post}, "POST", "/containers/x/start/exec", Rule::lastSegment);
    expectStricter({allowStart, post}, "POST", "/v1.41/containers/x/start/update", Rule::lastSegment);
    expectStricter({allowStart, post}, "POST", "/containers/x/startle", Rule::lastSegment);
    expectStricter({allowStop, post}, "POST", "/containers/x/stop/", Rule::lastSegment);
    expectStricter({allowRestarts, post}, "POST", "/containers/x/kill/attach", Rule::lastSegment);
    EXPECT_EQ(idOf(Policy({}).decide("POST", "/containers/x/start/exec").operation), "ContainerExec");
    EXPECT_TRUE(Policy({containers, post}).decide("POST", "/containers/x/start/exec").allowed);
}

TEST(Strict, S5AttachByWebsocketNeedsPost) {
    expectStricter({containers}, "GET", "/containers/x/attach/ws", Rule::attachWs);
    expectStricter({containers}, "GET", "/v1.41/containers/web/db/attach/ws", Rule::attachWs);
    EXPECT_EQ(Policy({containers}).decide("GET", "/containers/x/attach/ws").wouldAllow, Grants{post});
    EXPECT_EQ(Policy({}).decide("GET", "/containers/x/attach/ws").wouldAllow, (Grants{containers, post}));
    EXPECT_FALSE(Policy({post}).decide("GET", "/containers/x/attach/ws").allowed);
    EXPECT_TRUE(Policy({containers, post}).decide("GET", "/containers/x/attach/ws").allowed);
}

TEST(Strict, S6NoControlOctets) {
    using namespace std::string_view_literals;
    for (const std::string_view path :
         {"/containers/a\0b/json"sv, "/containers/a\rb/json"sv, "/containers/a\nb/json"sv,
          "/containers/a\x1F"sv, "/containers/a\x7F"sv, "\t"sv}) {
        const Verdict verdict = Policy(allGrants()).decide("GET", path);
        EXPECT_FALSE(verdict.allowed);
        EXPECT_EQ(verdict.rule, Rule::controlOctet);
        EXPECT_TRUE(verdict.wouldAllow.empty());
    }
    EXPECT_TRUE(Policy(allGrants()).decide("GET", "/containers/a b/json").allowed);
}

TEST(Strict, S7TunnelsAreKnownAsSuch) {
    const Policy policy({grpc, session, containers, exec, post});
    for (const std::string_view path : {"/grpc", "/session", "/v1.41/containers/x/attach", "/exec/x/start"}) {
        const Verdict verdict = policy.decide("POST", path);
        EXPECT_TRUE(verdict.allowed) << path;
        ASSERT_NE(verdict.operation, nullptr) << path;
        EXPECT_TRUE(verdict.operation->hijack) << path;
    }
    EXPECT_TRUE(policy.decide("GET", "/containers/x/attach/ws").operation->hijack);
    EXPECT_FALSE(policy.decide("POST", "/containers/x/exec").operation->hijack);
}

TEST(Strict, S8DenialsAreTheDaemonsErrorSchema) {
    std::array<char, maxDenialSize> space{};
    const auto body = writeDenial(Policy({}).decide("GET", "/info"), "GET", "/info", space);
    EXPECT_TRUE(body.starts_with(R"({"message":")")) << body;
    EXPECT_TRUE(body.ends_with(R"("})")) << body;
}

// Seen on engine 20.10.24: POST /v1.23/containers/x/start with {"Binds": ["/:/host"], "PidMode": "host"} in
// its body starts the container with both.
TEST(Strict, S9AStartBringsNoConfiguration) {
    for (const std::string_view version : {"/v1.23", "/v1.12", "/v1", "/v1.", "/v.", "/v0.99", "/v1..44",
                                           "/v1.023", "/v.1.44", "/v1.23.99", "/v00001.0023"}) {
        const std::string path = std::string(version) + "/containers/x/start";
        expectStricter({allowStart, post}, "POST", path, Rule::startConfig);
        EXPECT_EQ(Policy({allowStart, post}).decide("POST", path).wouldAllow, Grants{containers});
        EXPECT_TRUE(Policy({containers, post}).decide("POST", path).allowed) << "which may create containers";
    }
    for (const std::string_view version :
         {"", "/v1.24", "/v1.24.0", "/v01.024", "/v1.44", "/v1.100", "/v2", "/v2.0"}) {
        const std::string path = std::string(version) + "/containers/x/start";
        EXPECT_TRUE(Policy({allowStart, post}).decide("POST", path).allowed) << path;
    }
    EXPECT_TRUE(Policy({allowStop, post}).decide("POST", "/v1.23/containers/x/stop").allowed);
    EXPECT_TRUE(Policy({allowRestarts, post}).decide("POST", "/v1.23/containers/x/restart").allowed);
    const Verdict huge =
        Policy({allowStart, post}).decide("POST", "/v1.99999999999999999999/containers/x/start");
    EXPECT_FALSE(huge.allowed) << "what a daemon would make of it is not our guess";
}

} // namespace
} // namespace proxy::policy
