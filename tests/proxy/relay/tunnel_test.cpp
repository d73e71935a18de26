// A connection that the daemon takes over: bytes both ways, each direction with an end of its own.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>
#include <sys/ioctl.h>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

struct Hijack {
    const char* id;
    std::string request;
    std::string response;
    std::string atDaemon = request;
    std::string atClient = response;
};
void PrintTo(const Hijack& row, std::ostream* out) {
    *out << row.id;
}

const std::string json = "Content-Type: application/json\r\n";
const std::string detach = R"({"Detach":false,"Tty":true})";

const std::vector<Hijack> hijacks{
    {"attach-tcp",
     "POST /v1.41/containers/x/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\nContent-Length: "
     "0\r\nConnection: Upgrade\r\n"
     "Content-Type: text/plain\r\nUpgrade: tcp\r\n\r\n",
     "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: "
     "Upgrade\r\nUpgrade: tcp\r\n\r\n",
     "POST /v1.41/containers/x/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n"
     "Content-Type: text/plain\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n",
     "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nUpgrade: "
     "tcp\r\nConnection: Upgrade\r\n\r\n"},
    {"exec-tcp-with-a-body",
     "POST /exec/1/start HTTP/1.1\r\nHost: d\r\n" + json +
         "Content-Length: 27\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n" + detach,
     "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"},
    {"exec-tcp-with-a-chunked-body",
     "POST /exec/1/start HTTP/1.1\r\nHost: d\r\n" + json +
         "Transfer-Encoding: chunked\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n1b\r\n" + detach +
         "\r\n0\r\n\r\n",
     "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"},
    {"session-h2c",
     "POST /session HTTP/1.1\r\nHost: d\r\nX-Docker-Expose-Session-Uuid: 1\r\nUpgrade: h2c\r\nConnection: "
     "Upgrade\r\n\r\n",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"},
    {"grpc-h2c", "POST /grpc HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"},
    {"attach-websocket",
     "GET /containers/x/attach/ws?stdin=1 HTTP/1.1\r\nHost: d\r\nSec-WebSocket-Key: "
     "dGhlIHNhbXBsZSBub25jZQ==\r\n"
     "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
     "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nUpgrade: "
     "websocket\r\n"
     "Connection: Upgrade\r\n\r\n"},
    {"attach-raw", "POST /containers/x/attach?stdout=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"},
    {"exec-raw", "POST /exec/1/start HTTP/1.1\r\nHost: d\r\n" + json + "Content-Length: 27\r\n\r\n" + detach,
     "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"},
    {"exec-raw-chunked",
     "POST /exec/1/start HTTP/1.1\r\nHost: d\r\n" + json + "Transfer-Encoding: chunked\r\n\r\n1b\r\n" +
         detach + "\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"},
};

using Case = std::tuple<Hijack, Over>;

class Tunnel : public RelayTest, public testing::WithParamInterface<Case> {
protected:
    [[nodiscard]] static const Hijack& row() { return std::get<0>(GetParam()); }
    [[nodiscard]] static Over over() { return std::get<1>(GetParam()); }

    struct Ends {
        Peer client;
        Peer daemon;
    };
    Ends open() {
        Peer client = connect(over());
        client.send(row().request);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, row().atDaemon);
        daemon.send(row().response);
        EXPECT_BYTES(client, row().atClient);
        return {std::move(client), std::move(daemon)};
    }
};

TEST_P(Tunnel, CarriesBothWaysUntilBothHaveEnded) {
    auto [client, daemon] = open();
    for (const char* const text : {"x", "\r\n\r\n", "GET /secrets HTTP/1.1\r\n\r\n", "0\r\n\r\n"}) {
        client.send(text);
        EXPECT_BYTES(daemon, text);
        daemon.send(text);
        EXPECT_BYTES(client, text);
    }
    client.halfClose();
    EXPECT_EQ(daemon.rest(), "");
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    proxy().settle();
    EXPECT_TRUE(client.quiet()) << "the other direction goes on";
    daemon.send("output goes on");
    EXPECT_BYTES(client, "output goes on");
    daemon.halfClose();
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(client.end(), Peer::End::closed);
    const std::string line = proxy().logged(" allow ");
    EXPECT_NE(line.find(row().response.substr(9, 3) + " "), std::string::npos) << line;
}

TEST_P(Tunnel, TheDaemonsEndIsNotTheClients) {
    auto [client, daemon] = open();
    daemon.send("last output");
    daemon.halfClose();
    EXPECT_EQ(client.rest(), "last output");
    EXPECT_EQ(client.end(), Peer::End::closed);
    proxy().settle();
    EXPECT_TRUE(daemon.quiet()) << "an end is never invented";
    client.send("input goes on");
    EXPECT_BYTES(daemon, "input goes on");
    client.close();
    EXPECT_EQ(daemon.rest(), "");
}

TEST_P(Tunnel, BytesBehindTheHeadsAreItsFirst) {
    Peer client = connect(over());
    client.send(row().request + "early input");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, row().atDaemon);
    daemon.send(row().response + "early output");
    EXPECT_BYTES(client, row().atClient + "early output");
    EXPECT_BYTES(daemon, "early input");
    client.halfClose();
    EXPECT_EQ(daemon.rest(), "");
    daemon.close();
    EXPECT_EQ(client.rest(), "");
}

// `echo ok | docker run -i`: the end of input may be there before the tunnel is.
TEST_P(Tunnel, AnEndThatCameEarlyIsCarriedBehindTheBytes) {
    Peer client = connect(over());
    client.send(row().request + "early input");
    client.halfClose();
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, row().atDaemon);
    proxy().settle();
    daemon.send(row().response);
    EXPECT_EQ(daemon.rest(), "early input");
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    daemon.send("output");
    daemon.close();
    EXPECT_EQ(client.rest(), row().atClient + "output");
}

TEST_P(Tunnel, HeadsMayArriveOctetByOctet) {
    Peer client = connect(over());
    for (const char c : row().request) {
        client.send({&c, 1});
        proxy().settle();
    }
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, row().atDaemon);
    for (const char c : row().response + "x") {
        daemon.send({&c, 1});
        proxy().settle();
    }
    EXPECT_BYTES(client, row().atClient + "x");
    client.send("y");
    EXPECT_BYTES(daemon, "y");
}

TEST_P(Tunnel, AClientThatIsGoneEndsTheDaemons) {
    auto [client, daemon] = open();
    client.close();
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

TEST_P(Tunnel, ADaemonThatIsGoneEndsTheClients) {
    auto [client, daemon] = open();
    daemon.send("last words");
    daemon.close();
    EXPECT_EQ(client.rest(), "last words");
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_NE(proxy().logged(" allow "), "")
        << "nothing is left to wait for, whatever the client may still send";
}

TEST_P(Tunnel, AClientThatIsGoneForGoodEndsASilentDaemons) {
    auto [client, daemon] = open();
    daemon.send("unread");
    client.reset();
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    // Not half of it: the daemon notices a gone client only when both directions are shut.
    EXPECT_TRUE(daemon.sendingFails());
}

TEST_P(Tunnel, ManyBytesBothWays) {
    auto [client, daemon] = open();
    const std::string up = pattern(3'000'000);
    const std::string down = pattern(5'000'000);
    std::thread input([&c = client, &up] {
        c.send(up);
        c.halfClose();
    });
    std::thread output([&d = daemon, &down] { d.send(down); });
    std::thread reader([&d = daemon, &up] { EXPECT_TRUE(d.rest() == up); });
    EXPECT_TRUE(client.read(down.size()) == down);
    output.join();
    reader.join();
    input.join();
    daemon.halfClose();
    EXPECT_EQ(client.rest(), "");
}

INSTANTIATE_TEST_SUITE_P(Rows, Tunnel,
                         testing::Combine(testing::ValuesIn(hijacks), testing::Values(Over::tcp, Over::unix)),
                         [](const auto& row) {
                             return tests::rowName(std::get<0>(row.param).id) +
                                    (std::get<1>(row.param) == Over::tcp ? "_over_tcp" : "_over_unix");
                         });

// A process that ends without having read its input: the daemon closes with input unread, which is a reset.
// Its output must arrive none the less, also at a slow reader.
TEST_F(RelayTest, OutputSurvivesUnreadInput) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        client.send(hijacks[0].request);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, hijacks[0].atDaemon);
        daemon.send(hijacks[0].response);
        EXPECT_BYTES(client, hijacks[0].atClient);
        (void)client.sendUntilStuck(std::string(8'000'000, 'i'));
        const std::string output =
            pattern(150'000); // more than the client's window, less than the kernel holds
        daemon.send(output);
        daemon.close();
        proxy().settle();
        EXPECT_TRUE(client.rest() == output);
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

// ---- What is no tunnel ---------------------------------------------------------------------------

struct NoTunnel {
    const char* id;
    std::string request;
    std::string response;
};
void PrintTo(const NoTunnel& row, std::ostream* out) {
    *out << row.id;
}

const std::string rawType = "Content-Type: application/vnd.docker.raw-stream\r\n";

class NotATunnel : public RelayTest, public testing::WithParamInterface<NoTunnel> {};

// What follows the request is another request, to be judged; it is never carried over as input.
TEST_P(NotATunnel, CarriesNothingUp) {
    Peer client = connect();
    client.send(GetParam().request);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, GetParam().request);
    daemon.send(GetParam().response + "output");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "output");
    client.send("GET /secrets HTTP/1.1\r\nHost: d\r\n\r\n");
    proxy().settle();
    EXPECT_TRUE(daemon.quiet());
    daemon.close();
    EXPECT_NE(client.end(), Peer::End::silent);
    EXPECT_TRUE(daemon_.nothing());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NotATunnel,
    testing::Values(
        NoTunnel{"logs", "GET /containers/x/logs?follow=1 HTTP/1.1\r\nHost: d\r\n\r\n",
                 "HTTP/1.1 200 OK\r\n" + rawType + "\r\n"},
        NoTunnel{"service-logs", "GET /services/x/logs HTTP/1.1\r\nHost: d\r\n\r\n",
                 "HTTP/1.1 200 OK\r\n" + rawType + "\r\n"},
        NoTunnel{"attach-error", "POST /containers/x/attach HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.1 404 Not Found\r\n" + rawType + "\r\n"},
        NoTunnel{"attach-other-type",
                 "POST /containers/x/attach HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"},
        NoTunnel{"exec-with-length", "POST /exec/1/start HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.1 200 OK\r\n" + rawType + "Content-Length: 100\r\n\r\n"},
        NoTunnel{"another-path", "POST /containers/x/wait HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
                 "HTTP/1.1 200 OK\r\n" + rawType + "\r\n"}),
    tests::byId);

TEST_F(RelayTest, AnUpgradeIsOfferedOnlyWhereDockerHijacks) {
    Peer client = connect();
    client.send("GET /containers/json HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "GET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 502);
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

TEST_F(RelayTest, PodmansAttachIsATunnelAndItsStartIsNone) {
    configure({oneDoor({.dialect = policy::Dialect::linuxserver,
                        .grants = {policy::Variable::libpodContainers, policy::Variable::post}}),
               roomy(), log::Level::debug});
    const std::string offer = " HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n";
    const std::string upgraded = "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n";
    Peer client = connect();
    client.send("POST /v5.8.0/libpod/containers/1/start" + offer);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "POST /v5.8.0/libpod/containers/1/start HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_BYTES(client, "HTTP/1.1 204 No Content\r\n\r\n");
    client.send("POST /v5.8.0/libpod/containers/1/attach" + offer);
    EXPECT_BYTES(daemon, "POST /v5.8.0/libpod/containers/1/attach" + offer);
    daemon.send(upgraded);
    EXPECT_BYTES(client, upgraded);
    client.send("input");
    EXPECT_BYTES(daemon, "input");
    daemon.send("output");
    EXPECT_BYTES(client, "output");
}

TEST_F(RelayTest, AnUpgradeThatIsDeclinedIsAnExchange) {
    Peer client = connect();
    client.send(hijacks[0].request);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, hijacks[0].atDaemon);
    const std::string notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno";
    daemon.send(notFound);
    EXPECT_BYTES(client, notFound);
    EXPECT_EXCHANGE(client, daemon);
}

// ---- What is typed ahead -------------------------------------------------------------------------

std::size_t waitingAt(const Peer& peer) {
    int octets = 0;
    EXPECT_EQ(::ioctl(peer.number(), FIONREAD, &octets), 0);
    return static_cast<std::size_t>(octets);
}

class TypedAhead : public RelayTest {
protected:
    // So much that the daemon's socket has no room for more, in pieces that are no masses.
    struct Ends {
        Peer client;
        Peer daemon;
        std::string body;
    };
    Ends begin(std::size_t pieces) {
        Peer client = connect(Over::unix);
        client.send("POST /exec/1/start HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n");
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        std::string body;
        for (std::size_t sent = 0; sent < pieces && waitingAt(daemon) == body.size(); ++sent) {
            client.send(piece_);
            proxy().settle();
            body += piece_;
        }
        return {std::move(client), std::move(daemon), body};
    }
    const std::string piece_ = "1000\r\n" + pattern(4096) + "\r\n";
};

// The daemon may take over before it has read the request: what follows the body is not to overtake it.
TEST_F(TypedAhead, StaysBehindABodyThatIsNotSentYet) {
    const std::size_t fitting = begin(1000).body.size() / piece_.size() - 1;
    auto [client, daemon, body] = begin(fitting);
    ASSERT_EQ(waitingAt(daemon), body.size());
    const std::string last = piece_ + "0\r\n\r\n";
    const std::string typed = "typed ahead";
    client.send(last + typed);
    proxy().settle();
    ASSERT_LT(waitingAt(daemon), body.size() + last.size());
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    daemon.send(answer);
    EXPECT_BYTES(client, answer);
    EXPECT_BYTES(daemon, body + last + typed);
    client.halfClose();
    EXPECT_EQ(daemon.rest(), "");
}

// ---- Clients that leave during an exchange -------------------------------------------------------

class Leaving : public RelayTest, public testing::WithParamInterface<Over> {
protected:
    const std::string events_ = "GET /events HTTP/1.1\r\nHost: d\r\n\r\n";
    const std::string begun_ = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n";
};

// It may be waiting for the rest, or be gone; the daemon sees what it would see without us, and decides.
TEST_P(Leaving, AnEndOfSendingIsCarriedToTheDaemon) {
    for (const bool answered : {false, true}) {
        Peer client = connect(GetParam());
        client.send(events_);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, events_);
        if (answered) {
            daemon.send(begun_);
            EXPECT_BYTES(client, begun_);
        }
        client.halfClose();
        EXPECT_EQ(daemon.rest(), "");
        EXPECT_EQ(daemon.end(), Peer::End::closed);
        if (!answered) {
            daemon.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            EXPECT_NE(client.readHead(), "");
        }
        daemon.send("3\r\nend\r\n0\r\n\r\n");
        EXPECT_EQ(client.rest(), "3\r\nend\r\n0\r\n\r\n");
        EXPECT_EQ(client.end(), Peer::End::closed);
        client.close();
        daemon.close();
    }
}

TEST_P(Leaving, GoneBeforeTheAnswer) {
    Peer client = connect(GetParam());
    client.send(events_);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, events_);
    client.reset();
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    EXPECT_TRUE(daemon.sendingFails());
    EXPECT_NE(proxy().logged("the client went away"), "");
}

TEST_P(Leaving, GoneInTheMiddleOfTheAnswer) {
    Peer client = connect(GetParam());
    client.send(events_);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, events_);
    daemon.send(begun_ + "6\r\nunread");
    EXPECT_NE(client.readHead(), "");
    client.reset();
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    EXPECT_TRUE(daemon.sendingFails());
    EXPECT_NE(proxy().logged("the client went away in the middle"), "");
}

TEST_P(Leaving, GoneInTheMiddleOfTheRequest) {
    for (const bool reset : {false, true}) {
        Peer client = connect(GetParam());
        client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 100\r\n\r\nbeginning");
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        EXPECT_BYTES(daemon, "beginning");
        if (reset)
            client.reset();
        else
            client.close();
        EXPECT_EQ(daemon.rest(), "");
        EXPECT_EQ(daemon.end(), Peer::End::closed);
        EXPECT_NE(proxy().logged("in the middle of its request"), "");
    }
}

TEST_P(Leaving, GoneBeforeItSaidAnything) {
    Peer client = connect(GetParam());
    client.send("GET /_pi");
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 1U);
    client.close();
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 0U);
    EXPECT_TRUE(daemon_.nothing());
}

// Who ended it, and how: the client, by its end or by a reset.
TEST_F(RelayTest, TheLogTellsHowTheClientWent) {
    const std::string events = "GET /events HTTP/1.1\r\nHost: d\r\n\r\n";
    Peer client = connect();
    client.send(events);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, events);
    client.reset();
    EXPECT_NE(proxy().logged("the client went away before it was answered (Connection reset by peer)"), "");

    Peer local = connect(Over::unix);
    local.send(events);
    Peer second = daemon_.accept();
    EXPECT_BYTES(second, events);
    local.close();
    EXPECT_NE(proxy().logged("the client went away before it was answered (end of stream)"), "");

    Peer third = connect();
    third.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 100\r\n\r\nbeginning");
    Peer building = daemon_.accept();
    EXPECT_NE(building.readHead(), "");
    third.halfClose();
    EXPECT_NE(proxy().logged("the client went away in the middle of its request (end of stream)"), "");
}

INSTANTIATE_TEST_SUITE_P(Clients, Leaving, testing::Values(Over::tcp, Over::unix),
                         [](const auto& row) { return row.param == Over::tcp ? "tcp" : "unix"; });

} // namespace
} // namespace proxy::test
