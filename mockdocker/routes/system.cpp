#include "mockdocker/routes/system.h"

#include "mockdocker/routes/complaints.h"
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
    call.exchange.reply(200, {});
}

void buildPrune(Call& call) {
    const std::string amount = call.request().query("keep-storage").value_or("");
    if (const auto complaint = amount.empty() ? std::nullopt : numberComplaint(amount)) {
        return call.error(call.identity.atLeast(48) ? 400 : 500,
                          "keep-storage is in bytes and expects an integer, got " + amount + ": " +
                              *complaint);
    }
    call.succeed();
}

void diskUsage(Call& call) {
    call.reply(
        200, R"({"LayersSize":0,"Images":[],"Containers":[],"Volumes":[],"BuildCache":[],"BuilderSize":0})");
}

namespace {

// What images hold is not imitated: a path is there when it begins with one of the usual folders.
bool requirePath(Call& call, const std::string& path) {
    constexpr std::string_view folders =
        " bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var ";
    const std::string clean = cleanPath("/" + path).substr(1);
    const std::string first = clean.substr(0, clean.find('/'));
    if (first.empty() || folders.find(" " + first + " ") != std::string_view::npos) return true;
    call.error(404, "Could not find the file " + path + " in container " + call.name());
    return false;
}

// False: an error has been answered.
bool statArchive(Call& call) {
    const auto path = call.request().query("path");
    if (!path || path->empty()) {
        call.error(400, "bad parameter: pathcannot be empty");
        return false;
    }
    if (!requireContainer(call) || !requirePath(call, *path)) return false;
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
    call.exchange.reply(200, tarOf(path.substr(path.rfind('/') + 1), "mock\n"), "application/x-tar");
}

void archivePut(Call& call) {
    const std::string path = call.request().query("path").value_or("");
    if (path.empty()) return call.error(400, "bad parameter: pathcannot be empty");
    if (!requireContainer(call) || !requirePath(call, path)) return;
    if (isTorn(call.exchange.body())) return call.error(500, tornComplaint(call.identity));
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

namespace {

// net/http/pprof's, by the last segment of the path; any other is a profile by name.
struct Profile {
    std::string_view name;
    std::string_view type;
    std::string_view body;
    bool streamed;
};
constexpr std::string_view binary = "application/octet-stream";
constexpr std::string_view text = "text/plain; charset=utf-8";
constexpr std::array profiles{Profile{"", "text/html; charset=utf-8", "<html>mock</html>\n", true},
                              Profile{"cmdline", text, "dockerd", false},
                              Profile{"symbol", text, "num_symbols: 1\n", false},
                              Profile{"profile", binary, "mock", false},
                              Profile{"trace", binary, "mock", true},
                              Profile{"allocs", binary, "mock", true},
                              Profile{"block", binary, "mock", true},
                              Profile{"goroutine", binary, "mock", true},
                              Profile{"heap", binary, "mock", true},
                              Profile{"mutex", binary, "mock", true},
                              Profile{"threadcreate", binary, "mock", true}};

} // namespace

void debugPprof(Call& call) {
    const std::string& path = call.request().path;
    const std::string name = path.substr(path.rfind('/') + 1);
    const auto* const profile =
        std::ranges::find_if(profiles, [&](const Profile& each) { return each.name == name; });
    call.exchange.set("X-Content-Type-Options", "nosniff");
    if (profile == profiles.end()) {
        call.exchange.set("X-Go-Pprof", "1");
        return call.exchange.reply(404, "Unknown profile\n", text);
    }
    if (profile->type == binary)
        call.exchange.set("Content-Disposition", "attachment; filename=" + quote(name));
    if (!profile->streamed) return call.exchange.reply(200, profile->body, profile->type);
    if (call.exchange.begin(200, profile->type)) call.exchange.write(profile->body);
}

} // namespace mockdocker
