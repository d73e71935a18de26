#include "proxy/guard/operations.h"

#include "proxy/guard/values.h"

#include <algorithm>
#include <array>

namespace proxy::guard {
namespace {

using enum Rule;
using B = BodyKind;
using O = Object;

constexpr auto judged = std::to_array<Judged>({
    {"ContainerCreate", B::object, O::createRequest, nullptr, none, "chooses mounts, namespaces, devices"},
    {"ContainerUpdate", B::object, O::updateRequest, nullptr, none,
     "limits and restart policy; the rest of HostConfig is not applied"},
    {"ContainerStart", B::unread, O::nothing, nullptr, none,
     "before API 1.24 its body is a HostConfig; a checkpoint is a folder"},
    {"ContainerRename", B::unread, O::nothing, nullptr, none, "a form's name would override the query's"},
    {"ContainerExec", B::object, O::execRequest, &Settings::exec, operationExec, "enters any container"},
    {"ExecStart", B::object, O::execStart, &Settings::exec, operationExec, "enters any container"},
    {"VolumeCreate", B::optional, O::volume, nullptr, none, "options mount anything, later by name"},
    {"NetworkCreate", B::object, O::network, nullptr, none, "drivers and options reach the host's networks"},
    {"NetworkConnect", B::object, O::connectRequest, nullptr, none, "moves any container into a network"},
    {"NetworkDisconnect", B::object, O::disconnectRequest, nullptr, none,
     "moves any container out of a network"},
    {"ImageCommit", B::optional, O::config, nullptr, none, "an image's configuration; nothing of HostConfig"},
    {"ImageCreate", B::unread, O::nothing, nullptr, none, "fetches what it is told, by query or form"},
    {"ImageLoad", B::unread, O::nothing, nullptr, none,
     "the archive is unpacked in a chroot of the daemon's"},
    {"ImageTag", B::unread, O::nothing, nullptr, none, "a form's name would override the query's"},
    {"ImagePush", B::unread, O::nothing, nullptr, none, "Podman pushes into folders of the host, too"},
    {"ImageBuild", B::unread, O::nothing, &Settings::build, operationBuild,
     "a Dockerfile can ask for the host's network"},
});

constexpr std::string_view reads = "reads; what is told is a matter of the door's grants";
constexpr std::string_view removes = "removes; nothing of the host is reached";
constexpr std::string_view runs = "stops, goes on or waits; what the container may is decided";
constexpr std::string_view registry = "talks to a registry; nothing on the host changes";

constexpr auto harmless = std::to_array<Harmless>({
    {"SystemPing", reads},
    {"SystemPingHead", reads},
    {"SystemAuth", registry},
    {"BuildPrune", removes},
    {"postCancel", "ends a build"},
    {"ConfigList", reads},
    {"ConfigInspect", reads},
    {"ContainerList", reads},
    {"ContainerExport", reads},
    {"ContainerChanges", reads},
    {"ContainerInspect", reads},
    {"ContainerTop", reads},
    {"ContainerLogs", reads},
    {"ContainerStats", reads},
    {"ContainerKill", runs},
    {"ContainerPause", runs},
    {"ContainerUnpause", runs},
    {"ContainerRestart", runs},
    {"ContainerStop", runs},
    {"ContainerWait", runs},
    {"ContainerResize", "changes the size of a terminal"},
    {"ContainerPrune", removes},
    {"ContainerDelete", removes},
    {"DistributionInspect", registry},
    {"SystemEvents", reads},
    {"ExecInspect", reads},
    {"ExecResize", "changes the size of a terminal"},
    {"ImageList", reads},
    {"ImageSearch", registry},
    {"ImageGetAll", reads},
    {"ImageGet", reads},
    {"ImageHistory", reads},
    {"ImageInspect", reads},
    {"ImageAttestations", reads},
    {"ImagePrune", removes},
    {"ImageDelete", removes},
    {"SystemInfo", reads},
    {"NetworkList", reads},
    {"getNetworksList", reads},
    {"NetworkInspect", reads},
    {"NetworkPrune", removes},
    {"NetworkDelete", removes},
    {"NodeList", reads},
    {"NodeInspect", reads},
    {"PluginList", reads},
    {"PluginInspect", reads},
    {"GetPluginPrivileges", registry},
    {"SecretList", reads},
    {"SecretInspect", reads},
    {"ServiceList", reads},
    {"ServiceInspect", reads},
    {"ServiceLogs", reads},
    {"SwarmInspect", reads},
    {"SystemDataUsage", reads},
    {"TaskList", reads},
    {"TaskInspect", reads},
    {"TaskLogs", reads},
    {"SystemVersion", reads},
    {"VolumeList", reads},
    {"VolumeInspect", reads},
    {"VolumePrune", removes},
    {"VolumeDelete", removes},
    {"optionsHandler", "answers nothing"},
    {"optionsAsterisk", "answers nothing"},
});

constexpr auto refused = std::to_array<Refused>({
    {"getContainerCheckpoints", operationRoot, nullptr},
    {"postContainerCheckpoint", operationRoot, nullptr},
    {"deleteContainerCheckpoint", operationRoot, nullptr},
    {"postContainersCopy", operationRoot, nullptr},
    {"debugVars", operationRoot, nullptr},
    {"debugPprofIndex", operationRoot, nullptr},
    {"debugPprofCmdline", operationRoot, nullptr},
    {"debugPprofProfile", operationRoot, nullptr},
    {"debugPprofSymbol", operationRoot, nullptr},
    {"debugPprofTrace", operationRoot, nullptr},
    {"debugPprofNamed", operationRoot, nullptr},

    {"ContainerAttach", operationExec, &Settings::exec},
    {"ContainerAttachWebsocket", operationExec, &Settings::exec},
    // HEAD and GET race with the container as well (CVE-2026-41568, CVE-2026-42306).
    {"ContainerArchive", operationCp, &Settings::cp},
    {"ContainerArchiveInfo", operationCp, &Settings::cp},
    {"PutContainerArchive", operationCp, &Settings::cp},
    {"serveGRPC", operationOpaque, &Settings::build},
    {"Session", operationOpaque, &Settings::build},

    {"PluginDelete", operationPlugin, nullptr},
    {"PluginEnable", operationPlugin, nullptr},
    {"PluginDisable", operationPlugin, nullptr},
    {"PluginPull", operationPlugin, nullptr},
    {"PluginPush", operationPlugin, nullptr},
    {"PluginUpgrade", operationPlugin, nullptr},
    {"PluginSet", operationPlugin, nullptr},
    {"PluginCreate", operationPlugin, nullptr},
    {"getPlugin", operationPlugin, nullptr},

    {"ConfigCreate", operationSwarm, nullptr},
    {"ConfigDelete", operationSwarm, nullptr},
    {"ConfigUpdate", operationSwarm, nullptr},
    {"NodeDelete", operationSwarm, nullptr},
    {"NodeUpdate", operationSwarm, nullptr},
    {"SecretCreate", operationSwarm, nullptr},
    {"SecretDelete", operationSwarm, nullptr},
    {"SecretUpdate", operationSwarm, nullptr},
    {"ServiceCreate", operationSwarm, nullptr},
    {"ServiceUpdate", operationSwarm, nullptr},
    {"ServiceDelete", operationSwarm, nullptr},
    {"SwarmInit", operationSwarm, nullptr},
    {"SwarmJoin", operationSwarm, nullptr},
    {"SwarmLeave", operationSwarm, nullptr},
    {"SwarmUnlockkey", operationSwarm, nullptr},
    {"SwarmUpdate", operationSwarm, nullptr},
    {"SwarmUnlock", operationSwarm, nullptr},
    {"VolumeUpdate", operationSwarm, nullptr},
});

// ---- Queries ----------------------------------------------------------------------------------------
template <Rule rule>
Rule never(const Settings& /*settings*/, std::string_view /*value*/) {
    return rule;
}

// A context or image that comes in the body, not from where the client says.
Rule ownBody(const Settings& /*settings*/, std::string_view source) {
    return source == "-" ? none : imageSource;
}

Rule buildNetworkMode(const Settings& settings, std::string_view mode) {
    const Rule rule = judgeNetwork(settings, mode);
    return rule == networkHost || rule == createContainerMode ? buildNetwork : rule;
}

// Written otherwise, Podman takes it for a folder of the host.
Rule buildOutputs(const Settings& /*settings*/, std::string_view outputs) {
    return outputs.starts_with('[') ? none : buildHost;
}

constexpr Judge free = nullptr;
constexpr std::string_view within = "of the build itself";

constexpr auto queries = std::to_array<Parameter>({
    {"ContainerCreate", "name", free, 0, "the container's"},
    {"ContainerCreate", "platform", free, 41, "which image"},

    {"ContainerStart", "detachKeys", free, 0, "of a terminal"},
    {"ContainerStart", "checkpoint", never<startCheckpoint>, 25, "a folder of the host"},
    {"ContainerStart", "checkpoint-dir", never<startCheckpoint>, 25, "a folder of the host"},

    {"ContainerRename", "name", free, 0, "the container's"},

    {"ImageCommit", "container", free, 0, "whose files become an image"},
    {"ImageCommit", "repo", free, 0, "the image's name"},
    {"ImageCommit", "tag", free, 0, "the image's name"},
    {"ImageCommit", "comment", free, 0, "image metadata"},
    {"ImageCommit", "author", free, 0, "image metadata"},
    {"ImageCommit", "pause", free, 0, "the container waits"},
    {"ImageCommit", "changes", free, 0, "instructions that change an image's configuration"},

    {"ImageCreate", "fromImage", free, 0, "a registry's image"},
    {"ImageCreate", "fromSrc", ownBody, 0, "an address the daemon would fetch"},
    {"ImageCreate", "repo", free, 0, "the image's name"},
    {"ImageCreate", "tag", free, 0, "the image's name"},
    {"ImageCreate", "message", free, 0, "image metadata"},
    {"ImageCreate", "changes", free, 0, "instructions that change an image's configuration"},
    {"ImageCreate", "platform", free, 32, "which image"},

    {"ImageLoad", "quiet", free, 0, "how much is told"},
    {"ImageLoad", "platform", free, 48, "which image"},

    {"ImageTag", "repo", free, 0, "the image's name"},
    {"ImageTag", "tag", free, 0, "the image's name"},
    {"ImageTag", "force", free, 0, "an old engine's"},

    {"ImagePush", "tag", free, 0, "the image's name"},
    {"ImagePush", "platform", free, 46, "which image"},

    {"ImageBuild", "dockerfile", free, 0, within},
    {"ImageBuild", "t", free, 0, within},
    {"ImageBuild", "extrahosts", free, 0, within},
    {"ImageBuild", "remote", never<buildHost>, 0, "an address the daemon would fetch"},
    {"ImageBuild", "q", free, 0, within},
    {"ImageBuild", "nocache", free, 0, within},
    {"ImageBuild", "cachefrom", free, 25, within},
    {"ImageBuild", "pull", free, 0, within},
    {"ImageBuild", "rm", free, 0, within},
    {"ImageBuild", "forcerm", free, 0, within},
    {"ImageBuild", "memory", free, 0, within},
    {"ImageBuild", "memswap", free, 0, within},
    {"ImageBuild", "cpushares", free, 0, within},
    {"ImageBuild", "cpusetcpus", free, 0, within},
    {"ImageBuild", "cpusetmems", free, 0, within},
    {"ImageBuild", "cpuperiod", free, 0, within},
    {"ImageBuild", "cpuquota", free, 0, within},
    {"ImageBuild", "cgroupparent", never<buildHost>, 0, "out of the operator's limits"},
    {"ImageBuild", "securityopt", never<buildHost>, 0, "confinement is changed"},
    {"ImageBuild", "isolation", never<buildHost>, 0, "Windows only"},
    {"ImageBuild", "buildargs", free, 0, within},
    {"ImageBuild", "shmsize", free, 0, within},
    {"ImageBuild", "ulimits", free, 0, within},
    {"ImageBuild", "squash", free, 25, within},
    {"ImageBuild", "labels", free, 0, within},
    {"ImageBuild", "networkmode", buildNetworkMode, 25, "host, or another container's"},
    {"ImageBuild", "platform", free, 32, within},
    {"ImageBuild", "target", free, 29, within},
    {"ImageBuild", "outputs", buildOutputs, 40, "JSON: goes to the client's session"},
    {"ImageBuild", "version", free, 38, "which builder"},
    {"ImageBuild", "buildid", free, 38, within},
    {"ImageBuild", "session", free, 32, "the client's own files and secrets"},
});

// Of each row of `judged`.
constexpr auto queriesOf = []() {
    std::array<std::span<const Parameter>, judged.size()> spans{};
    std::size_t taken = 0;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const auto isOf = [&](const Parameter& row) { return row.id == judged[i].id; };
        const auto* const begin = std::ranges::find_if(queries, isOf);
        spans[i] = {begin, std::find_if_not(begin, queries.end(), isOf)};
        taken += spans[i].size();
    }
    if (taken != queries.size())
        throw "an operation's parameters must stand together"; // NOLINT: does not compile
    return spans;
}();

template <class Rows>
auto* find(const Rows& rows, std::string_view id) noexcept {
    const auto* const found = std::ranges::find_if(rows, [id](const auto& row) { return row.id == id; });
    return found == rows.end() ? nullptr : found;
}

} // namespace

std::span<const Judged> judgedOperations() noexcept {
    return judged;
}
std::span<const Harmless> harmlessOperations() noexcept {
    return harmless;
}
std::span<const Refused> refusedOperations() noexcept {
    return refused;
}
std::span<const Parameter> parameters() noexcept {
    return queries;
}

const Judged* findJudged(std::string_view id) noexcept {
    return find(judged, id);
}
const Refused* findRefused(std::string_view id) noexcept {
    return find(refused, id);
}
bool isHarmless(std::string_view id) noexcept {
    return find(harmless, id) != nullptr;
}

std::span<const Parameter> parametersOf(const Judged& operation) noexcept {
    return queriesOf[static_cast<std::size_t>(&operation - judged.data())];
}

} // namespace proxy::guard
