// Tecnativa's rules, row by row; where this proxy is stricter is strict_test.cpp.
#include "tests/proxy/policy/rows.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace proxy::policy {
namespace {

using enum Variable;

struct Row {
    std::string_view id;
    Grants granted;
    std::string_view method;
    std::string_view path;
    bool allowed;
    Rule rule;
    std::string_view operation;
    Grants wouldAllow;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.method << " " << row.path << " with " << row.granted;
}

constexpr bool allow = true;
constexpr bool deny = false;

// clang-format off
const Row table[] = {
    // ---- step 1: the method
    {"post-comes-first", {containers, allowStart}, "POST", "/containers/x/start", deny, Rule::post, "ContainerStart", {post}},
    {"post-and-section-missing", {}, "POST", "/containers/create", deny, Rule::post, "ContainerCreate", {containers, post}},
    {"delete-is-no-read", {containers}, "DELETE", "/containers/x", deny, Rule::post, "ContainerDelete", {post}},
    {"put-is-no-read", {volumes}, "PUT", "/volumes/x", deny, Rule::post, "VolumeUpdate", {post}},
    {"options-is-no-read", {containers}, "OPTIONS", "/containers/json", deny, Rule::post, "optionsHandler", {post}},
    {"patch-is-no-read", {containers}, "PATCH", "/containers/json", deny, Rule::post, "", {post}},
    {"methods-are-case-sensitive", {containers}, "get", "/containers/json", deny, Rule::post, "", {post}},
    {"empty-method-is-no-read", {containers}, "", "/containers/json", deny, Rule::post, "", {post}},
    {"post-alone-opens-nothing", {post}, "POST", "/containers/create", deny, Rule::section, "ContainerCreate", {containers}},
    {"any-method-with-post", {post, containers}, "BREW", "/containers/json", allow, Rule::section, "", {}},
    // ---- step 2: ALLOW_RESTARTS
    {"restarts-stop", {post, allowRestarts}, "POST", "/containers/x/stop", allow, Rule::allowRestarts, "ContainerStop", {}},
    {"restarts-restart", {post, allowRestarts}, "POST", "/v1.41/containers/x/restart", allow, Rule::allowRestarts, "ContainerRestart", {}},
    {"restarts-kill", {post, allowRestarts}, "POST", "/containers/x/kill", allow, Rule::allowRestarts, "ContainerKill", {}},
    {"restarts-not-start", {post, allowRestarts}, "POST", "/containers/x/start", deny, Rule::section, "ContainerStart", {allowStart}},
    {"restarts-not-pause", {post, allowRestarts}, "POST", "/containers/x/pause", deny, Rule::section, "ContainerPause", {containers}},
    {"restarts-before-stop", {post, allowRestarts, allowStop, containers}, "POST", "/containers/x/stop", allow, Rule::allowRestarts, "ContainerStop", {}},
    // ---- step 3: ALLOW_START, ALLOW_STOP
    {"start", {post, allowStart}, "POST", "/containers/x/start", allow, Rule::allowStart, "ContainerStart", {}},
    {"start-every-character-of-names", {post, allowStart}, "POST", "/containers/aZ09_.-/start", allow, Rule::allowStart, "ContainerStart", {}},
    {"start-no-other-character", {post, allowStart}, "POST", "/containers/x:y/start", deny, Rule::section, "ContainerStart", {containers}},
    {"start-no-empty-name", {post, allowStart}, "POST", "/containers/start", deny, Rule::section, "", {containers}},
    {"start-not-of-a-slashed-name", {post, allowStart}, "POST", "/containers/web/db/start", deny, Rule::section, "ContainerStart", {containers}},
    {"start-not-of-an-exec", {post, allowStart}, "POST", "/exec/x/start", deny, Rule::section, "ExecStart", {exec}},
    {"start-not-in-a-prefix-of-a-prefix", {post, allowStart}, "POST", "/v1.41/v1.41/containers/x/start", deny, Rule::unknown, "", {}},
    {"start-before-section", {post, allowStart, containers}, "POST", "/containers/x/start", allow, Rule::allowStart, "ContainerStart", {}},
    {"start-by-any-method", {allowStart}, "GET", "/containers/x/start", allow, Rule::allowStart, "", {}},
    {"start-not-stop", {post, allowStart}, "POST", "/containers/x/stop", deny, Rule::section, "ContainerStop", {allowStop}},
    {"stop", {post, allowStop}, "POST", "/containers/x/stop", allow, Rule::allowStop, "ContainerStop", {}},
    {"stop-not-kill", {post, allowStop}, "POST", "/containers/x/kill", deny, Rule::section, "ContainerKill", {allowRestarts}},
    {"nothing-granted-start", {}, "POST", "/containers/x/start", deny, Rule::post, "ContainerStart", {post, allowStart}},
    // ---- step 4: the section
    {"section", {containers}, "GET", "/containers/json", allow, Rule::section, "ContainerList", {}},
    {"section-of-another", {images}, "GET", "/containers/json", deny, Rule::section, "ContainerList", {containers}},
    {"section-with-prefix", {images}, "GET", "/v1.55/images/json", allow, Rule::section, "ImageList", {}},
    {"section-any-digits-and-dots", {info}, "GET", "/v.0..9./info", allow, Rule::section, "SystemInfo", {}},
    {"section-bare", {containers}, "GET", "/containers", allow, Rule::section, "", {}},
    {"section-trailing-slash", {containers}, "GET", "/containers/", allow, Rule::section, "", {}},
    {"section-unknown-operation", {containers}, "GET", "/containers/x/not-yet-invented", allow, Rule::section, "", {}},
    {"section-opens-export", {containers}, "GET", "/containers/x/export", allow, Rule::section, "ContainerExport", {}},
    {"section-opens-exec-create", {containers, post}, "POST", "/containers/x/exec", allow, Rule::section, "ContainerExec", {}},
    {"exec-governs-no-exec-create", {exec, post}, "POST", "/containers/x/exec", deny, Rule::section, "ContainerExec", {containers}},
    {"head-is-a-read", {containers}, "HEAD", "/containers/x/archive", allow, Rule::section, "ContainerArchiveInfo", {}},
    {"head-the-daemon-does-not-route", {containers}, "HEAD", "/containers/json", allow, Rule::section, "", {}},
    {"head-ping", {ping}, "HEAD", "/_ping", allow, Rule::section, "SystemPingHead", {}},
    {"ping-denied", {}, "GET", "/_ping", deny, Rule::section, "SystemPing", {ping}},
    {"name-with-slashes", {images}, "GET", "/images/registry:5000/team/app/json", allow, Rule::section, "ImageInspect", {}},
    {"name-with-octets-above-ascii", {images}, "GET", "/images/\xC3\xA9/json", allow, Rule::section, "ImageInspect", {}},
    {"dots-in-a-name-are-clean", {images}, "GET", "/images/..a/.b./...", allow, Rule::section, "", {}},
    // ---- step 5: anything else
    {"root", {containers}, "GET", "/", deny, Rule::unknown, "", {}},
    {"empty", {containers}, "GET", "", deny, Rule::unknown, "", {}},
    {"asterisk", {containers, post}, "OPTIONS", "*", deny, Rule::unknown, "optionsAsterisk", {}},
    {"authority", {containers, post}, "CONNECT", "containers:80", deny, Rule::unknown, "", {}},
    {"debug", {containers}, "GET", "/debug/pprof/heap", deny, Rule::unknown, "debugPprofNamed", {}},
    {"libpod", {containers}, "GET", "/v4.0.0/libpod/containers/json", deny, Rule::unknown, "", {}},
    {"grpc-service", {post, grpc}, "POST", "/moby.buildkit.v1.Control/Solve", deny, Rule::unknown, "", {}},
    {"version-alone", {version}, "GET", "/v1.41", deny, Rule::unknown, "", {}},
    {"version-and-slash", {version}, "GET", "/v1.41/", deny, Rule::unknown, "", {}},
    {"version-without-digits", {containers}, "GET", "/v/containers/json", deny, Rule::unknown, "", {}},
    {"version-doubled", {containers}, "GET", "/v1.41/v1.41/containers/json", deny, Rule::unknown, "", {}},
    {"version-with-letters", {containers}, "GET", "/v1.41a/containers/json", deny, Rule::unknown, "", {}},
    {"section-in-second-place", {containers}, "GET", "/x/containers/json", deny, Rule::unknown, "", {}},
    {"unknown-and-no-post", {}, "POST", "/debug/vars", deny, Rule::post, "", {}},
};
// clang-format on

class Decide : public testing::TestWithParam<Row> {};

TEST_P(Decide, asTheTableSays) {
    const Row& row = GetParam();
    const Verdict verdict = Policy(row.granted).decide(row.method, row.path);
    EXPECT_EQ(verdict.allowed, row.allowed);
    EXPECT_EQ(verdict.rule, row.rule);
    EXPECT_EQ(idOf(verdict.operation), row.operation);
    EXPECT_EQ(verdict.wouldAllow, row.wouldAllow);
}

INSTANTIATE_TEST_SUITE_P(Row, Decide, testing::ValuesIn(table), tests::byId);

} // namespace
} // namespace proxy::policy
