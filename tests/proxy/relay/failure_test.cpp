// A daemon that cannot be had, or breaks: what the client is told, what the log says, and that it passes.
#include "tests/proxy/net/allocations.h"
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <functional>
#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

class Failure : public RelayTest {
protected:
    void expectLogged(const std::string& text, int status) {
        const std::string line = proxy().logged(text);
        EXPECT_NE(line.find(" err 127.0.0.1:"), std::string::npos) << line;
        EXPECT_NE(line.find(" allow "), std::string::npos) << line;
        EXPECT_NE(line.find(" " + std::to_string(status) + " "), std::string::npos) << line;
    }
};

// ---- Not to be had -------------------------------------------------------------------------------

struct Absent {
    const char* id;
    void (*make)(RawDaemon& daemon);
    const char* text;
};
void PrintTo(const Absent& row, std::ostream* out) {
    *out << row.id;
}

class CannotBeHad : public Failure, public testing::WithParamInterface<Absent> {};

TEST_P(CannotBeHad, IsToldAndPasses) {
    Peer client = connect();
    GetParam().make(daemon_);
    client.send(ping);
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 503);
    EXPECT_FALSE(answer.closes());
    EXPECT_NE(answer.body.find(daemon_.path()), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find(GetParam().text), std::string::npos) << answer.body;
    expectLogged(GetParam().text, 503);
    daemon_.start();
    const Peer daemon = pooled(client);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CannotBeHad,
    testing::Values(Absent{"missing", [](RawDaemon& daemon) { daemon.remove(); }, "does not exist"},
                    Absent{"refusing", [](RawDaemon& daemon) { daemon.stop(); }, "nothing listens on it"},
                    Absent{"a-file", [](RawDaemon& daemon) { daemon.replaceByFile(); }, "is not a socket"},
                    // What Docker makes of a bind mount whose source is missing.
                    Absent{"a-folder", [](RawDaemon& daemon) { daemon.replaceByFolder(); },
                           "is not a socket but a folder"}),
    tests::byId);

TEST_F(Failure, AnUnreadBodyClosesTheConnection) {
    daemon_.remove();
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nbeginning");
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
}

TEST_F(Failure, AReadBodyDoesNot) {
    daemon_.remove();
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\nhi" + std::string(ping));
    EXPECT_EQ(readAnswer(client).status, 503);
    EXPECT_EQ(readAnswer(client).status, 503);
}

TEST_F(Failure, AnAnswerToAHeadHasNoBody) {
    daemon_.remove();
    Peer client = connect();
    client.send("HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n" + std::string(ping));
    EXPECT_EQ(readAnswer(client, true).status, 503);
    EXPECT_EQ(readAnswer(client).status, 503);
}

class FullQueue : public Failure {
protected:
    FullQueue() {
        daemon_.start(0);
        for (net::Dialled one = net::dialUnix(daemon_.path()); one.fd.valid();
             one = net::dialUnix(daemon_.path()))
            waiting_.push_back(std::move(one.fd));
        EXPECT_FALSE(waiting_.empty());
    }
    void TearDown() override {
        waiting_.clear();
        RelayTest::TearDown();
    }
    std::vector<net::Fd> waiting_;
};

TEST_F(FullQueue, IsWaitedOut) {
    Peer client = connect();
    client.send(ping);
    proxy().settle();
    EXPECT_TRUE(client.quiet());
    while (!waiting_.empty()) {
        { const Peer other = daemon_.accept(); }
        waiting_.pop_back();
    }
    const Peer daemon = [&] {
        Peer accepted = daemon_.accept();
        EXPECT_BYTES(accepted, ping);
        accepted.send(pong);
        EXPECT_BYTES(client, pong);
        return accepted;
    }();
}

TEST_F(FullQueue, IsNotWaitedForEver) {
    RunningProxy::Options options;
    options.limits.times.retry = std::chrono::milliseconds(1);
    configure(options);
    Peer client = connect();
    client.send(ping);
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 504);
    EXPECT_NE(answer.body.find("queue is full"), std::string::npos) << answer.body;
    expectLogged("queue is full", 504);
}

TEST_F(FullQueue, EndsWithTheClient) {
    Peer client = connect(Over::unix);
    client.send(ping);
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 1U);
    client.close();
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 0U);
}

// ---- Breaks before the answer --------------------------------------------------------------------

struct Broken {
    const char* id;
    std::string response;
    const char* text;
    bool staysOpen = false; ///< the daemon does not even close
};
void PrintTo(const Broken& row, std::ostream* out) {
    *out << row.id;
}

const std::string chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const std::vector<Broken> broken{
    {"before-the-head", "", "closed the connection without an answer"},
    {"in-the-status-line", "HTTP/1.1 2", "in the middle of an answer's head"},
    {"in-the-head", "HTTP/1.1 200 OK\r\nContent-Le", "in the middle of an answer's head"},
    {"behind-an-interim-response", "HTTP/1.1 100 Continue\r\n\r\n",
     "closed the connection without an answer"},
    {"garbage", "SSH-2.0-OpenSSH_9.2\r\n", "response.line.version", true},
    {"http2", std::string("\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80", 15), "response.line.version", true},
    {"status-unknown", "HTTP/1.1 999 What\r\n\r\n", "response.line.status", true},
    {"version-unknown", "HTTP/2.0 200 OK\r\n\r\n", "response.version.unsupported", true},
    {"upgrade-not-offered", "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n",
     "response.status.upgrade", true},
    {"head-too-large", "HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n",
     "response.head.size", true},
    {"length-and-chunked", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
     "response.length.with_coding", true},
    {"length-invalid", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "response.length.invalid", true},
    {"folded", "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", "response.field.obs_fold", true},
    {"bad-chunk-behind-the-head", chunkedHead + "zz\r\n", "chunk.size.invalid", true},
};

class BreaksBefore : public Failure, public testing::WithParamInterface<Broken> {};

TEST_P(BreaksBefore, TheAnswer) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(GetParam().response.substr(0, 100'000));
    if (GetParam().response.size() > 100'000)
        (void)daemon.sendUntilStuck(GetParam().response.substr(100'000));
    if (!GetParam().staysOpen) daemon.halfClose();
    if (GetParam().response.starts_with("HTTP/1.1 100 ")) {
        EXPECT_BYTES(client, GetParam().response);
    }
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 502);
    EXPECT_NE(answer.body.find(daemon_.path()), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find(GetParam().text), std::string::npos) << answer.body;
    EXPECT_NE(daemon.end(), Peer::End::silent);
    expectLogged(GetParam().text, 502);
    if (answer.closes()) {
        EXPECT_EQ(client.end(), Peer::End::closed);
        client = connect();
    }
    const Peer fresh = pooled(client);
}

INSTANTIATE_TEST_SUITE_P(Rows, BreaksBefore, testing::ValuesIn(broken), tests::byId);

TEST_F(Failure, BeforeTheWholeRequestWasReadClosesTheConnection) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nbeginning");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.close();
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 502);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
}

// It may have answered before it stopped reading.
TEST_F(Failure, AnAnswerBeforeTheBreakIsPassed) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\n\r\nbeginning");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    proxy().onLoop([&] { // both arrive in one round
        daemon.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad");
        daemon.close();
        client.send(std::string(50'000, 'x'));
    });
    EXPECT_BYTES(client, "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad");
}

// ---- Breaks in the answer ------------------------------------------------------------------------

struct Cut {
    const char* id;
    std::string response;
    bool malformed = false;
};
void PrintTo(const Cut& row, std::ostream* out) {
    *out << row.id;
}

class BreaksInside : public Failure, public testing::WithParamInterface<Cut> {};

// All that came is passed, and no more: the framing shows the client that something is missing.
TEST_P(BreaksInside, TheAnswer) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(GetParam().response);
    proxy().settle();
    if (GetParam().malformed)
        daemon.send("zz\r\n");
    else
        daemon.close();
    EXPECT_EQ(client.rest(), GetParam().response);
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_EQ(daemon.number() < 0 ? Peer::End::closed : daemon.end(), Peer::End::closed);
    expectLogged(GetParam().malformed ? "chunk.size.invalid" : "in the middle of its answer", 200);
    Peer next = connect();
    const Peer fresh = pooled(next);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BreaksInside,
    testing::Values(Cut{"length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning"},
                    Cut{"length-before-its-first", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"},
                    Cut{"chunked", chunkedHead + "5\r\nhello\r\n"},
                    Cut{"in-a-chunk", chunkedHead + "5\r\nhel"},
                    Cut{"before-the-last-line", chunkedHead + "5\r\nhello\r\n0\r\n"},
                    Cut{"malformed", chunkedHead + "5\r\nhello\r\n", true}),
    tests::byId);

TEST_F(Failure, ABrokenAnswerUntilCloseIsReset) {
    Peer client = connect();
    client.send("POST /containers/x/wait HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nbody");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    EXPECT_BYTES(daemon, "body");
    daemon.send("HTTP/1.1 200 OK\r\n\r\nbeginning");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "beginning");
    client.send("never");
    proxy().settle();
    daemon.close(); // with something unread
    EXPECT_EQ(client.end(), Peer::End::reset) << "nothing else tells that it is not complete";
    expectLogged("in the middle of its answer", 200);
}

// ---- Ourselves -----------------------------------------------------------------------------------

TEST_F(Failure, MemoryThatRunsOutEndsAConnectionAndNothingElse) {
    Peer other = connect();
    Peer daemon = pooled(other);
    Peer client = connect();
    client.send("GET /_pi");
    proxy().settle();
    proxy().onLoop([] { failAllocation(0); }); // the next one: a larger block for a large head
    (void)client.sendUntilStuck("ng HTTP/1.1\r\nHost: d\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
    EXPECT_NE(client.end(), Peer::End::silent);
    EXPECT_NE(proxy().logged("bad_alloc"), "");
    EXPECT_EXCHANGE(other, daemon);
}

TEST_F(Failure, AnAnswerThatIsLostToMemoryDoesNotLookComplete) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send("HTTP/1.1 200 OK\r\n\r\nbeginning");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "beginning");
    const std::string much(std::size_t{256} * 1024, 'x');
    proxy().onLoop([&] {
        (void)daemon.sendUntilStuck(much); // much at once is to go through a pipe, which is to be made
        failAllocation(0);
    });
    EXPECT_EQ(client.end(), Peer::End::reset) << "nothing else tells that it is not complete";
    EXPECT_NE(proxy().logged("bad_alloc"), "");
}

} // namespace
} // namespace proxy::test
