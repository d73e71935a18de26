// Adapters and baselines: what is accepted, and what a mistake is called.
#include "conformance/baseline.h"
#include "conformance/target/adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

namespace {

std::string errorOf(const std::string& json) {
    try {
        std::ignore = conformance::parseAdapter(json, "x.json");
    } catch (const conformance::AdapterError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Adapter, ReadsEverything) {
    const auto adapter = conformance::parseAdapter(
        R"({"name": "n", "command": ["./p", "a"], "dialect": "linuxserver", "environment": {"A": "b"},
            "baseline": "n.tsv", "pipeline": 1, "ready_within": 3, "head_within": 4, "asks": ["GET /exec/*/json"],
            "answers": "docker", "capabilities": ["mask", "doors"]})",
        "/t/x.json");
    EXPECT_EQ(adapter.command, (std::vector<std::string>{"/t/p", "a"}));
    EXPECT_EQ(adapter.dialect, conformance::Dialect::linuxserver);
    EXPECT_EQ(adapter.environment.at("A"), "b");
    EXPECT_EQ(adapter.baseline, "/t/n.tsv");
    EXPECT_EQ(adapter.readyWithin.count(), 3);
    EXPECT_EQ(adapter.headWithin.count(), 4);
    EXPECT_EQ(adapter.asks, (std::vector<std::string>{"GET /exec/*/json"}));
    EXPECT_TRUE(adapter.readsAnswers);
    EXPECT_EQ(adapter.missing({"doors", "mask"}), "");
    EXPECT_EQ(adapter.missing({"doors", "operations"}), "operations");
}

TEST(Adapter, LooksUpBareProgramsInThePath) {
    EXPECT_EQ(conformance::parseAdapter(R"({"name": "n", "command": ["p"]})", "/t/x.json").command.front(),
              "p");
}

TEST(Adapter, RefusesMistakes) {
    EXPECT_THAT(errorOf("{"), testing::StartsWith("x.json:1: not JSON: "));
    EXPECT_THAT(errorOf("{\n  \"name\": \"n\",\n  \"command\" [\"p\"]\n}\n"),
                testing::StartsWith("x.json:3: not JSON: ':' is missing behind the key \"command\""));
    EXPECT_THAT(errorOf("{\n  \"name\": \"n\"\n  \"command\": [\"p\"]\n}\n"),
                testing::StartsWith("x.json:3: not JSON: "));
    EXPECT_THAT(errorOf("{\n  \"name\": \"n\"\n}\n}\n"), testing::StartsWith("x.json:4: not JSON: "));
    EXPECT_THAT(errorOf("{\n  \"name\": \"n\",\n"), testing::StartsWith("x.json:2: not JSON: "));
    EXPECT_THAT(errorOf(R"({"name": "n", "command": ["p"], "asks": ["/exec/*/json"]})"),
                testing::HasSubstr("\"asks\" takes a method and a path"));
    EXPECT_THAT(errorOf(R"({"name": "n", "command": ["p"], "answers": "html"})"),
                testing::HasSubstr("\"answers\" must be \"docker\""));
    EXPECT_THAT(errorOf(""), testing::StartsWith("x.json:1: not JSON: "));
    EXPECT_THAT(errorOf("{\n\"name\": \"n\",\n\"name\": \"m\"}"),
                testing::StartsWith("x.json:3: not JSON: the key \"name\" stands there twice"));
    EXPECT_THAT(errorOf("[1]"), testing::StartsWith("x.json:1: must hold one JSON object"));
    EXPECT_THAT(errorOf(R"({"comand": ["p"]})"),
                testing::StartsWith("x.json:1: unknown key \"comand\"; known are: "));
    EXPECT_THAT(errorOf("{\n  \"name\": \"n\",\n  \"comand\": [\"p\"]\n}"),
                testing::StartsWith("x.json:3: unknown key \"comand\""));
    EXPECT_EQ(errorOf(R"({"name": "n"})"), "x.json:1: give either \"command\" or \"image\"");
    EXPECT_EQ(errorOf("{\"name\": \"n\", \"command\": [\"p\"],\n\"image\": \"i\"}"),
              "x.json:2: give either \"command\" or \"image\"");
    EXPECT_EQ(errorOf(R"({"command": ["p"]})"), "x.json:1: \"name\" is missing");
    EXPECT_EQ(errorOf(R"({"name": "n", "command": "p"})"), "x.json:1: \"command\" must be a list of strings");
    EXPECT_EQ(errorOf(R"({"name": "n", "command": []})"), "x.json:1: \"command\" must not be empty");
    EXPECT_EQ(errorOf(R"({"name": 1})"), "x.json:1: \"name\" must be a string");
    EXPECT_EQ(errorOf(R"({"dialect": "other"})"),
              "x.json:1: \"dialect\" must be \"tecnativa\" or \"linuxserver\"");
    EXPECT_EQ(errorOf("{\n\"name\": \"n\",\n\"capabilities\": [\"mask\",\n\"wings\"]}"),
              "x.json:3: \"capabilities\" holds the unknown capability \"wings\"; known are: operations "
              "doors mask guard");
    EXPECT_EQ(errorOf(R"({"capabilities": "mask"})"), "x.json:1: \"capabilities\" must be a list of strings");
    EXPECT_EQ(errorOf(R"({"pipeline": -1})"), "x.json:1: \"pipeline\" must be a number from 0 to 100000");
}

TEST(Adapter, ShippedOnesAreRead) {
    for (const char* name : {"docker-socket-proxy", "docker-socket-proxy-linuxserver", "haproxy", "tecnativa",
                             "linuxserver", "wollomatic", "cetusguard"}) {
        const auto adapter = conformance::readAdapter(std::string(TARGETS) + "/" + name + ".json");
        EXPECT_EQ(adapter.name, name);
        EXPECT_NO_THROW(conformance::Baseline::read(adapter.baseline).checkRows(adapter.dialect)) << name;
    }
}

TEST(Baseline, PatternsMatchRuns) {
    EXPECT_TRUE(conformance::matchesPattern("access/a/b", "access/*/b"));
    EXPECT_TRUE(conformance::matchesPattern("access/a/b", "*"));
    EXPECT_TRUE(conformance::matchesPattern("abcbc", "a*bc"));
    EXPECT_FALSE(conformance::matchesPattern("access/a/b", "access/*/c"));
    EXPECT_FALSE(conformance::matchesPattern("abc", "ab"));
    EXPECT_FALSE(conformance::matchesPattern("ab", "abc"));
}

std::string baselineErrorOf(const std::string& text) {
    try {
        conformance::Baseline::parse(text, "x.tsv").checkRows(conformance::Dialect::tecnativa);
    } catch (const conformance::TableError& error) {
        return error.what();
    }
    return "accepted";
}

// Also of a family, or of versions, that are not run.
TEST(Baseline, EveryRowNamesACase) {
    for (const char* known :
         {"framing/bare-lf-*.refused", "access/none.post0/ContainerList/GET/v1.30", "access/*/ImageList/*",
          "*", "long/events-601-s", "acc*ImageList/GET/unprefixed"})
        EXPECT_EQ(baselineErrorOf(std::string("id\treason\n") + known + "\twhy\n"), "accepted");
    for (const char* unknown : {"framing/bare-fl", "framing", "access/none.post0/ContainerLits/*",
                                "access/none.post2/*", "long/events"})
        EXPECT_THAT(baselineErrorOf(std::string("id\treason\nframing/*\twhy\n") + unknown + "\twhy\n"),
                    testing::StartsWith(std::string("x.tsv:3: there is no case '") + unknown + "'"));
    EXPECT_THAT(baselineErrorOf(""), testing::StartsWith("x.tsv:1: the table is empty"));
}

TEST(Baseline, NeedsAReason) {
    EXPECT_THROW(std::ignore = conformance::Baseline::parse("id\treason\nx\t-\n", "x.tsv"),
                 conformance::TableError);
}

} // namespace
