#include "tests/proxy/http/replay.h"
#include "tests/row_name.h"

namespace proxy::http {
namespace {

using namespace std::string_view_literals;

// How the request that is being answered was: "" an ordinary one, "head", "upgrade".
RequestFacts facts(std::string_view asked) {
    return {.head = asked == "head", .upgrade = asked == "upgrade"};
}

Parse parserFor(RequestFacts request) {
    return [request](std::string_view input) {
        static const auto head = std::make_unique<ResponseHead>();
        return parseResponse(input, request, *head);
    };
}

// ---- Accepted ------------------------------------------------------------------------------------
struct Accepted {
    std::string_view id;
    std::string_view asked;
    std::string_view raw; ///< one head, to its last octet
    std::string_view facts;

    friend void PrintTo(const Accepted& row, std::ostream* stream) { *stream << row.id; }
};

#define RAW_STREAM "Content-Type: application/vnd.docker.raw-stream\r\n" // NOLINT: joined as literals

const Accepted acceptedRows[] = {
    // the status line
    {"ok", "", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"sv, "200 OK HTTP/1.1 length=2 keep-alive"},
    {"reason-words", "", "HTTP/1.1 404 Not Found\r\nContent-Length: 29\r\n\r\n"sv,
     "404 Not Found HTTP/1.1 length=29 keep-alive"},
    {"reason-empty", "", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"sv, "200 HTTP/1.1 length=0 keep-alive"},
    {"reason-and-space-missing", "", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"sv,
     "200 HTTP/1.1 length=0 keep-alive"},
    {"reason-obs-text", "", "HTTP/1.1 200 \303\244\tb \r\nContent-Length: 0\r\n\r\n"sv,
     "200 \303\244\tb  HTTP/1.1 length=0 keep-alive"},
    {"status-599", "", "HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n"sv, "599 X HTTP/1.1 length=0 keep-alive"},
    {"status-unknown", "", "HTTP/1.1 299 X\r\nContent-Length: 0\r\n\r\n"sv,
     "299 X HTTP/1.1 length=0 keep-alive"},
    // framing
    {"chunked", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "200 OK HTTP/1.1 chunked keep-alive"},
    {"chunked-case", "", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"sv,
     "200 OK HTTP/1.1 chunked keep-alive"},
    {"chunked-trailer", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"sv,
     "200 OK HTTP/1.1 chunked keep-alive"},
    {"length-largest", "", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=9223372036854775807 keep-alive"},
    {"until-close", "", "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"sv, "200 OK HTTP/1.1 until-close close"},
    {"until-close-no-fields", "", "HTTP/1.1 500 X\r\n\r\n"sv, "500 X HTTP/1.1 until-close close"},
    {"redirect", "", "HTTP/1.1 301 Moved Permanently\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"sv,
     "301 Moved Permanently HTTP/1.1 length=0 keep-alive"},
    {"reset-content-is-framed-as-any", "", "HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n"sv,
     "205 X HTTP/1.1 length=0 keep-alive"},
    // no body
    {"head-length", "head", "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n"sv,
     "200 OK HTTP/1.1 none keep-alive"},
    {"head-chunked", "head", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "200 OK HTTP/1.1 none keep-alive"},
    {"head-nothing", "head", "HTTP/1.1 200 OK\r\n\r\n"sv, "200 OK HTTP/1.1 none keep-alive"},
    {"head-raw-stream", "head", "HTTP/1.1 200 OK\r\n" RAW_STREAM "\r\n"sv, "200 OK HTTP/1.1 none keep-alive"},
    {"no-content", "", "HTTP/1.1 204 No Content\r\n\r\n"sv, "204 No Content HTTP/1.1 none keep-alive"},
    {"no-content-length-zero", "", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"sv,
     "204 No Content HTTP/1.1 none keep-alive"},
    {"not-modified", "", "HTTP/1.1 304 Not Modified\r\n\r\n"sv, "304 Not Modified HTTP/1.1 none keep-alive"},
    {"not-modified-length", "", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"sv,
     "304 Not Modified HTTP/1.1 none keep-alive"},
    {"not-modified-chunked", "", "HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "304 X HTTP/1.1 none keep-alive"},
    {"continue", "", "HTTP/1.1 100 Continue\r\n\r\n"sv, "100 Continue HTTP/1.1 none keep-alive"},
    {"early-hints", "", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"sv,
     "103 Early Hints HTTP/1.1 none keep-alive"},
    {"continue-for-upgrade", "upgrade", "HTTP/1.1 100 Continue\r\n\r\n"sv,
     "100 Continue HTTP/1.1 none keep-alive"},
    // upgrade
    {"upgraded", "upgrade",
     "HTTP/1.1 101 UPGRADED\r\n" RAW_STREAM "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "101 UPGRADED HTTP/1.1 none close upgrade"},
    {"upgraded-websocket", "upgrade",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: a=\r\n\r\n"sv,
     "101 Switching Protocols HTTP/1.1 none close upgrade"},
    {"upgraded-bare", "upgrade", "HTTP/1.1 101 X\r\n\r\n"sv, "101 X HTTP/1.1 none close upgrade"},
    {"upgraded-in-two-fields", "upgrade",
     "HTTP/1.1 101 X\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"sv,
     "101 X HTTP/1.1 none close upgrade"},
    {"upgraded-in-an-empty-field", "upgrade", "HTTP/1.1 101 X\r\nUpgrade:\r\nConnection: Upgrade\r\n\r\n"sv,
     "101 X HTTP/1.1 none close upgrade"},
    {"upgrade-declined", "upgrade", "HTTP/1.1 404 X\r\nContent-Length: 3\r\n\r\n"sv,
     "404 X HTTP/1.1 length=3 keep-alive"},
    {"upgrade-empty", "", "HTTP/1.1 200 OK\r\nUpgrade:\r\nConnection:\r\nContent-Length: 0\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=0 keep-alive"},
    {"upgrade-advertised-twice", "",
     "HTTP/1.1 426 X\r\nUpgrade: h2c\r\nUpgrade: ,tcp\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n"sv,
     "426 X HTTP/1.1 length=0 keep-alive"},
    {"upgrade-advertised", "",
     "HTTP/1.1 426 X\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n"sv,
     "426 X HTTP/1.1 length=0 keep-alive"},
    // the daemon's raw streams
    {"raw-stream", "", "HTTP/1.1 200 OK\r\n" RAW_STREAM "\r\n"sv,
     "200 OK HTTP/1.1 until-close close raw-stream"},
    {"multiplexed-stream", "",
     "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\n"sv,
     "200 OK HTTP/1.1 until-close close raw-stream"},
    {"raw-stream-case-and-parameter", "",
     "HTTP/1.1 200 OK\r\nContent-Type: Application/VND.docker.raw-stream ; a=b\r\n\r\n"sv,
     "200 OK HTTP/1.1 until-close close raw-stream"},
    {"raw-stream-for-upgrade", "upgrade", "HTTP/1.1 200 OK\r\n" RAW_STREAM "\r\n"sv,
     "200 OK HTTP/1.1 until-close close raw-stream"},
    {"raw-404-of-attach", "", "HTTP/1.1 404 Not Found\r\n" RAW_STREAM "\r\n"sv,
     "404 Not Found HTTP/1.1 until-close close"},
    {"raw-type-201", "", "HTTP/1.1 201 Created\r\n" RAW_STREAM "\r\n"sv,
     "201 Created HTTP/1.1 until-close close"},
    {"raw-type-chunked", "", "HTTP/1.1 200 OK\r\n" RAW_STREAM "Transfer-Encoding: chunked\r\n\r\n"sv,
     "200 OK HTTP/1.1 chunked keep-alive"},
    {"raw-type-length", "", "HTTP/1.1 200 OK\r\n" RAW_STREAM "Content-Length: 0\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=0 keep-alive"},
    {"raw-type-longer", "", "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-streams\r\n\r\n"sv,
     "200 OK HTTP/1.1 until-close close"},
    {"raw-type-twice", "", "HTTP/1.1 200 OK\r\n" RAW_STREAM RAW_STREAM "\r\n"sv,
     "200 OK HTTP/1.1 until-close close"},
    {"raw-type-empty", "", "HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\n"sv, "200 OK HTTP/1.1 until-close close"},
    // connection and version
    {"close", "", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=0 close"},
    {"keep-alive", "",
     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=0 keep-alive"},
    {"http10", "", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n"sv, "200 OK HTTP/1.0 length=3 close"},
    {"http10-keep-alive", "", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n"sv,
     "200 OK HTTP/1.0 length=3 close"},
    {"http10-until-close", "", "HTTP/1.0 200 OK\r\n\r\n"sv, "200 OK HTTP/1.0 until-close close"},
    {"host-and-expect-mean-nothing", "",
     "HTTP/1.1 200 OK\r\nHost: a b\r\nHost: c\r\nExpect: x\r\nContent-Length: 0\r\n\r\n"sv,
     "200 OK HTTP/1.1 length=0 keep-alive"},
};

class AcceptedResponse : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedResponse, AtEverySplit) {
    const auto& row = GetParam();
    expectVerdict(parserFor(facts(row.asked)), row.raw, "complete");
    const auto head = std::make_unique<ResponseHead>();
    ASSERT_EQ(parseResponse(row.raw, facts(row.asked), *head).outcome, Outcome::complete);
    EXPECT_EQ(summary(*head), row.facts);
    EXPECT_EQ(head->size, row.raw.size());
    EXPECT_EQ(head->text, row.raw);
}

INSTANTIATE_TEST_SUITE_P(Table, AcceptedResponse, testing::ValuesIn(acceptedRows), tests::byId);

// ---- Rejected ------------------------------------------------------------------------------------
struct Rejected {
    std::string_view id;
    std::string_view raw; ///< to the octet that cannot be right, and no further
    std::string_view reason;

    friend void PrintTo(const Rejected& row, std::ostream* stream) { *stream << row.id; }
};

#define BEGIN "HTTP/1.1 200 OK\r\n" // NOLINT: joined as literals

const Rejected rejectedRows[] = {
    // the status line
    {"empty-line", "\r"sv, "response.line.version"},
    {"garbage", "g"sv, "response.line.version"},
    {"nul", "\000"sv, "response.line.version"},
    {"lower-case", "h"sv, "response.line.version"},
    {"icy", "I"sv, "response.line.version"},
    {"version-no-dot", "HTTP/1 "sv, "response.line.version"},
    {"version-0-9", "HTTP/0"sv, "response.version.unsupported"},
    {"version-1-2", "HTTP/1.2"sv, "response.version.unsupported"},
    {"version-2", "HTTP/2"sv, "response.version.unsupported"},
    {"version-long", "HTTP/1.11"sv, "response.line.version"},
    {"version-tab", "HTTP/1.1\t"sv, "response.line.version"},
    {"version-only", "HTTP/1.1\r"sv, "response.line.version"},
    {"two-spaces", "HTTP/1.1  "sv, "response.line.status"},
    {"status-word", "HTTP/1.1 O"sv, "response.line.status"},
    {"status-099", "HTTP/1.1 0"sv, "response.line.status"},
    {"status-600", "HTTP/1.1 6"sv, "response.line.status"},
    {"status-two-digits", "HTTP/1.1 20 "sv, "response.line.status"},
    {"status-four-digits", "HTTP/1.1 2000"sv, "response.line.status"},
    {"status-sign", "HTTP/1.1 +"sv, "response.line.status"},
    {"status-tab", "HTTP/1.1 200\t"sv, "response.line.status"},
    {"reason-nul", "HTTP/1.1 200 O\000"sv, "response.line.reason"},
    {"reason-del", "HTTP/1.1 200 \177"sv, "response.line.reason"},
    {"line-bare-lf", "HTTP/1.1 200 OK\n"sv, "response.line.bare_lf"},
    {"line-bare-lf-no-reason", "HTTP/1.1 200\n"sv, "response.line.bare_lf"},
    {"line-bare-cr", "HTTP/1.1 200 OK\rX"sv, "response.line.bare_cr"},
    {"unasked-101", "HTTP/1.1 101 X\r\n"sv, "response.status.upgrade"},
    // fields
    {"obs-fold", BEGIN "A: b\r\n "sv, "response.field.obs_fold"},
    {"space-first", BEGIN "\t"sv, "response.field.obs_fold"},
    {"space-before-colon", BEGIN "Content-Length "sv, "response.field.space_before_colon"},
    {"no-colon", BEGIN "Abc\r"sv, "response.field.no_colon"},
    {"no-name", BEGIN ":"sv, "response.field.name"},
    {"name-control", BEGIN "A\001"sv, "response.field.name"},
    {"value-nul", BEGIN "A: \000"sv, "response.field.control"},
    {"value-lf", BEGIN "A: b\n"sv, "response.field.bare_lf"},
    {"value-cr", BEGIN "A: b\rc"sv, "response.field.bare_cr"},
    {"head-end-lf", BEGIN "A: b\r\n\n"sv, "response.field.bare_lf"},
    {"lookalike", BEGIN "Content_Length: 1\r\n"sv, "response.field.lookalike"},
    // framing
    {"length-sign", BEGIN "Content-Length: +1\r\n"sv, "response.length.invalid"},
    {"length-list", BEGIN "Content-Length: 1, 1\r\n"sv, "response.length.invalid"},
    {"length-empty", BEGIN "Content-Length:\r\n"sv, "response.length.invalid"},
    {"length-overflow", BEGIN "Content-Length: 9223372036854775808\r\n"sv, "response.length.overflow"},
    {"length-duplicate", BEGIN "Content-Length: 1\r\nContent-Length: 1\r\n"sv, "response.length.duplicate"},
    {"length-contradicts", BEGIN "Content-Length: 1\r\nContent-Length: 2\r\n"sv, "response.length.duplicate"},
    {"length-then-coding", BEGIN "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"sv,
     "response.length.with_coding"},
    {"coding-then-length", BEGIN "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"sv,
     "response.length.with_coding"},
    {"coding-gzip", BEGIN "Transfer-Encoding: gzip, chunked\r\n"sv, "response.coding.unsupported"},
    {"coding-identity", BEGIN "Transfer-Encoding: identity\r\n"sv, "response.coding.unsupported"},
    {"coding-empty", BEGIN "Transfer-Encoding: \r\n"sv, "response.coding.unsupported"},
    {"coding-duplicate", BEGIN "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"sv,
     "response.coding.duplicate"},
    {"coding-http10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n"sv, "response.coding.http10"},
    {"no-content-length", "HTTP/1.1 204 X\r\nContent-Length: 1\r\n\r\n"sv, "response.length.forbidden"},
    {"no-content-chunked", "HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "response.length.forbidden"},
    {"continue-length", "HTTP/1.1 100 X\r\nContent-Length: 1\r\n\r\n"sv, "response.length.forbidden"},
    {"continue-chunked", "HTTP/1.1 100 X\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "response.length.forbidden"},
    // connection
    {"connection-nominates-length", BEGIN "Connection: content-length\r\n"sv,
     "response.connection.nominates"},
    {"connection-nominates-many", BEGIN "Connection: close, a,b,c,d,e,f,g,h,i\r\n"sv,
     "response.connection.nominates"},
    {"connection-not-a-token", BEGIN "Connection: (close)\r\n"sv, "response.connection.invalid"},
    {"upgrade-quoted", BEGIN "Upgrade: \"h2c\"\r\n"sv, "response.upgrade.invalid"},
    {"upgrade-quoted-in-second-field", BEGIN "Upgrade: tcp\r\nUpgrade: \"h2c\"\r\n"sv,
     "response.upgrade.invalid"},
};

class RejectedResponse : public testing::TestWithParam<Rejected> {};

TEST_P(RejectedResponse, AtTheDecidingOctet) {
    expectVerdict(parserFor({}), GetParam().raw, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Table, RejectedResponse, testing::ValuesIn(rejectedRows), tests::byId);

TEST(RejectedUpgrade, Announces101Body) {
    expectVerdict(parserFor(facts("upgrade")), "HTTP/1.1 101 X\r\nTransfer-Encoding: chunked\r\n\r\n",
                  "response.length.forbidden");
}

// ---- Every octet at every place ------------------------------------------------------------------
const std::string tchar = join("!#$%&'*+-.^_`|~", alphanumeric);
const std::string text = join("\t", join(range(0x20, 0x7E), range(0x80, 0xFF)));

struct Place {
    std::string_view id;
    std::string_view prefix;
    std::string allowed;

    friend void PrintTo(const Place& row, std::ostream* stream) { *stream << row.id; }
};

const Place places[] = {
    {"first", "", "H"},
    {"major", "HTTP/", "1"},
    {"dot", "HTTP/1", "."},
    {"minor", "HTTP/1.", "01"},
    {"space", "HTTP/1.1", " "},
    {"status-first", "HTTP/1.1 ", "12345"},
    {"status-second", "HTTP/1.1 2", "0123456789"},
    {"status-third", "HTTP/1.1 20", "0123456789"},
    {"status-end", "HTTP/1.1 200", "\r "},
    {"reason", "HTTP/1.1 200 ", join("\r", text)},
    {"line-lf", "HTTP/1.1 200 OK\r", "\n"},
    {"first-field", "HTTP/1.1 200 OK\r\n", join("\r", tchar)},
    {"field-name", "HTTP/1.1 200 OK\r\nA", join(":", tchar)},
    {"field-value", "HTTP/1.1 200 OK\r\nA:", join("\r", text)},
    {"field-lf", "HTTP/1.1 200 OK\r\nA:\r", "\n"},
    {"next-field", "HTTP/1.1 200 OK\r\nA:\r\n", join("\r", tchar)},
    {"head-lf", "HTTP/1.1 200 OK\r\nA:\r\n\r", "\n"},
};

class ResponseOctets : public testing::TestWithParam<Place> {};

TEST_P(ResponseOctets, AllOf256) {
    EXPECT_EQ(octetsTaken(parserFor({}), GetParam().prefix), join("", GetParam().allowed));
}

INSTANTIATE_TEST_SUITE_P(Places, ResponseOctets, testing::ValuesIn(places), tests::byId);

// ---- Limits --------------------------------------------------------------------------------------
std::string headOfSize(std::size_t size) {
    std::string raw = "HTTP/1.1 200 OK\r\nX: ";
    raw.append(size - raw.size() - 4, 'e');
    return raw.append("\r\n\r\n");
}

TEST(ResponseLimits, HeadOf64KiB) {
    expectVerdict(parserFor({}), headOfSize(std::size_t{64} * 1024), "complete");
}

TEST(ResponseLimits, LargestHead) {
    expectVerdict(parserFor({}), headOfSize(maxHeadSize), "complete");
}

TEST(ResponseLimits, HeadOneOctetTooLarge) {
    expectVerdict(parserFor({}), headOfSize(maxHeadSize + 1).substr(0, maxHeadSize), "response.head.size");
}

TEST(ResponseLimits, Fields) {
    std::string raw = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < maxFields; ++i) raw += "A: b\r\n";
    expectVerdict(parserFor({}), raw + "\r\n", "complete");
    expectVerdict(parserFor({}), raw + "A", "response.head.fields");
}

} // namespace
} // namespace proxy::http
