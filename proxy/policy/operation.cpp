#include "proxy/policy/operation.h"

#include "proxy/policy/path.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace proxy::policy {
namespace {

using enum Name;

// id, method, path, what its {…} may hold, `true` where the exchange can end in a tunnel, and a second one
// where the answer holds environments. Order
// within a section is the daemon's order of registration: GET /containers/x/checkpoints is tried
// before the rest. Left out: the gRPC services that Docker 29.2 serves over HTTP/2 without an
// upgrade; this proxy speaks HTTP/1.
constexpr auto table = std::to_array<Operation>({
    {"SystemPing", "GET", "/_ping", fixed},
    {"SystemPingHead", "HEAD", "/_ping", fixed},

    {"SystemAuth", "POST", "/auth", fixed},

    {"ImageBuild", "POST", "/build", fixed},
    {"BuildPrune", "POST", "/build/prune", fixed},
    {"postCancel", "POST", "/build/cancel", fixed},

    {"ImageCommit", "POST", "/commit", fixed},

    {"ConfigList", "GET", "/configs", fixed},
    {"ConfigCreate", "POST", "/configs/create", fixed},
    {"ConfigDelete", "DELETE", "/configs/{id}", segment},
    {"ConfigInspect", "GET", "/configs/{id}", segment},
    {"ConfigUpdate", "POST", "/configs/{id}/update", segment},

    {"getContainerCheckpoints", "GET", "/containers/{id}/checkpoints", anything},
    {"postContainerCheckpoint", "POST", "/containers/{id}/checkpoints", anything},
    {"deleteContainerCheckpoint", "DELETE", "/containers/{id}/checkpoints/{checkpoint}", segment},
    {"ContainerArchiveInfo", "HEAD", "/containers/{id}/archive", anything},
    {"ContainerList", "GET", "/containers/json", fixed},
    {"ContainerExport", "GET", "/containers/{id}/export", anything},
    {"ContainerChanges", "GET", "/containers/{id}/changes", anything},
    {"ContainerInspect", "GET", "/containers/{id}/json", anything, false, true},
    {"ContainerTop", "GET", "/containers/{id}/top", anything},
    {"ContainerLogs", "GET", "/containers/{id}/logs", anything},
    {"ContainerStats", "GET", "/containers/{id}/stats", anything},
    {"ContainerAttachWebsocket", "GET", "/containers/{id}/attach/ws", anything, true},
    {"ContainerArchive", "GET", "/containers/{id}/archive", anything},
    {"ContainerCreate", "POST", "/containers/create", fixed},
    {"ContainerKill", "POST", "/containers/{id}/kill", anything},
    {"ContainerPause", "POST", "/containers/{id}/pause", anything},
    {"ContainerUnpause", "POST", "/containers/{id}/unpause", anything},
    {"ContainerRestart", "POST", "/containers/{id}/restart", anything},
    {"ContainerStart", "POST", "/containers/{id}/start", anything},
    {"ContainerStop", "POST", "/containers/{id}/stop", anything},
    {"ContainerWait", "POST", "/containers/{id}/wait", anything},
    {"ContainerResize", "POST", "/containers/{id}/resize", anything},
    {"ContainerAttach", "POST", "/containers/{id}/attach", anything, true},
    {"ContainerExec", "POST", "/containers/{id}/exec", anything},
    {"ContainerRename", "POST", "/containers/{id}/rename", anything},
    {"ContainerUpdate", "POST", "/containers/{id}/update", anything},
    {"ContainerPrune", "POST", "/containers/prune", fixed},
    {"PutContainerArchive", "PUT", "/containers/{id}/archive", anything},
    {"ContainerDelete", "DELETE", "/containers/{id}", anything},
    {"postContainersCopy", "POST", "/containers/{id}/copy", anything},

    {"debugVars", "GET", "/debug/vars", fixed},
    {"debugPprofIndex", "GET", "/debug/pprof/", fixed},
    {"debugPprofCmdline", "GET", "/debug/pprof/cmdline", fixed},
    {"debugPprofProfile", "GET", "/debug/pprof/profile", fixed},
    {"debugPprofSymbol", "GET", "/debug/pprof/symbol", fixed},
    {"debugPprofTrace", "GET", "/debug/pprof/trace", fixed},
    {"debugPprofNamed", "GET", "/debug/pprof/{name}", segment},

    {"DistributionInspect", "GET", "/distribution/{name}/json", anything},

    {"SystemEvents", "GET", "/events", fixed},

    {"ExecInspect", "GET", "/exec/{id}/json", anything},
    {"ExecStart", "POST", "/exec/{id}/start", anything, true},
    {"ExecResize", "POST", "/exec/{id}/resize", anything},

    {"serveGRPC", "POST", "/grpc", fixed, true},

    {"ImageList", "GET", "/images/json", fixed},
    {"ImageSearch", "GET", "/images/search", fixed},
    {"ImageGetAll", "GET", "/images/get", fixed},
    {"ImageGet", "GET", "/images/{name}/get", anything},
    {"ImageHistory", "GET", "/images/{name}/history", anything},
    {"ImageInspect", "GET", "/images/{name}/json", anything, false, true},
    {"ImageAttestations", "GET", "/images/{name}/attestations", anything, false, true},
    {"ImageLoad", "POST", "/images/load", fixed},
    {"ImageCreate", "POST", "/images/create", fixed},
    {"ImagePush", "POST", "/images/{name}/push", anything},
    {"ImageTag", "POST", "/images/{name}/tag", anything},
    {"ImagePrune", "POST", "/images/prune", fixed},
    {"ImageDelete", "DELETE", "/images/{name}", anything},

    {"SystemInfo", "GET", "/info", fixed},

    {"NetworkList", "GET", "/networks", fixed},
    {"getNetworksList", "GET", "/networks/", fixed},
    {"NetworkInspect", "GET", "/networks/{id}",
     anything}, // .+ in the daemon; the empty name is the row above
    {"NetworkCreate", "POST", "/networks/create", fixed},
    {"NetworkConnect", "POST", "/networks/{id}/connect", anything},
    {"NetworkDisconnect", "POST", "/networks/{id}/disconnect", anything},
    {"NetworkPrune", "POST", "/networks/prune", fixed},
    {"NetworkDelete", "DELETE", "/networks/{id}", anything},

    {"NodeList", "GET", "/nodes", fixed},
    {"NodeInspect", "GET", "/nodes/{id}", segment},
    {"NodeDelete", "DELETE", "/nodes/{id}", segment},
    {"NodeUpdate", "POST", "/nodes/{id}/update", segment},

    {"PluginList", "GET", "/plugins", fixed, false, true},
    {"PluginInspect", "GET", "/plugins/{name}/json", anything, false, true},
    {"GetPluginPrivileges", "GET", "/plugins/privileges", fixed},
    {"PluginDelete", "DELETE", "/plugins/{name}", anything},
    {"PluginEnable", "POST", "/plugins/{name}/enable", anything},
    {"PluginDisable", "POST", "/plugins/{name}/disable", anything},
    {"PluginPull", "POST", "/plugins/pull", fixed},
    {"PluginPush", "POST", "/plugins/{name}/push", anything},
    {"PluginUpgrade", "POST", "/plugins/{name}/upgrade", anything},
    {"PluginSet", "POST", "/plugins/{name}/set", anything},
    {"PluginCreate", "POST", "/plugins/create", fixed},
    {"getPlugin", "GET", "/plugins/{name}", segment, false, true},

    {"SecretList", "GET", "/secrets", fixed},
    {"SecretCreate", "POST", "/secrets/create", fixed},
    {"SecretDelete", "DELETE", "/secrets/{id}", segment},
    {"SecretInspect", "GET", "/secrets/{id}", segment},
    {"SecretUpdate", "POST", "/secrets/{id}/update", segment},

    {"ServiceList", "GET", "/services", fixed, false, true},
    {"ServiceInspect", "GET", "/services/{id}", segment, false, true},
    {"ServiceCreate", "POST", "/services/create", fixed},
    {"ServiceUpdate", "POST", "/services/{id}/update", segment},
    {"ServiceDelete", "DELETE", "/services/{id}", segment},
    {"ServiceLogs", "GET", "/services/{id}/logs", segment},

    {"Session", "POST", "/session", fixed, true},

    {"SwarmInit", "POST", "/swarm/init", fixed},
    {"SwarmJoin", "POST", "/swarm/join", fixed},
    {"SwarmLeave", "POST", "/swarm/leave", fixed},
    {"SwarmInspect", "GET", "/swarm", fixed},
    {"SwarmUnlockkey", "GET", "/swarm/unlockkey", fixed},
    {"SwarmUpdate", "POST", "/swarm/update", fixed},
    {"SwarmUnlock", "POST", "/swarm/unlock", fixed},

    {"SystemDataUsage", "GET", "/system/df", fixed},

    {"TaskList", "GET", "/tasks", fixed, false, true},
    {"TaskInspect", "GET", "/tasks/{id}", segment, false, true},
    {"TaskLogs", "GET", "/tasks/{id}/logs", segment},

    {"SystemVersion", "GET", "/version", fixed},

    {"VolumeList", "GET", "/volumes", fixed},
    {"VolumeInspect", "GET", "/volumes/{name}", anything},
    {"VolumeCreate", "POST", "/volumes/create", fixed},
    {"VolumePrune", "POST", "/volumes/prune", fixed},
    {"VolumeUpdate", "PUT", "/volumes/{name}", anything},
    {"VolumeDelete", "DELETE", "/volumes/{name}", anything},

    {"optionsHandler", "OPTIONS", "/{anyroute}", anything},

    {"optionsAsterisk", "OPTIONS", "*", fixed},
});

// ---- The table compiled, so that routing compares a few bytes a candidate --------------------------
constexpr std::array<std::string_view, 6> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};

// methods.size() for any other.
constexpr std::size_t indexOf(std::string_view method) noexcept {
    std::size_t i = 0;
    while (i < methods.size() && methods[i] != method) ++i;
    return i;
}

struct Route {
    std::size_t method;      // index of `methods`
    std::string_view before; // the fixed text before the first {…}, or the whole path
    std::string_view after;  // what follows it; may hold a second {…}, where the name is a segment
};

constexpr auto routes = []() {
    std::array<Route, table.size()> compiled{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::string_view path = table[i].path;
        const auto open = path.find('{');
        compiled[i].method = indexOf(table[i].method);
        compiled[i].before = path.substr(0, open);
        if (open != std::string_view::npos) compiled[i].after = path.substr(path.find('}') + 1);
    }
    return compiled;
}();

// Rows [begin, end) of the table whose first segment is the section's.
struct Rows {
    std::size_t begin = 0;
    std::size_t end = 0;
};

constexpr Rows rowsOf(std::string_view section) noexcept {
    const auto isIn = [section](const Operation& operation) {
        const std::string_view path = operation.path.substr(1);
        return path.substr(0, path.find('/')) == section;
    };
    const auto* const begin = std::ranges::find_if(table, isIn);
    const auto* const end = std::find_if_not(begin, table.end(), isIn);
    return {static_cast<std::size_t>(begin - table.begin()), static_cast<std::size_t>(end - table.begin())};
}

constexpr auto rowsOfSections = []() {
    std::array<Rows, sections.size()> rows{};
    std::ranges::transform(sections, rows.begin(),
                           [](const SectionFacts& section) { return rowsOf(section.path); });
    return rows;
}();

constexpr std::size_t anyroute = table.size() - 2;
constexpr std::size_t asterisk = table.size() - 1;
static_assert(table[anyroute].path == "/{anyroute}" && table[asterisk].path == "*");

// [^/]+ followed by `after`, in which there may be one more [^/]+ at the end.
constexpr bool matchesSegments(std::string_view text, std::string_view after) noexcept {
    const auto end = text.find('/');
    if (text.empty() || end == 0) return false;
    text.remove_prefix(std::min(end, text.size()));
    const auto open = after.find('{');
    if (open == std::string_view::npos) return text == after;
    return text.starts_with(after.substr(0, open)) && matchesSegments(text.substr(open), {});
}

bool matches(const Route& route, Name name, std::string_view path) noexcept {
    if (name == fixed) return path == route.before;
    if (!path.starts_with(route.before)) return false;
    const std::string_view text = path.substr(route.before.size());
    if (name == segment) return matchesSegments(text, route.after);
    return text.ends_with(route.after);
}

} // namespace

std::span<const Operation> operations() noexcept {
    return table;
}

const Operation* routeAt(std::string_view method, const Place& place) noexcept {
    if (method == "OPTIONS") {
        if (place.rest.starts_with('/')) return &table[anyroute];
        return place.rest == "*" ? &table[asterisk] : nullptr;
    }
    if (!place.section) return nullptr;
    const Rows rows = rowsOfSections[static_cast<std::size_t>(*place.section)];
    const std::size_t index = indexOf(method);
    for (std::size_t i = rows.begin; i < rows.end; ++i)
        if (routes[i].method == index && matches(routes[i], table[i].name, place.rest)) return &table[i];
    return nullptr;
}

std::string_view nameAt(const Operation& operation, const Place& place) noexcept {
    if (operation.name == fixed) return {};
    const Route& route = routes[static_cast<std::size_t>(&operation - table.data())];
    const std::string_view text = place.rest.substr(route.before.size());
    return text.substr(0, operation.name == segment ? text.find('/') : text.size() - route.after.size());
}

const Operation* route(std::string_view method, std::string_view path) noexcept {
    return routeAt(method, locate(path));
}

std::string samplePath(const Operation& operation, std::string_view name) {
    std::string path;
    std::string_view rest = operation.path;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        path.append(rest.substr(0, open)).append(name);
        rest.remove_prefix(rest.find('}') + 1);
    }
    return path.append(rest);
}

} // namespace proxy::policy
