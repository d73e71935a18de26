// The mock daemon's own route table against the conformance suite's: written apart, they must agree.
#include "conformance/catalogue.h"
#include "mockdocker/routes/route.h"
#include "mockdocker/routes/tar.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace mockdocker {
namespace {

using test::Daemon;
using Operation = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& line, char by) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, by);) cells.push_back(cell);
    return cells;
}

// Every operation of HTTP/1 in the table; comments and gRPC left out.
std::vector<Operation> operations() {
    std::ifstream file(OPERATIONS);
    std::vector<Operation> all;
    std::vector<std::string> names;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto cells = split(line, '\t');
        if (names.empty()) {
            names = cells;
            continue;
        }
        Operation operation;
        for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) operation[names[i]] = cells[i];
        const std::string& traits = operation["traits"];
        const bool grpc = traits.find("h2c") != std::string::npos &&
                          traits.find("hijack") == std::string::npos; // HTTP/2 only
        if (!grpc && operation["path"] != "*") all.push_back(operation);
    }
    return all;
}

int minor(const std::string& version) {
    return std::stoi(version.substr(version.find("1.") + 2));
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
    const std::string path = evergreenPath(operation.at("path"));
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
    const std::string& traits = operation.at("traits");
    if (traits.find("websocket") != std::string::npos) {
        fields = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    } else if (traits.find("h2c") != std::string::npos) {
        fields = "Upgrade: h2c\r\n";
    } else if (traits.find("hijack") != std::string::npos) {
        fields = "Upgrade: tcp\r\n";
    }
    std::string body =
        traits.find("body-json") != std::string::npos
            ? R"({"Image":"mock","Cmd":["true"],"Name":"mock-1","ListenAddr":"127.0.0.1","JoinToken":"SWMTKN-1-",)"
              R"("UnlockKey":"mock","TaskTemplate":{"ContainerSpec":{}}})"
            : "";
    const bool tar = path == "/build" || path == "/plugins/create";
    if (tar) body = tarOf("Dockerfile", "FROM busybox\n");
    if (!body.empty() && !tar) fields += "Content-Type: application/json\r\n";
    return operation.at("method") + " " + path + query + " HTTP/1.1\r\nHost: x\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

auto variables(std::string_view path) {
    return std::ranges::count(path, '{');
}

std::string newest() {
    return "1." + std::to_string(conformance::Catalogue::newest.minor);
}

} // namespace

TEST(Catalogue, IsRead) {
    EXPECT_GT(operations().size(), 110U);
}

TEST(Catalogue, EveryOperationAnswersADocumentedStatusOnEvergreenNames) {
    const Daemon manager({.apiVersion = newest(), .minApiVersion = "1.24", .experimental = true});
    const Daemon loner({.apiVersion = newest(), .minApiVersion = "1.24", .swarm = false});
    for (auto operation : operations()) {
        if (operation["until"] != "current") continue;
        const bool enters = operation["path"] == "/swarm/init" || operation["path"] == "/swarm/join";
        const auto answer =
            (enters ? loner : manager)
                .ask(requestOf(operation), operation["method"] == "HEAD" ||
                                               operation["traits"].find("hijack") != std::string::npos);
        const auto documented = split(operation["success_status"], ',');
        EXPECT_NE(std::ranges::find(documented, std::to_string(answer.status())), documented.end())
            << operation["method"] << " " << operation["path"] << ": " << answer.head << answer.body;
    }
}

TEST(Catalogue, RoutesBeginAndEndWithTheSameVersions) {
    for (auto operation : operations()) {
        const std::string path = evergreenPath(operation["path"]);
        const auto exists = [&](int api) {
            return std::ranges::any_of(routes(), [&](const Route& route) {
                return route.since <= api && api <= route.until && route.method == operation["method"] &&
                       matchPattern(route.pattern, path) &&
                       variables(route.pattern) == variables(operation["path"]) &&
                       std::ranges::count(route.pattern, '/') == std::ranges::count(operation["path"], '/');
            });
        };
        const int since = minor(operation["since"]);
        EXPECT_TRUE(exists(since)) << operation["method"] << " " << path;
        if (operation["since"].front() != '<' && path != "/networks/") {
            EXPECT_FALSE(exists(since - 1)) << operation["method"] << " " << path;
        }
        if (operation["until"] == "current") {
            EXPECT_TRUE(exists(conformance::Catalogue::newest.minor)) << path;
        } else {
            EXPECT_FALSE(exists(minor(operation["until"]) + 1)) << path;
        }
    }
}

TEST(Catalogue, EveryVersionIsOneThatAnEngineWasReleasedWith) {
    for (const auto version : conformance::Catalogue::versions()) {
        const Identity identity{.apiVersion = "1." + std::to_string(version.minor)};
        EXPECT_EQ(identity.engineVersion().find("dev"), std::string::npos) << identity.apiVersion;
    }
}

TEST(Catalogue, NoRouteIsOurInvention) {
    const auto all = operations();
    for (const Route& route : routes()) {
        const bool known = std::ranges::any_of(all, [&](const Operation& operation) {
            return operation.at("method") == route.method &&
                   matchPattern(route.pattern, evergreenPath(operation.at("path"))) &&
                   std::ranges::count(route.pattern, '/') == std::ranges::count(operation.at("path"), '/');
        });
        EXPECT_TRUE(known) << route.method << " " << route.pattern;
    }
}

} // namespace mockdocker
