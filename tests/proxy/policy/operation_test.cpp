// The table of operations against the conformance catalogue, and the routing against
// the daemon's documented behaviour.
#include "conformance/catalogue.h"
#include "proxy/policy/operation.h"
#include "tests/proxy/policy/rows.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <vector>

namespace proxy::policy {
namespace {

using Entry = conformance::Operation;
using conformance::Trait;

// The HTTP/1 rows of the catalogue: gRPC services over bare HTTP/2 are not the proxy's.
std::vector<Entry> catalogue() {
    std::vector<Entry> entries = conformance::Catalogue::builtin().operations();
    std::erase_if(entries,
                  [](const Entry& entry) { return entry.has(Trait::h2c) && !entry.has(Trait::hijack); });
    return entries;
}

TEST(Operations, areThoseOfTheCatalogue) {
    const auto entries = catalogue();
    ASSERT_GT(entries.size(), 100U);
    std::map<std::string, Entry> byRoute;
    for (const Entry& entry : entries) byRoute[entry.method + " " + entry.path] = entry;
    for (const Operation& operation : operations()) {
        const std::string key = std::string(operation.method) + " " + std::string(operation.path);
        const auto found = byRoute.find(key);
        if (found == byRoute.end()) {
            ADD_FAILURE() << key << " is not in the catalogue";
            continue;
        }
        EXPECT_EQ(operation.id, found->second.id) << key;
        EXPECT_EQ(operation.hijack, found->second.has(Trait::hijack)) << key;
        byRoute.erase(found);
    }
    for (const auto& [key, ignored] : byRoute) ADD_FAILURE() << key << " is not in the proxy's table";
}

TEST(Operations, belongToTheCataloguesVariables) {
    for (const Entry& entry : catalogue()) {
        if (entry.variable.empty()) continue;
        const auto variable = variableNamed(entry.variable);
        ASSERT_TRUE(variable) << entry.variable;
        EXPECT_EQ(facts(*variable).section, entry.section);
        const std::string path = std::regex_replace(entry.path, std::regex("\\{[a-z]+\\}"), "x");
        const Verdict verdict = Policy({*variable, Variable::post}).decide(entry.method, path);
        EXPECT_TRUE(verdict.allowed) << path;
        EXPECT_EQ(idOf(verdict.operation), entry.id);
    }
}

TEST(Operations, haveIdsOfTheirOwn) {
    std::set<std::string_view> ids;
    for (const Operation& operation : operations()) {
        EXPECT_TRUE(ids.insert(operation.id).second) << operation.id;
        EXPECT_EQ(operation.name == Name::fixed, operation.path.find('{') == std::string_view::npos)
            << operation.path;
    }
}

TEST(Operations, thatEndInTunnelsAreTheFive) {
    std::set<std::string_view> ids;
    for (const Operation& operation : operations())
        if (operation.hijack) ids.insert(operation.id);
    EXPECT_EQ(ids, (std::set<std::string_view>{"ContainerAttach", "ContainerAttachWebsocket", "ExecStart",
                                               "serveGRPC", "Session"}));
}

// ---- Routing -----------------------------------------------------------------------------------------

struct Row {
    std::string_view id;
    std::string_view method;
    std::string_view path;
    std::string_view operation;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.method << " " << row.path;
}

// Observed on the router of engine 20.10.24.
const Row table[] = {
    {"slashes-last-segment-exec", "POST", "/containers/x/start/exec", "ContainerExec"},
    {"slashes-last-segment-start", "POST", "/containers/x/exec/y/start", "ContainerStart"},
    {"slashes-delete", "DELETE", "/containers/a/b/c", "ContainerDelete"},
    {"slashes-delete-of-an-action", "DELETE", "/containers/x/start", "ContainerDelete"},
    {"slashes-tag", "POST", "/images/x/push/tag", "ImageTag"},
    {"slashes-network", "GET", "/networks/a/b", "NetworkInspect"},
    {"slashes-plugin", "POST", "/plugins/team/app/enable", "PluginEnable"},
    {"slashes-distribution", "GET", "/distribution/team/app/json", "DistributionInspect"},
    {"one-segment-service", "GET", "/services/a/b", ""},
    {"one-segment-node", "GET", "/nodes/a/b", ""},
    {"one-segment-secret-update", "POST", "/secrets/a/b/update", ""},
    {"one-segment-pprof", "GET", "/debug/pprof/a/b", ""},
    {"checkpoint-first", "DELETE", "/containers/x/checkpoints/y", "deleteContainerCheckpoint"},
    {"checkpoint-one-segment", "DELETE", "/containers/a/b/checkpoints/y", "ContainerDelete"},
    {"checkpoint-no-empty", "DELETE", "/containers/x/checkpoints/", "ContainerDelete"},
    {"checkpoint-list-slashes", "GET", "/containers/a/b/checkpoints", "getContainerCheckpoints"},
    {"empty-volume", "GET", "/volumes/", "VolumeInspect"},
    {"empty-container-delete", "DELETE", "/containers/", "ContainerDelete"},
    {"empty-image-delete", "DELETE", "/images/", "ImageDelete"},
    {"empty-node", "GET", "/nodes/", ""},
    {"empty-network", "GET", "/networks/", "getNetworksList"},
    {"empty-network-delete", "DELETE", "/networks/", "NetworkDelete"},
    {"fixed-before-name", "GET", "/images/get", "ImageGetAll"},
    {"name-like-a-fixed", "GET", "/images/get/get", "ImageGet"},
    {"no-name-no-match", "POST", "/containers/start", ""},
    {"trailing-slash", "GET", "/containers/json/", ""},
    {"trailing-slash-ping", "GET", "/_ping/", ""},
    {"case", "GET", "/containers/JSON", ""},
    {"prefix", "GET", "/v1.44/containers/json", "ContainerList"},
    {"prefix-odd", "GET", "/v..1/containers/json", "ContainerList"},
    {"prefix-twice", "GET", "/v1.44/v1.44/containers/json", ""},
    {"prefix-alone", "GET", "/v1.44", ""},
    {"head-of-a-get", "HEAD", "/containers/json", ""},
    {"head-archive", "HEAD", "/containers/a/b/archive", "ContainerArchiveInfo"},
    {"options-anywhere", "OPTIONS", "/no/such/route", "optionsHandler"},
    {"options-prefix-alone", "OPTIONS", "/v1.44", "optionsHandler"},
    {"options-prefix-with-letters", "OPTIONS", "/v1.44x/info", "optionsHandler"},
    {"options-asterisk", "OPTIONS", "*", "optionsAsterisk"},
    {"options-authority", "OPTIONS", "x:80", ""},
    {"wrong-method", "PUT", "/containers/json", ""},
    {"unknown-section", "GET", "/pods/json", ""},
    {"debug", "GET", "/v1.44/debug/vars", "debugVars"},
    {"debug-bare", "GET", "/debug", ""},
    {"old-copy", "POST", "/v1.12/containers/x/copy", "postContainersCopy"},
};

class Route : public testing::TestWithParam<Row> {};

TEST_P(Route, asTheDaemonDoes) {
    EXPECT_EQ(idOf(route(GetParam().method, GetParam().path)), GetParam().operation);
}

INSTANTIATE_TEST_SUITE_P(Row, Route, testing::ValuesIn(table),
                         [](const auto& row) { return testName(row.param.id); });

// The router read a second time, as regular expressions built from the catalogue. Within a section the daemon
// registers what is more special first, so the longest fixed text wins.
TEST(Routing, agreesWithRegularExpressions) {
    const std::set<std::string> slashed{"containers", "exec",    "images",      "volumes",
                                        "networks",   "plugins", "distribution"};
    struct Pattern {
        std::string id;
        std::string method;
        std::regex path;
        std::size_t fixed;
    };
    std::vector<Pattern> patterns;
    std::vector<std::string> paths{"/",         "/v1.44",   "/containers", "/networks/",
                                   "/volumes/", "/images/", "/plugins/",   "/nodes/"};
    for (const Entry& entry : catalogue()) {
        const std::string path = entry.path;
        if (entry.method == "OPTIONS") continue;
        std::string name = slashed.contains(entry.section) ? ".*" : "[^/]+";
        if (path.find("{checkpoint}") != std::string::npos || entry.id == "getPlugin") name = "[^/]+";
        if (path == "/networks/{id}" && entry.method == "GET") name = ".+";
        const std::regex variable("\\{[a-z]+\\}");
        const std::string pattern = std::regex_replace(path, variable, name);
        patterns.push_back({entry.id, entry.method, std::regex("^(/v[0-9.]+)?" + pattern + "$"),
                            std::regex_replace(path, variable, "").size()});
        for (const char* value : {"x", "a/b", "json", "x/start", ""})
            for (const char* prefix : {"", "/v1.44"})
                paths.push_back(prefix + std::regex_replace(path, variable, value));
    }
    std::ranges::stable_sort(patterns, std::greater{}, &Pattern::fixed);
    for (const std::string& path : paths)
        for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
            if (path.find("//") != std::string::npos) continue; // answered 301 before it is routed
            const auto found = std::ranges::find_if(patterns, [&](const Pattern& each) {
                return each.method == method && std::regex_match(path, each.path);
            });
            EXPECT_EQ(idOf(route(method, path)), found == patterns.end() ? "" : found->id)
                << method << " " << path;
        }
}

} // namespace
} // namespace proxy::policy
