// Limits of time and number.
#include "tests/proxy/relay/running_proxy.h"

#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;
using namespace std::chrono_literals;

class Limits : public RelayTest {
protected:
    RunningProxy::Options options_;
};

TEST_F(Limits, AHeadThatIsNotCompletedIsRefused) {
    options_.limits.times.head = 50ms;
    configure(options_);
    for (const std::string begun : {"G", "GET /_ping HTTP/1.1\r\nHost: docker\r\n"}) {
        Peer client = connect();
        client.send(begun);
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, 408);
        EXPECT_TRUE(answer.closes());
        EXPECT_EQ(client.end(), Peer::End::closed);
        EXPECT_NE(proxy().logged("request.head.timeout").find(" notice "), std::string::npos);
    }
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Limits, DrippingGainsNoTime) {
    options_.limits.times.head = 100ms;
    configure(options_);
    Peer client = connect();
    const std::string begun = "GET /_ping HTTP/1.1\r\nHost: docker\r\nX: ";
    client.send(begun);
    // Until the answer is there: each octet comes well within the time, all of them do not.
    for (int i = 0; i < 100'000 && client.quiet(); ++i) {
        client.send("x");
        proxy().settle();
    }
    EXPECT_EQ(readAnswer(client).status, 408);
}

TEST_F(Limits, NoTimeRunsWhileTheDaemonThinksOrAStreamIsSilent) {
    options_.limits.times.head = 30ms;
    options_.limits.times.idle = 30ms;
    configure(options_);
    Peer other = connect();
    Peer client = connect();
    client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    EXPECT_EQ(other.end(), Peer::End::closed) << "by now the times have passed";
    daemon.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_NE(client.readHead(), "");
    Peer another = connect();
    EXPECT_EQ(another.end(), Peer::End::closed) << "and once more";
    daemon.send("2\r\n{}\r\n");
    EXPECT_BYTES(client, "2\r\n{}\r\n");
}

TEST_F(Limits, NoTimeRunsForABodyThatTakesLong) {
    options_.limits.times.head = 30ms;
    options_.limits.times.idle = 30ms;
    configure(options_);
    Peer other = connect();
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\n\r\nbo");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    EXPECT_BYTES(daemon, "bo");
    EXPECT_EQ(other.end(), Peer::End::closed);
    client.send("dy");
    EXPECT_BYTES(daemon, "dy");
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
}

TEST_F(Limits, AnIdleConnectionIsClosedWithoutAWord) {
    options_.limits.times.idle = 30ms;
    configure(options_);
    Peer client = connect();
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(client.end(), Peer::End::closed);
    Peer used = connect();
    { const Peer daemon = pooled(used); }
    EXPECT_EQ(used.rest(), "");
    EXPECT_EQ(used.end(), Peer::End::closed);
}

TEST_F(Limits, OneConnectionTooManyIsTurnedAway) {
    options_.limits.connections = 2;
    configure(options_);
    Peer first = connect();
    Peer second = connect(Over::unix);
    Peer daemon = pooled(first);
    EXPECT_EXCHANGE(second, daemon);
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer third = connect(over);
        third.send(ping);
        const Answer answer = readAnswer(third);
        EXPECT_EQ(answer.status, 503);
        EXPECT_TRUE(answer.closes());
        EXPECT_NE(answer.body.find("all 2 connections are in use; raise MAX_CONNECTIONS"), std::string::npos)
            << answer.body;
        EXPECT_EQ(third.end(), Peer::End::closed);
        EXPECT_NE(proxy().logged("connection.limit"), "");
    }
    EXPECT_EXCHANGE(first, daemon);
    EXPECT_EXCHANGE(second, daemon);
    second.close();
    proxy().settle();
    Peer next = connect();
    EXPECT_EXCHANGE(next, daemon);
}

TEST_F(Limits, AnswersToAHeadHaveNoBody) {
    options_.limits.connections = 2;
    configure(options_);
    Peer slow = connect();
    slow.send("HEAD /_ping HT");
    Peer other = connect();
    proxy().settle();
    Peer third = connect();
    third.send("HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
    EXPECT_EQ(readAnswer(third, true).status, 503);
    EXPECT_EQ(third.rest(), "");
    proxy().advance(std::chrono::seconds(10));
    EXPECT_EQ(readAnswer(slow, true).status, 408);
    EXPECT_EQ(slow.rest(), "");
}

// Whoever says nothing is told all the same.
TEST_F(Limits, ASilentOneTooManyIsTurnedAway) {
    options_.limits.connections = 1;
    configure(options_);
    Peer first = connect();
    proxy().settle();
    Peer silent = connect();
    proxy().settle();
    proxy().advance(std::chrono::seconds(2));
    EXPECT_EQ(readAnswer(silent).status, 503);
    EXPECT_EQ(silent.end(), Peer::End::closed);
}

TEST_F(Limits, ManyTooManyAreAllTurnedAway) {
    options_.limits.connections = 1;
    options_.limits.times.linger = 1ms;
    configure(options_);
    Peer first = connect();
    Peer daemon = pooled(first);
    std::vector<Peer> others;
    others.reserve(100);
    for (int i = 0; i < 100; ++i) others.push_back(connect());
    for (Peer& other : others) {
        EXPECT_EQ(readAnswer(other).status, 503);
        other.close();
    }
    EXPECT_EXCHANGE(first, daemon);
}

TEST_F(Limits, ManyConnectionsAtOnce) {
    options_.limits.connections = 1000;
    options_.level = log::Level::err;
    configure(options_);
    std::vector<Peer> clients;
    std::vector<Peer> daemons;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(connect(i % 2 == 0 ? Over::tcp : Over::unix));
        clients.back().send(ping);
        daemons.push_back(daemon_.accept());
        EXPECT_BYTES(daemons.back(), ping);
    }
    EXPECT_EQ(proxy().connections(), 300U);
    for (Peer& daemon : daemons) daemon.send(pong);
    for (Peer& client : clients) EXPECT_BYTES(client, pong);
}

} // namespace
} // namespace proxy::test
