// The table of operations against the conformance catalogue, and the routing against
// the daemon's documented behaviour.
#include "conformance/catalogue.h"
#include "proxy/policy/operation.h"
#include "proxy/policy/policy.h"
#include "tests/proxy/policy/rows.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <regex>
#include <set>
#include <sstream>
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

INSTANTIATE_TEST_SUITE_P(Row, Route, testing::ValuesIn(table), tests::byId);

// The router read a second time, as regular expressions built from the catalogue. Within a section the daemon
// registers what is more special first, so the longest fixed text wins.
class SecondRouter {
public:
    SecondRouter() {
        const std::set<std::string> slashed{"containers", "exec",    "images",      "volumes",
                                            "networks",   "plugins", "distribution"};
        for (const Entry& entry : catalogue()) {
            const std::string path = entry.path;
            if (entry.method == "OPTIONS") continue;
            std::string name = slashed.contains(entry.section) ? ".*" : "[^/]+";
            if (path.find("{checkpoint}") != std::string::npos || entry.id == "getPlugin") name = "[^/]+";
            if (path == "/networks/{id}" && entry.method == "GET") name = ".+";
            patterns_.push_back(
                {entry.id, entry.method,
                 std::regex("^(/v[0-9.]+)?" + std::regex_replace(path, variable(), name) + "$"),
                 std::regex_replace(path, variable(), "").size()});
        }
        std::ranges::stable_sort(patterns_, std::greater{}, &Pattern::fixed);
    }

    /// "" where the daemon answers 404. Not of OPTIONS, which is answered everywhere.
    [[nodiscard]] std::string_view idOf(std::string_view method, const std::string& path) const {
        const auto found = std::ranges::find_if(patterns_, [&](const Pattern& each) {
            return each.method == method && std::regex_match(path, each.path);
        });
        return found == patterns_.end() ? std::string_view{} : found->id;
    }

    static const std::regex& variable() {
        static const std::regex pattern("\\{[a-z]+\\}");
        return pattern;
    }

private:
    struct Pattern {
        std::string id;
        std::string method;
        std::regex path;
        std::size_t fixed;
    };
    std::vector<Pattern> patterns_;
};

constexpr std::string_view routedMethods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};

TEST(Routing, agreesWithRegularExpressions) {
    const SecondRouter second;
    std::vector<std::string> paths{"/",         "/v1.44",   "/containers", "/networks/",
                                   "/volumes/", "/images/", "/plugins/",   "/nodes/"};
    for (const Entry& entry : catalogue())
        for (const char* value : {"x", "a/b", "json", "x/start", ""})
            for (const char* prefix : {"", "/v1.44"})
                if (entry.method != "OPTIONS")
                    paths.push_back(prefix + std::regex_replace(entry.path, SecondRouter::variable(), value));
    for (const std::string& path : paths)
        for (const std::string_view method : routedMethods) {
            if (path.find("//") != std::string::npos) continue; // answered 301 before it is routed
            EXPECT_EQ(idOf(route(method, path)), second.idOf(method, path)) << method << " " << path;
        }
}

// Of the words that routes are made of, put together at random: what a name may be that holds slashes.
std::string randomPath(std::mt19937& bits) {
    static const std::vector<std::string> words = [] {
        std::set<std::string> all{"x", "a:b", "v1.41", "v1.23", "1.0", "latest"};
        for (const Operation& operation : operations()) {
            std::istringstream text{std::string(operation.path)};
            for (std::string word; std::getline(text, word, '/');)
                if (!word.empty() && word.front() != '{') all.insert(word);
        }
        return std::vector<std::string>(all.begin(), all.end());
    }();
    static const std::vector<std::string> sections{"containers", "images",           "volumes",
                                                   "networks",   "plugins",          "exec",
                                                   "services",   "v1.41/containers", "v1.41/images"};
    std::string path = "/" + sections[bits() % sections.size()];
    for (auto rest = bits() % 5; rest > 0; --rest) path += "/" + words[bits() % words.size()];
    if (bits() % 16 == 0) path += '/';
    return path;
}

// What is denied by name is denied in every spelling that the daemon routes to it, whatever is granted; what
// is allowed by name opens that operation, and nothing else.
TEST(Routing, ofRandomPathsDecidesWhatNamesDenyAndAllow) {
    const SecondRouter second;
    std::mt19937 bits(20140924);
    std::set<std::string_view> seen;
    for (int i = 0; i < 20'000; ++i) {
        const std::string path = randomPath(bits);
        const std::string_view method = routedMethods[bits() % std::size(routedMethods)];
        const std::string_view id = second.idOf(method, path);
        seen.insert(id);
        ASSERT_EQ(idOf(route(method, path)), id) << method << " " << path;

        const Operation& named = operations()[bits() % operations().size()];
        OperationSet one;
        one.add(id.empty() || bits() % 4 == 0 ? named : *route(method, path));
        const bool isNamed = !id.empty() && one.has(*route(method, path));
        const Verdict denied = Policy(Access{.grants = allGrants(), .denied = one}).decide(method, path);
        EXPECT_EQ(denied.rule == Rule::operationsDenied, isNamed) << method << " " << path;
        EXPECT_TRUE(!isNamed || !denied.allowed) << method << " " << path;
        const Verdict allowed = Policy(Access{.grants = {}, .allowed = one}).decide(method, path);
        const bool oldStart = id == "ContainerStart" && allowed.rule == Rule::startConfig;
        EXPECT_EQ(allowed.allowed, isNamed && !oldStart) << method << " " << path;
        if (HasFailure()) return;
    }
    EXPECT_GT(seen.size(), 60U) << "the paths try too little";
}

} // namespace
} // namespace proxy::policy
