// Every fault, and that it hits the requests it was meant for and no others.
#include "mockdocker/wire/answer.h"
#include "tests/mockdocker/client.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

const std::string ping = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Fault, GlobsMatch) {
    EXPECT_TRUE(globMatches("*/containers/json*", "/v1.41/containers/json?all=1"));
    EXPECT_TRUE(globMatches("/a", "/a"));
    EXPECT_TRUE(globMatches("*a*b", "xaxbxb"));
    EXPECT_FALSE(globMatches("/a", "/ab"));
    EXPECT_FALSE(globMatches("*a*b", "xaxbxc"));
}

TEST(Fault, ActsOnItsRequestsItsNumberOfTimes) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::answer,
                    .method = "GET",
                    .path = "*/_ping",
                    .head = "X-Case-Id: 7\r\n",
                    .skip = 1,
                    .times = 2,
                    .status = 500});
    const auto ask = [&](const std::string& fields) {
        return daemon.ask("GET /v1.41/_ping HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n").status();
    };
    EXPECT_EQ(ask(""), 200);
    EXPECT_EQ(ask("X-Case-Id: 7\r\n"), 200); // skipped
    EXPECT_EQ(ask("X-Case-Id: 7\r\n"), 500);
    EXPECT_EQ(daemon.get("/_ping").status(), 200);
    EXPECT_EQ(ask("X-Case-Id: 7\r\n"), 500);
    EXPECT_EQ(ask("X-Case-Id: 7\r\n"), 200); // spent
}

TEST(Fault, RefuseClosesAtAccept) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::refuse});
    Client client = daemon.client();
    EXPECT_EQ(client.toEnd(), "");
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(daemon.get("/_ping").body, "OK");
}

struct Stall {
    const char* id;
    Where where;
    std::uint64_t offset;
    const char* ends; ///< the last octets that arrive before it
};

class Stalls : public testing::TestWithParam<Stall> {};

// A stall that is reached has sent all it lets through: what is there then is exactly that.
TEST_P(Stalls, HoldBackUntilReleased) {
    Daemon daemon;
    const auto id = daemon->script(
        {.kind = FaultKind::stall, .path = "/_ping", .where = GetParam().where, .offset = GetParam().offset});
    Client client = daemon.client();
    client.send(ping);
    ASSERT_TRUE(daemon->faults().waitForHits(id));
    EXPECT_TRUE(client.soFar().ends_with(GetParam().ends)) << client.soFar();
    EXPECT_EQ(client.soFar().empty(), std::string_view(GetParam().ends).empty());
    EXPECT_FALSE(client.ended());
    daemon->faults().release(id);
    EXPECT_EQ(client.answer().body, "OK");
}

INSTANTIATE_TEST_SUITE_P(All, Stalls,
                         testing::Values(Stall{"before-head", Where::start, 0, ""},
                                         Stall{"in-head", Where::head, 12, "HTTP/1.1 200"},
                                         Stall{"behind-head", Where::body, 0, "\r\n\r\n"},
                                         Stall{"in-body", Where::body, 1, "\r\n\r\nO"}),
                         tests::byId);

TEST(Fault, StallEndsWhenTheClientGoes) {
    Daemon daemon;
    const auto id = daemon->script({.kind = FaultKind::stall, .path = "/_ping"});
    Client client = daemon.client();
    client.send(ping);
    ASSERT_TRUE(daemon->faults().waitForHits(id));
    client.close();
    EXPECT_TRUE(daemon->recorder().waitForNoConnections(1));
}

TEST(Fault, StalledHandlersHoldNoLocks) {
    Daemon daemon;
    const auto id = daemon->script({.kind = FaultKind::stall, .path = "/containers/json"});
    Client client = daemon.client();
    client.send("GET /containers/json HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(daemon->faults().waitForHits(id));
    EXPECT_EQ(daemon.get("/containers/json?all=1").status(), 200);
}

TEST(Fault, DripLetsThroughWhatIsReleased) {
    Daemon daemon;
    const auto id = daemon->script({.kind = FaultKind::drip, .path = "/_ping"});
    Client client = daemon.client();
    client.send(ping);
    daemon->faults().release(id, 5);
    EXPECT_EQ(client.exactly(5), "HTTP/");
    EXPECT_EQ(client.soFar(), "");
    daemon->faults().release(id, 3);
    EXPECT_EQ(client.exactly(3), "1.1");
    daemon->faults().release(id);
    EXPECT_EQ(client.until("OK\r\n"), " 200 OK\r\n");
    EXPECT_EQ(client.answer().body, "OK");
}

struct Cut {
    const char* id;
    Where where;
    std::uint64_t offset;
    const char* ends; ///< the last octets that arrive
};

class Cuts : public testing::TestWithParam<Cut> {};

TEST_P(Cuts, EndTheConnectionThere) {
    Daemon daemon;
    daemon->script(
        {.kind = FaultKind::cut, .path = "/_ping", .where = GetParam().where, .offset = GetParam().offset});
    Client client = daemon.client();
    client.send(ping);
    const std::string got = client.toEnd();
    EXPECT_TRUE(got.ends_with(GetParam().ends)) << got;
    EXPECT_EQ(got.empty(), std::string_view(GetParam().ends).empty());
    EXPECT_TRUE(client.ended());
    EXPECT_FALSE(client.reset());
    EXPECT_EQ(daemon.get("/_ping").body, "OK");
}

INSTANTIATE_TEST_SUITE_P(All, Cuts,
                         testing::Values(Cut{"before-head", Where::start, 0, ""},
                                         Cut{"in-head", Where::head, 12, "HTTP/1.1 200"},
                                         Cut{"behind-head", Where::body, 0, "\r\n\r\n"},
                                         Cut{"in-body", Where::body, 1, "\r\n\r\nO"}),
                         tests::byId);

TEST(Fault, CutMayBeAReset) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::cut, .path = "/_ping", .where = Where::body, .reset = true});
    Client client = daemon.client();
    client.send(ping);
    EXPECT_TRUE(client.toEnd().ends_with("\r\n\r\n"));
    EXPECT_TRUE(client.reset());
}

TEST(Fault, CutBehindTheHeadOfAStreamDoesNotWaitForItsBody) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::cut, .path = "/events", .where = Where::body});
    Client client = daemon.client();
    client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.toEnd().ends_with("Transfer-Encoding: chunked\r\n\r\n"));
    EXPECT_TRUE(client.ended());
}

TEST(Fault, AnswerIsWhatIsScripted) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::answer,
                    .path = "/x",
                    .status = 418,
                    .fields = {{"X-B", "2"}, {"X-A", "1"}},
                    .bytes = "teapot",
                    .contentType = "text/plain"});
    const auto answer = daemon.get("/x");
    EXPECT_EQ(
        answer.head,
        "HTTP/1.1 418 Unknown\r\nContent-Type: text/plain\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 6\r\n\r\n");
    EXPECT_EQ(answer.body, "teapot");
}

TEST(Fault, EarlyAnswerDoesNotWaitForTheBody) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::raw,
                    .path = "/build",
                    .bytes = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n",
                    .early = true,
                    .then = Then::close});
    Client client = daemon.client();
    client.send("POST /build HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart");
    EXPECT_EQ(client.toEnd(), "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(client.ended());
}

TEST(Fault, RawBytesAreRawAndTheConnectionMayGoOn) {
    Daemon daemon;
    const std::string bytes = std::string("\0garbage\xff HTTP/9\n", 17);
    daemon->script({.kind = FaultKind::raw, .path = "/x", .bytes = bytes});
    Client client = daemon.client();
    client.send(Daemon::postBytes("/x", "body"));
    EXPECT_EQ(client.exactly(bytes.size()), bytes);
    client.send(ping);
    EXPECT_EQ(client.answer().body, "OK");
}

// While a reset is scripted the last octet is left in the kernel: that must not show in what is read.
TEST(Fault, ReadingStaysExactWhileAResetIsScripted) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::cut, .path = "/never", .reset = true});
    Client client = daemon.client();
    const std::string post = Daemon::postBytes("/auth", "{}");
    client.send(post);
    EXPECT_EQ(client.answer().status(), 200);
    client.send(ping + ping);
    EXPECT_EQ(client.answer().body, "OK");
    EXPECT_EQ(client.answer().body, "OK");
    client.send(Daemon::postBytes("/exec/mock/start", "{}", "Upgrade: tcp\r\n"));
    client.head();
    for (const char* word : {"one", "two"}) {
        client.send(word);
        EXPECT_EQ(client.exactly(11), stdcopyFrame(1, word));
    }
    client.closeWrite();
    client.toEnd();
    const auto seen = daemon->recorder().requests();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].head + seen[0].rawBody, post);
    EXPECT_EQ(seen[2].head, ping);
    EXPECT_EQ(seen[3].afterUpgrade, "onetwo");
}

TEST(Fault, RawMayEndInAReset) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::raw,
                    .path = "/x",
                    .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                    .then = Then::reset});
    Client client = daemon.client();
    client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.toEnd().ends_with("half"));
    EXPECT_TRUE(client.reset());
}

TEST(Fault, EchoGivesTheRequestBackToTheOctet) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::echo, .path = "*"});
    const std::string request = "PUT /a%2Fb?c HTTP/1.1\r\nhOST:  x\r\nTransfer-Encoding: "
                                "chunked\r\n\r\n3;e\r\nabc\r\n0\r\nT: u\r\n\r\n";
    EXPECT_EQ(daemon.ask(request).body, request);
}

TEST(Fault, HugeIsThePattern) {
    constexpr std::uint64_t size = (3 << 20) + 1;
    for (const bool sized : {true, false}) {
        Daemon daemon;
        daemon->script({.kind = FaultKind::huge, .path = "/x", .size = size, .sized = sized});
        const auto answer = daemon.get("/x");
        EXPECT_EQ(answer.has("Content-Length: 3145729\r\n"), sized);
        EXPECT_EQ(answer.has("chunked"), !sized);
        ASSERT_EQ(answer.body.size(), size);
        EXPECT_TRUE(isPattern(0, answer.body));
        EXPECT_FALSE(isPattern(1, answer.body));
    }
}

TEST(Fault, Http10EndsWithTheConnection) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::http10, .path = "*", .times = -1});
    Client sized = daemon.client();
    sized.send(ping);
    EXPECT_TRUE(sized.head().starts_with("HTTP/1.0 200 OK\r\n"));
    EXPECT_EQ(sized.toEnd(), "OK");
    Client large = daemon.client();
    large.send("GET /info HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = large.head();
    EXPECT_EQ(head.find("chunked"), std::string::npos);
    EXPECT_EQ(head.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(large.toEnd().ends_with("}\n"));
    EXPECT_TRUE(large.ended());
}

TEST(Fault, InterimAnswersPrecede) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::interim,
                    .path = "/_ping",
                    .bytes = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"});
    Client client = daemon.client();
    client.send(ping);
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 102 Processing\r\n\r\n");
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
    EXPECT_EQ(client.answer().body, "OK");
}

TEST(Fault, TrailersFollowTheLastChunk) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::trailer, .path = "/_ping", .bytes = "X-Sum: 1\r\n"});
    Client client = daemon.client();
    client.send(ping);
    EXPECT_NE(client.head().find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_EQ(client.until("\r\n\r\n"), "2\r\nOK\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST(Fault, CloseDelimitedHasNoFraming) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::closeDelimited, .path = "/_ping"});
    Client client = daemon.client();
    client.send(ping);
    const std::string head = client.head();
    EXPECT_EQ(head.find("Content-Length"), std::string::npos);
    EXPECT_EQ(head.find("chunked"), std::string::npos);
    EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(client.toEnd(), "OK");
}

TEST(Fault, FaultsOfDifferentGroupsCombine) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::huge, .path = "/x", .size = 100000});
    daemon->script({.kind = FaultKind::cut, .path = "/x", .where = Where::body, .offset = 70000});
    Client client = daemon.client();
    client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    client.head();
    EXPECT_EQ(client.toEnd(), pattern(0, 70000));
}

TEST(Fault, DeadAndRisen) {
    Daemon daemon;
    Client open = daemon.client();
    open.send(ping);
    EXPECT_EQ(open.answer().body, "OK");
    const std::string id = daemon.create(R"(["true"])");
    daemon->die();
    EXPECT_EQ(open.toEnd(), "");
    EXPECT_TRUE(open.ended());
    EXPECT_THROW(daemon.client(), std::system_error);
    EXPECT_FALSE(std::filesystem::exists(daemon.path()));
    daemon->rise();
    EXPECT_EQ(daemon.get("/containers/" + id + "/json").status(), 200);
}

TEST(Fault, DieOnARequest) {
    Daemon daemon;
    daemon->script({.kind = FaultKind::die, .path = "/_ping"});
    Client client = daemon.client();
    client.send(ping);
    EXPECT_EQ(client.toEnd(), "");
    EXPECT_TRUE(client.ended());
    daemon->rise();
    EXPECT_EQ(daemon.get("/_ping").body, "OK");
}

} // namespace
} // namespace mockdocker
