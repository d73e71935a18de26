// What is said of requests that cannot be granted: words and statuses observed on engines 20.10.24 (API 1.41)
// and 28.5.2 (API 1.51), which differ.
#include "tests/mockdocker/client.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Daemon;

struct Row {
    const char* id;
    const char* line; ///< method and target
    const char* json; ///< the body
    int old;          ///< the status of engine 20.10
    const char* oldMessage;
    int current; ///< and of engine 28; 0: the same answer
    const char* currentMessage;
    bool swarm = false;
};

// clang-format off
const Row rows[] = {
    {"filter-unknown", "GET /containers/json?filters=%7B%22nope%22:[]%7D", "", 400, "Invalid filter 'nope'", 400, "invalid filter 'nope'"},
    {"filter-broken", "GET /images/json?filters=x", "", 500, "invalid character 'x' looking for beginning of value", 400, "invalid filter"},
    {"filter-torn", "POST /containers/prune?filters=%7B", "", 400, "unexpected end of JSON input", 400, "invalid filter"},
    {"filter-of-volumes", "GET /volumes?filters=x", "", 400, "error reading volume filters: invalid character 'x' looking for beginning of value", 400, "error reading volume filters: invalid filter"},
    {"filter-of-builds", "POST /build/prune?filters=%7B%22nope%22:[]%7D", "", 400, "failed to prune build cache: Invalid filter 'nope'", 400, "failed to prune build cache: invalid filter 'nope'"},
    {"stop-time", "POST /containers/nope/stop?t=x", "", 500, R"(strconv.Atoi: parsing \"x\": invalid syntax)", 0, ""},
    {"resize", "POST /containers/nope/resize", "", 400, R"(strconv.Atoi: parsing \"\": invalid syntax)", 400, R"(invalid resize height \"\": invalid syntax)"},
    {"signal", "POST /containers/nope/kill?signal=NOPE", "", 400, "Invalid signal: NOPE", 400, "cannot kill container: nope: invalid signal: NOPE"},
    {"signal-of-nobody", "POST /containers/nope/kill?signal=sigwinch", "", 404, "Cannot kill container: nope: No such container: nope", 404, "cannot kill container: nope: No such container: nope"},
    {"commit-nobody", "POST /commit", "", 400, R"(invalid name or ID supplied: \"\")", 0, ""},
    {"commit-broken", "POST /commit?container=mock", "{", 500, "unexpected EOF", 400, "invalid JSON: unexpected EOF"},
    {"image-name", "DELETE /images/NOPE", "", 400, "invalid reference format: repository name must be lowercase", 400, "invalid reference format: repository name (library/NOPE) must be lowercase"},
    {"image-name-domain", "DELETE /images/HOST.x:1/a", "", 404, "No such image: HOST.x:1/a:latest", 0, ""},
    {"pull-nothing", "POST /images/create", "", 500, R"(Get \"http:\": http: no Host in request URL)", 0, ""},
    {"pull-unreachable", "POST /images/create?fromImage=127.0.0.1:1/x", "", 500, R"(Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused)", 0, ""},
    {"import-no-tar", "POST /images/create?fromSrc=-", "abc", 500, "Error processing tar file(exit status 1): unexpected EOF", 500, "unexpected EOF"},
    {"save-nobody", "GET /images/get?names=busybox&names=nope", "", 404, "No such image: nope", 0, ""},
    {"search-limit", "GET /images/search?term=x&limit=x", "", 500, R"(strconv.Atoi: parsing \"x\": invalid syntax)", 400, R"(invalid limit specified: strconv.Atoi: parsing \"x\": invalid syntax)"},
    {"login-nothing", "POST /auth", "", 500, "EOF", 0, ""},
    {"plugin-pull", "POST /plugins/pull?remote=127.0.0.1:1/x", "[]", 500, R"(error resolving plugin reference: failed to do request: Head \"https://127.0.0.1:1/v2/x/manifests/latest\": dial tcp 127.0.0.1:1: connect: connection refused)", 0, ""},
    {"plugin-upgrade", "POST /plugins/nope/upgrade?remote=x", "[]", 404, R"(plugin \"nope:latest\" not found)", 0, ""},
    {"network-unnamed", "POST /networks/create", "{}", 500, "invalid name: ", 400, "invalid name: name is empty"},
    {"network-predefined", "POST /networks/create", R"({"Name":"none"})", 403, "operation is not permitted on predefined none network ", 0, ""},
    {"network-connect", "POST /networks/nope/connect", R"({"Container":"nope"})", 404, "No such container: nope", 0, ""},
    {"network-missing", "POST /networks/nope/connect", R"({"Container":"mock"})", 404, "network nope not found", 0, ""},
    {"swarm-init", "POST /swarm/init", "{}", 400, R"(invalid ListenAddr \"\": invalid empty address)", 0, ""},
    {"swarm-join", "POST /swarm/join", R"({"ListenAddr":"127.0.0.1"})", 500, "invalid join token", 0, ""},
    {"swarm-leave", "POST /swarm/leave", "", 503, "This node is not part of a swarm", 0, ""},
    {"update-body-first", "POST /services/x/update?version=1", "", 400, "got EOF while reading request body", 503, "This node is not a swarm manager. Use \\\"docker swarm init\\\" or \\\"docker swarm join\\\" to connect this node to swarm and try again."},
    {"update-version-first", "POST /nodes/x/update", "{}", 400, R"(invalid node version '': strconv.ParseUint: parsing \"\": invalid syntax)", 0, ""},
    {"secret-version", "POST /secrets/x/update", "{}", 400, "invalid secret version", 0, ""},
    {"managed-init", "POST /swarm/init", "{}", 503, R"(This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.)", 0, "", true},
    {"managed-unlock", "POST /swarm/unlock", "{}", 409, "swarm is not locked", 0, "", true},
    {"managed-update", "POST /swarm/update?version=9", "{}", 500, "rpc error: code = Unknown desc = update out of sequence", 0, "", true},
    {"managed-service", "POST /services/create", "{}", 400, "mismatched Runtime and *Spec fields", 0, "", true},
    {"managed-node", "POST /nodes/nope/update?version=1", "{}", 400, R"(invalid Role: \"\")", 0, "", true},
    {"managed-secret", "POST /secrets/create", "{}", 400, "rpc error: code = InvalidArgument desc = name must be provided", 0, "", true},
    {"managed-config-missing", "GET /configs/nope", "", 404, "config nope not found", 0, "", true},
    {"managed-task-logs", "GET /tasks/nope/logs?stdout=1", "", 404, "task nope not found", 0, "", true},
};
// clang-format on

class Complaints : public testing::TestWithParam<Row> {};

TEST_P(Complaints, AreTheEngines) {
    const Row& row = GetParam();
    const std::string json = row.json;
    const std::string request = std::string(row.line) +
                                " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                                "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json;
    const auto check = [&](const char* api, int status, const char* message) {
        const Daemon daemon({.apiVersion = api, .swarm = row.swarm});
        const auto answer = daemon.ask(request);
        EXPECT_EQ(answer.status(), status) << api << answer.head << answer.body;
        if (*message != '\0') {
            EXPECT_EQ(answer.body, std::string("{\"message\":\"") + message + "\"}\n") << api;
        }
    };
    check("1.41", row.old, row.oldMessage);
    check("1.51", row.current == 0 ? row.old : row.current,
          row.current == 0 ? row.oldMessage : row.currentMessage);
}

INSTANTIATE_TEST_SUITE_P(All, Complaints, testing::ValuesIn(rows), tests::byId);

TEST(Complaint, IsTextBelowApi124) {
    const Daemon daemon;
    const auto answer = daemon.post("/v1.23/containers/nope/stop");
    EXPECT_TRUE(answer.has("Content-Type: text/plain; charset=utf-8\r\n")) << answer.head;
    EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_EQ(answer.body, "No such container: nope\n");
}

// Evergreen and usual names have no complaint.
TEST(Complaint, IsNotMadeOfWhatIsGood) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sleep","1000"])");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    EXPECT_EQ(daemon.post("/containers/prune?filters=%7B%22label%22:[%22nope%22]%7D").status(), 200);
    EXPECT_EQ(daemon.get("/containers/" + id + "/archive?path=/etc/hostname").status(), 200);
    EXPECT_EQ(daemon.get("/containers/" + id + "/archive?path=/").status(), 200);
    EXPECT_EQ(daemon.get("/containers/" + id + "/archive?path=/nope/x").status(), 404);
    EXPECT_EQ(daemon.post("/containers/" + id + "/pause").status(), 204);
    EXPECT_NE(daemon.post("/containers/" + id + "/exec", R"({"Cmd":["ls"]})").body.find("is paused, unpause"),
              std::string::npos);
    EXPECT_EQ(daemon.post("/containers/" + id + "/unpause").status(), 204);
    EXPECT_EQ(daemon.post("/containers/" + id + "/unpause").status(), 500);
    EXPECT_EQ(daemon.post("/networks/none/connect", R"({"Container":")" + id + R"("})").status(), 200);
    EXPECT_EQ(daemon.post("/containers/" + id + "/kill?signal=9").status(), 204);
    EXPECT_EQ(daemon.get("/distribution/busybox/json").status(), 200);
}

struct ProfileRow {
    const char* id;
    const char* target;
    const char* has; ///< what the head must hold
};

class Profiles : public testing::TestWithParam<ProfileRow> {};

TEST_P(Profiles, HaveTheirTypes) {
    const auto answer = Daemon().get(GetParam().target);
    EXPECT_TRUE(answer.has(GetParam().has)) << answer.head;
    EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff\r\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, Profiles,
    testing::Values(
        ProfileRow{"index", "/debug/pprof/", "Content-Type: text/html; charset=utf-8\r\n"},
        ProfileRow{"cmdline", "/debug/pprof/cmdline", "Content-Type: text/plain; charset=utf-8\r\n"},
        ProfileRow{"heap", "/debug/pprof/heap", "Content-Disposition: attachment; filename=\"heap\"\r\n"},
        ProfileRow{"trace", "/debug/pprof/trace", "Transfer-Encoding: chunked\r\n"},
        ProfileRow{"missing", "/debug/pprof/nope", "X-Go-Pprof: 1\r\n"}),
    tests::byId);

} // namespace
} // namespace mockdocker
