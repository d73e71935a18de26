// The reader of heads: the table was asked of engine 20.10.24 with the same bytes.
#include "mockdocker/wire/request.h"
#include "tests/mockdocker/client.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

struct Row {
    const char* id;
    const char* head;
    const char* refusal; ///< status line, or "" when it is taken
};

const Row rows[] = {
    {"plain", "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n", ""},
    {"bare-lf", "GET /_ping HTTP/1.1\nHost: x\n\n", ""},
    {"obs-fold", "GET /_ping HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", ""},
    {"http-1-0-without-host", "GET /_ping HTTP/1.0\r\n\r\n", ""},
    {"http-1-2", "GET /_ping HTTP/1.2\r\nHost: x\r\n\r\n", ""},
    {"empty-host", "GET /_ping HTTP/1.1\r\nHost:\r\n\r\n", ""},
    {"lower-case-method", "get /_ping HTTP/1.1\r\nHost: x\r\n\r\n", ""},
    {"equal-lengths", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", ""},
    {"length-beside-chunked",
     "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
    {"connect-without-host", "CONNECT x:80 HTTP/1.1\r\n\r\n", ""},
    {"empty-line-first", "\r\n", "400 Bad Request"},
    {"http-2", "GET /_ping HTTP/2.0\r\nHost: x\r\n\r\n",
     "505 HTTP Version Not Supported: unsupported protocol version"},
    {"no-version", "GET /_ping\r\n\r\n", "400 Bad Request"},
    {"wrong-protocol", "GET /_ping HTTX/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"space-in-target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"method-no-token", "G@T /_ping HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"bad-escape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"cut-escape", "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"relative-target", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"no-host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header"},
    {"two-hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 Bad Request"},
    {"malformed-host", "GET / HTTP/1.1\r\nHost: x y/\r\n\r\n", "400 Bad Request: malformed Host header"},
    {"space-before-colon", "GET / HTTP/1.1\r\nHost: x\r\nFoo : bar\r\n\r\n",
     "400 Bad Request: invalid header name"},
    {"no-colon", "GET / HTTP/1.1\r\nHost: x\r\nFoo\r\n\r\n", "400 Bad Request"},
    {"control-in-value",
     "GET / HTTP/1.1\r\nHost: x\r\nA: b\x01"
     "c\r\n\r\n",
     "400 Bad Request: invalid header value"},
    {"fold-first", "GET / HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n", "400 Bad Request"},
    {"differing-lengths", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
     "400 Bad Request"},
    {"signed-length", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n", "400 Bad Request"},
    {"gzip-coding", "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Not Implemented"},
    {"two-codings",
     "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     "501 Not Implemented"},
};

class Heads : public testing::TestWithParam<Row> {};

TEST_P(Heads, AreTakenOrRefusedAsByTheEngine) {
    Request request;
    const auto refusal = parseRequest(GetParam().head, request);
    EXPECT_EQ(refusal ? refusal->statusLine : "", GetParam().refusal);
    EXPECT_EQ(request.head, GetParam().head);
}

TEST_P(Heads, EndAtTheEmptyLineAndNowhereBefore) {
    const std::string_view head = GetParam().head;
    for (std::size_t cut = 0; cut < head.size(); ++cut) EXPECT_EQ(headSize(head.substr(0, cut)), 0U) << cut;
    EXPECT_EQ(headSize(head), head.size());
    EXPECT_EQ(headSize(std::string(head) + "more\r\n\r\n"), head.size());
}

INSTANTIATE_TEST_SUITE_P(All, Heads, testing::ValuesIn(rows), tests::byId);

TEST(Request, KeepsTargetAndDecodesOnce) {
    Request request;
    ASSERT_FALSE(
        parseRequest("GET http://evil/%63ontainers%2Fa%252F?b=%20+c&d HTTP/1.1\r\nHost: x\r\n\r\n", request));
    EXPECT_EQ(request.target, "http://evil/%63ontainers%2Fa%252F?b=%20+c&d");
    EXPECT_EQ(request.origin, "http://evil");
    EXPECT_EQ(request.path, "/containers/a%2F");
    EXPECT_EQ(request.query("b"), "  c");
    EXPECT_EQ(request.query("d"), "");
    EXPECT_EQ(request.query("e"), std::nullopt);
}

TEST(Request, BooleansAreDockers) {
    Request request;
    ASSERT_FALSE(
        parseRequest("GET /?a=1&b=0&c=False&d=none&e=no&f=&g=yes HTTP/1.1\r\nHost: x\r\n\r\n", request));
    for (const char* key : {"a", "g"}) EXPECT_TRUE(request.queryBool(key)) << key;
    for (const char* key : {"b", "c", "d", "e", "f", "z"}) EXPECT_FALSE(request.queryBool(key)) << key;
}

TEST(Request, ChunkedBeatsLengthButNotInHttp10) {
    Request modern;
    ASSERT_FALSE(parseRequest(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: CHUNKED\r\n\r\n", modern));
    EXPECT_TRUE(modern.chunked);
    EXPECT_EQ(modern.length, 0U);
    Request old;
    ASSERT_FALSE(
        parseRequest("POST / HTTP/1.0\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", old));
    EXPECT_FALSE(old.chunked);
    EXPECT_EQ(old.length, 3U);
}

// Two requests on one connection, torn at every place: what is recorded must not depend on it.
TEST(Wire, IsReadTheSameAtEverySplit) {
    const std::string first = "POST /auth HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                              "chunked\r\n\r\n3;ext\r\nabc\r\n00\r\nT: 1\r\n\r\n";
    const std::string second = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";
    test::Daemon daemon;
    for (std::size_t cut = 1; cut < first.size() + second.size(); ++cut) {
        daemon->recorder().clear();
        const std::string all = first + second;
        auto client = daemon.client();
        client.send(all.substr(0, cut));
        client.send(all.substr(cut));
        ASSERT_EQ(client.answer().status(), 200) << cut;
        ASSERT_EQ(client.answer().body, "OK") << cut;
        const auto seen = daemon->recorder().requests();
        ASSERT_EQ(seen.size(), 2U) << cut;
        EXPECT_EQ(seen[0].head + seen[0].rawBody, first) << cut;
        EXPECT_EQ(seen[0].body, "abc") << cut;
        EXPECT_EQ(seen[0].trailer, "T: 1\r\n") << cut;
        EXPECT_EQ(seen[1].head, second) << cut;
        client.close();
        ASSERT_TRUE(daemon->recorder().waitForNoConnections(cut));
    }
}

} // namespace
} // namespace mockdocker
