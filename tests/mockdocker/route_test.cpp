// What the daemon's router does with paths, methods and versions: facts
// observed on engine 20.10.24 (API 1.41).
#include "mockdocker/routes/route.h"
#include "tests/mockdocker/client.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mockdocker {
namespace {

using test::Answer;
using test::Daemon;

constexpr const char* docker = "Api-Version: 1.41\r\n";
constexpr const char* notFound =
    "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n";

struct Row {
    const char* id;
    const char* line; ///< method and target
    int status;
    const char* has;    ///< what the head must hold
    const char* hasNot; ///< and what not
    const char* body;   ///< all of it, or null
};

const Row rows[] = {
    {"unknown", "GET /nope", 404, notFound, docker, "{\"message\":\"page not found\"}\n"},
    {"unknown-too-new", "GET /v9.99/nope", 404, notFound, docker, nullptr},
    {"wrong-method", "PUT /containers/json", 404, notFound, docker, nullptr},
    {"head-list", "HEAD /containers/json", 404, notFound, docker, ""},
    {"head-ping", "HEAD /_ping", 200, "Content-Length: 0\r\nContent-Type: text/plain; charset=utf-8\r\n",
     "chunked", ""},
    {"ping", "GET /_ping", 200, "Content-Length: 2\r\nContent-Type: text/plain; charset=utf-8\r\n", "chunked",
     "OK"},
    {"ping-uncached", "GET /_ping", 200, "Cache-Control: no-cache, no-store, must-revalidate\r\n",
     "Builder-Version", "OK"},
    {"upper-case-path", "GET /Containers/json", 404, notFound, docker, nullptr},
    {"upper-case-prefix", "GET /V1.41/containers/json", 404, notFound, docker, nullptr},
    {"lower-case-method", "get /containers/json", 404, notFound, docker, nullptr},
    {"prefix", "GET /v1.41/containers/json", 200, docker, "chunked", "[]\n"},
    {"prefix-extra-parts", "GET /v01.041.9/containers/json", 400, docker, "chunked", nullptr},
    {"prefix-zero-part", "GET /v1.41.0/containers/json", 200, docker, "chunked", "[]\n"},
    {"prefix-doubled", "GET /v1.41/v1.41/containers/json", 404, notFound, docker, nullptr},
    {"prefix-alone", "GET /v1.41", 404, notFound, docker, nullptr},
    {"too-new", "GET /v1.99/containers/json", 400, docker, "Docker-Experimental",
     "{\"message\":\"client version 1.99 is too new. Maximum supported API version is 1.41\"}\n"},
    {"too-old", "GET /v1.9/containers/json", 400, "X-Content-Type-Options: nosniff\r\n", "application/json",
     "client version 1.9 is too old. Minimum supported API version is 1.12, please upgrade your client to a "
     "newer version\n"},
    {"old-and-unknown", "GET /v1.9/nope", 404, "Content-Type: text/plain; charset=utf-8\r\n", docker,
     "page not found\n"},
    {"version-without-number", "GET /v./containers/json", 400, docker, "application/json", nullptr},
    {"decoded-slash", "GET /containers%2Fjson", 200, docker, "chunked", "[]\n"},
    {"decoded-letters", "GET /%761%2E41/%63ontainers/json", 200, docker, "chunked", "[]\n"},
    {"decoded-once", "GET /containers%252Fjson", 404, notFound, docker, nullptr},
    {"line-feed-in-name", "POST /containers/%0a/start", 404, notFound, docker, nullptr},
    {"doubled-slash", "POST /containers//start", 301, "Location: /containers/start\r\n", docker, ""},
    {"dot-dot-encoded", "GET /a/%2e%2e/containers/json?a=b%20", 301, "Location: /containers/json?a=b%20\r\n",
     docker, ""},
    {"dot", "GET /./version/", 301, "Location: /version/\r\n", docker, ""},
    {"absolute-unclean", "GET http://evil//x%20y", 301, "Location: http://evil/x%20y\r\n", docker, ""},
    {"connect", "CONNECT x:80", 301, "Location: //x:80/\r\n", docker, ""},
    {"trailing-slash", "GET /containers/json/", 404, notFound, docker, nullptr},
    {"networks-slash", "GET /networks/", 200, docker, nullptr, nullptr},
    {"volumes-slash", "GET /volumes/", 404, docker, nullptr, "{\"message\":\"get: no such volume\"}\n"},
    {"nodes-slash", "GET /nodes/", 404, notFound, docker, nullptr},
    {"empty-container", "DELETE /containers/", 400, docker, nullptr, nullptr},
    {"absolute", "GET http://evil/containers/json", 200, docker, nullptr, "[]\n"},
    {"absolute-unix", "GET unix://x/containers/json", 200, docker, nullptr, "[]\n"},
    {"options", "OPTIONS /any/thing", 200, docker, "Allow", ""},
    {"options-root", "OPTIONS /", 200, docker, "Allow", ""},
    {"options-bad-version", "OPTIONS /v1.99/x", 400, docker, nullptr, nullptr},
    {"options-asterisk", "OPTIONS *", 200, "Content-Length: 0\r\n", docker, ""},
    {"trace", "TRACE /version", 404, notFound, docker, nullptr},
    {"experimental", "GET /containers/x/checkpoints", 501, docker, nullptr,
     "{\"message\":\"This experimental feature is disabled by default. Start the Docker daemon in "
     "experimental mode in order to enable it.\"}\n"},
    {"no-container", "GET /containers/x/json", 404, docker, nullptr,
     "{\"message\":\"No such container: x\"}\n"},
    {"name-with-slash", "GET /containers/a/b/json", 404, docker, nullptr,
     "{\"message\":\"No such container: a/b\"}\n"},
    {"last-segment-decides", "POST /containers/x/start/exec", 400, docker, nullptr,
     "{\"message\":\"got EOF while reading request body\"}\n"},
    {"start-behind-exec", "POST /containers/x/exec/y/start", 404, docker, nullptr,
     "{\"message\":\"No such container: x/exec/y\"}\n"},
    {"delete-deep", "DELETE /containers/a/b/c", 404, docker, nullptr,
     "{\"message\":\"No such container: a/b/c\"}\n"},
    {"logs-without-stream", "GET /containers/x/logs", 400, docker, nullptr,
     "{\"message\":\"Bad parameters: you must choose at least one stream\"}\n"},
    {"grpc-without-upgrade", "POST /grpc", 500, docker, nullptr,
     "{\"message\":\"no upgrade proto in request\"}\n"},
    {"session-without-upgrade", "POST /session", 400, docker, nullptr,
     "{\"message\":\"no upgrade proto in request\"}\n"},
    {"large-is-chunked", "GET /info", 200, "Transfer-Encoding: chunked\r\n", "Content-Length", nullptr},
    {"debug", "GET /debug/vars", 200, "Content-Type: application/json; charset=utf-8\r\n", nullptr, nullptr},
    {"debug-versioned", "GET /v1.41/debug/vars", 404, notFound, docker, nullptr},
};

class Paths : public testing::TestWithParam<Row> {};

TEST_P(Paths, AreAnsweredAsByTheEngine) {
    const Row& row = GetParam();
    const Daemon daemon({.swarm = false});
    const bool head = std::string_view(row.line).starts_with("HEAD");
    const Answer answer = daemon.ask(std::string(row.line) + " HTTP/1.1\r\nHost: x\r\n\r\n", head);
    EXPECT_EQ(answer.status(), row.status);
    EXPECT_TRUE(answer.has(row.has)) << answer.head;
    if (row.hasNot != nullptr) {
        EXPECT_FALSE(answer.has(row.hasNot)) << answer.head;
    }
    if (row.body != nullptr) {
        EXPECT_EQ(answer.body, row.body);
    }
}

INSTANTIATE_TEST_SUITE_P(All, Paths, testing::ValuesIn(rows), tests::byId);

TEST(Patterns, MatchAsMuxDoes) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(matchPattern("/a/{x:.*}/b", "/a/1/2/b"), Names({"1/2"}));
    EXPECT_EQ(matchPattern("/a/{x:.*}/b", "/a//b"), Names({""}));
    EXPECT_EQ(matchPattern("/a/{x:.*}/b", "/a/b/b/b"), Names({"b/b"}));
    EXPECT_EQ(matchPattern("/a/{x:.+}", "/a/"), std::nullopt);
    EXPECT_EQ(matchPattern("/a/{x}/c/{y}", "/a/1/c/2"), Names({"1", "2"}));
    EXPECT_EQ(matchPattern("/a/{x}", "/a/1/2"), std::nullopt);
    EXPECT_EQ(matchPattern("/a/{x:.*}", "/a/1\n2"), std::nullopt);
    EXPECT_EQ(matchPattern("/a", "/a/"), std::nullopt);
}

TEST(Versions, AreComparedNumberByNumber) {
    EXPECT_EQ(compareVersions("1.41", "1.41.0"), 0);
    EXPECT_EQ(compareVersions("01.041", "1.41"), 0);
    EXPECT_LT(compareVersions("1.9", "1.12"), 0);
    EXPECT_LT(compareVersions("1..44", "1.24"), 0);
    EXPECT_GT(compareVersions("2", "1.56"), 0);
    EXPECT_GT(compareVersions("99999999999999999999.1", "1.55"), 0);
}

struct VersionRow {
    const char* id;
    const char* api;
    const char* target;
    int status;
    const char* contains;
};

// The same request to engines of several ages.
class Ages : public testing::TestWithParam<VersionRow> {};

TEST_P(Ages, Differ) {
    const Daemon daemon({.apiVersion = GetParam().api});
    const Answer answer = daemon.get(GetParam().target);
    EXPECT_EQ(answer.status(), GetParam().status);
    EXPECT_TRUE((answer.head + answer.body).find(GetParam().contains) != std::string::npos)
        << answer.head << answer.body;
}

INSTANTIATE_TEST_SUITE_P(
    All, Ages,
    testing::Values(
        VersionRow{"newer-than-1-12", "1.24", "/v1.30/_ping", 400,
                   "client is newer than server (client API version: 1.30, server API version: 1.24)"},
        VersionRow{"newer-than-17-06", "1.30", "/v1.99/_ping", 200,
                   "OK"}, // 1.13 to 17.10 take any newer prefix
        VersionRow{"before-configs", "1.24", "/configs", 404, "page not found"},
        VersionRow{"too-old-28", "1.51", "/v1.23/_ping", 400, "Minimum supported API version is 1.24"},
        VersionRow{"old-unknown-28", "1.51", "/v1.9/nope", 404,
                   "application/json"}, // 26 and later always answer JSON
        VersionRow{"too-old-29-0", "1.52", "/v1.43/_ping", 400,
                   "client version 1.43 is too old. Minimum supported API version is 1.44"},
        VersionRow{"too-old-29-7", "1.55", "/v1.39/_ping", 400, "Docker-Experimental: false"},
        VersionRow{"route-minimum", "1.55", "/v1.54/images/mock/attestations", 400,
                   "GET /images/{name:.*}/attestations requires minimum API version 1.55"},
        VersionRow{"attestations", "1.55", "/images/mock/attestations", 200, "[]"},
        VersionRow{"newer-than-29-9", "1.56", "/v1.57/_ping", 400, "Maximum supported API version is 1.56"},
        VersionRow{"engine-29-9", "1.56", "/version", 200, "\"Version\":\"29.9.0\""},
        VersionRow{"engine-29-10", "1.57", "/v1.57/version", 200, "\"Version\":\"29.10.0\""},
        VersionRow{"too-old-29-10", "1.57", "/v1.39/_ping", 400, "Minimum supported API version is 1.40"},
        VersionRow{"swarm-in-ping", "1.51", "/_ping", 200, "Swarm: active/manager"},
        VersionRow{"debug-prefix", "1.48", "/v1.48/debug/vars", 200, "cmdline"}),
    tests::byId);

} // namespace
} // namespace mockdocker
