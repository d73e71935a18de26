// A guarded door: what passes it, octet for octet, what is refused and how, and that nothing of the latter reaches
// the daemon. How bodies are received: inspection_test.cpp.
#include "proxy/relay/refusal.h"
#include "tests/proxy/relay/guarded_door.h"
#include "tests/row_name.h"

#include <string>
#include <vector>

namespace proxy::test {
namespace {

// ---- What passes ---------------------------------------------------------------------------------

struct Passing {
    const char* id;
    std::string request;
};
void PrintTo(const Passing& row, std::ostream* out) {
    *out << row.id;
}

const std::vector<Passing> passing{
    {"create", create(R"({"Image":"x"})")},
    {"create-with-a-query", post("/v1.41/containers/create?name=a%20b&platform=", "{\"Image\":\"x\"}")},
    {"create-in-chunks", createInChunks({"{\"Im", "age\":\"x\"", "}"})},
    {"chunks-extensions-trailers",
     chunkedHead() +
         "1;a=\"b;c\"\r\n{\r\n00B;x\r\n\"Image\":\"x\"\r\n1\r\n}\r\n0;last\r\nX-Sum: 1\r\nX-Y:\r\n\r\n"},
    {"fields-as-sent", "POST /v1.41/containers/create HTTP/1.1\r\nhOST:  d\r\nContent-type: "
                       "application/json; charset=utf-8\r\nX: "
                       "y\t\r\nx: \r\ncontent-LENGTH: 013\r\n\r\n{\"Image\":\"x\"}"},
    {"white-space", create(" \r\n{ \"Image\" :\t\"x\" }\n")},
    {"a-volume-without-a-body", "POST /volumes/create HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"a-volume-with-an-empty-body", "POST /volumes/create HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"},
    {"a-volume-with-no-chunk",
     "POST /volumes/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"a-commit-of-null", post("/v1.41/commit?container=c", "null")},
    {"start", "POST /v1.41/containers/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"},
    {"an-archive-of-images",
     "POST /images/load?quiet=1 HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-tar\r\nContent-Length: "
     "4\r\n\r\n{\"a\""},
    {"list", "GET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"a-harmless-write-with-a-body", post("/containers/x/stop", "{\"Privileged\":true}")},
    {"connect", post("/networks/front/connect", R"({"Container":"c"})")},
};

class PassesTheGuard : public GuardedRelay, public testing::WithParamInterface<Passing> {};

TEST_P(PassesTheGuard, AsItCame) {
    Peer client = connect();
    client.send(GetParam().request);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, GetParam().request);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_P(PassesTheGuard, SplitAtEveryByte) {
    Peer client = connect(RunningProxy::Over::unix);
    Peer daemon = pooled(client);
    const std::string& request = GetParam().request;
    for (std::size_t cut = 1; cut < request.size() && !HasFailure(); ++cut) {
        client.send(std::string_view(request).substr(0, cut));
        proxy().settle();
        client.send(std::string_view(request).substr(cut));
        EXPECT_BYTES(daemon, request) << "cut at " << cut;
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
    }
    EXPECT_TRUE(daemon_.nothing()) << "one connection serves all";
}

INSTANTIATE_TEST_SUITE_P(Rows, PassesTheGuard, testing::ValuesIn(passing), tests::byId);

// ---- What is refused -----------------------------------------------------------------------------

struct Refusing {
    const char* id;
    std::string request;
    int status;
    const char* rule;
    std::string said; ///< in the answer
    const char* noted = "";
};
void PrintTo(const Refusing& row, std::ostream* out) {
    *out << row.id;
}

const std::string privileged = R"({"Image":"x","HostConfig":{"Privileged":true}})";

const std::vector<Refusing> refusing{
    {"privileged", create(privileged), 403, "guard.create.privileged",
     "ContainerCreate is refused: HostConfig.Privileged = true: A privileged container owns the host "
     "[guard.create.privileged]",
     "HostConfig.Privileged = true"},
    {"privileged-in-chunks", createInChunks({"{\"HostConfig\":{\"Privil", "eged\":tr", "ue}}"}), 403,
     "guard.create.privileged", "HostConfig.Privileged = true", "HostConfig.Privileged = true"},
    {"pid", create(R"({"HostConfig":{"PidMode":"host"}})"), 403, "guard.create.pid_mode",
     "it would be allowed with GUARD_HOST=pid [", "HostConfig.PidMode = host"},
    {"bind", create(R"({"HostConfig":{"Binds":["a:/a","/etc:/x"]}})"), 403, "guard.create.bind",
     "HostConfig.Binds[1] = /etc:/x", "HostConfig.Binds[1] = /etc:/x"},
    {"quotes", create("{\"HostConfig\":{\"\\\"\\\\\":1}}"), 403, "guard.json.unknown_key",
     "HostConfig.\\u005c\\u0022\\u005c\\u005c = 1", R"(HostConfig.\x5c"\x5c\x5c)"},
    {"not-json", create("{]"), 400, "guard.json.syntax", "The body is not JSON"},
    {"duplicate", create(R"({"Image":"a","Image":"b"})"), 400, "guard.json.duplicate_key",
     "Image: The same key"},
    {"incomplete", create("{"), 400, "guard.json.incomplete", ""},
    {"no-body", "POST /containers/create HTTP/1.1\r\nHost: d\r\n\r\n", 400, "guard.body.missing", ""},
    {"an-empty-body", create(""), 400, "guard.body.missing", ""},
    {"no-type", "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}", 415,
     "guard.body.type", ""},
    {"two-types",
     "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\ncontent-type: "
     "application/json\r\nContent-Length: 2\r\n\r\n{}",
     415, "guard.body.type", ""},
    {"encoded",
     "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Encoding: "
     "gzip\r\nContent-Length: 2\r\n\r\n{}",
     415, "guard.body.encoding", ""},
    {"a-form",
     "POST /images/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
     "Content-Length: 9\r\n\r\nfromSrc=x",
     415, "guard.body.form", "ImageCreate is refused"},
    {"query", post("/v1.41/containers/create?name=a;b=c", "{}"), 400, "guard.query.syntax", ""},
    {"version", post("/v1.023/containers/create", "{}"), 400, "guard.version", "1.023", "1.023"},
    {"old-start", "POST /v1.41/containers/x/start?checkpoint=c HTTP/1.1\r\nHost: d\r\n\r\n", 403,
     "guard.start.checkpoint", "checkpoint = c", "checkpoint = c"},
    {"network-in-the-path", post("/networks%2Fh%6fst/connect", R"({"Container":"c"})"), 403,
     "guard.network.host", "host: The host's network is shared; it would be allowed with GUARD_HOST=network",
     "host"},
    {"exec", post("/containers/x/exec", "{}"), 403, "guard.operation.exec", "GUARD_EXEC=1"},
    {"attach", "POST /containers/x/attach HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
     403, "guard.operation.exec", ""},
    {"archive", "GET /containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n", 403, "guard.operation.cp",
     ""},
    {"swarm", post("/swarm/init", "{}"), 403, "guard.operation.swarm", ""},
    {"no-operation", post("/containers/x/teleport", "{}"), 403, "guard.operation.unknown",
     "the request is refused: Nothing is known"},
    {"a-secret-at-the-wrong-place", create(R"({"Env":"PASSWORD=secret"})"), 400, "guard.json.type",
     "Env = PASSWORD=secret", "Env"},
    {"a-secret-in-a-query", "POST /images/create?fromSrc=http://me:secret@x/ HTTP/1.1\r\nHost: d\r\n\r\n",
     403, "guard.image.source", "fromSrc = http://me:secret@x/", "fromSrc"},
};

class RefusedByTheGuard : public GuardedRelay, public testing::WithParamInterface<Refusing> {
protected:
    static void expectRefusal(const Answer& answer) {
        EXPECT_EQ(answer.status, GetParam().status);
        EXPECT_FALSE(answer.closes());
        EXPECT_EQ(answer.body.rfind("{\"message\":\"docker-socket-proxy: ", 0), 0U) << answer.body;
        EXPECT_NE(answer.body.find(GetParam().said), std::string::npos) << answer.body;
        EXPECT_NE(answer.body.find("[" + std::string(GetParam().rule) + "]\"}\n"), std::string::npos)
            << answer.body;
    }
};

TEST_P(RefusedByTheGuard, NothingReachesTheDaemonAndTheNextRequestDoes) {
    Peer client = connect();
    client.send(GetParam().request);
    expectRefusal(readAnswer(client));
    const std::string line = proxy().logged(" deny " + std::string(GetParam().rule) + " ");
    EXPECT_NE(line.find(" notice "), std::string::npos) << line;
    const std::string noted(GetParam().noted);
    EXPECT_TRUE(line.ends_with((noted.empty() ? "" : " " + noted) + "\n")) << line;
    EXPECT_TRUE(daemon_.nothing());
    const Peer daemon = pooled(client);
}

TEST_P(RefusedByTheGuard, SplitAtEveryByte) {
    Peer client = connect(RunningProxy::Over::unix);
    const std::string& request = GetParam().request;
    for (std::size_t cut = 1; cut < request.size() && !HasFailure(); ++cut) {
        SCOPED_TRACE("cut at " + std::to_string(cut));
        client.send(std::string_view(request).substr(0, cut));
        proxy().settle();
        client.send(std::string_view(request).substr(cut));
        expectRefusal(readAnswer(client));
    }
    EXPECT_TRUE(daemon_.nothing());
    const Peer daemon = pooled(client);
}

INSTANTIATE_TEST_SUITE_P(Rows, RefusedByTheGuard, testing::ValuesIn(refusing), tests::byId);

TEST_F(GuardedRelay, ARefusalOfAHeadHasNoBody) {
    Peer client = connect();
    client.send("HEAD /containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n" + std::string(ping));
    EXPECT_EQ(readAnswer(client, true).status, 403);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
}

TEST_F(GuardedRelay, ARefusalIsBounded) {
    std::string name;
    for (int i = 0; i < 20'000; ++i) name += "\\\"";
    Peer client = connect();
    client.send(create("{\"HostConfig\":{\"Sysctls\":{\"" + name + "\":\"" + name + "\"}}}"));
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 400);
    EXPECT_LT(answer.body.size(), 4096U);
    EXPECT_LT(proxy().logged("guard.").size(), 1024U);
}

TEST(Refusal, IsShortHoweverLongThePlaceIs) {
    const guard::Judgement judgement{guard::Rule::createPrivileged, std::string(5000, 'p'),
                                     std::string(5000, 'f')};
    EXPECT_LT(relay::refusalOf(judgement, "ContainerCreate").size(), 1024U);
    EXPECT_LT(relay::noteOf(judgement).size(), 600U);
}

// ---- One after another ---------------------------------------------------------------------------

TEST_F(GuardedRelay, EachKeepsItsPlaceInAPipeline) {
    const std::vector<std::string> good{create(R"({"Image":"x"})"), std::string(ping),
                                        createInChunks({"{\"Image\"", ":\"y\"}"}), std::string(ping)};
    const std::string all = good[0] + create(privileged) + good[1] + createInChunks({privileged}) + good[2] +
                            post("/containers/x/exec", "GET /") + good[3];
    Peer client = connect(RunningProxy::Over::unix);
    Peer daemon = pooled(client);
    for (std::size_t cut = 1; cut <= all.size() && !HasFailure(); cut += 11) {
        client.send(std::string_view(all).substr(0, cut));
        proxy().settle();
        client.send(std::string_view(all).substr(cut));
        for (std::size_t i = 0; i < good.size() && !HasFailure(); ++i) {
            EXPECT_BYTES(daemon, good[i]);
            EXPECT_TRUE(daemon.quiet()) << "the next one before this one is answered";
            daemon.send(pong);
            EXPECT_BYTES(client, pong);
            if (i + 1 < good.size()) {
                EXPECT_EQ(readAnswer(client).status, 403);
            }
        }
    }
}

TEST_F(GuardedRelay, AHalfCloseBehindTheLastIsNoEnd) {
    Peer client = connect();
    client.send(create(privileged) + create(R"({"Image":"x"})"));
    client.halfClose();
    EXPECT_EQ(readAnswer(client).status, 403);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, create(R"({"Image":"x"})"));
    EXPECT_EQ(daemon.rest(), "");
    daemon.send(pong);
    EXPECT_NE(client.readHead(), "");
    EXPECT_EQ(client.rest(), "OK");
}

// ---- Tunnels, doors, learning --------------------------------------------------------------------

TEST_F(GuardedRelay, AnExecThatIsJudgedBecomesATunnel) {
    guard({.profile = guard::Profile::baseline, .exec = true});
    const std::string head =
        "POST /v1.41/exec/e/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
        "Upgrade: tcp\r\nContent-Length: 27\r\nConnection: Upgrade\r\n\r\n";
    const std::string body = R"({"Detach":false,"Tty":true})";
    Peer client = connect();
    client.send(head);
    proxy().settle();
    client.send(body + "typed ahead");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head + body);
    const std::string switching = "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n";
    daemon.send(switching);
    EXPECT_BYTES(client, switching);
    EXPECT_BYTES(daemon, "typed ahead");
    daemon.send("output");
    EXPECT_BYTES(client, "output");
    client.halfClose();
    EXPECT_EQ(daemon.rest(), "");
}

TEST_F(GuardedRelay, EachDoorHasItsOwn) {
    RunningProxy::Options options;
    options.doors = {{"OPEN", policy::Policy({.grants = everything()})},
                     {"CLOSED", policy::Policy({.grants = everything()}),
                      guard::Guard({.profile = guard::Profile::baseline})}};
    configure(options);
    Peer open = connect(RunningProxy::Over::tcp);
    Peer closed = connect(RunningProxy::Over::unix);
    closed.send(create(privileged));
    EXPECT_EQ(readAnswer(closed).status, 403);
    EXPECT_TRUE(daemon_.nothing());
    open.send(create(privileged));
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, create(privileged));
    daemon.send(pong);
    EXPECT_BYTES(open, pong);
}

TEST_F(GuardedRelay, OnlySubtracts) {
    RunningProxy::Options options;
    options.doors = oneDoor({.grants = policy::Grants::defaults()});
    options.doors[0].guard = guard::Guard({.profile = guard::Profile::baseline});
    configure(options);
    Peer client = connect();
    client.send(create(R"({"Image":"x"})"));
    EXPECT_NE(readAnswer(client).body.find("[tecnativa.post]"), std::string::npos);
}

TEST_F(GuardedRelay, WhatIsLearnedIsJudgedAllTheSame) {
    RunningProxy::Options options;
    options.doors = oneDoor({.grants = {policy::Variable::ping}, .learn = true});
    options.doors[0].guard = guard::Guard({.profile = guard::Profile::baseline});
    configure(options);
    Peer client = connect();
    client.send(create(privileged));
    EXPECT_EQ(readAnswer(client).status, 403);
    EXPECT_TRUE(daemon_.nothing());
}

} // namespace
} // namespace proxy::test
