// METRICS_BIND: what is counted while requests end, and who is told.
#include "proxy/policy/rule.h"
#include "proxy/relay/scrape.h"
#include "tests/proxy/relay/running_proxy.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;
using testing::HasSubstr;
using testing::Not;

// Clients come by the port, scrapes by the unix socket.
class Scrape : public RelayTest {
protected:
    Scrape() { configure(options()); }

    [[nodiscard]] RunningProxy::Options options() {
        RunningProxy::Options options;
        const policy::Access access{
            .grants =
                policy::Grants{policy::Variable::ping, policy::Variable::containers, policy::Variable::post}};
        options.doors = {{.name = "A", .policy = policy::Policy(access), .counters = &metrics_.add("A")},
                         {.name = {}, .policy = policy::Policy({}), .metrics = &metrics_}};
        return options;
    }

    [[nodiscard]] Answer scrape(const std::string& fields = "") {
        Peer scraper = connect(Over::unix);
        scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
        return readAnswer(scraper);
    }
    void ask(Peer& client, const std::string& target) {
        client.send("GET " + target + " HTTP/1.1\r\nHost: d\r\n\r\n");
    }

    metrics::Metrics metrics_{relay::metricNames(), "1", std::chrono::seconds(1)};
};

TEST_F(Scrape, TellsWhatCameOfRequests) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    EXPECT_THAT(scrape().body, HasSubstr("running_exchanges{door=\"A\"} 1\n"));
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    ask(client, "/secrets");
    EXPECT_EQ(readAnswer(client).status, 403);
    const Answer told = scrape();
    EXPECT_EQ(told.status, 200);
    EXPECT_THAT(told.head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
    EXPECT_THAT(told.body, HasSubstr("{door=\"A\",operation=\"SystemPing\",verdict=\"allow\"} 1\n"));
    EXPECT_THAT(told.body, HasSubstr("{door=\"A\",operation=\"SecretList\",verdict=\"deny\"} 1\n"));
    EXPECT_THAT(told.body, HasSubstr("denials_total{door=\"A\",rule=\"tecnativa.section\"} 1\n"));
    EXPECT_THAT(told.body, HasSubstr("open_connections{door=\"A\"} 1\n"));
    EXPECT_THAT(told.body, HasSubstr("accepted_connections_total{door=\"A\"} 1\n"));
    EXPECT_THAT(told.body, HasSubstr("running_exchanges{door=\"A\"} 0\n"));
    EXPECT_THAT(told.body, Not(HasSubstr("metrics.target"))) << "scrapes are not counted";
    client.close();
    proxy().settle();
    EXPECT_THAT(scrape().body, HasSubstr("open_connections{door=\"A\"} 0\n"));
}

TEST_F(Scrape, WhatIsNoRequestIsCountedByItsFlaw) {
    Peer client = connect();
    client.send("GET /_ping HTTP/1.1\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 400);
    const std::string told = scrape().body;
    EXPECT_THAT(told, HasSubstr("denials_total{door=\"A\",rule=\"request.host.missing\"} 1\n"));
    EXPECT_THAT(told, HasSubstr("requests_total{door=\"A\",operation=\"-\",verdict=\"reject\"} 1\n"));
}

// Nothing that a client chooses becomes a label.
TEST_F(Scrape, WordsOfClientsAreNoLabels) {
    Peer client = connect();
    ask(client, "/hunter2/containers?hunter2=hunter2");
    EXPECT_EQ(readAnswer(client).status, 403);
    client.send("HUNTER2 /hunter2 HTTP/1.1\r\nHost: hunter2\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 403);
    EXPECT_THAT(scrape().body, Not(testing::AnyOf(HasSubstr("hunter2"), HasSubstr("HUNTER2"))));
}

TEST_F(Scrape, TunnelsAndTheirOctetsAreCounted) {
    Peer client = connect();
    client.send(
        "POST /containers/x/attach HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "hello");
    client.send("abc");
    EXPECT_BYTES(daemon, "abc");
    EXPECT_THAT(scrape().body, HasSubstr("open_tunnels{door=\"A\"} 1\n"));
    daemon.close();
    client.halfClose();
    EXPECT_EQ(client.rest(), "");
    proxy().settle();
    const std::string told = scrape().body;
    EXPECT_THAT(told, HasSubstr("open_tunnels{door=\"A\"} 0\n"));
    EXPECT_THAT(told, HasSubstr("sent_bytes_total{door=\"A\"} 5\n"));
    EXPECT_THAT(told, HasSubstr("received_bytes_total{door=\"A\"} 3\n"));
}

TEST_F(Scrape, FailuresOfTheDaemonAreToldByHow) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("no HTTP\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 502);
    Peer cut = connect();
    cut.send(ping);
    Peer another = daemon_.accept();
    EXPECT_NE(another.readHead(), "");
    another.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nO");
    another.close();
    EXPECT_NE(cut.rest(), "");
    daemon_.stop();
    Peer none = connect();
    none.send(ping);
    EXPECT_EQ(readAnswer(none).status, 503);
    const std::string told = scrape().body;
    for (const std::string failure : {"no_answer", "cut_answer", "unreachable"})
        EXPECT_THAT(told, HasSubstr("daemon_failures_total{door=\"A\",failure=\"" + failure + "\"} 1\n"));
}

TEST_F(Scrape, OpenMetricsIsForWhoeverAsks) {
    const Answer told =
        scrape("Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1\r\n");
    EXPECT_THAT(told.head,
                HasSubstr("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
    EXPECT_THAT(told.body, testing::EndsWith("# EOF\n"));
}

TEST_F(Scrape, NothingElseIsAnsweredThere) {
    for (const std::string request :
         {"GET / HTTP/1.1", "GET /_ping HTTP/1.1", "GET /containers/json HTTP/1.1", "POST /metrics HTTP/1.1",
          "GET /metrics/ HTTP/1.1"}) {
        Peer scraper = connect(Over::unix);
        scraper.send(request + "\r\nHost: x\r\n\r\n");
        EXPECT_EQ(readAnswer(scraper).status, 404) << request;
        EXPECT_NE(proxy().logged(" reject metrics.target 404 "), "");
    }
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Scrape, HeadHasNoBodyAndABodyIsReadAway) {
    Peer scraper = connect(Over::unix);
    scraper.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readAnswer(scraper, true).status, 200);
    scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /metrics "
                 "HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(readAnswer(scraper).status, 200);
    EXPECT_EQ(readAnswer(scraper).status, 200);
}

// Just when clients have taken all there is, somebody wants to know.
TEST_F(Scrape, HasRoomWhateverClientsDo) {
    RunningProxy::Options few = options();
    few.limits.connections = 1;
    configure(std::move(few));
    Peer one = connect();
    Peer two = connect();
    two.send(ping);
    EXPECT_EQ(readAnswer(two).status, 503);
    EXPECT_THAT(scrape().body, HasSubstr("rule=\"connection.limit\"} 1\n"));
    std::vector<Peer> scrapers;
    for (int i = 0; i < 8; ++i) scrapers.push_back(connect(Over::unix));
    EXPECT_EQ(scrape().status, 503) << "and not without end";
}

TEST(MetricNames, AreThereOnce) {
    metrics::Names names = relay::metricNames();
    EXPECT_TRUE(std::ranges::adjacent_find(names.rules) == names.rules.end());
    std::ranges::sort(names.operations);
    EXPECT_TRUE(std::ranges::adjacent_find(names.operations) == names.operations.end());
    EXPECT_TRUE(std::ranges::binary_search(names.rules, policy::facts(policy::Rule::startConfig).name));
    EXPECT_TRUE(std::ranges::binary_search(names.rules, "guard.create.bind"));
}

} // namespace
} // namespace proxy::test
