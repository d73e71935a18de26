// The mock daemon's own route table against the conformance suite's: written apart, they must agree.
#include "conformance/catalogue.h"
#include "mockdocker/routes/route.h"
#include "mockdocker/routes/tar.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace mockdocker {
namespace {

using conformance::Catalogue;
using conformance::Operation;
using test::Daemon;

// Those of HTTP/1; gRPC services are no routes of the daemon's.
std::vector<Operation> operations() {
    std::vector<Operation> all = Catalogue::builtin().operations();
    std::erase_if(all, [](const Operation& operation) {
        return (operation.has(conformance::Trait::h2c) && !operation.has(conformance::Trait::hijack)) ||
               operation.path == "*";
    });
    return all;
}

// A path of the operation on names that always exist.
std::string evergreenPath(std::string path) {
    while (path.find('{') != std::string::npos) {
        const auto open = path.find('{');
        path.replace(open, path.find('}') - open + 1, "mock-1");
    }
    return path;
}

std::string requestOf(const Operation& operation) {
    const std::string path = evergreenPath(operation.path);
    std::string query;
    if (path.ends_with("/logs")) query = "?stdout=1";
    if (path.ends_with("/archive")) query = "?path=/etc/hostname";
    if (path.ends_with("/stats")) query = "?stream=0";
    if (path == "/events") query = "?until=1";
    if (path == "/commit") query = "?container=mock-1";
    if (path == "/build/cancel") query = "?id=1";
    if (path == "/images/create") query = "?fromImage=mock";
    if (path == "/plugins/create") query = "?name=mock";
    if (path == "/plugins/pull" || path == "/plugins/privileges") query = "?remote=mock";
    if (path == "/swarm/leave") query = "?force=1";
    if (path == "/swarm/update") query = "?version=10";
    std::string fields;
    if (operation.has(conformance::Trait::websocket)) {
        fields = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    } else if (operation.has(conformance::Trait::h2c)) {
        fields = "Upgrade: h2c\r\n";
    } else if (operation.has(conformance::Trait::hijack)) {
        fields = "Upgrade: tcp\r\n";
    }
    std::string body =
        operation.has(conformance::Trait::bodyJson)
            ? R"({"Image":"mock","Cmd":["true"],"Name":"mock-1","ListenAddr":"127.0.0.1","JoinToken":"SWMTKN-1-",)"
              R"("UnlockKey":"mock","TaskTemplate":{"ContainerSpec":{}}})"
            : "";
    const bool tar = path == "/build" || path == "/plugins/create";
    if (tar) body = tarOf("Dockerfile", "FROM busybox\n");
    if (!body.empty() && !tar) fields += "Content-Type: application/json\r\n";
    return operation.method + " " + path + query + " HTTP/1.1\r\nHost: x\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

auto variables(std::string_view path) {
    return std::ranges::count(path, '{');
}

std::string newest() {
    return Catalogue::newest.text();
}

} // namespace

TEST(Catalogue, EveryOperationAnswersADocumentedStatusOnEvergreenNames) {
    const Daemon manager({.apiVersion = newest(), .minApiVersion = "1.24", .experimental = true});
    const Daemon loner({.apiVersion = newest(), .minApiVersion = "1.24", .swarm = false});
    for (const Operation& operation : operations()) {
        if (operation.until) continue;
        const bool enters = operation.path == "/swarm/init" || operation.path == "/swarm/join";
        const bool headOnly = operation.method == "HEAD" || operation.has(conformance::Trait::hijack);
        const auto answer = (enters ? loner : manager).ask(requestOf(operation), headOnly);
        EXPECT_NE(std::ranges::find(operation.success, answer.status()), operation.success.end())
            << operation.method << " " << operation.path << ": " << answer.head << answer.body;
    }
}

TEST(Catalogue, RoutesBeginAndEndWithTheSameVersions) {
    for (const Operation& operation : operations()) {
        const std::string path = evergreenPath(operation.path);
        const auto exists = [&](int api) {
            return std::ranges::any_of(routes(), [&](const Route& route) {
                return route.since <= api && api <= route.until && route.method == operation.method &&
                       matchPattern(route.pattern, path) &&
                       variables(route.pattern) == variables(operation.path) &&
                       std::ranges::count(route.pattern, '/') == std::ranges::count(operation.path, '/');
            });
        };
        const int since = operation.since.minor;
        EXPECT_TRUE(exists(since)) << operation.method << " " << path;
        if (operation.since != Catalogue::oldest && path != "/networks/") {
            EXPECT_FALSE(exists(since - 1)) << operation.method << " " << path;
        }
        const int last = operation.until.value_or(Catalogue::newest).minor;
        EXPECT_TRUE(exists(last)) << path;
        if (operation.until) {
            EXPECT_FALSE(exists(last + 1)) << path;
        }
    }
}

// Which names may hold slashes is told twice: in the catalogue, and by the mux patterns here.
TEST(Catalogue, NamesHoldSlashesWhereTheRoutersDo) {
    for (const Operation& operation : operations())
        for (const Route& route : routes()) {
            if (operation.id == "getPlugin")
                continue; // of API 1.24 alone: nobody names it, so it is read strictly
            const bool same =
                route.method == operation.method &&
                matchPattern(route.pattern, evergreenPath(operation.path)) &&
                std::ranges::count(route.pattern, '/') == std::ranges::count(operation.path, '/');
            const bool slashes = route.pattern.find(":.") != std::string_view::npos;
            if (same && variables(route.pattern) == variables(operation.path)) {
                EXPECT_EQ(operation.has(conformance::Trait::slashes), slashes)
                    << operation.method << " " << operation.path;
            }
        }
}

TEST(Catalogue, EveryVersionIsOneThatAnEngineWasReleasedWith) {
    for (const auto version : Catalogue::versions()) {
        const Identity identity{.apiVersion = "1." + std::to_string(version.minor)};
        EXPECT_EQ(identity.engineVersion().find("dev"), std::string::npos) << identity.apiVersion;
    }
}

TEST(Catalogue, NoRouteIsOurInvention) {
    const auto all = operations();
    for (const Route& route : routes()) {
        const bool known = std::ranges::any_of(all, [&](const Operation& operation) {
            return operation.method == route.method &&
                   matchPattern(route.pattern, evergreenPath(operation.path)) &&
                   std::ranges::count(route.pattern, '/') == std::ranges::count(operation.path, '/');
        });
        EXPECT_TRUE(known) << route.method << " " << route.pattern;
    }
}

} // namespace mockdocker
