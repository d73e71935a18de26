#include "tests/proxy/http/replay.h"
#include "tests/row_name.h"

namespace proxy::http {
namespace {

struct Row {
    std::string_view id;
    std::string_view in;
    std::string_view out;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

// ---- Requests ------------------------------------------------------------------------------------
const Row requestRows[] = {
    {"as-sent", "GET /a?b HTTP/1.1\r\nhOST:  d\t\r\nX:y\r\nx: \r\nContent-Length: 0\r\n\r\n",
     "GET /a?b HTTP/1.1\r\nhOST:  d\t\r\nX:y\r\nx: \r\nContent-Length: 0\r\n\r\n"},
    {"empty-line-first", "\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"no-fields", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"},
    {"only-hop-by-hop", "GET / HTTP/1.0\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"},
    {"absolute-as-sent", "GET http://a/b HTTP/1.1\r\nHost: c\r\n\r\n",
     "GET http://a/b HTTP/1.1\r\nHost: c\r\n\r\n"},
    {"hop-by-hop",
     "GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: d\r\nKeep-Alive: 5\r\nproxy-connection: x\r\nA: "
     "b\r\nTE: trailers\r\n"
     "HTTP2-Settings: AAA\r\nUpgrade: h2c\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nA: b\r\n\r\n"},
    {"hop-by-hop-last", "GET / HTTP/1.1\r\nHost: d\r\nConnection: close \r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"connection-twice", "GET / HTTP/1.1\r\nConnection: te\r\nConnection: close\r\nHost: d\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"coding-and-trailer-stay",
     "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nTE: trailers\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"},
    {"upgrade-keeps-its-place",
     "POST /exec/a/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nuPGRADE: tcp\r\nContent-Length: "
     "2\r\n\r\n",
     "POST /exec/a/start HTTP/1.1\r\nHost: d\r\nuPGRADE: tcp\r\nContent-Length: 2\r\nConnection: "
     "Upgrade\r\n\r\n"},
    {"upgrade-with-settings",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\nConnection: Upgrade, "
     "HTTP2-Settings\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"},
    {"nominated-before-and-behind",
     "GET / HTTP/1.1\r\nx-hop: 1\r\nHost: d\r\nConnection: close, X-Hop\r\nX-HOP: 2\r\nX-Hop2: 3\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nX-Hop2: 3\r\n\r\n"},
    {"nominated-eight",
     "GET / HTTP/1.1\r\nHost: d\r\nConnection: a,b,c,d,e,f,g\r\nConnection: h\r\nH: 1\r\nI: 2\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nI: 2\r\n\r\n"},
    {"close-is-no-field", "GET / HTTP/1.1\r\nHost: d\r\nConnection: close, X\r\nClose: 1\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nClose: 1\r\n\r\n"},
    {"upgrade-not-nominated", "POST / HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"upgrade-http10", "POST / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n",
     "POST / HTTP/1.0\r\n\r\n"},
    {"upgrade-shortest", "G / HTTP/1.1\r\nHost:\r\nUpgrade:a\r\nConnection:upgrade\r\n\r\n",
     "G / HTTP/1.1\r\nHost:\r\nUpgrade:a\r\nConnection: Upgrade\r\n\r\n"},
    {"upgrade-empty", "GET / HTTP/1.1\r\nHost: d\r\nConnection: upgrade\r\nUpgrade:\r\nA: b\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: d\r\nA: b\r\n\r\n"},
    {"upgrade-every-line",
     "G / HTTP/1.1\r\nHost:\r\nUpgrade: a\r\nConnection: upgrade\r\nUPGRADE: ,b,\r\n\r\n",
     "G / HTTP/1.1\r\nHost:\r\nUpgrade: a\r\nUPGRADE: ,b,\r\nConnection: Upgrade\r\n\r\n"},
    {"upgrade-without-empty-lines",
     "G / HTTP/1.1\r\nUpgrade:\r\nHost:\r\nUpgrade: a\r\nConnection: upgrade\r\nUpgrade: ,\r\n\r\n",
     "G / HTTP/1.1\r\nHost:\r\nUpgrade: a\r\nConnection: Upgrade\r\n\r\n"},
    {"upgrade-duplicate-not-nominated", "POST / HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nUpgrade: tcp\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: d\r\n\r\n"},
    {"expect-list-stays", "POST / HTTP/1.1\r\nHost: d\r\nExpect:\r\nExpect: , 100-continue\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: d\r\nExpect:\r\nExpect: , 100-continue\r\n\r\n"},
    {"expect-stays", "POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\n\r\n",
     "POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\n\r\n"},
};

std::string written(const RequestHead& head) {
    GuardedBytes memory(head.size + 64);
    const auto room = memory.room(head.size + 64);
    return {room.data(), writeRequest(head, room)};
}

class WriteRequest : public testing::TestWithParam<Row> {};

TEST_P(WriteRequest, OnceAndAgain) {
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(parseRequest(GetParam().in, *head).outcome, Outcome::complete);
    const std::string once = written(*head);
    EXPECT_EQ(once, GetParam().out);
    const std::string facts = summary(*head);
    ASSERT_EQ(verdict(parseRequest(once, *head)), "complete");
    EXPECT_EQ(written(*head), once);
    // Whether the client's connection is kept is said by its Connection field, which is not forwarded.
    EXPECT_EQ(head->upgrade, facts.find(" upgrade") != std::string::npos);
}

TEST(WithdrawUpgrade, AWithdrawnUpgradeLeavesNoTrace) {
    const std::string_view sent =
        "GET /info HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nUpgrade:\r\nConnection: Upgrade\r\nA: b\r\n"
        "upgrade: tcp\r\n\r\n";
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(parseRequest(sent, *head).outcome, Outcome::complete);
    ASSERT_TRUE(head->upgrade);
    withdrawUpgrade(*head);
    std::array<char, 256> out{};
    EXPECT_EQ(std::string_view(out.data(), writeRequest(*head, out)),
              "GET /info HTTP/1.1\r\nHost: d\r\nA: b\r\n\r\n");
}

TEST(WithdrawExpect, NoLineOfItIsLeft) {
    const auto head = std::make_unique<RequestHead>();
    std::array<char, 256> out{};
    const auto withdrawn = [&](std::string_view sent) {
        EXPECT_EQ(parseRequest(sent, *head).outcome, Outcome::complete);
        withdrawExpect(*head);
        EXPECT_FALSE(head->expectContinue);
        return std::string_view(out.data(), writeRequest(*head, out));
    };
    EXPECT_EQ(
        withdrawn("POST / HTTP/1.1\r\nHost: d\r\nExpect:\r\nA: b\r\nexpect: , 100-continue\r\nConnection: "
                  "Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n"),
        "POST / HTTP/1.1\r\nHost: d\r\nA: b\r\nUpgrade: tcp\r\nContent-Length: 2\r\nConnection: "
        "Upgrade\r\n\r\n");
    const std::string_view none = "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n";
    EXPECT_EQ(withdrawn(none), none);
}

INSTANTIATE_TEST_SUITE_P(Table, WriteRequest, testing::ValuesIn(requestRows), tests::byId);

// ---- Responses -----------------------------------------------------------------------------------
struct ResponseRow {
    std::string_view id;
    bool close;
    std::string_view in;
    std::string_view out;

    friend void PrintTo(const ResponseRow& row, std::ostream* stream) { *stream << row.id; }
};

const ResponseRow responseRows[] = {
    {"as-sent", false, "HTTP/1.1 200 OK\r\nAPI-version:1\t\r\nX:\r\nContent-Length: 3\r\n\r\n",
     "HTTP/1.1 200 OK\r\nAPI-version:1\t\r\nX:\r\nContent-Length: 3\r\n\r\n"},
    {"close", true, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"},
    {"close-once", true, "HTTP/1.1 200 OK\r\nConnection: close\r\nA: b\r\n\r\n",
     "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n"},
    {"daemon-closes-client-stays", false, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"http10", false, "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n",
     "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
    {"reason-empty", false, "HTTP/1.1 204 \r\n\r\n", "HTTP/1.1 204 \r\n\r\n"},
    {"reason-missing", false, "HTTP/1.1 204\r\n\r\n", "HTTP/1.1 204 \r\n\r\n"},
    {"reason-odd", false, "HTTP/1.1 204  \303\244 \t\r\n\r\n", "HTTP/1.1 204  \303\244 \t\r\n\r\n"},
    {"hop-by-hop", false,
     "HTTP/1.1 204 X\r\nKeep-Alive: 5\r\nA: b\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTE: x\r\n\r\n",
     "HTTP/1.1 204 X\r\nA: b\r\n\r\n"},
    {"nominated", false, "HTTP/1.1 204 X\r\nA: 1\r\nB: 2\r\nConnection: a\r\n\r\n",
     "HTTP/1.1 204 X\r\nB: 2\r\n\r\n"},
    {"coding-and-trailer-stay", false, "HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"upgraded", false,
     "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: "
     "Upgrade\r\nUpgrade: tcp\r\n\r\n",
     "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nUpgrade: "
     "tcp\r\nConnection: Upgrade\r\n\r\n"},
    {"upgraded-is-never-close", true, "HTTP/1.1 101 X\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n",
     "HTTP/1.1 101 X\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"},
    {"upgrade-empty", false, "HTTP/1.1 204 X\r\nConnection:\r\nUpgrade:\r\nA: b\r\n\r\n",
     "HTTP/1.1 204 X\r\nA: b\r\n\r\n"},
    {"upgraded-every-line", false,
     "HTTP/1.1 101 X\r\nUpgrade: a\r\nUpgrade:\r\nConnection: ,Upgrade\r\nUpgrade: b\r\n\r\n",
     "HTTP/1.1 101 X\r\nUpgrade: a\r\nUpgrade: b\r\nConnection: Upgrade\r\n\r\n"},
    {"shortest", true, "HTTP/1.1 500\r\n\r\n", "HTTP/1.1 500 \r\nConnection: close\r\n\r\n"},
};

std::string written(const ResponseHead& head, bool close) {
    GuardedBytes memory(head.size + 64);
    const auto room = memory.room(head.size + 64);
    return {room.data(), writeResponse(head, close, room)};
}

class WriteResponse : public testing::TestWithParam<ResponseRow> {};

TEST_P(WriteResponse, OnceAndAgain) {
    constexpr RequestFacts asked{.upgrade = true};
    const auto head = std::make_unique<ResponseHead>();
    ASSERT_EQ(parseResponse(GetParam().in, asked, *head).outcome, Outcome::complete);
    const std::string once = written(*head, GetParam().close);
    EXPECT_EQ(once, GetParam().out);
    ASSERT_EQ(verdict(parseResponse(once, asked, *head)), "complete");
    EXPECT_EQ(written(*head, GetParam().close), once);
}

INSTANTIATE_TEST_SUITE_P(Table, WriteResponse, testing::ValuesIn(responseRows), tests::byId);

} // namespace
} // namespace proxy::http
