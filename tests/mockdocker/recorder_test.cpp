// What the daemon tells of what it saw.
#include "mockdocker/wire/answer.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

// How the daemon says the connection ended that `act` used and then closed.
template <class Act>
End endOf(const Act& act) {
    Daemon daemon;
    {
        Client client = daemon.client();
        act(client);
    }
    EXPECT_TRUE(daemon->recorder().waitForNoConnections(1));
    return daemon->recorded().at(0).end;
}

const std::string ping = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Recorder, TellsHowConnectionsEnd) {
    EXPECT_EQ(endOf([](const Client&) {}), End::eof);
    EXPECT_EQ(endOf([](Client& client) {
                  client.send(ping);
                  EXPECT_EQ(client.answer().body, "OK");
              }),
              End::eof);
    EXPECT_EQ(endOf([](Client& client) {
                  client.send("GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                  client.toEnd();
              }),
              End::closed);
    EXPECT_EQ(endOf([](Client& client) {
                  client.send("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n");
                  client.toEnd();
              }),
              End::closed);
    EXPECT_EQ(endOf([](Client& client) { // closed with the answer unread: the daemon's kernel reports a reset
                  client.send(ping);
                  EXPECT_TRUE(client.readable());
              }),
              End::reset);
}

TEST(Recorder, KeepsWhatNeverBecameARequest) {
    Daemon daemon;
    {
        const Client client = daemon.client();
        client.send("GET /containers/json HTT");
    }
    ASSERT_TRUE(daemon->recorder().waitForNoConnections(1));
    EXPECT_EQ(daemon->recorded().at(0).stray, "GET /containers/json HTT");
    EXPECT_TRUE(daemon->recorded().at(0).requests.empty());
}

TEST(Recorder, KeepsRefusedHeads) {
    Daemon daemon;
    const std::string head = "GET /_ping HTTP/1.1\r\nHost : x\r\n\r\n";
    EXPECT_EQ(daemon.ask(head).status(), 400);
    const auto seen = daemon->recorder().requests();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].head, head);
    EXPECT_EQ(seen[0].refusal, "400 Bad Request: missing required Host header");
    EXPECT_FALSE(seen[0].complete);
}

TEST(Recorder, TellsBrokenBodies) {
    Daemon daemon;
    {
        Client client = daemon.client();
        client.send("POST /auth HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
        client.closeWrite();
        client.toEnd();
    }
    ASSERT_TRUE(daemon->recorder().waitForNoConnections(1));
    const auto seen = daemon->recorder().requests();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_FALSE(seen[0].complete);
    EXPECT_EQ(seen[0].body, "half");
}

TEST(Recorder, CountsAllAndKeepsTheBeginning) {
    Daemon daemon({}, {.bodyBytes = 10});
    const std::string body = pattern(0, 300000);
    EXPECT_EQ(daemon.ask("POST /auth HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + body).status(),
              200);
    const auto seen = daemon->recorder().requests();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].body, body.substr(0, 10));
    EXPECT_EQ(seen[0].bodyBytes, body.size());
    EXPECT_TRUE(seen[0].bodyIsPattern);
    std::string wrong = body;
    wrong[200000] = '!';
    EXPECT_EQ(daemon.ask("POST /auth HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + wrong).status(),
              200);
    EXPECT_FALSE(daemon->recorder().requests().back().bodyIsPattern);
}

TEST(Recorder, FindsRequestsByTheirHead) {
    Daemon daemon;
    EXPECT_EQ(daemon.get("/_ping?case=a").status(), 200);
    EXPECT_EQ(daemon.get("/_ping?case=b").status(), 200);
    EXPECT_TRUE(daemon->recorder().waitForRequests(1, "case=b"));
    EXPECT_EQ(daemon->recorder().requests("case=b").size(), 1U);
    EXPECT_EQ(daemon->recorder().requests().size(), 2U);
    EXPECT_FALSE(daemon->recorder().waitForRequests(1, "case=c", std::chrono::milliseconds(1)));
}

TEST(Recorder, ForgetsTheOldestBeyondItsLimit) {
    Daemon daemon({}, {.requestsPerConnection = 2});
    Client client = daemon.client();
    for (const char* target : {"/a", "/b", "/c"}) {
        client.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.answer().status(), 404);
    }
    const auto seen = daemon->recorder().requests();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].target, "/b");
}

} // namespace
} // namespace mockdocker
