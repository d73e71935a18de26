// Attach, exec start, the websocket and the h2c upgrades, as engine 20.10.24 answers them.
#include "mockdocker/routes/websocket.h"
#include "mockdocker/wire/answer.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

constexpr const char* upgrade = "Upgrade: tcp\r\nConnection: Upgrade\r\n";
constexpr const char* all = "?stream=1&stdin=1&stdout=1&stderr=1";

std::string execOf(const Daemon& daemon, const std::string& container, const std::string& config) {
    return daemon.post("/containers/" + container + "/exec", config).body.substr(7, 64);
}

TEST(Attach, UpgradesWithoutDockerFields) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes(std::string("/containers/mock/attach") + all, "", upgrade));
    EXPECT_EQ(client.head(),
              "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: "
              "Upgrade\r\nUpgrade: tcp\r\n\r\n");
    client.send("hello");
    EXPECT_EQ(client.exactly(13), stdcopyFrame(1, "hello"));
}

TEST(Attach, WithoutUpgradeIsARawStreamWithStatus200) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes(std::string("/containers/mock/attach") + all, ""));
    EXPECT_EQ(client.head(), "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    client.send("hello");
    client.closeWrite();
    EXPECT_EQ(client.toEnd(), stdcopyFrame(1, "hello"));
}

TEST(Attach, AnyUpgradeValueWillDo) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes(std::string("/containers/mock/attach") + all, "", "Upgrade: nonsense\r\n"));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 UPGRADED\r\n"));
}

TEST(Attach, SaysMultiplexedSince142) {
    const Daemon daemon({.apiVersion = "1.42"});
    Client client = daemon.client();
    client.send(Daemon::postBytes(std::string("/containers/mock/attach") + all, "", upgrade));
    EXPECT_NE(client.head().find("Content-Type: application/vnd.docker.multiplexed-stream\r\n"),
              std::string::npos);
}

TEST(Attach, ErrorsAreRawTextToTheEnd) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/x/attach", "", upgrade));
    EXPECT_EQ(client.toEnd(), "HTTP/1.1 404 Not Found\r\nContent-Type: "
                              "application/vnd.docker.raw-stream\r\n\r\nNo such container: x\r\n");
    EXPECT_TRUE(client.ended());
}

TEST(Attach, BytesSentWithTheRequestReachTheProcess) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes(std::string("/containers/mock/attach") + all, "", upgrade) + "early");
    client.head();
    EXPECT_EQ(client.exactly(13), stdcopyFrame(1, "early"));
}

// docker run: attach first, then start; output precedes the end.
TEST(Attach, BeforeStartSeesEverything) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sh","-c","echo out; echo err >&2"])");
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/attach?stream=1&stdout=1&stderr=1", "", upgrade));
    client.head();
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    EXPECT_EQ(client.toEnd(), stdcopyFrame(1, "out\n") + stdcopyFrame(2, "err\n"));
}

TEST(Attach, StdinEofLeavesTheOutputWithStdinOnce) {
    const Daemon daemon;
    const std::string id =
        daemon.create(R"(["sh","-c","wc -c; echo done"])", R"(,"OpenStdin":true,"StdinOnce":true)");
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/attach" + all, "", upgrade));
    client.head();
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    client.send("12345");
    client.closeWrite();
    EXPECT_EQ(client.toEnd(), stdcopyFrame(1, "5\n") + stdcopyFrame(1, "done\n"));
}

TEST(Attach, StdinEofEndsTheOutputWithoutStdinOnce) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sh","-c","wc -c; sleep 1000"])", R"(,"OpenStdin":true)");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/attach" + all, "", upgrade));
    client.head();
    client.closeWrite();
    client.toEnd();
    EXPECT_TRUE(client.ended());
}

TEST(Attach, TerminalIsRawWithCarriageReturns) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["echo","hi"])", R"(,"Tty":true)");
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/attach?stream=1&stdout=1", "", upgrade));
    client.head();
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    EXPECT_EQ(client.toEnd(), "hi\r\n");
}

TEST(Exec, UpgradesWithDockerFieldsAndTellsItsExitCode) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sleep","1000"])");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    const std::string exec =
        execOf(daemon, id, R"({"Cmd":["sh","-c","echo x; exit 7"],"AttachStdout":true,"AttachStderr":true})");
    Client client = daemon.client();
    client.send(Daemon::postBytes("/exec/" + exec + "/start", R"({"Detach":false,"Tty":false})", upgrade));
    EXPECT_EQ(client.head(), "HTTP/1.1 101 UPGRADED\r\nContent-Type: "
                             "application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                             "Api-Version: 1.41\r\nDocker-Experimental: false\r\nOstype: linux\r\nServer: "
                             "Docker/20.10.24 (linux)\r\n\r\n");
    EXPECT_EQ(client.toEnd(), stdcopyFrame(1, "x\n"));
    EXPECT_NE(daemon.get("/exec/" + exec + "/json").body.find(R"("Running":false,"ExitCode":7)"),
              std::string::npos);
}

TEST(Exec, DetachedIsAnOrdinaryAnswer) {
    const Daemon daemon;
    const auto answer = daemon.post("/exec/mock/start", R"({"Detach":true})");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.has("Content-Length: 0\r\n"));
}

TEST(Exec, StdinEofIsAlwaysAHalfClose) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/exec/mock/start", "{}", upgrade) + "tail");
    client.head();
    client.closeWrite();
    EXPECT_EQ(client.toEnd(), stdcopyFrame(1, "tail"));
}

TEST(Exec, TellsWhatCameBehindTheUpgrade) {
    Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/exec/mock/start", "{}", std::string("X-Case-Id: up\r\n") + upgrade));
    client.head();
    client.send("one");
    EXPECT_EQ(client.exactly(11), stdcopyFrame(1, "one"));
    client.closeWrite();
    client.toEnd();
    client.close();
    ASSERT_TRUE(daemon->recorder().waitForNoConnections(1));
    const auto seen = daemon->recorder().requests("X-Case-Id: up");
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].afterUpgrade, "one");
    EXPECT_TRUE(seen[0].upgradeEof);
    EXPECT_EQ(seen[0].status, 101);
    EXPECT_EQ(seen[0].body, "{}");
}

TEST(Websocket, AcceptKeyIsTheRfcs) {
    EXPECT_EQ(websocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

std::string masked(std::string_view text) {
    std::string frame = {static_cast<char>(0x82), static_cast<char>(0x80U | text.size()), 1, 2, 3, 4};
    for (std::size_t i = 0; i < text.size(); ++i)
        frame.push_back(static_cast<char>(text[i] ^ static_cast<char>(i % 4 + 1)));
    return frame;
}

TEST(Websocket, EchoesThroughTheProcessUnframed) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send("GET /containers/mock/attach/ws?stream=1 HTTP/1.1\r\nHost: x\r\nUpgrade: "
                "websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_EQ(client.head(), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                             "Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    for (const char byte : masked("hello")) client.send({&byte, 1}); // frames come in any pieces
    EXPECT_EQ(client.exactly(7), "\x82\x05hello");
    client.send("\x88\x80\x01\x02\x03\x04");
    EXPECT_EQ(client.toEnd(), std::string("\x88\x00", 2));
}

TEST(Websocket, WithoutHandshakeIsRefusedRaw) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send("GET /containers/mock/attach/ws HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.head(), "HTTP/1.1 400 Bad Request\r\n\r\n");
}

TEST(Http2, SessionRolesAreReversed) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/session", "", "Upgrade: h2c\r\nConnection: Upgrade\r\n"));
    EXPECT_EQ(client.head(),
              "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    EXPECT_EQ(client.exactly(24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

TEST(Http2, GrpcBeginsWithSettings) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/grpc", "", "Upgrade: h2c\r\n"));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_EQ(client.exactly(9), std::string("\0\0\0\x04\0\0\0\0\0", 9));
    EXPECT_EQ(daemon.ask(Daemon::postBytes("/grpc", "", "Upgrade: tcp\r\n")).body,
              "{\"message\":\"protocol tcp not supported\"}\n");
}

} // namespace
} // namespace mockdocker
