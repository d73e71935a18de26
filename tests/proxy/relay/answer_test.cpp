// What the proxy answers by itself: denials, which leave the connection usable, and refusals of what the
// parser rejects, which do not. Of neither does the daemon see anything.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

constexpr std::size_t mebi = std::size_t{1} << 20;

class Denial : public RelayTest {
protected:
    Denial() { configure({oneDoor({}), roomy(), log::Level::info}); }
};

struct Denied {
    const char* id;
    std::string request;
};
void PrintTo(const Denied& row, std::ostream* out) {
    *out << row.id;
}

// Each is denied, and what follows it is understood.
const std::vector<Denied> denied{
    {"get", "GET /containers/json HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"length",
     "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 21\r\n\r\nGET /_ping HTTP/1.1\r\n"},
    {"length-zero", "POST /containers/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"},
    {"length-large",
     "POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1048576\r\n\r\n" + std::string(mebi, 'x')},
    {"length-not-in-whole-blocks",
     "POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1040001\r\n\r\n" + std::string(1'040'001, 'x')},
    {"chunked", "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET "
                "/\r\n0\r\nX-T: 1\r\n\r\n"},
    {"chunked-large", "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nF0000\r\n" +
                          std::string(0xF0000, 'x') + "\r\n0\r\n\r\n"},
    {"expecting-with-the-body-there",
     "POST /build HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"},
    {"upgrade", "POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"},
};

class DenialKeeps : public Denial, public testing::WithParamInterface<Denied> {};

TEST_P(DenialKeeps, TheConnectionUsable) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        std::thread sender([&] { client.send(GetParam().request + std::string(ping)); });
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, 403);
        EXPECT_FALSE(answer.closes());
        EXPECT_EQ(answer.body.substr(0, 12), "{\"message\":\"");
        EXPECT_EQ(answer.body.substr(answer.body.size() - 2), "\"}");
        EXPECT_NE(answer.head.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
        sender.join();
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, ping) << "and nothing before it";
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
        client.close();
        daemon.close();
    }
    EXPECT_NE(proxy().logged(" deny "), "");
}

class DenialCutAnywhere : public DenialKeeps {};

TEST_P(DenialCutAnywhere, KeepsTheConnectionUsable) {
    const std::string& request = GetParam().request;
    Peer client = connect(Over::unix);
    Peer daemon = pooled(client);
    const bool expects = request.find("Expect") != std::string::npos;
    const std::size_t end = expects ? request.find("\r\n\r\n") : request.size();
    for (std::size_t cut = 1; cut < end && !HasFailure(); ++cut) {
        client.send(request.substr(0, cut));
        proxy().settle();
        client.send(request.substr(cut));
        EXPECT_EQ(readAnswer(client).status, 403);
        EXPECT_EXCHANGE(client, daemon);
    }
}

std::vector<Denied> shortOnes() {
    std::vector<Denied> rows = denied;
    std::erase_if(rows, [](const Denied& row) { return row.request.size() > 1000; });
    return rows;
}

INSTANTIATE_TEST_SUITE_P(Rows, DenialCutAnywhere, testing::ValuesIn(shortOnes()), tests::byId);
INSTANTIATE_TEST_SUITE_P(Rows, DenialKeeps, testing::ValuesIn(denied), tests::byId);

TEST_F(Denial, ToAHeadHasNoBody) {
    Peer client = connect();
    client.send("HEAD /containers/x/archive HTTP/1.1\r\nHost: d\r\n\r\n" + std::string(ping));
    const Answer answer = readAnswer(client, true);
    EXPECT_EQ(answer.status, 403);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
}

// It may or may not send its body now: what follows could be either.
TEST_F(Denial, OfABodyThatIsOnlyAnnouncedCloses) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n");
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 403);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Denial, OfMoreThanIsWorthReadingCloses) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1048577\r\n\r\n" +
                std::string(1000, 'x'));
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 403);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
}

TEST_F(Denial, OfAChunkedBodyWithoutEndCloses) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 403);
    (void)client.sendUntilStuck("8000000\r\n" + std::string(3 * mebi, 'x'));
    EXPECT_NE(client.end(), Peer::End::silent);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Denial, OfAMalformedBodyCloses) {
    const std::string head = "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n";
    Peer client = connect();
    client.send(head + "zz\r\nhello");
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 403);
    EXPECT_TRUE(answer.closes());
    client.send(ping);
    EXPECT_EQ(client.end(), Peer::End::closed);

    Peer later = connect();
    later.send(head + "2\r\nhi\r\n");
    EXPECT_EQ(readAnswer(later).status, 403);
    later.send("zz\r\nhello" + std::string(ping));
    EXPECT_EQ(later.end(), Peer::End::closed);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Denial, ToAClientOfHttp10Closes) {
    Peer client = connect();
    client.send("GET /info HTTP/1.0\r\n\r\n");
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 403);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
}

TEST_F(Denial, IsLogged) {
    Peer client = connect();
    client.send("POST /v1.41/containers/create?name=secret HTTP/1.1\r\nHost: d\r\nX-Registry-Auth: "
                "secret\r\nContent-Length: 6\r\n\r\nsecret");
    EXPECT_EQ(readAnswer(client).status, 403);
    const std::string line = proxy().logged("ContainerCreate");
    EXPECT_NE(line.find(" notice 127.0.0.1:"), std::string::npos) << line;
    EXPECT_NE(line.find(" POST /v1.41/containers/create?name ContainerCreate deny tecnativa.post 403 "),
              std::string::npos)
        << line;
    EXPECT_EQ(line.find("secret"), std::string::npos) << line;
}

// ---- Refusals ------------------------------------------------------------------------------------

struct Rejected {
    const char* id;
    std::string bytes;
    int status;
    const char* reason;
};
void PrintTo(const Rejected& row, std::ostream* out) {
    *out << row.id;
}

const std::string post = "POST /build HTTP/1.1\r\nHost: d\r\n";

const std::vector<Rejected> rejected{
    {"tls", "\x16\x03\x01\x02\x01\x01", 400, "request.line.tls"},
    {"bare-lf", "GET /_ping HTTP/1.1\nHost: d\n\n", 400, "request.line.bare_lf"},
    {"version-unknown", "GET /_ping HTTP/2.0\r\nHost: d\r\n\r\n", 505, "request.version.unsupported"},
    {"preface-h2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "request.version.unsupported"},
    {"path-escape", "GET /%zz HTTP/1.1\r\nHost: d\r\n\r\n", 400, "request.path.escape"},
    {"path-nul", "GET /_ping%00 HTTP/1.1\r\nHost: d\r\n\r\n", 400, "request.path.control"},
    {"host-missing", "GET /_ping HTTP/1.1\r\n\r\n", 400, "request.host.missing"},
    {"obs-fold", "GET /_ping HTTP/1.1\r\nHost: d\r\nX: 1\r\n  2\r\n\r\n", 400, "request.field.obs_fold"},
    {"length-and-chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     "request.length.with_coding"},
    {"length-twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400,
     "request.length.duplicate"},
    {"coding-unknown", post + "Transfer-Encoding: gzip\r\n\r\n", 501, "request.coding.unsupported"},
    {"expectation-unknown", post + "Expect: wonders\r\nContent-Length: 0\r\n\r\n", 400,
     "request.expect.unsupported"},
    {"head-too-large", "GET /_ping HTTP/1.1\r\nHost: d\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n", 431,
     "request.head.size"},
    {"fields-too-many",
     [] {
         std::string head = "GET /_ping HTTP/1.1\r\nHost: d\r\n";
         for (int i = 0; i < 300; ++i) head += "X: 1\r\n";
         return head + "\r\n";
     }(),
     431, "request.head.fields"},
    {"chunk-in-the-first-segment",
     post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\nhello\r\n0\r\n\r\n", 400,
     "chunk.size.invalid"},
    {"chunk-trailer-in-the-first-segment",
     post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", 400,
     "chunk.trailer.forbidden"},
};

class Refusal : public RelayTest, public testing::WithParamInterface<Rejected> {
protected:
    void expectRefused(Peer& client) {
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, GetParam().status);
        EXPECT_TRUE(answer.closes());
        EXPECT_NE(answer.body.find(GetParam().reason), std::string::npos) << answer.body;
        EXPECT_EQ(client.rest(), "");
        EXPECT_EQ(client.end(), Peer::End::closed);
        const std::string line = proxy().logged(GetParam().reason);
        EXPECT_NE(line.find(" notice "), std::string::npos) << line;
        EXPECT_NE(line.find(" reject "), std::string::npos) << line;
    }
};

TEST_P(Refusal, IsAnsweredAndCloses) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        client.send(GetParam().bytes);
        expectRefused(client);
    }
    EXPECT_TRUE(daemon_.nothing());
    Peer next = connect();
    Peer daemon = pooled(next);
    EXPECT_EXCHANGE(next, daemon);
}

TEST_P(Refusal, ComesBehindWhatWasGood) {
    Peer client = connect();
    client.send(std::string(ping) + GetParam().bytes + std::string(ping));
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    expectRefused(client);
    EXPECT_TRUE(daemon.quiet()) << "of the bad one nothing arrives";
    EXPECT_TRUE(daemon_.nothing());
}

INSTANTIATE_TEST_SUITE_P(Rows, Refusal, testing::ValuesIn(rejected), tests::byId);

// ---- To HEAD, whatever is wrong with it ----------------------------------------------------------

const std::vector<Rejected> rejectedHeads{
    {"path-escape", "HEAD /%zz HTTP/1.1\r\nHost: d\r\n\r\n", 400, "request.path.escape"},
    {"line-end-in-front", "\r\nHEAD /%zz HTTP/1.1\r\nHost: d\r\n\r\n", 400, "request.path.escape"},
    {"host-twice", "HEAD /_ping HTTP/1.1\r\nHost: d\r\nHost: d\r\n\r\n", 400, "request.host.duplicate"},
    {"bare-lf", "HEAD /_ping HTTP/1.1\nHost: d\n\n", 400, "request.line.bare_lf"},
    {"version", "HEAD /_ping HTTP/2.0\r\n\r\n", 505, "request.version.unsupported"},
    {"too-large", "HEAD /_ping HTTP/1.1\r\nHost: d\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n", 431,
     "request.head.size"},
    {"coding", "HEAD /_ping HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
     "request.coding.unsupported"},
    {"chunk", "HEAD /_ping HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
     "chunk.size.invalid"},
};

class RefusalOfAHead : public RelayTest, public testing::WithParamInterface<Rejected> {};

TEST_P(RefusalOfAHead, HasNoBody) {
    Peer client = connect();
    client.send(GetParam().bytes);
    const Answer answer = readAnswer(client, true);
    EXPECT_EQ(answer.status, GetParam().status);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_NE(proxy().logged(GetParam().reason), "");
}

INSTANTIATE_TEST_SUITE_P(Rows, RefusalOfAHead, testing::ValuesIn(rejectedHeads), tests::byId);

// The head is with the daemon already; the bad chunk and what follows must not be.
TEST_F(RelayTest, ABadChunkInALaterSegmentEndsTheDaemonsRequest) {
    Peer client = connect();
    const std::string begun = post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n";
    client.send(begun);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, begun);
    client.send("zz\r\nhello\r\n0\r\n\r\n" + std::string(ping));
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 400);
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_EQ(daemon.rest(), "");
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    EXPECT_NE(proxy().logged("chunk.size.invalid").find(" reject "), std::string::npos);
    EXPECT_TRUE(daemon_.nothing());
}

// An answer has begun: no second one can be given, and this one must not look complete.
TEST_F(RelayTest, ABadChunkDuringTheAnswerCutsIt) {
    Peer client = connect();
    client.send(post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    EXPECT_BYTES(daemon, "2\r\nhi\r\n");
    daemon.send("HTTP/1.1 200 OK\r\n\r\nuntil close");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "until close");
    client.send("zz\r\n");
    EXPECT_EQ(client.end(), Peer::End::reset);
    EXPECT_EQ(daemon.rest(), "");
    EXPECT_NE(proxy().logged("chunk.size.invalid"), "");
}

} // namespace
} // namespace proxy::test
