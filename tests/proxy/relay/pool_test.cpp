// Connections to the daemon are used again, but never after anything doubtful.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

class Pool : public RelayTest {};

TEST_F(Pool, OneConnectionServesManyClients) {
    Peer first = connect();
    Peer daemon = pooled(first);
    for (int i = 0; i < 10; ++i) {
        Peer client = connect(i % 2 == 0 ? Over::tcp : Over::unix);
        EXPECT_EXCHANGE(client, daemon);
    }
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Pool, AsManyConnectionsAsExchangesAtOnce) {
    Peer a = connect();
    Peer b = connect();
    a.send(ping);
    Peer first = daemon_.accept();
    EXPECT_BYTES(first, ping);
    b.send(ping);
    Peer second = daemon_.accept();
    EXPECT_BYTES(second, ping);
    second.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    EXPECT_EQ(readAnswer(a).body, "a");
    EXPECT_EQ(readAnswer(b).body, "b");
}

struct Doubtful {
    const char* id;
    std::string request;
    std::string response;
    enum class After { nothing, daemonSends, daemonCloses, clientLeaves } after = After::nothing;
};
void PrintTo(const Doubtful& row, std::ostream* out) {
    *out << row.id;
}

const std::string post = "POST /containers/create HTTP/1.1\r\nHost: d\r\n";

const std::vector<Doubtful> doubtful{
    {"connection-close", std::string(ping),
     "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"},
    {"response-of-http10", std::string(ping), "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK"},
    {"request-of-http10", "GET /_ping HTTP/1.0\r\n\r\n", std::string(pong)},
    {"surplus-bytes", std::string(ping), std::string(pong) + "HTTP/1.1 200 OK\r\n"},
    {"surplus-bytes-behind-chunks", std::string(ping),
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx"},
    {"surplus-bytes-behind-much", std::string(ping),
     "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x') + "surplus"},
    {"body-to-head", "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n", std::string(pong)},
    {"body-of-204", std::string(ping), "HTTP/1.1 204 No Content\r\n\r\nsurprise"},
    {"body-of-304", std::string(ping), "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nOK"},
    {"unsolicited-bytes", std::string(ping), std::string(pong), Doubtful::After::daemonSends},
    {"daemon-closed", std::string(ping), std::string(pong), Doubtful::After::daemonCloses},
    {"unfinished-request", post + "Content-Length: 100\r\n\r\nbeginning", std::string(pong)},
    {"unfinished-chunks", post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", std::string(pong)},
    {"client-left", std::string(ping), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun",
     Doubtful::After::clientLeaves},
    {"client-left-before-the-answer", std::string(ping), "", Doubtful::After::clientLeaves},
    {"client-ended-its-direction", std::string(ping), "", Doubtful::After::nothing},
};

class NotUsedAgain : public Pool, public testing::WithParamInterface<Doubtful> {};

TEST_P(NotUsedAgain, After) {
    const Doubtful& row = GetParam();
    Peer first = connect(Over::unix);
    first.send(row.request);
    Peer daemon = daemon_.accept();
    EXPECT_EQ(daemon.read(row.request.size()), row.request);
    if (row.id == std::string("client-ended-its-direction")) {
        first.halfClose();
        EXPECT_EQ(daemon.rest(), "");
        daemon.send(pong);
    }
    proxy().onLoop([&] { daemon.send(row.response); }); // all of it is there before any of it is read
    proxy().settle();
    switch (row.after) {
    case Doubtful::After::nothing:
        break;
    case Doubtful::After::daemonSends:
        daemon.send("HTTP/1.1 408 Request Timeout\r\n\r\n");
        break;
    case Doubtful::After::daemonCloses:
        daemon.halfClose();
        break;
    case Doubtful::After::clientLeaves:
        first.close();
        break;
    }
    EXPECT_EQ(daemon.rest(), "");
    EXPECT_NE(daemon.end(), Peer::End::silent) << "it is closed before anybody asks for it";
    Peer second = connect();
    Peer fresh = pooled(second); // on a connection of its own: pooled() accepts one
    EXPECT_EXCHANGE(second, fresh);
}

INSTANTIATE_TEST_SUITE_P(Rows, NotUsedAgain, testing::ValuesIn(doubtful), tests::byId);

// The client's request and the daemon's words become known in one round, and the client's turn comes first.
TEST_F(Pool, WordsNobodyAskedForAreNoAnswer) {
    Peer client = connect();
    Peer daemon = pooled(client);
    proxy().onLoop([&] {
        client.send(ping);
        daemon.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    });
    Peer fresh = daemon_.accept();
    EXPECT_BYTES(fresh, ping);
    fresh.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_NE(daemon.end(), Peer::End::silent);
}

// Podman closes an idle connection after 10 seconds; a request that may not be sent twice must not meet that.
TEST_F(Pool, AnIdleConnectionIsClosedBeforeADaemonWould) {
    RunningProxy::Options options;
    options.limits.times = {};
    configure(options);
    Peer client = connect();
    Peer daemon = pooled(client);
    proxy().advance(std::chrono::seconds(5));
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

// ---- One safe retry ------------------------------------------------------------------------------

class Retry : public Pool {
protected:
    const std::string post_ = post + "Content-Length: 2\r\n\r\n{}";
};

// It may have died while it was idle, and nothing tells that from a daemon that dies now.
TEST_F(Retry, AGetOnAPooledConnectionThatDies) {
    Peer client = connect();
    Peer daemon = pooled(client);
    client.send(ping);
    EXPECT_BYTES(daemon, ping);
    daemon.close();
    Peer fresh = daemon_.accept();
    EXPECT_BYTES(fresh, ping);
    fresh.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, fresh);
}

// What was done for the first attempt is to be done for the second one.
TEST_F(Retry, TheClientsEndReachesTheSecondConnection) {
    const std::string events = "GET /events HTTP/1.1\r\nHost: d\r\n\r\n";
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer first = connect();
        Peer daemon = pooled(first);
        Peer client = connect(over);
        client.send(events);
        client.halfClose();
        EXPECT_BYTES(daemon, events);
        EXPECT_EQ(daemon.rest(), "");
        daemon.close();
        Peer fresh = daemon_.accept();
        EXPECT_BYTES(fresh, events);
        EXPECT_EQ(fresh.rest(), "");
        EXPECT_EQ(fresh.end(), Peer::End::closed);
        fresh.send(pong);
        EXPECT_NE(client.readHead(), "");
        EXPECT_EQ(client.rest(), "OK");
        fresh.close();
        first.close();
        proxy().settle();
        EXPECT_EQ(proxy().connections(), 0U);
    }
}

TEST_F(Retry, OnlyOnce) {
    Peer client = connect();
    Peer daemon = pooled(client);
    client.send(ping);
    EXPECT_BYTES(daemon, ping);
    daemon.close();
    Peer second = daemon_.accept();
    EXPECT_BYTES(second, ping);
    second.close();
    EXPECT_EQ(readAnswer(client).status, 502);
    EXPECT_TRUE(daemon_.nothing());
    const Peer fresh = pooled(client);
}

TEST_F(Retry, NotOnAFreshConnection) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.close();
    EXPECT_EQ(readAnswer(client).status, 502);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Retry, NotAPostThatWasDelivered) {
    Peer client = connect();
    Peer daemon = pooled(client);
    client.send(post_);
    EXPECT_BYTES(daemon, post_);
    daemon.close();
    EXPECT_EQ(readAnswer(client).status, 502);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Retry, APostOfWhichNothingWasTaken) {
    Peer client = connect();
    Peer daemon = pooled(client);
    daemon.stopReading(); // the proxy learns of it when it sends
    client.send(post_);
    proxy().settle();
    daemon.close();
    Peer fresh = daemon_.accept();
    EXPECT_BYTES(fresh, post_);
    fresh.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, fresh);
}

TEST_F(Retry, NotOnceSomethingWasAnswered) {
    for (const std::string answer : {"HTTP/1.1 200 O", "HTTP/1.1 100 Continue\r\n\r\n"}) {
        Peer client = connect();
        Peer daemon = pooled(client);
        client.send(ping);
        EXPECT_BYTES(daemon, ping);
        daemon.send(answer);
        proxy().settle();
        daemon.close();
        if (answer.ends_with("\r\n\r\n")) {
            EXPECT_BYTES(client, answer);
        }
        EXPECT_EQ(readAnswer(client).status, 502);
        EXPECT_TRUE(daemon_.nothing());
    }
}

TEST_F(Retry, NotWhatIsTooLargeToKeep) {
    Peer client = connect();
    Peer daemon = pooled(client);
    const std::string large = "GET /_ping HTTP/1.1\r\nHost: d\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
    client.send(large);
    EXPECT_BYTES(daemon, large);
    daemon.close();
    EXPECT_EQ(readAnswer(client).status, 502);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Retry, WhenTheDaemonWasRestarted) {
    Peer client = connect();
    Peer daemon = pooled(client);
    daemon_.stop();
    daemon.close();
    daemon_.start();
    const Peer fresh = pooled(client);
}

} // namespace
} // namespace proxy::test
