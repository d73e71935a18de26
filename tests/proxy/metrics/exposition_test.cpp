// What is counted, and the text that tells it.
#include "proxy/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

class Exposition : public testing::Test {
protected:
    Metrics metrics_{Names{{"ContainerList", "SystemPing"}, {"a.rule", "b.rule"}}, "1.2.3",
                     std::chrono::seconds(7)};
    Counters& unnamed_ = metrics_.add("");
    Counters& door_ = metrics_.add("TRAEFIK");

    [[nodiscard]] std::string text() const { return metrics_.write(Format::text); }
};

TEST_F(Exposition, TellsVersionAndStart) {
    EXPECT_THAT(text(), HasSubstr("docker_socket_proxy_build_info{version=\"1.2.3\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nprocess_start_time_seconds 7\n"));
}

TEST_F(Exposition, CountsByOperationVerdictAndDoor) {
    for (int i = 0; i < 3; ++i) door_.ended({.operation = 1, .verdict = "allow", .rule = "a.rule"});
    door_.ended({.operation = 0, .verdict = "learn", .rule = "a.rule"});
    unnamed_.ended({.operation = 0, .verdict = "deny", .rule = "b.rule"});
    const std::string told = text();
    EXPECT_THAT(told,
                HasSubstr("requests_total{door=\"TRAEFIK\",operation=\"SystemPing\",verdict=\"allow\"} 3\n"));
    EXPECT_THAT(
        told,
        HasSubstr("requests_total{door=\"TRAEFIK\",operation=\"ContainerList\",verdict=\"learn\"} 1\n"));
    EXPECT_THAT(told,
                HasSubstr("requests_total{door=\"\",operation=\"ContainerList\",verdict=\"deny\"} 1\n"));
    EXPECT_THAT(told, HasSubstr("verdicts_total{door=\"TRAEFIK\",verdict=\"allow\"} 3\n"));
    EXPECT_THAT(told, Not(HasSubstr("operation=\"SystemPing\",verdict=\"deny\"")));
}

TEST_F(Exposition, DenialsAreToldByRule) {
    door_.ended({.operation = 0, .verdict = "deny", .rule = "b.rule"});
    door_.ended({.operation = 9, .verdict = "reject", .rule = "b.rule"});
    door_.ended({.operation = 0, .verdict = "deny", .rule = "another.rule"});
    door_.ended({.operation = 0, .verdict = "learn", .rule = "a.rule"});
    const std::string told = text();
    EXPECT_THAT(told, HasSubstr("denials_total{door=\"TRAEFIK\",rule=\"b.rule\"} 2\n"));
    EXPECT_THAT(told, HasSubstr("denials_total{door=\"TRAEFIK\",rule=\"-\"} 1\n")) << "none is lost";
    EXPECT_THAT(told, Not(HasSubstr("rule=\"a.rule\"")));
    EXPECT_THAT(told, HasSubstr("requests_total{door=\"TRAEFIK\",operation=\"-\",verdict=\"reject\"} 1\n"));
}

TEST_F(Exposition, VerdictsAreThereBeforeTheFirst) {
    for (const std::string_view verdict : verdicts)
        EXPECT_THAT(text(), HasSubstr("verdicts_total{door=\"TRAEFIK\",verdict=\"" + std::string(verdict) +
                                      "\"} 0\n"));
}

TEST_F(Exposition, OctetsAndFailuresAreAdded) {
    door_.ended({0, "allow", "a.rule", Failure::busy, 10, 200});
    door_.ended({0, "allow", "a.rule", Failure::cutAnswer, 1, 2});
    const std::string told = text();
    EXPECT_THAT(told, HasSubstr("received_bytes_total{door=\"TRAEFIK\"} 11\n"));
    EXPECT_THAT(told, HasSubstr("sent_bytes_total{door=\"TRAEFIK\"} 202\n"));
    EXPECT_THAT(told, HasSubstr("daemon_failures_total{door=\"TRAEFIK\",failure=\"busy\"} 1\n"));
    EXPECT_THAT(told, HasSubstr("daemon_failures_total{door=\"TRAEFIK\",failure=\"cut_answer\"} 1\n"));
    EXPECT_THAT(told, HasSubstr("daemon_failures_total{door=\"TRAEFIK\",failure=\"unreachable\"} 0\n"));
}

TEST_F(Exposition, WhatIsHeldIsThereAsLongAsItIsHeld) {
    {
        const Held one(&door_, &Counters::tunnels);
        const Held nothing(nullptr, &Counters::tunnels);
        EXPECT_THAT(text(), HasSubstr("open_tunnels{door=\"TRAEFIK\"} 1\n"));
    }
    EXPECT_THAT(text(), HasSubstr("open_tunnels{door=\"TRAEFIK\"} 0\n"));
}

// The one difference that readers of either form insist on.
TEST_F(Exposition, AFamilyOfCountersIsNamedAsItsFormatHasIt) {
    EXPECT_THAT(text(), HasSubstr("# TYPE docker_socket_proxy_requests_total counter\n"));
    EXPECT_THAT(text(), Not(HasSubstr("# EOF")));
    const std::string told = metrics_.write(Format::openMetrics);
    EXPECT_THAT(told, HasSubstr("# TYPE docker_socket_proxy_requests counter\n"));
    EXPECT_THAT(told, testing::EndsWith("} 0\n# EOF\n"));
    EXPECT_THAT(std::string(contentType(Format::openMetrics)), HasSubstr("openmetrics-text"));
    EXPECT_THAT(std::string(contentType(Format::text)), HasSubstr("text/plain; version=0.0.4"));
}

} // namespace
} // namespace proxy::metrics
