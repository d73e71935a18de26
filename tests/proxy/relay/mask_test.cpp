// MASK_ENV, as the relay deals with it: environments are masked wherever an answer's octets are cut and however its
// end is told, nothing else of it changes, and what cannot be masked is not passed.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <array>
#include <cstdio>
#include <string>
#include <thread>

namespace proxy::test {
namespace {

const std::string inspect = "GET /containers/x/json HTTP/1.1\r\nHost: d\r\n\r\n";
const std::string plain = R"({"Id":"x","Config":{"Env":["A=secret","B\u003d1"],"Cmd":["C=d"]},"Pid":7})";
const std::string masked = R"({"Id":"x","Config":{"Env":["A=******","B\u003d*"],"Cmd":["C=d"]},"Pid":7})";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

std::string withLength(const std::string& body) {
    return ok + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Chunks of 1, 2, 3 … octets, an extension and a trailer that look like an environment.
std::string chunked(const std::string& body) {
    std::string text = ok + "Transfer-Encoding: chunked\r\n\r\n";
    std::size_t size = 1;
    for (std::size_t at = 0; at < body.size(); at += size++) {
        const std::string data = body.substr(at, size);
        std::array<char, 16> digits{};
        (void)std::snprintf(digits.data(), digits.size(), "%zx", data.size());
        text += digits.data() + std::string(";Env=\"A=b\"\r\n") + data + "\r\n";
    }
    return text + "0\r\nX-Env: [\"A=b\"]\r\n\r\n";
}

std::string untilClose(const std::string& body) {
    return ok + "\r\n" + body;
}

// In front of Podman, all that there is being granted.
policy::Access podman() {
    policy::Access access{.dialect = policy::Dialect::linuxserver, .grants = {}, .maskEnv = true};
    for (std::size_t i = 0; i < policy::allVariables.size(); ++i)
        access.grants.set(static_cast<policy::Variable>(i));
    return access;
}

class MaskedRelay : public RelayTest {
protected:
    MaskedRelay() { door({.grants = everything(), .maskEnv = true}); }
    void door(const policy::Access& access) { configure({oneDoor(access), roomy(), log::Level::info}); }
    /// The daemon, when it has the request of `client`.
    Peer ask(Peer& client, const std::string& request = inspect) {
        client.send(request);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, request);
        return daemon;
    }
    /// One exchange after another on one connection, with the answer cut at every octet.
    void expectHoweverItIsCut(const std::string& answer, const std::string& expected) {
        Peer client = connect();
        Peer daemon = pooled(client);
        for (std::size_t n = 0; n <= answer.size() && !HasFailure(); ++n) {
            SCOPED_TRACE("cut after " + std::to_string(n));
            client.send(inspect);
            EXPECT_BYTES(daemon, inspect);
            daemon.send(answer.substr(0, n));
            proxy().settle();
            daemon.send(answer.substr(n));
            EXPECT_BYTES(client, expected);
        }
        EXPECT_EXCHANGE(client, daemon);
    }
};

// ---- However it comes ----------------------------------------------------------------------------

TEST_F(MaskedRelay, WithALength) {
    expectHoweverItIsCut(withLength(plain), withLength(masked));
}

TEST_F(MaskedRelay, InChunks) {
    expectHoweverItIsCut(chunked(plain), chunked(masked));
}

TEST_F(MaskedRelay, UntilTheConnectionEnds) {
    const std::string answer = untilClose(plain);
    const std::string expected = ok + "Connection: close\r\n\r\n" + masked;
    for (std::size_t n = 0; n <= answer.size() && !HasFailure(); n += 3) {
        SCOPED_TRACE("cut after " + std::to_string(n));
        Peer client = connect();
        Peer daemon = ask(client);
        daemon.send(answer.substr(0, n));
        proxy().settle();
        daemon.send(answer.substr(n));
        daemon.close();
        EXPECT_EQ(client.rest(), expected);
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

TEST_F(MaskedRelay, OctetByOctet) {
    Peer client = connect();
    Peer daemon = ask(client);
    for (const char c : chunked(plain)) {
        daemon.send({&c, 1});
        proxy().settle();
    }
    EXPECT_BYTES(client, chunked(masked));
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(MaskedRelay, MuchOfItForASlowReader) {
    std::string much = "[";
    for (int i = 0; much.size() < std::size_t{16} << 20; ++i)
        much += R"({"Env":["PASSWORD_)" + std::to_string(i) + R"(=secret"],"Cmd":["a=b"]},)";
    much.back() = ']';
    std::string hidden = much;
    for (auto at = hidden.find("=secret"); at != std::string::npos; at = hidden.find("=secret", at + 7))
        hidden.replace(at, 7, "=******");
    for (const auto& framed : {withLength, chunked}) {
        Peer client = connect(RunningProxy::Over::unix);
        Peer daemon = pooled(client);
        client.send(inspect);
        EXPECT_BYTES(daemon, inspect);
        const std::string answer = framed(much);
        const std::size_t taken = daemon.sendUntilStuck(answer);
        EXPECT_LT(taken, std::size_t{4} << 20) << "the proxy holds what its client does not take";
        std::thread rest([&] { daemon.send(std::string_view(answer).substr(taken)); });
        EXPECT_TRUE(client.read(answer.size()) == framed(hidden));
        rest.join();
        EXPECT_EXCHANGE(client, daemon);
        daemon.close();
        proxy().settle();
    }
}

// ---- What is left alone --------------------------------------------------------------------------

TEST_F(MaskedRelay, NothingWhereItIsOff) {
    door({.grants = everything()});
    Peer client = connect();
    Peer daemon = ask(client);
    daemon.send(withLength(plain));
    EXPECT_BYTES(client, withLength(plain));
}

TEST_F(MaskedRelay, NothingOfOtherOperations) {
    Peer client = connect();
    Peer daemon = ask(client, "GET /containers/x/logs HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send(withLength(plain));
    EXPECT_BYTES(client, withLength(plain));
}

TEST_F(MaskedRelay, NothingOfATunnel) {
    door(podman());
    Peer client = connect();
    Peer daemon = ask(client, "POST /libpod/exec/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}");
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    daemon.send(head + plain);
    EXPECT_BYTES(client, head + plain);
    daemon.close();
    EXPECT_EQ(client.rest(), "");
}

TEST_F(MaskedRelay, NoAnswerToHead) {
    Peer client = connect();
    Peer daemon = ask(client, "HEAD /containers/x/json HTTP/1.1\r\nHost: d\r\n\r\n");
    const std::string head = ok + "Content-Encoding: gzip\r\nContent-Length: 99\r\n\r\n";
    daemon.send(head);
    EXPECT_BYTES(client, head);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(MaskedRelay, AnErrorInWords) {
    const std::string error =
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno";
    Peer client = connect();
    Peer daemon = ask(client);
    daemon.send(error);
    EXPECT_BYTES(client, error);
    EXPECT_EXCHANGE(client, daemon);
}

// ---- Podman's ------------------------------------------------------------------------------------

TEST_F(MaskedRelay, DocumentsThatFollowEachOther) {
    door(podman());
    Peer client = connect();
    Peer daemon = ask(client, "GET /v5.8.0/libpod/containers/stats HTTP/1.1\r\nHost: d\r\n\r\n");
    const std::string head = ok + "Transfer-Encoding: chunked\r\n\r\n";
    daemon.send(head);
    EXPECT_BYTES(client, head);
    for (int i = 0; i < 3; ++i) {
        daemon.send("11\r\n{\"Env\":[\"A=b\"]}\n\n\r\n");
        EXPECT_BYTES(client, "11\r\n{\"Env\":[\"A=*\"]}\n\n\r\n");
    }
    daemon.send("0\r\n\r\n");
    EXPECT_BYTES(client, "0\r\n\r\n");
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(MaskedRelay, WhatIsLearned) {
    door({.grants = {policy::Variable::ping}, .learn = true, .maskEnv = true});
    Peer client = connect();
    Peer daemon = ask(client, "GET /libpod/containers/x/json HTTP/1.1\r\nHost: d\r\n\r\n");
    daemon.send(withLength(plain));
    EXPECT_BYTES(client, withLength(masked));
}

// ---- What cannot be masked -----------------------------------------------------------------------

struct Withheld {
    const char* id;
    std::string request;
    std::string answer;
    const char* fault;
};
void PrintTo(const Withheld& row, std::ostream* out) {
    *out << row.id;
}

class NotPassed : public MaskedRelay, public testing::WithParamInterface<Withheld> {
protected:
    NotPassed() { door(podman()); }
};

TEST_P(NotPassed, Is502) {
    Peer client = connect();
    Peer daemon = ask(client, GetParam().request);
    daemon.send(GetParam().answer);
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 502);
    EXPECT_NE(answer.body.find(GetParam().fault), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    const std::string line = proxy().logged(GetParam().fault);
    EXPECT_NE(line.find(" err "), std::string::npos) << line;
    EXPECT_EQ(daemon.end(), Peer::End::closed) << "what it still says belongs to nobody";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NotPassed,
    testing::Values(
        Withheld{"encoded", inspect, ok + "Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nsecret",
                 "mask.encoding"},
        Withheld{"another-type", inspect,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nsecret",
                 "mask.content"},
        Withheld{"yaml-called-a-tar", "GET /libpod/generate/kube?names=x HTTP/1.1\r\nHost: d\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nContent-Length: 6\r\n\r\nsecret",
                 "mask.content"},
        Withheld{"systemd-units", "GET /libpod/generate/x/systemd HTTP/1.1\r\nHost: d\r\n\r\n",
                 ok + "Content-Length: 10\r\n\r\n[\"secret\"]", "mask.content"},
        Withheld{"broken-from-the-start", inspect, ok + "Content-Length: 6\r\n\r\nsecret",
                 "mask.json.syntax"},
        Withheld{"incomplete-from-the-start", inspect, withLength(R"({"Env":["A=secret"])"),
                 "mask.json.incomplete"},
        Withheld{"two-documents", inspect, withLength(plain + plain), "mask.json.trailing"},
        Withheld{"too-deep", inspect, withLength(std::string(513, '[')), "mask.json.depth"}),
    tests::byId);

// The client goes on on its connection.
TEST_F(MaskedRelay, A502LeavesTheConnectionUsable) {
    Peer client = connect();
    {
        Peer daemon = ask(client);
        daemon.send(ok + "Content-Encoding: br\r\nContent-Length: 3\r\n\r\nxyz");
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, 502);
        EXPECT_FALSE(answer.closes());
    }
    const Peer daemon = pooled(client);
}

struct BrokenOff {
    const char* id;
    std::string head;
    std::string begun; ///< passed
    std::string bad;   ///< not passed
    const char* fault;
    bool reset; ///< nothing else tells
};
void PrintTo(const BrokenOff& row, std::ostream* out) {
    *out << row.id;
}

class Broken : public MaskedRelay, public testing::WithParamInterface<BrokenOff> {};

TEST_P(Broken, IsCut) {
    const BrokenOff& row = GetParam();
    Peer client = connect();
    Peer daemon = ask(client);
    daemon.send(row.head + row.begun);
    const std::string head = client.readHead();
    EXPECT_NE(head, "");
    EXPECT_BYTES(client, row.begun);
    daemon.send(row.bad);
    EXPECT_NE(proxy().logged(row.fault).find(" err "), std::string::npos);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(client.end(), row.reset ? Peer::End::reset : Peer::End::closed);
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

const std::string chunkedHead = ok + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(Rows, Broken,
                         testing::Values(BrokenOff{"length", ok + "Content-Length: 100\r\n\r\n",
                                                   "{\"A\":", "}secret", "mask.json.syntax", false},
                                         BrokenOff{"chunked", chunkedHead, "5\r\n{\"A\":\r\n",
                                                   "7\r\n}secret\r\n", "mask.json.syntax", false},
                                         BrokenOff{"until-close", ok + "\r\n", "{\"A\":", "}secret",
                                                   "mask.json.syntax", true},
                                         BrokenOff{"length-incomplete", ok + "Content-Length: 6\r\n\r\n",
                                                   "{\"A\":", "1", "mask.json.incomplete", false},
                                         BrokenOff{"chunked-incomplete", chunkedHead, "5\r\n{\"A\":\r\n",
                                                   "0\r\n\r\n", "mask.json.incomplete", false},
                                         BrokenOff{"chunk-broken", chunkedHead, "5\r\n{\"A\":\r\n",
                                                   "x\r\nsecret", "chunk.size", false}),
                         tests::byId);

TEST_F(MaskedRelay, AnIncompleteAnswerUntilCloseIsReset) {
    Peer client = connect();
    Peer daemon = ask(client);
    daemon.send(ok + "\r\n{\"A\":");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "{\"A\":");
    daemon.close();
    EXPECT_NE(proxy().logged("mask.json.incomplete").find(" err "), std::string::npos);
    EXPECT_EQ(client.end(), Peer::End::reset);
}

} // namespace
} // namespace proxy::test
