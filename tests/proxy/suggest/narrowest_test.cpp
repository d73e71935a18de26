#include "proxy/policy/policy.h"
#include "proxy/suggest/narrowest.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <random>
#include <sstream>

namespace proxy::suggest {
namespace {

using policy::Dialect;
using policy::Grants;
using policy::Operation;
using policy::Variable;

const Operation* named(std::string_view id) {
    const auto all = policy::operations();
    const auto found = std::ranges::find(all, id, &Operation::id);
    if (found == all.end()) throw std::invalid_argument(std::string(id));
    return &*found;
}

Operations operationsOf(std::string_view ids) {
    std::istringstream in{std::string(ids)};
    Operations all;
    for (std::string id; in >> id;) all.push_back(named(id));
    return all;
}

std::string text(Grants grants) {
    std::string all;
    for (const Variable each : grants) all.append(all.empty() ? "" : " ").append(policy::facts(each).name);
    return all;
}

TEST(Narrowest, ASamplePathIsRoutedToItsOperation) {
    for (const Operation& each : policy::operations()) {
        if (each.id == "NetworkInspect") continue; // see operation.cpp
        EXPECT_EQ(policy::route(each.method, policy::samplePath(each)), &each) << policy::samplePath(each);
    }
}

struct Row {
    std::string_view id;
    std::string_view asked;
    std::string_view variables;
    Dialect dialect = Dialect::tecnativa;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

const Row rows[] = {
    {"nothing", "", ""},
    {"defaults", "SystemPing SystemPingHead SystemVersion SystemEvents", ""},
    {"read", "ContainerList ContainerLogs", "CONTAINERS"},
    {"two-sections", "ContainerList ImageList", "CONTAINERS IMAGES"},
    {"write", "ImageCreate", "IMAGES POST"},
    {"attach-by-websocket", "ContainerAttachWebsocket", "CONTAINERS POST"},
    {"exec", "ContainerExec ExecStart ExecInspect", "CONTAINERS EXEC POST"},
    {"start", "ContainerStart", "POST ALLOW_START"},
    {"stop", "ContainerStop", "POST ALLOW_STOP"},
    {"restart", "ContainerRestart", "POST ALLOW_RESTARTS"},
    {"restart-stops-too", "ContainerStop ContainerRestart ContainerKill", "POST ALLOW_RESTARTS"},
    {"start-and-stop", "ContainerStart ContainerStop", "POST ALLOW_START ALLOW_STOP"},
    {"all-actions", "ContainerStart ContainerStop ContainerRestart", "POST ALLOW_START ALLOW_RESTARTS"},
    {"action-and-list", "ContainerStart ContainerList", "CONTAINERS POST"},
    {"action-elsewhere", "ContainerStart ImageList", "IMAGES POST ALLOW_START"},
    {"no-variable", "debugVars optionsHandler", ""},
    {"no-variable-and-more", "debugVars SystemInfo", "INFO"},
    {"action-without-post", "ContainerStart ContainerPause", "ALLOW_START ALLOW_PAUSE", Dialect::linuxserver},
    {"behind-a-gate", "ContainerList ContainerLogs", "CONTAINERS ALLOW_LOGS", Dialect::linuxserver},
    {"write-there", "ImageCreate", "IMAGES POST", Dialect::linuxserver},
};

class NarrowestRow : public testing::TestWithParam<Row> {};

TEST_P(NarrowestRow, Variables) {
    EXPECT_EQ(text(narrowest(GetParam().dialect, operationsOf(GetParam().asked))), GetParam().variables);
}

INSTANTIATE_TEST_SUITE_P(Rows, NarrowestRow, testing::ValuesIn(rows), tests::byId);

// ---- A slow, obvious search --------------------------------------------------------------------------

bool opensAll(Grants granted, const Operations& asked) {
    return std::ranges::all_of(
        asked, [&](const Operation* each) { return opens(Dialect::tecnativa, granted, *each); });
}

// Of all sets of these variables, the first among equals is not looked for: its weight is.
std::pair<std::size_t, std::size_t> leastOf(const std::vector<Variable>& variables, const Operations& asked) {
    std::pair<std::size_t, std::size_t> least{SIZE_MAX, SIZE_MAX};
    for (std::size_t bits = 0; bits < std::size_t{1} << variables.size(); ++bits) {
        Grants set;
        for (std::size_t i = 0; i < variables.size(); ++i) set.set(variables[i], (bits >> i & 1U) != 0);
        const Grants granted = Grants::defaults() | set;
        if (opensAll(granted, asked))
            least = std::min(least, {countOpened(Dialect::tecnativa, granted), set.size()});
    }
    return least;
}

TEST(Narrowest, NoSetOfVariablesIsNarrower) {
    const std::vector<Variable> variables{Variable::containers,   Variable::images,     Variable::exec,
                                          Variable::post,         Variable::allowStart, Variable::allowStop,
                                          Variable::allowRestarts};
    Operations pool;
    for (const Operation& each : policy::operations())
        for (const std::string_view section : {"/containers", "/images", "/exec", "/version"})
            if (each.path.starts_with(section)) pool.push_back(&each);
    const Operations actions = operationsOf("ContainerStart ContainerStop ContainerRestart ContainerKill");
    std::mt19937 random(1024); // NOLINT(cert-msc51-cpp): the same sets in every run
    for (int round = 0; round < 60; ++round) {
        Operations asked;
        for (std::size_t i = random() % 3; i > 0; --i) asked.push_back(pool[random() % pool.size()]);
        for (std::size_t i = random() % 4; i > 0; --i) asked.push_back(actions[random() % actions.size()]);
        const Grants found = narrowest(Dialect::tecnativa, asked);
        const Grants granted = Grants::defaults() | found;
        ASSERT_TRUE(opensAll(granted, asked)) << text(found);
        ASSERT_EQ(std::pair(countOpened(Dialect::tecnativa, granted), found.size()),
                  leastOf(variables, asked))
            << text(found);
    }
}

} // namespace
} // namespace proxy::suggest
