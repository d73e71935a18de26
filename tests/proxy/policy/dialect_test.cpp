// Dialect linuxserver, row by row. That it is the field's, verdict by verdict, is oracle_test.cpp's.
#include "proxy/policy/explain.h"
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
    std::string_view ways; ///< what would allow it; empty when allowed
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.method << " " << row.path << " with " << row.granted;
}

constexpr bool allow = true;
constexpr bool deny = false;

// clang-format off
const Row table[] = {
    // ---- step 1: gates
    {"gate-closed", {containers}, "GET", "/containers/x/logs", deny, Rule::linuxserverGate, "ALLOW_LOGS=1 or ALLOW_OPERATIONS=ContainerLogs"},
    {"gate-open", {containers, allowLogs}, "GET", "/v1.44/containers/x/logs", allow, Rule::linuxserverSection, ""},
    {"gate-opens-nothing", {allowLogs}, "GET", "/containers/x/logs", deny, Rule::linuxserverSection, "CONTAINERS=1 or ALLOW_OPERATIONS=ContainerLogs"},
    {"gate-and-section", {}, "GET", "/containers/x/export", deny, Rule::linuxserverGate, "CONTAINERS=1 and ALLOW_EXPORT=1 or ALLOW_OPERATIONS=ContainerExport"},
    {"gate-by-any-method", {containers, post}, "PUT", "/containers/x/archive", deny, Rule::linuxserverGate, "ALLOW_ARCHIVE=1 or ALLOW_OPERATIONS=PutContainerArchive"},
    {"gate-of-another", {containers, allowLogs}, "GET", "/containers/x/changes", deny, Rule::linuxserverGate, "ALLOW_CHANGES=1 or ALLOW_OPERATIONS=ContainerChanges"},
    {"gate-slashes-in-the-name", {containers}, "GET", "/containers/a/b/top", deny, Rule::linuxserverGate, "ALLOW_TOP=1 or ALLOW_OPERATIONS=ContainerTop"},
    {"gate-any-character-in-the-name", {containers}, "GET", "/containers/a:b/logs", deny, Rule::linuxserverGate, "ALLOW_LOGS=1 or ALLOW_OPERATIONS=ContainerLogs"},
    {"gate-needs-a-name", {containers}, "GET", "/containers/logs", allow, Rule::linuxserverSection, ""},
    {"gate-is-a-whole-segment", {containers}, "GET", "/containers/x/weblogs", allow, Rule::linuxserverSection, ""},
    {"gate-of-libpod", {libpodContainers}, "GET", "/libpod/containers/x/logs", deny, Rule::linuxserverGate, "ALLOW_LOGS=1"},
    {"gate-of-pods", {libpodPods}, "GET", "/v5.0.0/libpod/pods/x/top", deny, Rule::linuxserverGate, "ALLOW_TOP=1"},
    {"gate-not-of-images", {images}, "GET", "/images/x/changes", allow, Rule::linuxserverSection, ""},
    // ---- step 2: actions, whatever the method and POST
    {"start-without-post", {allowStart}, "POST", "/containers/x/start", allow, Rule::linuxserverAction, ""},
    {"start-by-any-method", {allowStart}, "BREW", "/containers/x/start", allow, Rule::linuxserverAction, ""},
    {"start-of-a-pod", {allowStart}, "POST", "/libpod/pods/x/start", allow, Rule::linuxserverAction, ""},
    {"start-of-a-pod-without-libpod", {allowStart}, "POST", "/pods/x/start", allow, Rule::linuxserverAction, ""},
    {"start-no-other-character", {allowStart}, "POST", "/containers/x:y/start", deny, Rule::linuxserverPost, "CONTAINERS=1 and POST=1 or ALLOW_OPERATIONS=ContainerStart"},
    {"start-not-in-the-middle", {allowStart}, "POST", "/containers/x/start/exec", deny, Rule::lastSegment, "CONTAINERS=1 and POST=1 or ALLOW_OPERATIONS=ContainerExec"},
    {"start-of-an-old-api", {allowStart}, "POST", "/v1.23/containers/x/start", deny, Rule::startConfig, "CONTAINERS=1 and POST=1"},
    {"start-of-an-old-libpod", {allowStart}, "POST", "/v1.0/libpod/containers/x/start", deny, Rule::startConfig, "POST=1 and LIBPOD_CONTAINERS=1"},
    {"restarts", {allowRestarts}, "POST", "/containers/x/kill", allow, Rule::linuxserverAction, ""},
    {"pause", {allowPause}, "POST", "/containers/x/pause", allow, Rule::linuxserverAction, ""},
    {"unpause", {allowUnpause}, "POST", "/libpod/containers/x/unpause", allow, Rule::linuxserverAction, ""},
    {"pause-not-unpause", {allowPause}, "POST", "/containers/x/unpause", deny, Rule::linuxserverPost, "one of ALLOW_UNPAUSE=1, CONTAINERS=1 with POST=1, or with ALLOW_OPERATIONS=ContainerUnpause"},
    {"libpod-start", {libpodAllowStart}, "POST", "/v5.8.0/libpod/containers/x/start", allow, Rule::linuxserverAction, ""},
    {"libpod-start-not-dockers", {libpodAllowStart}, "POST", "/containers/x/start", deny, Rule::linuxserverPost, "one of ALLOW_START=1, CONTAINERS=1 with POST=1, or with ALLOW_OPERATIONS=ContainerStart"},
    {"libpod-stop-not-of-pods", {libpodAllowStop}, "POST", "/libpod/pods/x/stop", deny, Rule::linuxserverPost,
     "one of ALLOW_RESTARTS=1, ALLOW_STOP=1, LIBPOD_ALLOW_POD_RESTARTS=1, LIBPOD_ALLOW_POD_STOP=1, POST=1 with LIBPOD_PODS=1"},
    {"pod-stop", {libpodAllowPodStop}, "POST", "/libpod/pods/x/stop", allow, Rule::linuxserverAction, ""},
    {"pod-stop-needs-libpod", {libpodAllowPodStop}, "POST", "/pods/x/stop", deny, Rule::linuxserverPost, "one of ALLOW_STOP=1, ALLOW_RESTARTS=1"},
    // ---- step 3: the method
    {"post", {containers}, "POST", "/containers/create", deny, Rule::linuxserverPost, "POST=1 or ALLOW_OPERATIONS=ContainerCreate"},
    {"attach-by-websocket", {containers}, "GET", "/containers/x/attach/ws", deny, Rule::attachWs, "POST=1 or ALLOW_OPERATIONS=ContainerAttachWebsocket"},
    // ---- step 4: sections
    {"section", {containers}, "GET", "/containers/json", allow, Rule::linuxserverSection, ""},
    {"libpod-section", {libpodImages}, "GET", "/v4.0.0/libpod/images/json", allow, Rule::linuxserverSection, ""},
    {"libpod-section-of-its-own", {images}, "GET", "/libpod/images/json", deny, Rule::linuxserverSection, "LIBPOD_IMAGES=1"},
    {"libpod-ping", {libpodPing}, "GET", "/libpod/_ping", allow, Rule::linuxserverSection, ""},
    {"libpod-post", {libpodPods}, "POST", "/libpod/pods/create", deny, Rule::linuxserverPost, "POST=1"},
    {"libpod-build", {libpodBuild, post}, "POST", "/v5.8.6/libpod/build", allow, Rule::linuxserverSection, ""},
    {"libpod-build-of-its-own", {build, post}, "POST", "/libpod/build", deny, Rule::linuxserverSection, "LIBPOD_BUILD=1"},
    // ---- step 5: anything else
    {"libpod-build-of-a-folder-of-the-host", {libpodBuild, post}, "POST", "/libpod/local/build", deny, Rule::linuxserverUnknown, ""},
    {"libpod-alone", {libpodContainers}, "GET", "/libpod", deny, Rule::linuxserverUnknown, ""},
    {"libpod-slash", {libpodContainers}, "GET", "/libpod/", deny, Rule::linuxserverUnknown, ""},
    {"libpod-unknown", {libpodContainers}, "GET", "/libpod/artifacts/json", deny, Rule::linuxserverUnknown, ""},
    {"libpod-twice", {libpodContainers}, "GET", "/libpod/libpod/containers/json", deny, Rule::linuxserverUnknown, ""},
    {"libpod-before-the-version", {libpodContainers}, "GET", "/libpod/v4.0.0/containers/json", deny, Rule::linuxserverUnknown, ""},
    {"pods-have-no-variable", {libpodPods}, "GET", "/pods/json", deny, Rule::linuxserverUnknown, ""},
    {"libpod-case", {libpodContainers}, "GET", "/libpod/Containers/json", deny, Rule::caseSensitive, ""},
    {"libpod-segment", {libpodContainers}, "GET", "/libpod/containersfoo", deny, Rule::wholeSegment, ""},
    {"unclean", {containers}, "GET", "/containers/x/../json", deny, Rule::cleanPath, ""},
};
// clang-format on

class Linuxserver : public testing::TestWithParam<Row> {};

TEST_P(Linuxserver, AsTheTableSays) {
    const Row& row = GetParam();
    const Policy policy(Access{.dialect = Dialect::linuxserver, .grants = row.granted});
    const Verdict verdict = policy.decide(row.method, row.path);
    EXPECT_EQ(verdict.allowed, row.allowed);
    EXPECT_EQ(verdict.rule, row.rule);
    EXPECT_EQ(alternatives(verdict), row.ways);
}

INSTANTIATE_TEST_SUITE_P(Row, Linuxserver, testing::ValuesIn(table), tests::byId);

TEST(Linuxserver, ItsDefaultsAreThoseAndLibpods) {
    EXPECT_EQ(Grants::defaults(Dialect::linuxserver),
              (Grants{events, ping, version, libpodPing, libpodVersion}));
}

TEST(Linuxserver, ItsVariablesMeanNothingToTheOther) {
    const Policy policy(allGrants(Dialect::linuxserver));
    EXPECT_FALSE(policy.decide("GET", "/libpod/containers/json").allowed);
    EXPECT_FALSE(policy.decide("POST", "/pods/x/start").allowed);
    EXPECT_EQ(variableNamed("ALLOW_LOGS"), std::nullopt);
    EXPECT_EQ(variableNamed("ALLOW_LOGS", Dialect::linuxserver), allowLogs);
}

TEST(Linuxserver, PodmanHijacksWhatDockerDoes) {
    const Policy policy(Access{.dialect = Dialect::linuxserver, .grants = allGrants(Dialect::linuxserver)});
    for (const std::string_view path : {"/v5.8.0/libpod/containers/x/attach", "/libpod/exec/x/start",
                                        "/containers/x/attach", "/exec/x/start", "/grpc", "/session"})
        EXPECT_TRUE(policy.decide("POST", path).hijack) << path;
    for (const std::string_view path :
         {"/libpod/containers/x/start", "/libpod/pods/x/attach", "/libpod/containers/attach",
          "/libpod/containers/x/y/attach", "/libpod/exec/x/json", "/libpod/images/x/attach"})
        EXPECT_FALSE(policy.decide("POST", path).hijack) << path;
    EXPECT_FALSE(policy.decide("GET", "/libpod/exec/x/start").hijack);
}

TEST(Dialects, AreFoundByTheirExactName) {
    EXPECT_EQ(dialectNamed("tecnativa"), Dialect::tecnativa);
    EXPECT_EQ(dialectNamed("linuxserver"), Dialect::linuxserver);
    EXPECT_EQ(dialectNamed("Tecnativa"), std::nullopt);
    EXPECT_EQ(nameOf(Dialect::linuxserver), "linuxserver");
}

} // namespace
} // namespace proxy::policy
