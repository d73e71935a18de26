// SIGTERM, as the server sees it: who is idle ends at once, who is served is served,
// who streams ends with the grace.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;
using namespace std::chrono_literals;

class Shutdown : public RelayTest {
protected:
    void grace(std::chrono::seconds seconds) {
        RunningProxy::Options options;
        options.limits.grace = seconds;
        configure(options);
    }
};

TEST_F(Shutdown, WithNobodyThere) {
    (void)proxy();
    proxy().shutdown();
    EXPECT_TRUE(proxy().ended());
    EXPECT_TRUE(proxy().refuses());
}

TEST_F(Shutdown, TheIdleEndAtOnce) {
    Peer silent = connect();
    Peer used = connect(Over::unix);
    const Peer daemon = pooled(used);
    proxy().settle();
    proxy().shutdown();
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(silent.end(), Peer::End::closed);
    EXPECT_EQ(used.end(), Peer::End::closed);
    EXPECT_TRUE(proxy().ended());
}

TEST_F(Shutdown, ARunningExchangeIsFinished) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 8\r\n\r\nbody");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    proxy().shutdown();
    proxy().settle();
    EXPECT_TRUE(proxy().refuses());
    client.send("body");
    EXPECT_BYTES(daemon, "bodybody");
    daemon.send(pong);
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_TRUE(proxy().ended());
}

TEST_F(Shutdown, AnAnswerThatHasBegunIsFinished) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nbody");
    EXPECT_NE(client.readHead(), "");
    proxy().shutdown();
    proxy().settle();
    daemon.send("body");
    EXPECT_EQ(client.rest(), "bodybody");
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_TRUE(proxy().ended());
}

TEST_F(Shutdown, AHeadThatHasBegunIsServed) {
    Peer client = connect();
    client.send("GET /_ping HTTP/1.1\r\n");
    proxy().settle();
    proxy().shutdown();
    proxy().settle();
    client.send("Host: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send(pong);
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    EXPECT_TRUE(proxy().ended());
}

struct Stays {
    const char* id;
    std::string request;
    std::string response;
};
void PrintTo(const Stays& row, std::ostream* out) {
    *out << row.id;
}

class WhoStays : public Shutdown, public testing::WithParamInterface<Stays> {
protected:
    void expectEnds(bool twice) {
        Peer client = connect();
        client.send(GetParam().request);
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        daemon.send(GetParam().response);
        EXPECT_EQ(client.read(GetParam().response.size()).size(), GetParam().response.size());
        proxy().shutdown();
        if (twice) {
            proxy().settle();
            proxy().shutdown();
        }
        EXPECT_NE(client.end(), Peer::End::silent);
        EXPECT_NE(daemon.end(), Peer::End::silent);
        EXPECT_NE(proxy().logged("our shutdown cut it off: SHUTDOWN_GRACE is over"), "") << "nobody else did";
        EXPECT_TRUE(proxy().ended());
    }
};

TEST_P(WhoStays, EndsWithTheGrace) {
    grace(1s);
    expectEnds(false);
}

TEST_P(WhoStays, EndsWithoutAnyGrace) {
    grace(0s);
    expectEnds(false);
}

TEST_P(WhoStays, EndsWhenAskedTwice) {
    grace(3600s);
    expectEnds(true);
}

const std::string tunnel = "POST /grpc HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
const std::string upgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Rows, WhoStays,
    testing::Values(Stays{"unanswered", "GET /info HTTP/1.1\r\nHost: d\r\n\r\n", ""},
                    Stays{"in-its-body", "POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 8\r\n\r\nbody",
                          ""},
                    Stays{"events", "GET /events HTTP/1.1\r\nHost: d\r\n\r\n",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"},
                    Stays{"tunnel", tunnel, upgraded},
                    Stays{"tunnel-with-output", tunnel, upgraded + "output"}),
    tests::byId);

// Full buffers on both sides: nobody reads, nobody will.
TEST_F(Shutdown, EndsWhoIsStuck) {
    grace(0s);
    Peer client = connect();
    client.send(tunnel);
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send(upgraded);
    EXPECT_BYTES(client, upgraded);
    const std::string much = pattern(8'000'000);
    (void)client.sendUntilStuck(much);
    (void)daemon.sendUntilStuck(much);
    proxy().shutdown();
    EXPECT_TRUE(proxy().ended());
}

} // namespace
} // namespace proxy::test
