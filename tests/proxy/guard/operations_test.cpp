// Every operation is in exactly one of three tables.
#include "proxy/guard/guard.h"
#include "proxy/guard/operations.h"
#include "proxy/policy/operation.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace proxy::guard {
namespace {

std::map<std::string_view, int> counted() {
    std::map<std::string_view, int> count;
    for (const Judged& each : judgedOperations()) ++count[each.id];
    for (const Harmless& each : harmlessOperations()) ++count[each.id];
    for (const Refused& each : refusedOperations()) ++count[each.id];
    return count;
}

TEST(Operations, AreEachInOneTable) {
    auto count = counted();
    for (const policy::Operation& operation : policy::operations()) {
        EXPECT_EQ(count[operation.id], 1) << operation.id;
        count.erase(operation.id);
    }
    for (const auto& [id, times] : count) ADD_FAILURE() << id << " is no operation";
}

TEST(Operations, ThatAreHarmlessOrJudgedSayWhy) {
    for (const Harmless& each : harmlessOperations()) EXPECT_FALSE(each.reason.empty()) << each.id;
    for (const Judged& each : judgedOperations()) EXPECT_FALSE(each.reason.empty()) << each.id;
}

// What changes something and is passed on unread must be one of few.
TEST(Operations, ThatWriteAndAreHarmlessAreKnown) {
    const std::set<std::string_view> known{
        "SystemAuth",       "BuildPrune",       "postCancel",    "ContainerKill", "ContainerPause",
        "ContainerUnpause", "ContainerRestart", "ContainerStop", "ContainerWait", "ContainerResize",
        "ContainerPrune",   "ContainerDelete",  "ExecResize",    "ImagePrune",    "ImageDelete",
        "NetworkPrune",     "NetworkDelete",    "VolumePrune",   "VolumeDelete",  "optionsHandler",
        "optionsAsterisk",
    };
    for (const policy::Operation& operation : policy::operations()) {
        if (operation.method == "GET" || operation.method == "HEAD") continue;
        EXPECT_EQ(isHarmless(operation.id), known.contains(operation.id)) << operation.id;
    }
}

TEST(Operations, HaveParametersOnlyWhereTheyAreJudged) {
    for (const Parameter& each : parameters()) EXPECT_NE(findJudged(each.id), nullptr) << each.id;
}

TEST(Operations, ThatAreRefusedPassWhereTheirVariableSaysSo) {
    const Guard none(Settings{.profile = Profile::baseline});
    const Guard all(Settings{.profile = Profile::baseline, .exec = true, .cp = true, .build = true});
    for (const Refused& each : refusedOperations()) {
        const Request request{"POST", each.id};
        EXPECT_EQ(none.judge(request).rule, each.rule) << each.id;
        EXPECT_EQ(all.judge(request).allowed(), each.unless != nullptr) << each.id;
        EXPECT_EQ(describe(each.rule).variable.empty(), each.unless == nullptr) << each.id;
    }
}

TEST(Operations, ThatAreUnknownMayOnlyRead) {
    const Guard guard(Settings{.profile = Profile::baseline});
    EXPECT_TRUE(guard.judge({"GET", ""}).allowed()); // as GET /libpod/containers/json
    EXPECT_TRUE(guard.judge({"HEAD", ""}).allowed());
    for (const char* const method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", ""})
        EXPECT_EQ(guard.judge({method, ""}).rule, Rule::operationUnknown) << method;
    EXPECT_EQ(guard.judge({"GET", "ContainerTeleport"}).rule, Rule::operationUnknown);
}

TEST(Operations, AreReadOnlyWhereTheyAreJudgedByTheirBody) {
    const Guard guard(Settings{.profile = Profile::baseline});
    EXPECT_TRUE(guard.needsBody("ContainerCreate"));
    EXPECT_TRUE(guard.needsBody("ImageCommit"));
    EXPECT_FALSE(guard.needsBody("ContainerExec")) << "it is refused whatever it says";
    EXPECT_FALSE(guard.needsBody("ImageLoad")) << "its body is an archive";
    EXPECT_FALSE(guard.needsBody("ContainerList"));
    EXPECT_FALSE(guard.needsBody(""));
    EXPECT_FALSE(Guard(Settings{}).needsBody("ContainerCreate"));
    EXPECT_TRUE(Guard(Settings{.profile = Profile::baseline, .exec = true}).needsBody("ContainerExec"));
}

TEST(Rules, HaveNamesAndSentencesForPeople) {
    std::set<std::string_view> names;
    std::set<std::string, std::less<>> variables{"",
                                                 "GUARD=baseline",
                                                 "GUARD_BINDS",
                                                 "GUARD_CAPS",
                                                 "GUARD_DEVICES",
                                                 "GUARD_DEVICES=gpu",
                                                 "GUARD_NETWORKS",
                                                 "GUARD_EXEC=1",
                                                 "GUARD_CP=1",
                                                 "GUARD_BUILD=1",
                                                 "GUARD_BODY_LIMIT",
                                                 "GUARD_HOST"};
    for (const char* const word : {"network", "pid", "ipc", "uts", "userns", "cgroup", "container"})
        variables.insert(std::string("GUARD_HOST=") + word);
    for (std::size_t i = 1; i < ruleCount; ++i) {
        const RuleFacts& facts = describe(static_cast<Rule>(i));
        EXPECT_TRUE(names.insert(facts.name).second) << facts.name;
        EXPECT_TRUE(facts.name.starts_with("guard.")) << facts.name;
        EXPECT_FALSE(facts.sentence.empty() || facts.sentence.ends_with('.')) << facts.name;
        EXPECT_TRUE(variables.contains(facts.variable)) << facts.variable;
        EXPECT_TRUE(facts.status >= 400 && facts.status < 504) << facts.name;
    }
}

TEST(Keys, HaveReasons) {
    for (const Key& key : keys()) EXPECT_FALSE(key.reason.empty()) << key.name;
}

// Of two keys that a decoder may take for one, one would be read and the other obeyed.
TEST(Keys, NeverFoldOntoEachOther) {
    for (const Key& key : keys()) {
        std::string other(key.name);
        other[0] = static_cast<char>(other[0] ^ 0x20);
        EXPECT_EQ(findKey(key.of, key.name), &key);
        EXPECT_EQ(findKey(key.of, other), nullptr) << other;
        EXPECT_TRUE(foldsOntoKey(key.of, other)) << other;
    }
}

} // namespace
} // namespace proxy::guard
