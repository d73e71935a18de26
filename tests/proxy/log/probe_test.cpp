#include "proxy/log/probe.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace proxy::log {
namespace {

Access probe() {
    Access access;
    access.method = "GET";
    access.target = probeTarget;
    access.operation = "SystemPing";
    access.verdict = "allow";
    access.status = 200;
    return access;
}

struct Row {
    const char* id;
    void (*change)(Access& access);
    Level usual;
    Level told;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.id;
}

const std::string longer = std::string(probeTarget) + "&more";

const Row rows[] = {
    {"succeeds", [](Access&) {}, Level::info, Level::debug},
    {"revoked",
     [](Access& access) {
         access.verdict = "deny";
         access.status = 403;
     },
     Level::notice, Level::debug},
    // What fails is told as ever.
    {"no-daemon", [](Access& access) { access.status = 503; }, Level::err, Level::err},
    {"ill-daemon", [](Access& access) { access.status = 500; }, Level::info, Level::info},
    {"forbidden-by-the-daemon", [](Access& access) { access.status = 403; }, Level::info, Level::info},
    {"broken-off", [](Access& access) { access.note = "the client went away"; }, Level::info, Level::info},
    {"denied-and-answered", [](Access& access) { access.verdict = "deny"; }, Level::notice, Level::notice},
    // And so is whatever else could hide behind it.
    {"ping-of-a-client", [](Access& access) { access.target = "/_ping"; }, Level::info, Level::info},
    {"more-in-the-query", [](Access& access) { access.target = longer; }, Level::info, Level::info},
    {"other-path", [](Access& access) { access.target = "/info?docker-socket-proxy-healthcheck"; },
     Level::info, Level::info},
    {"with-a-prefix", [](Access& access) { access.target = "/v1.41/_ping?docker-socket-proxy-healthcheck"; },
     Level::info, Level::info},
    {"other-method", [](Access& access) { access.method = "POST"; }, Level::info, Level::info},
    {"body", [](Access& access) { access.received = 1; }, Level::info, Level::info},
    {"rejected", [](Access& access) { access.verdict = "reject"; }, Level::notice, Level::notice},
};

class Probe : public testing::TestWithParam<Row> {};

TEST_P(Probe, IsToldAt) {
    Access access = probe();
    GetParam().change(access);
    EXPECT_EQ(levelOf(GetParam().usual, access), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(Rows, Probe, testing::ValuesIn(rows), tests::byId);

} // namespace
} // namespace proxy::log
