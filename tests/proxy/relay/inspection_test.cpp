// How a body is received that is to be judged: whole before anything reaches the daemon, within its limit, its time and
// the memory of all, whatever the client does meanwhile.
#include "tests/proxy/relay/guarded_door.h"
#include "tests/row_name.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;
using namespace std::chrono_literals;

constexpr std::size_t kibi = 1024;
constexpr std::size_t mebi = 1024 * kibi;
constexpr std::string_view continue_ = "HTTP/1.1 100 Continue\r\n\r\n";

class Inspected : public GuardedRelay {
protected:
    void limit(std::size_t octets, relay::Server::Limits limits = roomy()) {
        guard({.profile = guard::Profile::baseline, .bodyLimit = octets}, limits);
    }
    void expectPasses(Peer& client, const std::string& request) {
        Peer daemon = daemon_.accept();
        EXPECT_TRUE(daemon.read(request.size()) == request);
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
        EXPECT_EXCHANGE(client, daemon);
    }
    /// On a connection to the daemon that is there, or a new one.
    void expectPassesOnPooled(Peer& client, const std::string& request) {
        if (!pooled_) pooled_ = std::make_unique<Peer>(daemon_.accept());
        EXPECT_TRUE(pooled_->read(request.size()) == request);
        pooled_->send(pong);
        EXPECT_BYTES(client, pong);
    }
    void expectRefusal(Peer& client, int status, const std::string& rule, bool closes) {
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_NE(answer.body.find("[" + rule + "]"), std::string::npos) << answer.body;
        EXPECT_EQ(answer.closes(), closes);
        EXPECT_TRUE(daemon_.nothing());
        if (closes) {
            EXPECT_EQ(client.end(), Peer::End::closed);
        } else {
            const Peer daemon = pooled(client);
        }
    }

    void TearDown() override {
        pooled_.reset();
        GuardedRelay::TearDown();
    }

private:
    std::unique_ptr<Peer> pooled_;
};

std::string headFor(std::size_t length, const std::string& more = "") {
    return "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n" + more +
           "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

std::string inChunksOf(std::size_t size, std::string_view content) {
    std::string text = chunkedHead();
    for (; !content.empty(); content.remove_prefix(std::min(size, content.size())))
        text += chunk(content.substr(0, size));
    return text + "0\r\n\r\n";
}

// ---- Whole ---------------------------------------------------------------------------------------

TEST_F(Inspected, NothingReachesTheDaemonBeforeTheLastOctet) {
    for (const std::string& request :
         {create(R"({"Image":"x"})"), createInChunks({"{\"Image\":", "\"x\"}"})}) {
        Peer client = connect();
        for (const char& octet : request) {
            EXPECT_TRUE(daemon_.nothing());
            client.send({&octet, 1});
            proxy().settle();
        }
        expectPasses(client, request);
        client.close();
        proxy().settle();
        daemon_.start(); // what is pooled is dead: the next one dials
    }
}

TEST_F(Inspected, LargeOnes) {
    const std::string body = bodyOf(4 * mebi);
    for (const std::string& request :
         {create(body), inChunksOf(32 * kibi, body), inChunksOf(4 * mebi, body)}) {
        Peer client = connect();
        std::thread sender([&] { client.send(request); });
        Peer daemon = daemon_.accept();
        EXPECT_TRUE(daemon.read(request.size()) == request);
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
        sender.join();
        EXPECT_EXCHANGE(client, daemon);
        client.close();
        daemon.close();
        proxy().settle();
    }
}

// A refusal of a large body that has been received leaves the connection as good as it was.
TEST_F(Inspected, ALargeOneThatIsRefused) {
    std::string body = bodyOf(3 * mebi);
    body.insert(body.size() - 1, ",\"Image\":\"y\"");
    Peer client = connect();
    std::thread sender([&] { client.send(create(body)); });
    const Answer answer = readAnswer(client);
    sender.join();
    EXPECT_EQ(answer.status, 400);
    EXPECT_FALSE(answer.closes());
    const Peer daemon = pooled(client);
}

TEST_F(Inspected, BehindALongHead) {
    const std::string request =
        headFor(70'000, "X-Registry-Config: " + std::string(90'000, 'c') + "\r\n") + bodyOf(70'000);
    Peer client = connect();
    client.send(std::string_view(request).substr(0, 100'000));
    proxy().settle();
    client.send(std::string_view(request).substr(100'000));
    expectPasses(client, request);
}

TEST_F(Inspected, ManyChunksOfOneOctet) {
    const std::string request = inChunksOf(1, bodyOf(5000));
    Peer client = connect();
    client.send(request);
    expectPasses(client, request);
}

TEST_F(Inspected, ABadChunkIsRefused) {
    Peer client = connect();
    client.send(chunkedHead() + chunk("{\"Image\":"));
    proxy().settle();
    client.send("x\r\n");
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find("chunk.size"), std::string::npos) << answer.body;
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_TRUE(daemon_.nothing());
}

// ---- Limits --------------------------------------------------------------------------------------

TEST_F(Inspected, TheLimitIsOfTheContent) {
    limit(1000);
    for (const std::string& request :
         {create(bodyOf(1000)), inChunksOf(300, bodyOf(1000)), inChunksOf(1, bodyOf(1000))}) {
        Peer client = connect();
        client.send(request);
        expectPasses(client, request);
        client.close();
        proxy().settle();
        daemon_.start();
    }
    for (const std::string& request :
         {create(bodyOf(1001)), inChunksOf(300, bodyOf(1001)), inChunksOf(1, bodyOf(1001))}) {
        Peer client = connect();
        client.send(request);
        expectRefusal(client, 413, "guard.body.size", false);
        client.close();
        proxy().settle();
        daemon_.start();
    }
}

TEST_F(Inspected, ATooLongOneIsNotWaitedFor) {
    Peer client = connect();
    client.send(headFor(4 * mebi + 1));
    expectRefusal(client, 413, "guard.body.size", true);
    EXPECT_NE(proxy().logged(" deny guard.body.size 413 ").find(" 4194305 octets"), std::string::npos);
}

TEST_F(Inspected, ChunksWithoutEndAreCut) {
    limit(100 * kibi);
    Peer client = connect();
    client.send(chunkedHead() + "ffffff\r\n");
    (void)client.sendUntilStuck(std::string(2 * mebi, ' '));
    expectRefusal(client, 413, "guard.body.size", true);
}

TEST_F(Inspected, SoIsFramingWithoutEnd) {
    limit(100 * kibi);
    std::string request = chunkedHead();
    while (request.size() < 40 * kibi) request += "1;" + std::string(4000, 'x') + "\r\n \r\n";
    Peer client = connect();
    client.send(request + chunk("{}") + "0\r\n\r\n");
    expectRefusal(client, 413, "guard.body.size", false);
}

// A limit of 100 KiB lets eight blocks of 164 KiB be held: a body of 200 KiB in chunks takes one. Those that fit a
// pooled block are not counted.
TEST_F(Inspected, TheMemoryOfAllIsBounded) {
    limit(100 * kibi);
    const std::string body = bodyOf(90 * kibi);
    std::vector<Peer> held;
    Answer refused;
    while (held.size() < 20) {
        Peer client = connect();
        client.send(headFor(body.size(), "Expect: 100-continue\r\n"));
        const std::string first = client.readHead();
        if (first != continue_) {
            EXPECT_EQ(first.rfind("HTTP/1.1 503 ", 0), 0U) << first;
            EXPECT_NE(client.rest().find("try again in some seconds [guard.body.memory]"), std::string::npos);
            break;
        }
        held.push_back(std::move(client));
    }
    EXPECT_GE(held.size(), 8U);
    EXPECT_LT(held.size(), 16U);
    EXPECT_NE(proxy().logged(" reject guard.body.memory 503 ").find(" err "), std::string::npos);
    EXPECT_TRUE(daemon_.nothing());

    Peer chunks = connect();
    std::thread sender([&] { chunks.send(inChunksOf(kibi, body)); });
    expectRefusal(chunks, 503, "guard.body.memory", false);
    sender.join();

    Peer small = connect();
    small.send(create(bodyOf(60 * kibi)));
    expectPassesOnPooled(small, create(bodyOf(60 * kibi)));

    held.pop_back(); // its client leaves: there is memory again
    proxy().settle();
    for (int i = 0; i < 3; ++i) {
        Peer next = connect();
        next.send(create(body));
        expectPassesOnPooled(next, create(body));
    }
    held.front().send(body);
    expectPassesOnPooled(held.front(), headFor(body.size()) + body);
}

// ---- 100 (Continue) ------------------------------------------------------------------------------

const std::string expect_ = "Expect: 100-continue\r\n";

TEST_F(Inspected, WeSayContinueAndTheDaemonIsNotAsked) {
    Peer client = connect();
    client.send(headFor(13, expect_));
    EXPECT_BYTES(client, continue_);
    proxy().settle();
    EXPECT_TRUE(client.quiet());
    EXPECT_TRUE(daemon_.nothing());
    client.send("{\"Image\":");
    proxy().settle();
    EXPECT_TRUE(daemon_.nothing());
    client.send("\"x\"}");
    expectPasses(client, headFor(13) + "{\"Image\":\"x\"}");
}

TEST_F(Inspected, NotToWhoDoesNotWait) {
    for (const std::size_t sent : {std::size_t{13}, std::size_t{4}}) {
        const std::string body = "{\"Image\":\"x\"}";
        Peer client = connect();
        client.send(headFor(13, expect_) + body.substr(0, sent));
        proxy().settle();
        client.send(body.substr(sent));
        expectPasses(client, headFor(13) + body);
        client.close();
        proxy().settle();
        daemon_.start();
    }
}

TEST_F(Inspected, NotToWhoIsRefused) {
    for (const std::string& head :
         {"POST /containers/create?a;b HTTP/1.1\r\nHost: d\r\n" + expect_ + "Content-Length: 2\r\n\r\n",
          "POST /containers/x/exec HTTP/1.1\r\nHost: d\r\n" + expect_ + "Content-Length: 2\r\n\r\n",
          headFor(5 * mebi, expect_)}) {
        Peer client = connect();
        client.send(head);
        EXPECT_TRUE(readAnswer(client).closes()) << "the body may come or not";
        EXPECT_EQ(client.end(), Peer::End::closed);
        EXPECT_TRUE(daemon_.nothing());
    }
}

TEST_F(Inspected, ARefusalBehindOurContinueLeavesTheConnectionUsable) {
    Peer client = connect();
    client.send(headFor(2, expect_));
    EXPECT_BYTES(client, continue_);
    client.send("[]");
    expectRefusal(client, 400, "guard.json.root", false);
}

TEST_F(Inspected, OfChunksLikewise) {
    const std::string head =
        "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n";
    const std::string coding = "Transfer-Encoding: chunked\r\n\r\n";
    Peer client = connect();
    client.send(head + expect_ + coding);
    EXPECT_BYTES(client, continue_);
    const std::string body = chunk("{\"Image\":\"x\"}") + "0\r\n\r\n";
    client.send(body);
    expectPasses(client, head + coding + body);
}

TEST_F(Inspected, ABodyThatIsNotReadIsTheDaemonsToAskFor) {
    const std::string head =
        "POST /images/load HTTP/1.1\r\nHost: d\r\n" + expect_ + "Content-Length: 2\r\n\r\n";
    Peer client = connect();
    client.send(head);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head);
    daemon.send(continue_);
    EXPECT_BYTES(client, continue_);
    client.send("ab");
    EXPECT_BYTES(daemon, "ab");
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
}

// ---- Time ----------------------------------------------------------------------------------------

struct Begun {
    const char* id;
    std::string request;
};
void PrintTo(const Begun& row, std::ostream* out) {
    *out << row.id;
}

class Unfinished : public Inspected, public testing::WithParamInterface<Begun> {};

TEST_P(Unfinished, Is408AfterAHeadsTime) {
    Peer client = connect();
    client.send(GetParam().request);
    proxy().settle();
    proxy().advance(10s);
    expectRefusal(client, 408, "guard.body.timeout", true);
    EXPECT_NE(proxy().logged(" reject guard.body.timeout 408 ").find(" notice "), std::string::npos);
}

TEST_P(Unfinished, HalfClosedIsNoRequest) {
    Peer client = connect();
    client.send(GetParam().request);
    client.halfClose();
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find("[guard.body.incomplete]"), std::string::npos) << answer.body;
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_NE(proxy().logged(" reject guard.body.incomplete 400 "), "");
    EXPECT_TRUE(daemon_.nothing());
}

TEST_P(Unfinished, ItsClientLeaves) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        client.send(GetParam().request);
        proxy().settle();
        client.reset();
        EXPECT_NE(proxy().logged("the client went away in the middle of its request"), "");
        EXPECT_EQ(proxy().connections(), 0U);
        EXPECT_TRUE(daemon_.nothing());
    }
}

TEST_P(Unfinished, EndsWithTheGrace) {
    Peer client = connect();
    client.send(GetParam().request);
    proxy().settle();
    proxy().shutdown();
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 1U) << "it may still be completed";
    proxy().shutdown(); // for the second time: the grace is over
    EXPECT_TRUE(proxy().ended());
    EXPECT_NE(proxy().logged("SHUTDOWN_GRACE is over"), "");
    EXPECT_TRUE(daemon_.nothing());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Unfinished,
    testing::Values(Begun{"nothing-of-it", headFor(2)}, Begun{"sized", headFor(20) + "{\"Image\":"},
                    Begun{"large", headFor(mebi) + std::string(100 * kibi, ' ')},
                    Begun{"no-chunk", chunkedHead()}, Begun{"in-a-size", chunkedHead() + "1"},
                    Begun{"in-a-chunk", chunkedHead() + "9\r\n{\"Im"},
                    Begun{"before-the-last-chunk", chunkedHead() + chunk("{}")},
                    Begun{"in-the-trailers", chunkedHead() + chunk("{}") + "0\r\nX: y\r\n"}),
    tests::byId);

TEST_F(Inspected, DrippingGainsNoTime) {
    Peer client = connect();
    client.send(headFor(mebi));
    proxy().settle();
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(client.quiet());
        client.send(" ");
        proxy().settle();
        proxy().advance(1s);
    }
    EXPECT_FALSE(client.quiet()) << "its time is over, though each octet came well within it";
    expectRefusal(client, 408, "guard.body.timeout", true);
}

TEST_F(Inspected, EachFurtherPartHasItsOwnTime) {
    const std::string request = create(bodyOf(mebi));
    Peer client = connect();
    for (std::size_t at = 0; at < request.size(); at += 300 * kibi) {
        if (at != 0) proxy().advance(9s);
        client.send(std::string_view(request).substr(at, 300 * kibi));
        proxy().settle();
    }
    expectPasses(client, request);
}

TEST_F(Inspected, TooLittleOfAPartHasNot) {
    const std::string request = create(bodyOf(mebi));
    Peer client = connect();
    client.send(std::string_view(request).substr(0, 200 * kibi));
    proxy().settle();
    proxy().advance(9s);
    client.send(std::string_view(request).substr(200 * kibi, 40 * kibi));
    proxy().settle();
    proxy().advance(1s);
    EXPECT_FALSE(client.quiet());
    expectRefusal(client, 408, "guard.body.timeout", true);
}

// ---- Shutdown, turns, dead connections -----------------------------------------------------------

TEST_F(Inspected, WhatIsBegunIsCompletedDuringShutdown) {
    const std::string request = create("{\"Image\":\"x\"}");
    Peer client = connect();
    client.send(std::string_view(request).substr(0, request.size() - 4));
    proxy().settle();
    proxy().shutdown();
    proxy().settle();
    client.send(std::string_view(request).substr(request.size() - 4));
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, request);
    daemon.send(pong);
    EXPECT_NE(client.readHead().find("Connection: close"), std::string::npos);
    EXPECT_EQ(client.rest(), "OK");
    EXPECT_TRUE(proxy().ended());
}

TEST_F(Inspected, OrRefused) {
    Peer client = connect();
    client.send(headFor(2));
    proxy().settle();
    proxy().shutdown();
    proxy().settle();
    client.send("[]");
    EXPECT_TRUE(readAnswer(client).closes());
    EXPECT_EQ(client.rest(), "");
    EXPECT_TRUE(proxy().ended());
}

// Both have news in the same round, and the one with the body comes first: its turn is over with the rest of the body,
// when it has been refused as often as may be but once.
TEST_F(Inspected, OthersHaveTheirTurnMeanwhile) {
    Peer greedy = connect(Over::unix);
    Peer modest = connect(Over::unix);
    std::string requests;
    for (int i = 1; i < net::Turn::most; ++i)
        requests += "HEAD /v1.41/nothing/of/it HTTP/1.1\r\nHost:\r\n\r\n";
    requests +=
        create(R"({"HostConfig":{"Privileged":true},"Env":[")" + std::string(100 * kibi, 'e') + "\"]}");
    proxy().settle();
    proxy().onLoop([&] {
        greedy.send(requests);
        modest.send("HEAD /v1.41/nothing/modest HTTP/1.1\r\nHost:\r\n\r\n");
    });
    bool modestWasServed = false;
    for (std::string line = proxy().logged("");
         line.find(" ContainerCreate ") == std::string::npos && !line.empty(); line = proxy().logged(""))
        modestWasServed = modestWasServed || line.find("/modest ") != std::string::npos;
    EXPECT_TRUE(modestWasServed);
}

TEST_F(Inspected, APooledConnectionThatDiedIsNoMatter) {
    const std::string request = create("{\"Image\":\"x\"}");
    Peer client = connect();
    { Peer daemon = pooled(client); } // closed by the daemon
    client.send(request);
    expectPasses(client, request);
}

} // namespace
} // namespace proxy::test
