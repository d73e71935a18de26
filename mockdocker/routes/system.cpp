#include "mockdocker/routes/system.h"

#include "mockdocker/routes/containers.h"
#include "mockdocker/routes/tar.h"
#include "mockdocker/state/json.h"

#include <Poco/Base64Encoder.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>

namespace mockdocker {
namespace {

using json::quote;

std::string base64(const std::string& text) {
    std::ostringstream encoded;
    Poco::Base64Encoder encoder(encoded);
    encoder.rdbuf()->setLineLength(0);
    encoder << text;
    encoder.close();
    return encoded.str();
}

// Containers that exist have the canned answer; evergreen ones never get here.
void forContainer(Call& call, int status, std::string_view body, std::string_view type) {
    if (requireContainer(call)) call.exchange.reply(status, body, type);
}

struct Network {
    std::string_view name;
    std::string_view id;
    std::string_view driver;
};
constexpr std::array networks{
    Network{"bridge", "b1d9e0000000000000000000000000000000000000000000000000000000b1d9", "bridge"},
    Network{"host", "4057000000000000000000000000000000000000000000000000000000004057", "host"},
    Network{"none", "202e00000000000000000000000000000000000000000000000000000000202e", "null"}};

std::string networkJson(const Network& network) {
    return json::object({{"Name", quote(network.name)},
                         {"Id", quote(network.id)},
                         {"Created", quote("2026-01-01T00:00:00Z")},
                         {"Scope", quote("local")},
                         {"Driver", quote(network.driver)},
                         {"EnableIPv6", "false"},
                         {"IPAM", R"({"Driver":"default","Options":null,"Config":[]})"},
                         {"Internal", "false"},
                         {"Attachable", "false"},
                         {"Ingress", "false"},
                         {"ConfigFrom", R"({"Network":""})"},
                         {"ConfigOnly", "false"},
                         {"Containers", "{}"},
                         {"Options", "{}"},
                         {"Labels", "{}"}});
}

} // namespace

void ping(Call& call) {
    Exchange& exchange = call.exchange;
    const Identity& identity = call.identity;
    if (identity.atLeast(40)) {
        exchange.set("Cache-Control", "no-cache, no-store, must-revalidate");
        exchange.set("Pragma", "no-cache");
    }
    // 20.10 sends it only when its builder is fixed by configuration; 23.0 and later always.
    if (identity.atLeast(42)) exchange.set("Builder-Version", "2");
    if (identity.atLeast(42)) exchange.set("Swarm", identity.swarm ? "active/manager" : "inactive");
    if (call.request().method == "HEAD") {
        exchange.set("Content-Length", "0");
        return exchange.reply(200, {}, "text/plain; charset=utf-8");
    }
    exchange.reply(200, "OK", "sniffed:text/plain; charset=utf-8");
}

void options(Call& call) {
    call.exchange.reply(200, {}, {});
}

void systemVersion(Call& call) {
    const Identity& identity = call.identity;
    const std::string details = json::object({{"ApiVersion", quote(identity.apiVersion)},
                                              {"Arch", quote("amd64")},
                                              {"BuildTime", quote("2026-01-01T00:00:00.000000000+00:00")},
                                              {"Experimental", quote(json::boolean(identity.experimental))},
                                              {"GitCommit", quote("5d6db84")},
                                              {"GoVersion", quote("go1.19.8")},
                                              {"KernelVersion", quote("6.1.0")},
                                              {"MinAPIVersion", quote(identity.minimum())},
                                              {"Os", quote("linux")}});
    const std::string engine = json::object(
        {{"Name", quote("Engine")}, {"Version", quote(identity.engineVersion())}, {"Details", details}});
    call.reply(200, json::object({{"Platform", R"({"Name":""})"},
                                  {"Components", json::array({engine})},
                                  {"Version", quote(identity.engineVersion())},
                                  {"ApiVersion", quote(identity.apiVersion)},
                                  {"MinAPIVersion", quote(identity.minimum())},
                                  {"GitCommit", quote("5d6db84")},
                                  {"GoVersion", quote("go1.19.8")},
                                  {"Os", quote("linux")},
                                  {"Arch", quote("amd64")},
                                  {"KernelVersion", quote("6.1.0")},
                                  {"BuildTime", quote("2026-01-01T00:00:00.000000000+00:00")}}));
}

void systemInfo(Call& call) {
    std::size_t total = 0;
    std::ptrdiff_t running = 0;
    std::size_t imageCount = 0;
    {
        const auto guard = call.world.lock();
        total = call.world.containers().size();
        running = std::ranges::count_if(call.world.containers(), [](const auto& c) { return c->running(); });
        imageCount = call.world.images().size();
    }
    const std::string swarm =
        call.identity.swarm
            ? R"({"NodeID":"mocknode","NodeAddr":"127.0.0.1","LocalNodeState":"active","ControlAvailable":true,"Error":"","RemoteManagers":[{"NodeID":"mocknode","Addr":"127.0.0.1:2377"}],"Nodes":1,"Managers":1})"
            : R"({"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,"Error":"","RemoteManagers":null})";
    call.reply(
        200,
        json::object(
            {{"ID", quote("MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK")},
             {"Containers", std::to_string(total)},
             {"ContainersRunning", std::to_string(running)},
             {"ContainersPaused", "0"},
             {"ContainersStopped", std::to_string(static_cast<std::ptrdiff_t>(total) - running)},
             {"Images", std::to_string(imageCount)},
             {"Driver", quote("overlay2")},
             {"DriverStatus",
              R"([["Backing Filesystem","extfs"],["Supports d_type","true"],["Native Overlay Diff","true"]])"},
             {"Plugins",
              R"({"Volume":["local"],"Network":["bridge","host","ipvlan","macvlan","null","overlay"],"Authorization":null,"Log":["awslogs","fluentd","gcplogs","gelf","journald","json-file","local","logentries","splunk","syslog"]})"},
             {"MemoryLimit", "true"},
             {"SwapLimit", "true"},
             {"CpuCfsPeriod", "true"},
             {"CpuCfsQuota", "true"},
             {"CPUShares", "true"},
             {"CPUSet", "true"},
             {"PidsLimit", "true"},
             {"IPv4Forwarding", "true"},
             {"BridgeNfIptables", "true"},
             {"BridgeNfIp6tables", "true"},
             {"Debug", "false"},
             {"NFd", "22"},
             {"OomKillDisable", "true"},
             {"NGoroutines", "39"},
             {"SystemTime", quote(rfc3339(std::chrono::system_clock::now()))},
             {"LoggingDriver", quote("json-file")},
             {"CgroupDriver", quote("cgroupfs")},
             {"CgroupVersion", quote("1")},
             {"NEventsListener", "0"},
             {"KernelVersion", quote("6.1.0")},
             {"OperatingSystem", quote("Debian GNU/Linux 12 (bookworm)")},
             {"OSVersion", quote("12")},
             {"OSType", quote("linux")},
             {"Architecture", quote("x86_64")},
             {"IndexServerAddress", quote("https://index.docker.io/v1/")},
             {"RegistryConfig",
              R"({"AllowNondistributableArtifactsCIDRs":[],"AllowNondistributableArtifactsHostnames":[],"InsecureRegistryCIDRs":["127.0.0.0/8"],"IndexConfigs":{"docker.io":{"Name":"docker.io","Mirrors":[],"Secure":true,"Official":true}},"Mirrors":[]})"},
             {"NCPU", "2"},
             {"MemTotal", "8589934592"},
             {"GenericResources", "null"},
             {"DockerRootDir", quote("/var/lib/docker")},
             {"HttpProxy", "\"\""},
             {"HttpsProxy", "\"\""},
             {"NoProxy", "\"\""},
             {"Name", quote("mockdocker")},
             {"Labels", "[]"},
             {"ExperimentalBuild", json::boolean(call.identity.experimental)},
             {"ServerVersion", quote(call.identity.engineVersion())},
             {"Runtimes", R"({"io.containerd.runc.v2":{"path":"runc"},"runc":{"path":"runc"}})"},
             {"DefaultRuntime", quote("runc")},
             {"Swarm", swarm},
             {"LiveRestoreEnabled", "false"},
             {"Isolation", "\"\""},
             {"InitBinary", quote("docker-init")},
             {"ContainerdCommit", R"({"ID":"1.6.20","Expected":"1.6.20"})"},
             {"RuncCommit", R"({"ID":"1.1.5","Expected":"1.1.5"})"},
             {"InitCommit", R"({"ID":"","Expected":""})"},
             {"SecurityOptions", R"(["name=seccomp,profile=default"])"},
             {"Warnings", "null"}}));
}

void buildCancel(Call& call) {
    const auto id = call.request().query("id").value_or("");
    if (id.empty()) return call.error(call.identity.atLeast(42) ? 400 : 500, "build ID not provided");
    call.exchange.reply(200, {}, {});
}

void diskUsage(Call& call) {
    call.reply(
        200, R"({"LayersSize":0,"Images":[],"Containers":[],"Volumes":[],"BuildCache":[],"BuilderSize":0})");
}

namespace {

// False: an error has been answered.
bool statArchive(Call& call) {
    const auto path = call.request().query("path");
    if (!path || path->empty()) {
        call.error(400, "bad parameter: pathcannot be empty");
        return false;
    }
    if (!requireContainer(call)) return false;
    const std::string name = path->substr(path->rfind('/') + 1);
    const std::string stat = json::object({{"name", quote(name)},
                                           {"size", "5"},
                                           {"mode", "420"},
                                           {"mtime", quote("2026-01-01T00:00:00Z")},
                                           {"linkTarget", "\"\""}});
    call.exchange.set("X-Docker-Container-Path-Stat", base64(stat));
    return true;
}

} // namespace

void archiveHead(Call& call) {
    if (statArchive(call)) call.exchange.reply(200, {}, {});
}

void archiveGet(Call& call) {
    if (!statArchive(call)) return;
    const std::string path = call.request().query("path").value_or("");
    if (!call.exchange.begin(200, "application/x-tar")) return;
    call.exchange.write(tarOf(path.substr(path.rfind('/') + 1), "mock\n"));
}

void archivePut(Call& call) {
    if (!call.request().query("path")) return call.error(400, "bad parameter: pathcannot be empty");
    if (!requireContainer(call)) return;
    call.exchange.body();
    call.exchange.reply(200, {}, {});
}

void containerChanges(Call& call) {
    forContainer(call, 200, "null\n", "application/json");
}

void containerUpdate(Call& call) {
    if (requireJson(call, !call.identity.atLeast(42)))
        forContainer(call, 200, "{\"Warnings\":null}\n", "application/json");
}

void containerExport(Call& call) {
    if (!requireContainer(call)) return;
    if (call.exchange.begin(200, "application/octet-stream"))
        call.exchange.write(tarOf("etc/hostname", call.name() + "\n"));
}

// container_routes.go postContainersCopy: gone for API 1.24 and later, an empty 404.
void removedCopy(Call& call) {
    if (call.versionAtLeast("1.24")) return call.exchange.reply(404, {}, {});
    if (!requireContainer(call)) return;
    if (call.exchange.begin(200, "application/x-tar")) call.exchange.write(tarOf("file", "mock\n"));
}

void networkList(Call& call) {
    std::vector<std::string> items;
    items.reserve(networks.size());
    for (const Network& network : networks) items.push_back(networkJson(network));
    call.reply(200, json::array(items));
}

// The predefined ones cannot be removed, and there are no others.
void networkDelete(Call& call) {
    const bool known =
        std::ranges::any_of(networks, [&](const Network& network) { return network.name == call.name(); });
    if (known) return call.error(403, call.name() + " is a pre-defined network and cannot be removed");
    call.error(404, "network " + call.name() + " not found");
}

void noSuchPlugin(Call& call) {
    call.error(404, "plugin " + quote(call.name()) + " not found");
}

void networkInspect(Call& call) {
    const auto at = std::ranges::find_if(networks, [&](const Network& network) {
        return network.name == call.name() || network.id.starts_with(call.name());
    });
    if (at == networks.end()) return call.error(404, "network " + call.name() + " not found");
    call.reply(200, networkJson(*at));
}

} // namespace mockdocker
