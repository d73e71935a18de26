#include "tests/proxy/http/replay.h"
#include "tests/row_name.h"

namespace proxy::http {
namespace {

using namespace std::string_view_literals;

ParseResult parse(std::string_view input) {
    static const auto head = std::make_unique<RequestHead>();
    return parseRequest(input, *head);
}

// ---- Accepted ------------------------------------------------------------------------------------
struct Accepted {
    std::string_view id;
    std::string_view raw; ///< one head, to its last octet
    std::string_view facts;

    friend void PrintTo(const Accepted& row, std::ostream* stream) { *stream << row.id; }
};

const Accepted acceptedRows[] = {
    // request line and target
    {"get", "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"sv, "GET origin /_ping HTTP/1.1 none keep-alive"},
    {"head", "HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n"sv, "HEAD origin /_ping HTTP/1.1 none keep-alive"},
    {"method-lower-case", "get / HTTP/1.1\r\nHost: d\r\n\r\n"sv, "get origin / HTTP/1.1 none keep-alive"},
    {"method-unknown", "M-SEARCH!#$%&'*+.^_`|~9 / HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "M-SEARCH!#$%&'*+.^_`|~9 origin / HTTP/1.1 none keep-alive"},
    {"empty-line-first", "\r\nGET / HTTP/1.1\r\nHost: d\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"query", "GET /containers/json?all=1&limit=0 HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /containers/json ?all=1&limit=0 HTTP/1.1 none keep-alive"},
    {"query-empty", "GET /a? HTTP/1.1\r\nHost: d\r\n\r\n"sv, "GET origin /a HTTP/1.1 none keep-alive"},
    {"query-question-mark", "GET /a??b HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /a ??b HTTP/1.1 none keep-alive"},
    {"query-json", "GET /a?filters={\"name\":[\"^x\\|`y\"]} HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /a ?filters={\"name\":[\"^x\\|`y\"]} HTTP/1.1 none keep-alive"},
    {"query-bad-escape", "GET /a?b=%zz HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /a ?b=%zz HTTP/1.1 none keep-alive"},
    {"path-escapes", "GET /images/registry%3A5000%2Fteam%2Fapp/json HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /images/registry%3A5000%2Fteam%2Fapp/json HTTP/1.1 none keep-alive"},
    {"path-every-octet", "GET /-._~!$&'()*+,;=:@%41/ HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /-._~!$&'()*+,;=:@%41/ HTTP/1.1 none keep-alive"},
    {"path-unclean", "GET //a/../b/./c HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin //a/../b/./c HTTP/1.1 none keep-alive"},
    {"path-bad-escape-is-for-decode-path", "GET /%zz HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET origin /%zz HTTP/1.1 none keep-alive"},
    {"absolute", "GET http://d:2375/info?x=1 HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute /info ?x=1 HTTP/1.1 none keep-alive"},
    {"absolute-https", "GET https://d/info HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute /info HTTP/1.1 none keep-alive"},
    {"absolute-scheme-case", "GET HtTpS://d/info HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute /info HTTP/1.1 none keep-alive"},
    {"absolute-no-path", "GET http://d HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute  HTTP/1.1 none keep-alive"},
    {"absolute-query-only", "GET http://d?a HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute  ?a HTTP/1.1 none keep-alive"},
    {"absolute-ipv6", "GET http://[::1]:80/a HTTP/1.1\r\nHost: [::1]\r\n\r\n"sv,
     "GET absolute /a HTTP/1.1 none keep-alive"},
    {"absolute-empty-port", "GET http://d:/a HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "GET absolute /a HTTP/1.1 none keep-alive"},
    {"connect", "CONNECT d:2375 HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "CONNECT authority d:2375 HTTP/1.1 none keep-alive"},
    {"connect-ipv6", "CONNECT [::1]:1 HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "CONNECT authority [::1]:1 HTTP/1.1 none keep-alive"},
    {"connect-lower-case-is-another-method", "connect / HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "connect origin / HTTP/1.1 none keep-alive"},
    {"options-asterisk", "OPTIONS * HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "OPTIONS asterisk * HTTP/1.1 none keep-alive"},
    {"options-path", "OPTIONS /a HTTP/1.1\r\nHost: d\r\n\r\n"sv,
     "OPTIONS origin /a HTTP/1.1 none keep-alive"},
    {"path-asterisk", "GET /* HTTP/1.1\r\nHost: d\r\n\r\n"sv, "GET origin /* HTTP/1.1 none keep-alive"},
    // versions
    {"http10", "GET / HTTP/1.0\r\n\r\n"sv, "GET origin / HTTP/1.0 none close"},
    {"http10-host", "GET / HTTP/1.0\r\nHost: d\r\n\r\n"sv, "GET origin / HTTP/1.0 none close"},
    {"http10-keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"sv,
     "GET origin / HTTP/1.0 none close"},
    {"http10-length", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n"sv,
     "POST origin / HTTP/1.0 length=3 close"},
    {"http10-upgrade-ignored", "POST / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "POST origin / HTTP/1.0 none close"},
    {"http10-expect-ignored", "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"sv,
     "POST origin / HTTP/1.0 none close"},
    // fields
    {"field-no-space", "GET / HTTP/1.1\r\nHost:d\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"field-much-space", "GET / HTTP/1.1\r\nHost: \t d \t \r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-empty-value", "GET / HTTP/1.1\r\nHost: d\r\nX-A:\r\nX-B: \r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-obs-text", "GET / HTTP/1.1\r\nHost: d\r\nX: \200\377\303\244\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-tab-inside", "GET / HTTP/1.1\r\nHost: d\r\nX: a\tb\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-colons", "GET / HTTP/1.1\r\nHost: d\r\nX::: a:b\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-odd-name", "GET / HTTP/1.1\r\nHost: d\r\n!#$%&'*+-.^_`|~: x\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-repeated", "GET / HTTP/1.1\r\nHost: d\r\nX: 1\r\nX: 2\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"field-looks-only-a-bit-like-framing",
     "GET / HTTP/1.1\r\nHost: d\r\nContentXLength: 5\r\nTransfer0Encoding: chunked\r\nX-Content-Length: 1\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    // Host
    {"host-empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"host-blank", "GET / HTTP/1.1\r\nHost: \t\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"host-case", "GET / HTTP/1.1\r\nhOST: d\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"host-port", "GET / HTTP/1.1\r\nHost: 127.0.0.1:2375\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"host-port-only", "GET / HTTP/1.1\r\nHost: :2375\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"host-port-empty", "GET / HTTP/1.1\r\nHost: d:\r\n\r\n"sv, "GET origin / HTTP/1.1 none keep-alive"},
    {"host-ipv6", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]:2375\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"host-underscore", "GET / HTTP/1.1\r\nHost: docker_socket_proxy:2375\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"host-escaped-socket", "GET / HTTP/1.1\r\nHost: %2Fvar%2Frun%2Fdocker.sock\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"host-differs-from-absolute", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"sv,
     "GET absolute / HTTP/1.1 none keep-alive"},
    {"host-last", "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nHost: d\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    // body
    {"length-zero", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=0 keep-alive"},
    {"length-case", "POST / HTTP/1.1\r\nHost: d\r\ncontent-LENGTH:7\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=7 keep-alive"},
    {"length-blanks-around", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length:\t 7 \t\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=7 keep-alive"},
    {"length-leading-zeros",
     "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 00000000000000000000010\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=10 keep-alive"},
    {"length-largest", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 9223372036854775807\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=9223372036854775807 keep-alive"},
    {"length-on-get", "GET / HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\n"sv,
     "GET origin / HTTP/1.1 length=3 keep-alive"},
    {"chunked", "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     "POST origin /build HTTP/1.1 chunked keep-alive"},
    {"chunked-case", "POST / HTTP/1.1\r\nHost: d\r\nTRANSFER-encoding: ChunkeD \r\n\r\n"sv,
     "POST origin / HTTP/1.1 chunked keep-alive"},
    {"chunked-trailer",
     "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"sv,
     "POST origin / HTTP/1.1 chunked keep-alive"},
    {"expect", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=3 keep-alive expect"},
    {"expect-empty", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect:\r\n\r\n"sv,
     "POST origin / HTTP/1.1 length=3 keep-alive"},
    {"expect-empty-elements", "POST / HTTP/1.1\r\nHost: d\r\nExpect: , 100-continue ,\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive expect"},
    {"expect-list", "POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue, 100-continue\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive expect"},
    {"expect-duplicate",
     "POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive expect"},
    {"expect-in-second-field", "POST / HTTP/1.1\r\nHost: d\r\nExpect:\r\nExpect: 100-continue\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive expect"},
    // connection
    {"close", "GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"sv, "GET origin / HTTP/1.1 none close"},
    {"close-case", "GET / HTTP/1.1\r\nHost: d\r\nConnection: CLOSE\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none close"},
    {"close-in-list", "GET / HTTP/1.1\r\nHost: d\r\nConnection: te ,\tclose\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none close"},
    {"close-wins", "GET / HTTP/1.1\r\nHost: d\r\nConnection: close, keep-alive\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none close"},
    {"close-in-second-field",
     "GET / HTTP/1.1\r\nHost: d\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none close"},
    {"connection-empty", "GET / HTTP/1.1\r\nHost: d\r\nConnection:\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"connection-empty-elements", "GET / HTTP/1.1\r\nHost: d\r\nConnection: ,, , keep-alive,\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"connection-proxy", "GET / HTTP/1.1\r\nHost: d\r\nProxy-Connection: close\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    // upgrade
    {"upgrade",
     "POST /exec/a/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n"sv,
     "POST origin /exec/a/start HTTP/1.1 length=2 keep-alive upgrade"},
    {"upgrade-first",
     "POST / HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: keep-alive, upgrade\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-list",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade: websocket/13, h2c\r\nConnection: upgrade\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-java",
     "GET / HTTP/1.1\r\nHost: d\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAA\r\nUpgrade: h2c\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-close", "POST / HTTP/1.1\r\nHost: d\r\nConnection: close, upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none close upgrade"},
    {"upgrade-not-nominated", "POST / HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive"},
    {"upgrade-empty", "GET / HTTP/1.1\r\nHost: d\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"upgrade-empty-elements",
     "GET / HTTP/1.1\r\nHost: d\r\nConnection: upgrade\r\nUpgrade: ,\t, ,\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"upgrade-and-connection-empty", "GET / HTTP/1.1\r\nHost: d\r\nConnection: \r\nUpgrade: \r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive"},
    {"upgrade-duplicate",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-in-second-field",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade:\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-in-first-field",
     "GET / HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: upgrade\r\nUpgrade:\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-nominated-in-second-field",
     "GET / HTTP/1.1\r\nHost: d\r\nConnection:\r\nConnection: upgrade\r\nUpgrade: tcp\r\n\r\n"sv,
     "GET origin / HTTP/1.1 none keep-alive upgrade"},
    {"upgrade-only-nominated", "POST / HTTP/1.1\r\nHost: d\r\nConnection: upgrade\r\n\r\n"sv,
     "POST origin / HTTP/1.1 none keep-alive"},
};

class AcceptedRequest : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedRequest, AtEverySplit) {
    const auto& row = GetParam();
    expectVerdict(parse, row.raw, "complete");
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(parseRequest(row.raw, *head).outcome, Outcome::complete);
    EXPECT_EQ(summary(*head), row.facts);
    EXPECT_EQ(head->size, row.raw.size());
    EXPECT_EQ(head->text, row.raw.substr(row.raw.find(head->method)));
    const auto afterMethod = row.raw.substr(row.raw.find(head->method) + head->method.size() + 1);
    EXPECT_EQ(head->target, afterMethod.substr(0, afterMethod.find(' ')));
}

INSTANTIATE_TEST_SUITE_P(Table, AcceptedRequest, testing::ValuesIn(acceptedRows), tests::byId);

// ---- Rejected ------------------------------------------------------------------------------------
struct Rejected {
    std::string_view id;
    std::string_view raw; ///< to the octet that cannot be right, and no further
    std::string_view reason;

    friend void PrintTo(const Rejected& row, std::ostream* stream) { *stream << row.id; }
};

#define BEGIN "POST / HTTP/1.1\r\nHost: d\r\n" // NOLINT: string literals join only as literals

const Rejected rejectedRows[] = {
    // the request line
    {"tls-client-hello", "\026"sv, "request.line.tls"},
    {"nul-first", "\000"sv, "request.line.method"},
    {"space-first", " "sv, "request.line.whitespace"},
    {"lf-first", "\n"sv, "request.line.bare_lf"},
    {"cr-first", "\rG"sv, "request.line.bare_cr"},
    {"two-empty-lines", "\r\n\r"sv, "request.line.incomplete"},
    {"method-colon", "GET:"sv, "request.line.method"},
    {"method-quote", "\""sv, "request.line.method"},
    {"method-obs-text", "G\303"sv, "request.line.method"},
    {"method-nul", "GE\000"sv, "request.line.method"},
    {"method-tls-octet-later", "GE\026"sv, "request.line.method"},
    {"method-tab", "GET\t"sv, "request.line.whitespace"},
    {"method-only", "GET\r"sv, "request.line.incomplete"},
    {"method-lf", "GET\n"sv, "request.line.bare_lf"},
    {"two-spaces-before-target", "GET  "sv, "request.line.whitespace"},
    {"tab-before-target", "GET \t"sv, "request.line.whitespace"},
    {"no-target", "GET \r"sv, "request.line.incomplete"},
    {"http09", "GET /\r"sv, "request.line.incomplete"},
    {"http09-lf", "GET /\n"sv, "request.line.bare_lf"},
    {"http09-query", "GET /?a\r"sv, "request.line.incomplete"},
    {"tab-after-target", "GET /\t"sv, "request.line.whitespace"},
    {"two-spaces-before-version", "GET /  "sv, "request.line.whitespace"},
    {"space-in-path", "GET /a b"sv, "request.line.version"},
    {"version-lower-case", "GET / h"sv, "request.line.version"},
    {"version-other-protocol", "GET / HTTX"sv, "request.line.version"},
    {"version-no-dot", "GET / HTTP/11"sv, "request.line.version"},
    {"version-comma", "GET / HTTP/1,"sv, "request.line.version"},
    {"version-no-digit", "GET / HTTP/1.x"sv, "request.line.version"},
    {"version-no-major", "GET / HTTP/."sv, "request.line.version"},
    {"version-space", "GET / HTTP/ "sv, "request.line.version"},
    {"version-long-minor", "GET / HTTP/1.10"sv, "request.line.end"},
    {"version-0-9", "GET / HTTP/0"sv, "request.version.unsupported"},
    {"version-1-2", "GET / HTTP/1.2"sv, "request.version.unsupported"},
    {"version-1-9", "GET / HTTP/1.9"sv, "request.version.unsupported"},
    {"version-2", "GET / HTTP/2"sv, "request.version.unsupported"},
    {"http2-preface", "PRI * HTTP/2"sv, "request.version.unsupported"},
    {"space-after-version", "GET / HTTP/1.1 "sv, "request.line.whitespace"},
    {"tab-after-version", "GET / HTTP/1.1\t"sv, "request.line.whitespace"},
    {"word-after-version", "GET / HTTP/1.1x"sv, "request.line.end"},
    {"line-bare-lf", "GET / HTTP/1.1\n"sv, "request.line.bare_lf"},
    {"line-bare-cr", "GET / HTTP/1.1\rH"sv, "request.line.bare_cr"},
    {"line-two-crs", "GET / HTTP/1.1\r\r"sv, "request.line.bare_cr"},
    // targets
    {"target-word", "GET c"sv, "request.target.form"},
    {"target-relative", "GET ho"sv, "request.target.form"},
    {"target-dot", "GET ."sv, "request.target.form"},
    {"target-query-only", "GET ?"sv, "request.target.form"},
    {"target-fragment-only", "GET #"sv, "request.target.fragment"},
    {"target-scheme-unix", "GET u"sv, "request.target.form"},
    {"target-scheme-longer", "GET httpx"sv, "request.target.form"},
    {"target-scheme-double-s", "GET httpss"sv, "request.target.form"},
    {"target-scheme-one-slash", "GET http:/d"sv, "request.target.form"},
    {"target-scheme-backslashes", "GET http:\\"sv, "request.target.form"},
    {"target-scheme-ends", "GET http "sv, "request.target.form"},
    {"target-scheme-cr", "GET http:\r"sv, "request.line.incomplete"},
    {"target-octal-at", "GET @"sv, "request.target.form"},
    {"absolute-no-host", "GET http:///"sv, "request.target.authority"},
    {"absolute-port-without-host", "GET http://:80/"sv, "request.target.authority"},
    {"absolute-userinfo", "GET http://root@"sv, "request.target.userinfo"},
    {"absolute-password", "GET http://a:b@"sv, "request.target.userinfo"},
    {"absolute-backslash", "GET http://d\\"sv, "request.target.authority"},
    {"absolute-port-word", "GET http://d:http/"sv, "request.target.authority"},
    {"absolute-port-long", "GET http://d:123456/"sv, "request.target.authority"},
    {"absolute-two-ports", "GET http://d:1:2/"sv, "request.target.authority"},
    {"absolute-open-bracket", "GET http://[::1/"sv, "request.target.authority"},
    {"absolute-empty-brackets", "GET http://[]/"sv, "request.target.authority"},
    {"absolute-bracket-inside", "GET http://a[::1]/"sv, "request.target.authority"},
    {"absolute-behind-bracket", "GET http://[::1]a/"sv, "request.target.authority"},
    {"absolute-bad-escape", "GET http://%zz/"sv, "request.target.authority"},
    {"absolute-short-escape", "GET http://%2/"sv, "request.target.authority"},
    {"absolute-fragment", "GET http://d#"sv, "request.target.fragment"},
    {"absolute-bad-path", "GET http://d/\""sv, "request.target.path"},
    {"path-control", "GET /a\001"sv, "request.target.path"},
    {"path-nul", "GET /a\000"sv, "request.target.path"},
    {"path-del", "GET /a\177"sv, "request.target.path"},
    {"path-obs-text", "GET /\303"sv, "request.target.path"},
    {"path-quote", "GET /\""sv, "request.target.path"},
    {"path-less", "GET /<"sv, "request.target.path"},
    {"path-backslash", "GET /a\\"sv, "request.target.path"},
    {"path-caret", "GET /^"sv, "request.target.path"},
    {"path-backtick", "GET /`"sv, "request.target.path"},
    {"path-brace", "GET /{"sv, "request.target.path"},
    {"path-bar", "GET /|"sv, "request.target.path"},
    {"path-bracket", "GET /["sv, "request.target.path"},
    {"path-fragment", "GET /a#"sv, "request.target.fragment"},
    {"query-fragment", "GET /a?b#"sv, "request.target.fragment"},
    {"query-control", "GET /a?\010"sv, "request.target.query"},
    {"query-nul", "GET /a?\000"sv, "request.target.query"},
    {"query-del", "GET /a?\177"sv, "request.target.query"},
    {"query-obs-text", "GET /a?\200"sv, "request.target.query"},
    {"query-lf", "GET /a?b\n"sv, "request.line.bare_lf"},
    {"query-tab", "GET /a?b\t"sv, "request.line.whitespace"},
    {"connect-path", "CONNECT /"sv, "request.target.authority"},
    {"connect-no-port", "CONNECT d "sv, "request.target.authority"},
    {"connect-empty-port", "CONNECT d: "sv, "request.target.authority"},
    {"connect-no-host", "CONNECT :1 "sv, "request.target.authority"},
    {"connect-url", "CONNECT http:/"sv, "request.target.authority"},
    {"connect-userinfo", "CONNECT a@"sv, "request.target.authority"},
    {"connect-asterisk", "CONNECT * "sv, "request.target.authority"},
    {"asterisk-get", "GET * HTTP/1.1\r\n"sv, "request.target.asterisk"},
    {"asterisk-options-lower-case", "options * HTTP/1.1\r\n"sv, "request.target.asterisk"},
    {"asterisk-query", "OPTIONS *?"sv, "request.target.form"},
    {"asterisk-quote", "OPTIONS *\""sv, "request.target.form"},
    {"asterisk-tab", "OPTIONS *\t"sv, "request.line.whitespace"},
    // field lines
    {"field-space-first", "GET / HTTP/1.1\r\n "sv, "request.field.obs_fold"},
    {"field-tab-first", "GET / HTTP/1.1\r\n\t"sv, "request.field.obs_fold"},
    {"obs-fold-space", BEGIN "X: a\r\n "sv, "request.field.obs_fold"},
    {"obs-fold-tab", BEGIN "X: a\r\n\t"sv, "request.field.obs_fold"},
    {"field-no-name", BEGIN ":"sv, "request.field.name"},
    {"field-space-before-colon", BEGIN "Content-Length "sv, "request.field.space_before_colon"},
    {"field-tab-before-colon", BEGIN "Transfer-Encoding\t"sv, "request.field.space_before_colon"},
    {"field-space-in-name", BEGIN "A "sv, "request.field.space_before_colon"},
    {"field-no-colon", BEGIN "Abc\r"sv, "request.field.no_colon"},
    {"field-no-colon-lf", BEGIN "Abc\n"sv, "request.field.bare_lf"},
    {"field-name-nul", BEGIN "A\000"sv, "request.field.name"},
    {"field-name-obs-text", BEGIN "A\377"sv, "request.field.name"},
    {"field-name-slash", BEGIN "A/"sv, "request.field.name"},
    {"field-name-bracket", BEGIN "A["sv, "request.field.name"},
    {"field-name-quote", BEGIN "\""sv, "request.field.name"},
    {"field-name-control", BEGIN "\013"sv, "request.field.name"},
    {"field-value-nul", BEGIN "A: b\000"sv, "request.field.control"},
    {"field-value-escape", BEGIN "A: \033"sv, "request.field.control"},
    {"field-value-del", BEGIN "A: \177"sv, "request.field.control"},
    {"field-value-vt", BEGIN "Transfer-Encoding:\013"sv, "request.field.control"},
    {"field-value-lf", BEGIN "A: b\n"sv, "request.field.bare_lf"},
    {"field-value-cr", BEGIN "A: b\rc"sv, "request.field.bare_cr"},
    {"field-value-two-crs", BEGIN "A: b\r\r"sv, "request.field.bare_cr"},
    {"head-end-lf", BEGIN "\n"sv, "request.field.bare_lf"},
    {"head-end-cr", BEGIN "\rx"sv, "request.field.bare_cr"},
    {"head-end-two-crs", BEGIN "\r\r"sv, "request.field.bare_cr"},
    {"lookalike-length-underscore", BEGIN "Content_Length: 5\r\n"sv, "request.field.lookalike"},
    {"lookalike-coding-underscore", BEGIN "transfer_encoding: chunked\r\n"sv, "request.field.lookalike"},
    {"lookalike-coding-dot", BEGIN "Transfer.Encoding: chunked\r\n"sv, "request.field.lookalike"},
    // Host
    {"host-missing", "GET / HTTP/1.1\r\n\r\n"sv, "request.host.missing"},
    {"host-missing-others-there", "GET / HTTP/1.1\r\nA: b\r\nX-Host: d\r\n\r\n"sv, "request.host.missing"},
    {"host-missing-absolute", "GET http://d/ HTTP/1.1\r\n\r\n"sv, "request.host.missing"},
    {"host-duplicate", BEGIN "Host: d\r\n"sv, "request.host.duplicate"},
    {"host-duplicate-empty", "GET / HTTP/1.1\r\nHost:\r\nHOST: d\r\n"sv, "request.host.duplicate"},
    {"host-duplicate-http10", "GET / HTTP/1.0\r\nHost: d\r\nHost: d\r\n"sv, "request.host.duplicate"},
    {"host-space", "GET / HTTP/1.1\r\nHost: a b\r\n"sv, "request.host.invalid"},
    {"host-list", "GET / HTTP/1.1\r\nHost: a, b\r\n"sv, "request.host.invalid"},
    {"host-slash", "GET / HTTP/1.1\r\nHost: a/b\r\n"sv, "request.host.invalid"},
    {"host-userinfo", "GET / HTTP/1.1\r\nHost: a@b\r\n"sv, "request.host.invalid"},
    {"host-obs-text", "GET / HTTP/1.1\r\nHost: \303\244\r\n"sv, "request.host.invalid"},
    {"host-port-word", "GET / HTTP/1.1\r\nHost: d:x\r\n"sv, "request.host.invalid"},
    {"host-port-sign", "GET / HTTP/1.1\r\nHost: d:+80\r\n"sv, "request.host.invalid"},
    {"host-ipv6-bare", "GET / HTTP/1.1\r\nHost: ::1\r\n"sv, "request.host.invalid"},
    {"host-ipv6-open", "GET / HTTP/1.1\r\nHost: [::1\r\n"sv, "request.host.invalid"},
    {"host-url", "GET / HTTP/1.1\r\nHost: http://d\r\n"sv, "request.host.invalid"},
    {"host-bad-escape", "GET / HTTP/1.1\r\nHost: a%2\r\n"sv, "request.host.invalid"},
    // Content-Length
    {"length-empty", BEGIN "Content-Length:\r\n"sv, "request.length.invalid"},
    {"length-plus", BEGIN "Content-Length: +5\r\n"sv, "request.length.invalid"},
    {"length-minus", BEGIN "Content-Length: -1\r\n"sv, "request.length.invalid"},
    {"length-minus-zero", BEGIN "Content-Length: -0\r\n"sv, "request.length.invalid"},
    {"length-hex", BEGIN "Content-Length: 0x5\r\n"sv, "request.length.invalid"},
    {"length-hex-digit", BEGIN "Content-Length: a\r\n"sv, "request.length.invalid"},
    {"length-decimal", BEGIN "Content-Length: 5.0\r\n"sv, "request.length.invalid"},
    {"length-exponent", BEGIN "Content-Length: 1e1\r\n"sv, "request.length.invalid"},
    {"length-underscore", BEGIN "Content-Length: 1_0\r\n"sv, "request.length.invalid"},
    {"length-space-inside", BEGIN "Content-Length: 1 0\r\n"sv, "request.length.invalid"},
    {"length-list", BEGIN "Content-Length: 5, 5\r\n"sv, "request.length.invalid"},
    {"length-list-tight", BEGIN "Content-Length: 5,6\r\n"sv, "request.length.invalid"},
    {"length-trailing-comma", BEGIN "Content-Length: 5,\r\n"sv, "request.length.invalid"},
    {"length-semicolon", BEGIN "Content-Length: 5;\r\n"sv, "request.length.invalid"},
    {"length-quoted", BEGIN "Content-Length: \"5\"\r\n"sv, "request.length.invalid"},
    {"length-arabic-digit", BEGIN "Content-Length: \331\245\r\n"sv, "request.length.invalid"},
    {"length-obs-text-space", BEGIN "Content-Length: 5\240\r\n"sv, "request.length.invalid"},
    {"length-overflow-63", BEGIN "Content-Length: 9223372036854775808\r\n"sv, "request.length.overflow"},
    {"length-overflow-64", BEGIN "Content-Length: 18446744073709551616\r\n"sv, "request.length.overflow"},
    {"length-overflow-wraps-to-five", BEGIN "Content-Length: 18446744073709551621\r\n"sv,
     "request.length.overflow"},
    {"length-overflow-long", BEGIN "Content-Length: 99999999999999999999999999999999999999\r\n"sv,
     "request.length.overflow"},
    {"length-duplicate-equal", BEGIN "Content-Length: 5\r\nContent-Length: 5\r\n"sv,
     "request.length.duplicate"},
    {"length-duplicate-differing", BEGIN "Content-Length: 5\r\ncontent-length: 6\r\n"sv,
     "request.length.duplicate"},
    {"length-duplicate-far", BEGIN "Content-Length: 5\r\nA: b\r\nContent-Length: \r\n"sv,
     "request.length.duplicate"},
    {"length-then-coding", BEGIN "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"sv,
     "request.length.with_coding"},
    {"coding-then-length", BEGIN "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"sv,
     "request.length.with_coding"},
    {"length-zero-then-coding", BEGIN "Content-Length: 0\r\nTransfer-Encoding: identity\r\n"sv,
     "request.length.with_coding"},
    // Transfer-Encoding
    {"coding-gzip", BEGIN "Transfer-Encoding: gzip\r\n"sv, "request.coding.unsupported"},
    {"coding-gzip-chunked", BEGIN "Transfer-Encoding: gzip, chunked\r\n"sv, "request.coding.unsupported"},
    {"coding-chunked-gzip", BEGIN "Transfer-Encoding: chunked, gzip\r\n"sv, "request.coding.unsupported"},
    {"coding-chunked-twice", BEGIN "Transfer-Encoding: chunked, chunked\r\n"sv, "request.coding.unsupported"},
    {"coding-identity", BEGIN "Transfer-Encoding: identity\r\n"sv, "request.coding.unsupported"},
    {"coding-empty", BEGIN "Transfer-Encoding:\r\n"sv, "request.coding.unsupported"},
    {"coding-xchunked", BEGIN "Transfer-Encoding: xchunked\r\n"sv, "request.coding.unsupported"},
    {"coding-chunkedx", BEGIN "Transfer-Encoding: chunkedx\r\n"sv, "request.coding.unsupported"},
    {"coding-parameter", BEGIN "Transfer-Encoding: chunked;q=1\r\n"sv, "request.coding.unsupported"},
    {"coding-quoted", BEGIN "Transfer-Encoding: \"chunked\"\r\n"sv, "request.coding.unsupported"},
    {"coding-comma-first", BEGIN "Transfer-Encoding: ,chunked\r\n"sv, "request.coding.unsupported"},
    {"coding-comma-last", BEGIN "Transfer-Encoding: chunked,\r\n"sv, "request.coding.unsupported"},
    {"coding-encoded-word", BEGIN "Transfer-Encoding: =?utf-8?q?chunked?=\r\n"sv,
     "request.coding.unsupported"},
    {"coding-long-s", BEGIN "Transfer-Encoding: chun\342\204\252ed\r\n"sv, "request.coding.unsupported"},
    {"coding-obs-text-space", BEGIN "Transfer-Encoding: \240chunked\r\n"sv, "request.coding.unsupported"},
    {"coding-duplicate", BEGIN "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"sv,
     "request.coding.duplicate"},
    {"coding-duplicate-identity", BEGIN "Transfer-Encoding: chunked\r\nTransfer-encoding: identity\r\n"sv,
     "request.coding.duplicate"},
    {"coding-http10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"sv, "request.coding.http10"},
    // Connection, Upgrade, Expect
    {"connection-nominates-length", BEGIN "Connection: Content-Length\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-coding", BEGIN "Connection: close, transfer-encoding\r\n"sv,
     "request.connection.nominates"},
    {"connection-nominates-host", BEGIN "Connection: Host\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-auth", BEGIN "Connection: X-Registry-Auth\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-config", BEGIN "Connection: x-registry-config\r\n"sv,
     "request.connection.nominates"},
    {"connection-nominates-authorization", BEGIN "Connection: authorization\r\n"sv,
     "request.connection.nominates"},
    {"connection-nominates-type", BEGIN "Connection: Content-Type\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-expect", BEGIN "Connection: expect\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-itself", BEGIN "Connection: connection\r\n"sv, "request.connection.nominates"},
    {"connection-nominates-many", BEGIN "Connection: a,b,c,d,e,f,g,h,i\r\n"sv,
     "request.connection.nominates"},
    {"connection-nominates-lookalike", BEGIN "Connection: Content_Length\r\n"sv,
     "request.connection.nominates"},
    {"connection-not-a-token", BEGIN "Connection: a b\r\n"sv, "request.connection.invalid"},
    {"connection-quoted", BEGIN "Connection: \"close\"\r\n"sv, "request.connection.invalid"},
    {"connection-semicolon", BEGIN "Connection: keep-alive;close\r\n"sv, "request.connection.invalid"},
    {"upgrade-quoted", BEGIN "Upgrade: \"tcp\"\r\n"sv, "request.upgrade.invalid"},
    {"upgrade-quoted-in-second-field", BEGIN "Upgrade: tcp\r\nUpgrade: \"tcp\"\r\n"sv,
     "request.upgrade.invalid"},
    {"expect-other", BEGIN "Expect: 200-ok\r\n"sv, "request.expect.unsupported"},
    {"expect-other-behind", BEGIN "Expect: 100-continue, 200-ok\r\n"sv, "request.expect.unsupported"},
    {"expect-parameter", BEGIN "Expect: 100-continue;a\r\n"sv, "request.expect.unsupported"},
    {"expect-other-in-second-field", BEGIN "Expect: 100-continue\r\nExpect: 200-ok\r\n"sv,
     "request.expect.unsupported"},
};

class RejectedRequest : public testing::TestWithParam<Rejected> {};

TEST_P(RejectedRequest, AtTheDecidingOctet) {
    expectVerdict(parse, GetParam().raw, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Table, RejectedRequest, testing::ValuesIn(rejectedRows), tests::byId);

// ---- Every octet at every place ------------------------------------------------------------------
// What may come next is written out here once more from the RFCs, apart from the parser's tables.
const std::string tchar = join("!#$%&'*+-.^_`|~", alphanumeric);
const std::string pchar = join("-._~!$&'()*+,;=:@%/", alphanumeric);
const std::string vchar = range(0x21, 0x7E);
const std::string fieldOctets = join("\t ", join(vchar, range(0x80, 0xFF)));
const std::string hostOctets = join("-._~!$&'()*+,;=%:[]", alphanumeric);

struct Place {
    std::string_view id;
    std::string_view prefix;
    std::string allowed;

    friend void PrintTo(const Place& row, std::ostream* stream) { *stream << row.id; }
};

const Place places[] = {
    {"method-first", "", join("\r", tchar)},
    {"after-leading-cr", "\r", "\n"},
    {"after-empty-line", "\r\n", tchar},
    {"method", "GE", join(" ", tchar)},
    {"target-first", "GET ", "*/Hh"},
    {"connect-target-first", "CONNECT ", hostOctets},
    {"path", "GET /", join(" ?", pchar)},
    {"query", "GET /?",
     [] {
         std::string octets = join(" ", vchar);
         std::erase(octets, '#');
         return octets;
     }()},
    {"asterisk", "OPTIONS *", " "},
    {"scheme-end", "GET http", ":Ss"},
    {"scheme-end-s", "GET https", ":"},
    {"scheme-slash", "GET http:", "/"},
    {"absolute-host-first", "GET http://", hostOctets}, // not "/", "?" or SP: the host is not empty
    {"absolute-host", "GET http://d", join(" /?", hostOctets)},
    {"absolute-path", "GET http://d/", join(" ?", pchar)},
    {"version-h", "GET / ", "H"},
    {"version-major", "GET / HTTP/", "1"},
    {"version-dot", "GET / HTTP/1", "."},
    {"version-minor", "GET / HTTP/1.", "01"},
    {"line-cr", "GET / HTTP/1.1", "\r"},
    {"line-lf", "GET / HTTP/1.1\r", "\n"},
    {"first-field", "GET / HTTP/1.1\r\n", join("\r", tchar)},
    {"field-name", "GET / HTTP/1.1\r\nA", join(":", tchar)},
    {"field-value-first", "GET / HTTP/1.1\r\nA:", join("\r", fieldOctets)},
    {"field-value", "GET / HTTP/1.1\r\nA: b", join("\r", fieldOctets)},
    {"field-lf", "GET / HTTP/1.1\r\nA: b\r", "\n"},
    {"next-field", "GET / HTTP/1.1\r\nA: b\r\n", join("\r", tchar)},
    {"head-lf", "GET / HTTP/1.0\r\nA: b\r\n\r", "\n"},
};

class RequestOctets : public testing::TestWithParam<Place> {};

TEST_P(RequestOctets, AllOf256) {
    EXPECT_EQ(octetsTaken(parse, GetParam().prefix), join("", GetParam().allowed));
}

INSTANTIATE_TEST_SUITE_P(Places, RequestOctets, testing::ValuesIn(places), tests::byId);

// Values whose octets are judged at the line's end.
struct ValuePlace {
    std::string_view id;
    std::string_view before, after;
    std::string allowed;

    friend void PrintTo(const ValuePlace& row, std::ostream* stream) { *stream << row.id; }
};

const ValuePlace valuePlaces[] = {
    // "%" wants two digits behind it, ":" a port
    {"host", "GET / HTTP/1.1\r\nHost: a", "b\r\n", join("-._~!$&'()*+,;=", alphanumeric)},
    {"host-port", "GET / HTTP/1.1\r\nHost: a:1", "\r\n", "\t 0123456789"},
    {"host-escape", "GET / HTTP/1.1\r\nHost: a%4", "b\r\n", "0123456789ABCDEFabcdef"},
    {"host-brackets", "GET / HTTP/1.1\r\nHost: [a", "]\r\n", join("-._~!$&'()*+,;=:", alphanumeric)},
    {"length", "GET / HTTP/1.1\r\nContent-Length: 1", "1\r\n", "0123456789"},
    {"coding", "GET / HTTP/1.1\r\nTransfer-Encoding: chun", "ed\r\n", "Kk"},
    {"coding-end", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked", "\r\n", "\t "},
    {"expect", "GET / HTTP/1.1\r\nExpect: 100", "continue\r\n", "-"},
    {"expect-letter", "GET / HTTP/1.1\r\nExpect: 100-", "ontinue\r\n", "Cc"},
    {"connection", "GET / HTTP/1.1\r\nConnection: close", "close\r\n", join(",", tchar)},
    {"connection-letter", "GET / HTTP/1.1\r\nConnection: clos", "\r\n", join("\t ,", tchar)},
    {"upgrade", "GET / HTTP/1.1\r\nUpgrade: a", "b\r\n", join("\t ,/", tchar)},
    {"length-hyphen", "GET / HTTP/1.1\r\nContent", "Length: 5\r\n", join("-:", alphanumeric)},
    {"coding-hyphen", "GET / HTTP/1.1\r\nTransfer", "Encoding: chunked\r\n", join("-:", alphanumeric)},
};

class RequestValueOctets : public testing::TestWithParam<ValuePlace> {};

TEST_P(RequestValueOctets, AllOf256) {
    std::string taken;
    for (const char octet : range(0, 255)) {
        const auto input = std::string(GetParam().before).append(1, octet).append(GetParam().after);
        if (parse(input).outcome != Outcome::rejected) taken += octet;
    }
    EXPECT_EQ(taken, join("", GetParam().allowed));
}

INSTANTIATE_TEST_SUITE_P(Places, RequestValueOctets, testing::ValuesIn(valuePlaces), tests::byId);

// ---- Limits --------------------------------------------------------------------------------------
std::string headOfSize(std::size_t size) {
    std::string raw = "GET / HTTP/1.1\r\nHost: d\r\nX-Registry-Config: ";
    raw.append(size - raw.size() - 4, 'e');
    return raw.append("\r\n\r\n");
}

std::string headOfFields(std::size_t count) {
    std::string raw = "GET / HTTP/1.1\r\nHost: d\r\n";
    for (std::size_t i = 1; i < count; ++i) raw.append("F").append(std::to_string(i)).append(": x\r\n");
    return raw.append("\r\n");
}

TEST(RequestLimits, HeadOf64KiB) {
    expectVerdict(parse, headOfSize(std::size_t{64} * 1024), "complete");
}

TEST(RequestLimits, LargestHead) {
    const std::string raw = headOfSize(maxHeadSize);
    expectVerdict(parse, raw, "complete");
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(parseRequest(raw + "GET", *head).outcome, Outcome::complete);
    EXPECT_EQ(head->size, maxHeadSize);
    EXPECT_EQ(head->fields.all().back().value.size(), maxHeadSize - 48);
}

TEST(RequestLimits, HeadOneOctetTooLarge) {
    const std::string raw = headOfSize(maxHeadSize + 1);
    expectVerdict(parse, raw.substr(0, maxHeadSize), "request.head.size");
    EXPECT_EQ(verdict(parse(raw)), "request.head.size");
}

TEST(RequestLimits, EndlessMethod) {
    expectVerdict(parse, std::string(maxHeadSize, 'A'), "request.head.size");
}

TEST(RequestLimits, EndlessTarget) {
    expectVerdict(parse, "GET /" + std::string(maxHeadSize - 5, 'a'), "request.head.size");
}

TEST(RequestLimits, MostFields) {
    const std::string raw = headOfFields(maxFields);
    expectVerdict(parse, raw, "complete");
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(parseRequest(raw, *head).outcome, Outcome::complete);
    EXPECT_EQ(head->fields.size(), maxFields);
    EXPECT_EQ(head->fields.all()[255].name, "F255");
}

TEST(RequestLimits, OneFieldTooMany) {
    const std::string raw = headOfFields(maxFields + 1);
    expectVerdict(parse, raw.substr(0, raw.rfind("F256") + 1), "request.head.fields");
}

// ---- The rest ------------------------------------------------------------------------------------
TEST(Request, FieldsInOrderAndTrimmed) {
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(
        parseRequest("GET / HTTP/1.1\r\nhOsT:  d \r\nX-a:\r\nX-A:\tb c\t\r\nx:y\r\n\r\nrest", *head).outcome,
        Outcome::complete);
    std::string seen;
    for (const auto& field : head->fields.all())
        seen.append(field.name).append("=").append(field.value).append(";");
    EXPECT_EQ(seen, "hOsT=d;X-a=;X-A=b c;x=y;");
}

TEST(Request, NothingIsLeftOfTheHeadBefore) {
    const auto head = std::make_unique<RequestHead>();
    ASSERT_EQ(
        parseRequest(
            "POST /a?b HTTP/1.0\r\nHost: d\r\nContent-Length: 5\r\nTE: x\r\nConnection: close\r\n\r\n", *head)
            .outcome,
        Outcome::complete);
    ASSERT_EQ(parseRequest("GET /c HTTP/1.1\r\nHost: d\r\nA: b\r\nC: d\r\n\r\n", *head).outcome,
              Outcome::complete);
    EXPECT_EQ(summary(*head), "GET origin /c HTTP/1.1 none keep-alive");
    EXPECT_EQ(head->fields.size(), 3U);
    EXPECT_FALSE(head->fields.anyHopByHop());
}

TEST(Request, EmptyInputNeedsMore) {
    EXPECT_EQ(verdict(parse({})), "needMore");
}

} // namespace
} // namespace proxy::http
