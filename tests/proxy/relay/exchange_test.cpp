// What passes: every byte of it, in both directions, however it is cut into pieces.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <array>
#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

struct Row {
    const char* id;
    std::string request;
    std::string response;
    std::string atDaemon = request; ///< when something is to be changed on the way
    std::string atClient = response;
    bool toHead = false;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.id;
}

std::string longField() {
    return "X-Registry-Config: " + std::string(60'000, 'c') + "\r\n";
}

const std::string okResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

// Every row leaves both connections usable.
const std::vector<Row> rows{
    {"get", "GET /v1.41/containers/json HTTP/1.1\r\nHost: docker\r\n\r\n", okResponse},
    {"fields-order-case-blanks",
     "GET /info HTTP/1.1\r\nhOsT:docker\r\nX-B:  two  \r\nx-a: 1\r\nX-B:\tthree\r\nX-Empty:\r\nX-High: "
     "\xc3\xa9\r\n\r\n",
     "HTTP/1.1 200 Fine, thanks\r\nx-z: 1\r\nX-A:  2 \r\nx-z: 3\r\nCONTENT-length: 2\r\n\r\nOK"},
    {"empty-host", "GET /_ping HTTP/1.1\r\nHost:\r\n\r\n", okResponse},
    {"target-as-sent",
     "GET /v1.41/images/registry.example%2fteam%2Fapp:1.0/json?filters=%7b%22a%22:[%22b%22]%7D&&x=a+b "
     "HTTP/1.1\r\nHost: d\r\n\r\n",
     okResponse},
    {"absolute-target", "GET http://docker:2375/_ping?x HTTP/1.1\r\nHost: docker:2375\r\n\r\n", okResponse},
    {"long-field", "GET /_ping HTTP/1.1\r\nHost: d\r\n" + longField() + "\r\n",
     "HTTP/1.1 200 OK\r\n" + longField() + "Content-Length: 2\r\n\r\nOK"},
    {"body-length",
     "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 13\r\n\r\n{\"Image\":\"x\"}",
     "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"Id\":\"1\"}"},
    {"body-empty", "POST /containers/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 304 Not Modified\r\n\r\n"},
    {"body-binary",
     "PUT /containers/x/archive HTTP/1.1\r\nHost: d\r\nContent-Length: 8\r\n\r\n" +
         std::string("\0\r\n\r\n\xff\n\0", 8),
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + std::string("\0\r\n", 3)},
    {"body-chunked",
     "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5;a=b;c=\"d e\"\r\nhello\r\n00a\r\n0123456789\r\n0;last\r\nX-Trailer: 1\r\nx-other:  2\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n1;x\r\n\n\r\n0\r\nDigest: "
     "abc\r\n\r\n"},
    {"body-chunked-nothing-in-it",
     "POST /build HTTP/1.1\r\nHost: d\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n"},
    {"get-with-body", "GET /containers/json HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\nhi", okResponse},
    {"delete-and-no-content", "DELETE /volumes/x HTTP/1.1\r\nHost: d\r\n\r\n",
     "HTTP/1.1 204 No Content\r\nServer: D\r\n\r\n"},
    {"head", "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n",
     "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 1000\r\n\r\n"},
    {"head-chunked", "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"head-not-found", "HEAD /containers/x/archive?path=/ HTTP/1.1\r\nHost: d\r\n\r\n",
     "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"},
    {"not-modified-with-length", "POST /containers/x/stop HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n"},
    {"no-reason", "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"},
    {"error-as-sent", "GET /containers/x/json HTTP/1.1\r\nHost: d\r\n\r\n",
     "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: "
     "20\r\n\r\n{\"message\":\"<none>\"}"},
    {"hop-by-hop-stays-here",
     "GET /_ping HTTP/1.1\r\nConnection: keep-alive, TE\r\nHost: d\r\nTE: trailers\r\nKeep-Alive: "
     "timeout=5\r\nX: 1\r\n\r\n",
     "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nX: 2\r\nConnection: keep-alive\r\nContent-Length: "
     "2\r\n\r\nOK",
     "GET /_ping HTTP/1.1\r\nHost: d\r\nX: 1\r\n\r\n",
     "HTTP/1.1 200 OK\r\nX: 2\r\nContent-Length: 2\r\n\r\nOK"},
    {"empty-line-in-front", "\r\nGET /_ping HTTP/1.1\r\nHost: d\r\n\r\n", okResponse,
     "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"},
};

class Passes : public RelayTest, public testing::WithParamInterface<Row> {};

TEST_P(Passes, Whole) {
    const Row& row = GetParam();
    Peer client = connect();
    client.send(row.request);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, row.atDaemon);
    daemon.send(row.response);
    EXPECT_BYTES(client, row.atClient);
    EXPECT_EXCHANGE(client, daemon);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_P(Passes, SplitAtEveryByte) {
    const Row& row = GetParam();
    Peer client = connect(Over::unix);
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    const std::size_t most = std::max(row.request.size(), row.response.size());
    for (std::size_t cut = 0; cut < most && !HasFailure(); cut += most < 1000 ? 1 : 5003) {
        const std::size_t first = std::min(cut, row.request.size());
        client.send(std::string_view(row.request).substr(0, first));
        proxy().settle();
        client.send(std::string_view(row.request).substr(first));
        EXPECT_BYTES(daemon, row.atDaemon) << "cut at " << first;
        const std::size_t second = std::min(cut, row.response.size());
        daemon.send(std::string_view(row.response).substr(0, second));
        proxy().settle();
        daemon.send(std::string_view(row.response).substr(second));
        EXPECT_BYTES(client, row.atClient) << "cut at " << second;
    }
    EXPECT_TRUE(daemon_.nothing()) << "one connection serves all";
}

INSTANTIATE_TEST_SUITE_P(Rows, Passes, testing::ValuesIn(rows), tests::byId);

// ---- One after another ---------------------------------------------------------------------------

struct Pipeline {
    std::string requests;
    std::vector<Row> exchanges;
};

Pipeline pipeline() {
    Pipeline all;
    for (const Row& row : rows) {
        if (row.request.size() > 1000) continue;
        all.requests += row.request;
        all.exchanges.push_back(row);
    }
    return all;
}

class Pipelining : public RelayTest {
protected:
    Pipeline all_ = pipeline();

    void answerAll(Peer& client, Peer& daemon) {
        for (const Row& row : all_.exchanges) {
            EXPECT_BYTES(daemon, row.atDaemon) << row.id;
            EXPECT_TRUE(daemon.quiet()) << "the next one before this one is answered, after " << row.id;
            daemon.send(row.response);
            EXPECT_BYTES(client, row.atClient) << row.id;
            if (HasFailure()) return;
        }
    }
};

TEST_F(Pipelining, ManyInOneSegmentAreAnsweredInOrder) {
    Peer client = connect();
    client.send(all_.requests);
    Peer daemon = daemon_.accept();
    answerAll(client, daemon);
    EXPECT_TRUE(daemon_.nothing());
}

TEST_F(Pipelining, CutInTwoAtEveryByte) {
    Peer client = connect(Over::unix);
    Peer daemon = pooled(client);
    for (std::size_t cut = 1; cut < all_.requests.size() && !HasFailure(); cut += 7) {
        client.send(std::string_view(all_.requests).substr(0, cut));
        proxy().settle();
        client.send(std::string_view(all_.requests).substr(cut));
        answerAll(client, daemon);
    }
}

TEST_F(Pipelining, ADenialKeepsItsPlace) {
    configure({oneDoor({}), roomy(), log::Level::info});
    Peer client = connect();
    client.send(std::string(ping) + "GET /secrets HTTP/1.1\r\nHost: d\r\n\r\n" + std::string(ping) +
                "POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nGET /" + std::string(ping));
    Peer daemon = daemon_.accept();
    for (int i = 0; i < 3; ++i) {
        EXPECT_BYTES(daemon, ping);
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
        if (i < 2) {
            EXPECT_EQ(readAnswer(client).status, 403);
        }
    }
    EXPECT_TRUE(daemon.quiet());
}

// Whoever sends all and ends its direction gets all.
TEST_F(Pipelining, AHalfCloseBehindTheLastIsNoEnd) {
    Peer client = connect();
    client.send(std::string(ping) + std::string(ping) + std::string(ping));
    client.halfClose();
    Peer daemon = daemon_.accept();
    for (int i = 0; i < 3; ++i) {
        EXPECT_BYTES(daemon, ping);
        daemon.send(pong);
        EXPECT_BYTES(client, pong.substr(0, pong.find("\r\n\r\n")));
        EXPECT_NE(client.readHead(), "");
        EXPECT_BYTES(client, "OK");
    }
    EXPECT_EQ(client.end(), Peer::End::closed);
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

// ---- Large bodies --------------------------------------------------------------------------------

std::string chunked(std::string_view body) {
    std::string out;
    std::size_t size = 1;
    for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
        size = size * 7 % 200'003; // from a few octets to much
        const std::string_view chunk = body.substr(0, size);
        std::array<char, 32> line{};
        std::snprintf(line.data(), line.size(), "%zx\r\n", chunk.size());
        out += line.data();
        out += chunk;
        out += "\r\n";
    }
    return out + "0\r\nX-Trailer: yes\r\n\r\n";
}

struct Large {
    const char* id;
    Over over;
    bool inChunks;
};
void PrintTo(const Large& row, std::ostream* out) {
    *out << row.id;
}

class LargeBody : public RelayTest, public testing::WithParamInterface<Large> {
protected:
    static constexpr std::size_t size = std::size_t{8} << 20;
    [[nodiscard]] static std::string body() {
        const std::string bytes = pattern(size);
        return GetParam().inChunks ? chunked(bytes) : bytes;
    }
    [[nodiscard]] static std::string field() {
        return GetParam().inChunks ? "Transfer-Encoding: chunked\r\n\r\n"
                                   : "Content-Length: " + std::to_string(size) + "\r\n\r\n";
    }
};

TEST_P(LargeBody, PassesUp) {
    Peer client = connect(GetParam().over);
    const std::string request = "POST /build HTTP/1.1\r\nHost: d\r\n" + field() + body();
    std::thread sender([&] { client.send(request); });
    Peer daemon = daemon_.accept();
    EXPECT_TRUE(daemon.read(request.size()) == request);
    sender.join();
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_P(LargeBody, PassesDown) {
    Peer client = connect(GetParam().over);
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    const std::string response = "HTTP/1.1 200 OK\r\n" + field() + body();
    std::thread sender([&] { daemon.send(response); });
    EXPECT_TRUE(client.read(response.size()) == response);
    sender.join();
    EXPECT_EXCHANGE(client, daemon);
}

INSTANTIATE_TEST_SUITE_P(Framings, LargeBody,
                         testing::Values(Large{"tcp-length", Over::tcp, false},
                                         Large{"tcp-chunked", Over::tcp, true},
                                         Large{"unix-length", Over::unix, false},
                                         Large{"unix-chunked", Over::unix, true}),
                         tests::byId);

// ---- Interim responses ---------------------------------------------------------------------------

class Interim : public RelayTest {
protected:
    const std::string head_ =
        "POST /images/load HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    const std::string continue_ = "HTTP/1.1 100 Continue\r\n\r\n";
};

TEST_F(Interim, ContinueIsTheDaemonsToSay) {
    Peer client = connect();
    client.send(head_);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head_);
    proxy().settle();
    EXPECT_TRUE(client.quiet());
    daemon.send(continue_);
    EXPECT_BYTES(client, continue_);
    client.send("body");
    EXPECT_BYTES(daemon, "body");
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(Interim, SeveralArePassedAsTheyCome) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    daemon.send(hints);
    EXPECT_BYTES(client, hints);
    daemon.send("HTTP/1.1 102 Processing\r\n\r\n" + hints + std::string(pong)); // and in one segment
    EXPECT_BYTES(client, "HTTP/1.1 102 Processing\r\n\r\n" + hints + std::string(pong));
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(Interim, AreNotForAClientOfHttp10) {
    Peer client = connect();
    client.send("GET /_ping HTTP/1.0\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "GET /_ping HTTP/1.0\r\n\r\n");
    daemon.send(continue_);
    daemon.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
}

// The client may send its body or leave it: what follows could be either, so nothing may.
TEST_F(Interim, AFinalAnswerInsteadOfContinueIsTheLast) {
    Peer client = connect();
    client.send(head_);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head_);
    daemon.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_BYTES(client, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    client.send(ping);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(daemon.rest(), "");
}

// Only 100 (Continue) has the client send its body.
TEST_F(Interim, AnotherOneIsNoContinue) {
    const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";
    Peer client = connect();
    client.send(head_);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head_);
    daemon.send(processing + "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_BYTES(client,
                 processing + "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    client.send(ping);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(daemon.rest(), "");
}

// ---- Line ends behind a body ---------------------------------------------------------------------

struct Stray {
    const char* id;
    std::string octets;
};
void PrintTo(const Stray& row, std::ostream* out) {
    *out << row.id;
}

class StrayLineEnd : public RelayTest, public testing::WithParamInterface<Stray> {
protected:
    /// An exchange whose request such octets follow.
    Peer follow(Peer& client) {
        const std::string post =
            "POST /containers/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}";
        client.send(post);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, post);
        daemon.send(pong);
        EXPECT_BYTES(client, pong);
        client.send(GetParam().octets);
        proxy().settle();
        return daemon;
    }
};

TEST_P(StrayLineEnd, LeavesTheConnectionIdle) {
    Peer client = connect();
    const Peer daemon = follow(client);
    proxy().advance(std::chrono::seconds(11));
    EXPECT_TRUE(client.quiet()) << "nothing was asked";
    proxy().shutdown();
    EXPECT_TRUE(proxy().ended()) << "nothing is to be waited for";
}

TEST_P(StrayLineEnd, MayStandBeforeTheNextRequest) {
    Peer client = connect();
    Peer daemon = follow(client);
    EXPECT_EXCHANGE(client, daemon);
    for (const char octet : GetParam().octets + std::string(ping)) {
        client.send({&octet, 1});
        proxy().settle();
    }
    EXPECT_EQ(GetParam().octets == "\r\n" ? 200 : 400, [&] {
        if (GetParam().octets != "\r\n") return readAnswer(client).status;
        EXPECT_BYTES(daemon, ping);
        daemon.send(pong);
        return readAnswer(client).status;
    }()) << "behind a request without a body only the one that RFC 9112 section 2.2 allows";
}

INSTANTIATE_TEST_SUITE_P(Rows, StrayLineEnd,
                         testing::Values(Stray{"crlf", "\r\n"}, Stray{"crlf-crlf", "\r\n\r\n"},
                                         Stray{"lf", "\n"}, Stray{"lf-lf", "\n\n"}),
                         tests::byId);

// ---- Versions and ends ---------------------------------------------------------------------------

TEST_F(RelayTest, AResponseUntilCloseEndsBoth) {
    for (const char* const version : {"HTTP/1.1", "HTTP/1.0"}) {
        Peer client = connect();
        client.send(ping);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, ping);
        daemon.send(version + std::string(" 200 OK\r\nX: 1\r\n\r\nfirst"));
        EXPECT_BYTES(client, "HTTP/1.1 200 OK\r\nX: 1\r\nConnection: close\r\n\r\nfirst");
        daemon.send("second");
        EXPECT_BYTES(client, "second");
        daemon.close();
        EXPECT_EQ(client.rest(), "");
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

TEST_F(RelayTest, AClientOfHttp10IsClosed) {
    Peer client = connect();
    client.send("GET /_ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "GET /_ping HTTP/1.0\r\n\r\n");
    daemon.send("HTTP/1.0 200 OK\r\n\r\nOK");
    daemon.close();
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nOK");
    EXPECT_EQ(client.end(), Peer::End::closed);
}

TEST_F(RelayTest, AClientThatAsksToCloseIsClosed) {
    Peer client = connect();
    client.send("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send(pong);
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    EXPECT_EQ(client.end(), Peer::End::closed);
    Peer next = connect();
    EXPECT_EXCHANGE(next, daemon); // the daemon's side is as good as new
}

TEST_F(RelayTest, ADaemonOfHttp10KeepsNoConnection) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    EXPECT_BYTES(client, pong);
    EXPECT_EQ(daemon.end(), Peer::End::closed);
    Peer fresh = pooled(client); // the client's side is as good as new
    EXPECT_EXCHANGE(client, fresh);
}

// ---- Answers that come early ---------------------------------------------------------------------

TEST_F(RelayTest, BothBodiesFlowAtOnce) {
    Peer client = connect();
    client.send("POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    EXPECT_BYTES(daemon, "3\r\none\r\n");
    daemon.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngot1\r\n");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "4\r\ngot1\r\n");
    for (int i = 0; i < 5; ++i) {
        client.send("3\r\ntwo\r\n");
        EXPECT_BYTES(daemon, "3\r\ntwo\r\n");
        daemon.send("4\r\ngot2\r\n");
        EXPECT_BYTES(client, "4\r\ngot2\r\n");
    }
    client.send("0\r\n\r\n");
    EXPECT_BYTES(daemon, "0\r\n\r\n");
    daemon.send("0\r\n\r\n");
    EXPECT_BYTES(client, "0\r\n\r\n");
    EXPECT_EXCHANGE(client, daemon);
}

class EarlyAnswer : public RelayTest {
protected:
    const std::string bad_ = "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad";
    const std::string badAndClose_ =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbad";

    /// Sends the beginning of a request, whose body of `size` octets is not
    /// complete; the daemon answers and leaves.
    void refuse(Peer& client, std::size_t size, const std::string& field = "") {
        client.send("POST /build HTTP/1.1\r\nHost: d\r\n" + field +
                    "Content-Length: " + std::to_string(size) + "\r\n\r\nbeginning");
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        EXPECT_BYTES(daemon, "beginning");
        daemon.send(bad_);
    }
};

// The rest of the body holds what looks like a request.
TEST_F(EarlyAnswer, TheRestOfTheBodyIsNoRequest) {
    Peer client = connect();
    refuse(client, 9 + ping.size());
    EXPECT_BYTES(client, bad_);
    client.send(ping);
    proxy().settle();
    EXPECT_TRUE(client.quiet());
    EXPECT_TRUE(daemon_.nothing());
    const Peer fresh = pooled(client);
}

TEST_F(EarlyAnswer, ReachesWhoIsStillSending) {
    Peer client = connect();
    refuse(client, 1'000'000);
    std::thread sender([&] { client.send(std::string(1'000'000 - 9, 'x')); });
    EXPECT_BYTES(client, bad_);
    sender.join();
    const Peer fresh = pooled(client);
}

TEST_F(EarlyAnswer, ReachesWhoHasMuchToSendAndCloses) {
    Peer client = connect();
    refuse(client, 100'000'000);
    EXPECT_BYTES(client, bad_);
    (void)client.sendUntilStuck(std::string(1'500'000, 'x'));
    EXPECT_NE(client.end(), Peer::End::silent);
}

// Closing a socket with unread bytes resets it, and the answer with it.
TEST_F(EarlyAnswer, IsNotDestroyedByTheClosing) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        client.send(
            "POST /build HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n");
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        (void)client.sendUntilStuck(std::string(2'000'000, 'x'));
        daemon.send(bad_);
        EXPECT_EQ(client.rest(), badAndClose_);
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

} // namespace
} // namespace proxy::test
