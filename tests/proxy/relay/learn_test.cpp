// LEARN, as the relay deals with it: what the grants would deny is forwarded like any other request, and the log
// says what it was; nothing else is relaxed.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>

namespace proxy::test {
namespace {

class Learning : public RelayTest {
protected:
    explicit Learning(std::string_view denied = "") {
        configure({oneDoor({.grants = {policy::Variable::ping},
                            .denied = policy::parseOperations(denied).operations,
                            .learn = true}),
                   roomy(), log::Level::info});
    }
};

TEST_F(Learning, WhatWouldBeDeniedIsForwardedAndToldOf) {
    const std::string request = "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}";
    Peer client = connect();
    client.send(request);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, request);
    daemon.send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_BYTES(client, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
    const std::string line = proxy().logged("ContainerCreate");
    EXPECT_NE(line.find(" info "), std::string::npos) << line;
    EXPECT_NE(line.find(" ContainerCreate learn tecnativa.post 201 2 2 "), std::string::npos) << line;
    EXPECT_EXCHANGE(client, daemon);
    EXPECT_NE(proxy().logged(" SystemPing allow tecnativa.section "), "");
}

// Nothing is known of what stands behind it: the daemon says that it is not there, not we.
TEST_F(Learning, WhatNoRuleKnowsIsForwardedToo) {
    Peer client = connect();
    client.send("GET /nowhere HTTP/1.1\r\nHost: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_EQ(readAnswer(client).status, 404);
    EXPECT_NE(proxy().logged(" GET /nowhere - learn tecnativa.unknown 404 "), "");
}

TEST_F(Learning, OffersNoOtherUpgrades) {
    const std::string offer = " HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
    Peer client = connect();
    client.send("GET /containers/json" + offer);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "GET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    client.send("POST /nowhere" + offer);
    EXPECT_BYTES(daemon, "POST /nowhere HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    client.send("POST /grpc" + offer);
    EXPECT_BYTES(daemon, "POST /grpc" + offer);
}

struct Kept {
    const char* id;
    std::string request;
    int status;
    const char* logged;
};
void PrintTo(const Kept& row, std::ostream* out) {
    *out << row.id;
}

class NotLearned : public Learning, public testing::WithParamInterface<Kept> {
protected:
    NotLearned()
        : Learning("ContainerLogs") {}
};

TEST_P(NotLearned, IsAnsweredByUs) {
    Peer client = connect();
    client.send(GetParam().request + " HTTP/1.1\r\nHost: d\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, GetParam().status);
    EXPECT_NE(proxy().logged(GetParam().logged), "");
    EXPECT_TRUE(daemon_.nothing());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NotLearned,
    testing::Values(
        Kept{"unclean", "GET /containers/../info", 403, " deny strict.clean_path 403 "},
        Kept{"upper-case", "GET /CONTAINERS/json", 403, " deny strict.case 403 "},
        Kept{"attach-by-websocket", "GET /containers/x/attach/ws", 403, " deny strict.attach_ws 403 "},
        Kept{"old-start", "POST /v1.23/containers/x/start", 403, " deny strict.start_config 403 "},
        Kept{"nameless", "GET /libpod/info", 403, " deny tecnativa.unknown 403 "},
        Kept{"denied-by-name", "GET /containers/x/logs", 403, " deny operations.denied 403 "},
        Kept{"broken-escape", "GET /%zz", 400, " reject request.path.escape 400 "}),
    tests::byId);

} // namespace
} // namespace proxy::test
