#include "proxy/suggest/line.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace proxy::suggest {
namespace {

// "door operation verdict rule" of a request, else what the line is.
std::string summary(const Line& line) {
    switch (line.kind) {
    case Line::Kind::request:
        return line.door + " " + line.operation + " " + line.verdict + " " + line.rule;
    case Line::Kind::event:
        return "event";
    case Line::Kind::foreign:
        return "foreign";
    case Line::Kind::broken:
        break;
    }
    return "broken";
}

struct Row {
    std::string_view id;
    std::string_view text;
    std::string_view summary;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

constexpr std::string_view list = " ContainerList allow tecnativa.section";

#define TIME "2026-11-26T08:15:00.123Z"
#define LIST "GET /containers/json?all ContainerList allow tecnativa.section 200 0 1234 0.567ms"
#define JSON_LIST                                                                                            \
    R"({"time":"2026-11-26T08:15:00.123Z","level":"info","client":"127.0.0.1:5","method":"GET",)"            \
    R"("target":"/\u00e9\"","operation":"ContainerList","verdict":"allow","rule":"tecnativa.section",)"      \
    R"("status":200,"received":0,"sent":2,"milliseconds":0.567})"

const Row rows[] = {
    {"text", TIME " info 127.0.0.1:5555 " LIST, list},
    {"text-note", TIME " info 127.0.0.1:5555 " LIST " client closed the connection", list},
    {"text-ipv6", TIME " info [2001:db8::1]:5555 " LIST, list},
    {"text-unix", TIME " info unix:pid=7,uid=0 " LIST, list},
    {"text-warning", TIME " warning 127.0.0.1:5555 " LIST, list},
    {"text-door", TIME " info 127.0.0.1:5555 door=TRAEFIK " LIST,
     "TRAEFIK ContainerList allow tecnativa.section"},
    {"text-door-and-more", TIME " info unix:pid=7,uid=0 x=y door=A_1 z= " LIST,
     "A_1 ContainerList allow tecnativa.section"},
    {"text-deny", TIME " info 127.0.0.1:5 POST /auth SystemAuth deny tecnativa.post 403 0 99 0.010ms",
     " SystemAuth deny tecnativa.post"},
    {"text-learn", TIME " info 127.0.0.1:5 POST /auth SystemAuth learn tecnativa.post 200 0 99 0.010ms",
     " SystemAuth learn tecnativa.post"},
    {"text-reject", TIME " info 127.0.0.1:5 - - - reject request.line.tls 400 0 0 0.010ms",
     " - reject request.line.tls"},
    {"text-no-operation", TIME " info 127.0.0.1:5 GET /x - deny tecnativa.unknown 403 0 0 0.010ms",
     " - deny tecnativa.unknown"},
    {"text-target-escaped", TIME " info 127.0.0.1:5 GET /\\xc3\\x20 - deny tecnativa.unknown 403 0 0 0.010ms",
     " - deny tecnativa.unknown"},
    {"text-target-like-a-line",
     TIME " info 127.0.0.1:5 GET /?{\"time\":\"" TIME "\"} - deny tecnativa.unknown 403 0 0 0.010ms",
     " - deny tecnativa.unknown"},
    {"text-method-like-a-field", TIME " info 127.0.0.1:5 door /x - deny tecnativa.post 403 0 0 0.010ms",
     " - deny tecnativa.post"},
    // what others put in front
    {"compose", "dockerproxy-1  | " TIME " info 127.0.0.1:5555 " LIST, list},
    {"compose-colour", "\033[36mdockerproxy-1  | \033[0m" TIME " info 127.0.0.1:5555 " LIST, list},
    {"journal", "Nov 26 08:15:00 host docker-socket-proxy[1]: " TIME " info 127.0.0.1:5555 " LIST, list},
    {"journal-iso",
     "2026-11-26T08:15:00+0100 host docker-socket-proxy[1]: " TIME " info 127.0.0.1:5555 " LIST, list},
    {"docker-logs-timestamps", "2026-11-26T08:15:00.123456789Z " TIME " info 127.0.0.1:5555 " LIST, list},
    {"kubernetes", "2026-11-26T08:15:00.123456789Z stdout F " TIME " info 127.0.0.1:5555 " LIST, list},
    {"compose-json", "dockerproxy-1  | " JSON_LIST, list},
    {"docker-logs-timestamps-json", "2026-11-26T08:15:00.123456789Z " JSON_LIST, list},
    // JSON
    {"json", JSON_LIST, list},
    {"json-door-and-more",
     R"({"time":"x","client":"c","door":"A","more":null,"operation":"-","verdict":"deny","rule":"tecnativa.post"})",
     "A - deny tecnativa.post"},
    {"json-reject",
     R"({"time":"x","method":"","target":"","operation":"","verdict":"reject","rule":"request.line.tls","status":400})",
     " - reject request.line.tls"},
    {"json-order", R"({"time":"x","rule":"r","verdict":"deny","operation":"o"})", " o deny r"},
    {"json-target-like-a-member",
     R"({"time":"x","target":"\",\"verdict\":\"allow","operation":"-","verdict":"deny","rule":"r"})",
     " - deny r"},
    {"json-target-like-a-line",
     R"({"time":"x","target":"/ )" TIME R"( info 1:1 ","operation":"-","verdict":"deny","rule":"r"})",
     " - deny r"},
    // no requests
    {"event", TIME " notice listening on [::]:2375, in front of /var/run/docker.sock", "event"},
    {"event-one-word", TIME " info stopped", "event"},
    {"event-setting", TIME " warning BIND_CONFIG=[::]:2375 is what others have", "event"},
    {"event-colon", TIME " info SIGTERM: shutting down", "event"},
    {"event-json", R"({"time":"2026-11-26T08:15:00.123Z","level":"info","message":"SIGTERM: shutting down"})",
     "event"},
    {"empty", "", "foreign"},
    {"haproxy",
     "<134>Nov 26 08:15:00 haproxy[12]: 10.0.0.1:40 [26/Nov/2026:08:15:00.123] dockerfrontend dockerbackend",
     "foreign"},
    {"other-time", "2026-11-26 08:15:00 info something", "foreign"},
    {"other-json", R"({"log":"x","stream":"stdout"})", "foreign"},
    {"without-its-head", "5555 " LIST, "foreign"},
    // cut or changed
    {"cut-level", TIME " info", "broken"},
    {"cut-client", TIME " info 127.0.0.1:5555", "broken"},
    {"cut-method", TIME " info 127.0.0.1:5555 GET", "broken"},
    {"cut-operation", TIME " info 127.0.0.1:5555 GET /containers/json ContainerL", "broken"},
    {"cut-verdict", TIME " info 127.0.0.1:5555 GET /containers/json ContainerList al", "broken"},
    {"cut-rule", TIME " info 127.0.0.1:5555 GET /containers/json ContainerList allow tecnativa.sec",
     "broken"},
    {"cut-behind-what-matters",
     TIME " info 127.0.0.1:5555 GET /containers/json ContainerList allow tecnativa.section 20", list},
    {"cut-door", TIME " info 127.0.0.1:5555 door=TRAEF", "broken"},
    {"two-in-one", TIME " info 127.0.0.1:5555 GET /conta" TIME " info 127.0.0.1:5555 " LIST, "broken"},
    {"verdict-unknown", TIME " info 127.0.0.1:5555 GET /x - maybe tecnativa.section 200 0 0 0.010ms",
     "broken"},
    {"operation-not-a-word",
     TIME " info 127.0.0.1:5555 GET /x \033[2J deny tecnativa.section 403 0 0 0.010ms", "broken"},
    {"rule-not-a-word", TIME " info 127.0.0.1:5555 GET /x - deny x=1 403 0 0 0.010ms", "broken"},
    {"door-not-a-name", TIME " info 127.0.0.1:5555 door=a " LIST, "broken"},
    {"door-with-equals", TIME " info 127.0.0.1:5555 door=POST=1 " LIST, "broken"},
    {"json-operation-not-a-word", R"({"time":"x","operation":"\u001b[2J","verdict":"deny","rule":"r"})",
     "broken"},
    {"json-cut", R"({"time":"x","operation":"ContainerList","verdict":"allow","rule":"tecnativa.sec)",
     "broken"},
    {"json-cut-member",
     R"({"time":"x","operation":"ContainerList","verdict":"allow","rule":"tecnativa.section","sta)",
     "broken"},
    {"json-cut-end",
     R"({"time":"x","operation":"ContainerList","verdict":"allow","rule":"tecnativa.section")", "broken"},
    {"json-cut-escape", R"({"time":"x","target":"/\u00)", "broken"},
    {"json-cut-backslash", R"({"time":"x","target":"/\)", "broken"},
    {"json-no-rule", R"({"time":"x","operation":"ContainerList","verdict":"allow"})", "broken"},
    {"json-verdict-unknown", R"({"time":"x","operation":"o","verdict":"maybe","rule":"r"})", "broken"},
};

class LogLine : public testing::TestWithParam<Row> {};

TEST_P(LogLine, IsRead) {
    EXPECT_EQ(summary(readLine(GetParam().text)), GetParam().summary);
}

TEST_P(LogLine, IsReadWithACarriageReturn) {
    EXPECT_EQ(summary(readLine(std::string(GetParam().text) + "\r")), GetParam().summary);
}

INSTANTIATE_TEST_SUITE_P(Rows, LogLine, testing::ValuesIn(rows), tests::byId);

TEST(LogLine, CutAnywhereIsNeverAnotherRequest) {
    for (const std::string_view whole :
         {std::string_view(TIME " info 127.0.0.1:5555 door=A " LIST), std::string_view(JSON_LIST)}) {
        const Line expected = readLine(whole);
        for (std::size_t n = 0; n < whole.size(); ++n) {
            const Line line = readLine(whole.substr(0, n));
            if (line.kind != Line::Kind::request) continue;
            EXPECT_EQ(summary(line), summary(expected)) << "of the first " << n << " octets";
        }
    }
}

} // namespace
} // namespace proxy::suggest
