// Every route of the daemon's routers, in the order in which it registers them
// (daemon/command/daemon.go initRouter): the first that matches answers. `since` and `until` are API
// versions 1.N. A row without a handler, or one whose name is evergreen, gives its canned answer;
// `none` means the handler answers evergreen names itself.
#include "mockdocker/routes/containers.h"
#include "mockdocker/routes/images.h"
#include "mockdocker/routes/networks.h"
#include "mockdocker/routes/registry.h"
#include "mockdocker/routes/route.h"
#include "mockdocker/routes/streams.h"
#include "mockdocker/routes/swarm.h"
#include "mockdocker/routes/system.h"

#include <array>

namespace mockdocker {
namespace {

constexpr int now = 999;
constexpr Canned none{0, {}, {}, false};

// One row a line.
// clang-format off
const std::array table = std::to_array<Route>({
    // ---- checkpoint ----
    {"GET", "/containers/{name:.*}/checkpoints", 25, now, experimentalOnly, nullptr, {200, "[]", "application/json"}},
    {"POST", "/containers/{name:.*}/checkpoints", 25, now, experimentalOnly, nullptr, {201, "", ""}},
    {"DELETE", "/containers/{name}/checkpoints/{checkpoint}", 25, now, experimentalOnly, nullptr, {204, "", ""}},
    // ---- container ----
    {"HEAD", "/containers/{name:.*}/archive", 24, now, plain, &archiveHead, none},
    {"GET", "/containers/json", 24, now, plain, &containerList, none},
    {"GET", "/containers/{name:.*}/export", 24, now, plain, &containerExport, none},
    {"GET", "/containers/{name:.*}/changes", 24, now, plain, &containerChanges, {200, "null\n", "application/json"}},
    {"GET", "/containers/{name:.*}/json", 24, now, plain, &containerInspect, none},
    {"GET", "/containers/{name:.*}/top", 24, now, plain, &containerTop, {200, "{\"Titles\":[\"PID\"],\"Processes\":[[\"1\"]]}\n", "application/json"}},
    {"GET", "/containers/{name:.*}/logs", 24, now, plain, &containerLogs, none},
    {"GET", "/containers/{name:.*}/stats", 24, now, plain, &containerStats, none},
    {"GET", "/containers/{name:.*}/attach/ws", 24, now, plain, &containerAttachWebsocket, none},
    {"GET", "/exec/{id:.*}/json", 24, now, plain, &execInspect, {200, "{\"ID\":\"@\",\"Running\":false,\"ExitCode\":0,\"ContainerID\":\"mock\",\"Pid\":1}\n", "application/json"}},
    {"GET", "/containers/{name:.*}/archive", 24, now, plain, &archiveGet, none},
    {"POST", "/containers/create", 24, now, plain, &containerCreate, none},
    {"POST", "/containers/{name:.*}/kill", 24, now, plain, &containerKill, {204, "", ""}},
    {"POST", "/containers/{name:.*}/pause", 24, now, plain, &containerPause, {204, "", ""}},
    {"POST", "/containers/{name:.*}/unpause", 24, now, plain, &containerUnpause, {204, "", ""}},
    {"POST", "/containers/{name:.*}/restart", 24, now, plain, &containerRestart, {204, "", ""}},
    {"POST", "/containers/{name:.*}/start", 24, now, plain, &containerStart, {204, "", ""}},
    {"POST", "/containers/{name:.*}/stop", 24, now, plain, &containerStop, {204, "", ""}},
    {"POST", "/containers/{name:.*}/wait", 24, now, plain, &containerWait, {200, "{\"Error\":null,\"StatusCode\":0}\n", "application/json", true}},
    {"POST", "/containers/{name:.*}/resize", 24, now, plain, &containerResize, {200, "", ""}},
    {"POST", "/containers/{name:.*}/copy", 24, 44, plain, &removedCopy, none},
    {"POST", "/containers/{name:.*}/attach", 24, now, plain, &containerAttach, none},
    {"POST", "/containers/{name:.*}/exec", 24, now, plain, &containerExec, {201, "{\"Id\":\"mock-exec\"}\n", "application/json"}},
    {"POST", "/exec/{name:.*}/start", 24, now, plain, &execStart, none},
    {"POST", "/exec/{name:.*}/resize", 24, now, plain, &execResize, {200, "", ""}},
    {"POST", "/containers/{name:.*}/rename", 24, now, plain, &containerRename, {204, "", ""}},
    {"POST", "/containers/{name:.*}/update", 24, now, plain, &containerUpdate, {200, "{\"Warnings\":null}\n", "application/json"}},
    {"POST", "/containers/prune", 25, now, plain, &containerPrune, none},
    {"POST", "/commit", 24, now, plain, &imageCommit, none},
    {"PUT", "/containers/{name:.*}/archive", 24, now, plain, &archivePut, {200, "", ""}},
    {"DELETE", "/containers/{name:.*}", 24, now, plain, &containerDelete, {204, "", ""}},
    // ---- image ----
    {"GET", "/images/json", 24, now, plain, &imageList, none},
    {"GET", "/images/search", 24, now, plain, &imageSearch, {200, "[]\n", "application/json"}},
    {"GET", "/images/get", 24, now, plain, &imageGet, {200, "", "application/x-tar", true}},
    {"GET", "/images/{name:.*}/get", 24, now, plain, &imageGet, {200, "", "application/x-tar", true}},
    {"GET", "/images/{name:.*}/history", 24, now, plain, &imageHistory, {200, "[]\n", "application/json"}},
    {"GET", "/images/{name:.*}/json", 24, now, plain, &imageInspect, {200, "{\"Id\":\"sha256:@\",\"RepoTags\":[\"@\"]}\n", "application/json"}},
    {"GET", "/images/{name:.*}/attestations", 55, now, plain, nullptr, {200, "[]\n", "application/json"}},
    {"POST", "/images/load", 24, now, plain, &imageLoad, none},
    {"POST", "/images/create", 24, now, plain, &imageCreate, none},
    {"POST", "/images/{name:.*}/push", 24, now, plain, &imagePush, {200, "{\"status\":\"The push refers to repository [@]\"}\r\n", "application/json", true}},
    {"POST", "/images/{name:.*}/tag", 24, now, plain, &imageTag, {201, "", ""}},
    {"POST", "/images/prune", 25, now, plain, nullptr, {200, "{\"ImagesDeleted\":null,\"SpaceReclaimed\":0}\n", "application/json"}},
    {"DELETE", "/images/{name:.*}", 24, now, plain, &imageDelete, {200, "[{\"Untagged\":\"@\"}]\n", "application/json"}},
    // ---- system ----
    {"OPTIONS", "/{anyroute:.*}", 24, now, plain, &options, none},
    {"GET", "/_ping", 24, now, plain, &ping, none},
    {"HEAD", "/_ping", 40, now, plain, &ping, none},
    {"GET", "/events", 24, now, plain, &systemEvents, none},
    {"GET", "/info", 24, now, plain, &systemInfo, none},
    {"GET", "/version", 24, now, plain, &systemVersion, none},
    {"GET", "/system/df", 25, now, plain, &diskUsage, none},
    {"POST", "/auth", 24, now, plain, &systemAuth, {200, "{\"IdentityToken\":\"\",\"Status\":\"Login Succeeded\"}\n", "application/json"}},
    // ---- volume ----
    {"GET", "/volumes", 24, now, plain, &volumeList, none},
    {"GET", "/volumes/{name:.*}", 24, now, plain, &volumeInspect, {200, "{\"Driver\":\"local\",\"Labels\":{},\"Mountpoint\":\"/var/lib/docker/volumes/@/_data\",\"Name\":\"@\",\"Options\":{},\"Scope\":\"local\"}\n", "application/json"}},
    {"POST", "/volumes/create", 24, now, plain, &volumeCreate, none},
    {"POST", "/volumes/prune", 25, now, plain, nullptr, {200, "{\"VolumesDeleted\":null,\"SpaceReclaimed\":0}\n", "application/json"}},
    {"PUT", "/volumes/{name:.*}", 42, now, plain, &volumeUpdate, {200, "", ""}},
    {"DELETE", "/volumes/{name:.*}", 24, now, plain, &volumeDelete, {204, "", ""}},
    // ---- build ----
    {"POST", "/build", 24, now, plain, &imageBuild, none},
    {"POST", "/build/prune", 31, now, plain, &buildPrune, {200, "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}\n", "application/json"}},
    {"POST", "/build/cancel", 38, now, plain, &buildCancel, none},
    // ---- session ----
    {"POST", "/session", 31, now, plain, &session, none},
    // ---- swarm ----
    {"POST", "/swarm/init", 24, now, plain, &swarmInit, {200, "\"mocknode\"\n", "application/json"}},
    {"POST", "/swarm/join", 24, now, plain, &swarmJoin, {200, "", ""}},
    {"POST", "/swarm/leave", 24, now, plain, &swarmLeave, {200, "", ""}},
    {"GET", "/swarm", 24, now, swarmOnly, nullptr, {200, "{\"ID\":\"mockswarm\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"default\"}}\n", "application/json"}},
    {"GET", "/swarm/unlockkey", 25, now, swarmOnly, nullptr, {200, "{\"UnlockKey\":\"\"}\n", "application/json"}},
    {"POST", "/swarm/update", 24, now, plain, &swarmUpdate, {200, "", ""}},
    {"POST", "/swarm/unlock", 25, now, plain, &swarmUnlock, {200, "", ""}},
    {"GET", "/services", 24, now, swarmOnly, nullptr, {200, "[]\n", "application/json"}},
    {"GET", "/services/{id}", 24, now, swarmOnly, &noSuchObject, {200, "{\"ID\":\"@\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"@\"}}\n", "application/json"}},
    {"POST", "/services/create", 24, now, plain, &serviceCreate, {201, "{\"ID\":\"mockservice\"}\n", "application/json"}},
    {"POST", "/services/{id}/update", 24, now, plain, &serviceUpdate, {200, "{\"Warnings\":null}\n", "application/json"}},
    {"DELETE", "/services/{id}", 24, now, swarmOnly, &noSuchObject, {200, "", ""}},
    {"GET", "/services/{id}/logs", 25, now, plain, &swarmLogs, none},
    {"GET", "/nodes", 24, now, swarmOnly, nullptr, {200, "[]\n", "application/json"}},
    {"GET", "/nodes/{id}", 24, now, swarmOnly, &noSuchObject, {200, "{\"ID\":\"@\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"@\"}}\n", "application/json"}},
    {"DELETE", "/nodes/{id}", 24, now, swarmOnly, &noSuchObject, {200, "", ""}},
    {"POST", "/nodes/{id}/update", 24, now, plain, &nodeUpdate, {200, "", ""}},
    {"GET", "/tasks", 24, now, swarmOnly, nullptr, {200, "[]\n", "application/json"}},
    {"GET", "/tasks/{id}", 24, now, swarmOnly, &noSuchObject, {200, "{\"ID\":\"@\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"@\"}}\n", "application/json"}},
    {"GET", "/tasks/{id}/logs", 29, now, plain, &swarmLogs, none},
    {"GET", "/secrets", 25, now, swarmOnly, nullptr, {200, "[]\n", "application/json"}},
    {"POST", "/secrets/create", 25, now, plain, &secretCreate, {201, "{\"ID\":\"mocksecret\"}\n", "application/json"}},
    {"DELETE", "/secrets/{id}", 25, now, swarmOnly, &noSuchObject, {204, "", ""}},
    {"GET", "/secrets/{id}", 25, now, swarmOnly, &noSuchObject, {200, "{\"ID\":\"@\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"@\"}}\n", "application/json"}},
    {"POST", "/secrets/{id}/update", 25, now, plain, &secretUpdate, {200, "", ""}},
    {"GET", "/configs", 30, now, swarmOnly, nullptr, {200, "[]\n", "application/json"}},
    {"POST", "/configs/create", 30, now, plain, &secretCreate, {201, "{\"ID\":\"mockconfig\"}\n", "application/json"}},
    {"DELETE", "/configs/{id}", 30, now, swarmOnly, &noSuchObject, {204, "", ""}},
    {"GET", "/configs/{id}", 30, now, swarmOnly, &noSuchObject, {200, "{\"ID\":\"@\",\"Version\":{\"Index\":10},\"Spec\":{\"Name\":\"@\"}}\n", "application/json"}},
    {"POST", "/configs/{id}/update", 30, now, plain, &secretUpdate, {200, "", ""}},
    // ---- plugin ----
    {"GET", "/plugins/{name:.*}", 24, 24, plain, nullptr, {200, "{}\n", "application/json"}},
    {"GET", "/plugins", 24, now, plain, nullptr, {200, "[]\n", "application/json"}},
    {"GET", "/plugins/{name:.*}/json", 25, now, plain, &noSuchPlugin, {200, "{\"Id\":\"mock\",\"Name\":\"@\",\"Enabled\":true}\n", "application/json"}},
    {"GET", "/plugins/privileges", 25, now, plain, &pluginPrivileges, {200, "[]\n", "application/json"}},
    {"DELETE", "/plugins/{name:.*}", 24, now, plain, &noSuchPlugin, {200, "{\"Id\":\"mock\",\"Name\":\"@\"}\n", "application/json"}},
    {"POST", "/plugins/{name:.*}/enable", 24, now, plain, &pluginEnable, {200, "", ""}},
    {"POST", "/plugins/{name:.*}/disable", 24, now, plain, &noSuchPlugin, {200, "", ""}},
    {"POST", "/plugins/pull", 24, now, plain, &pluginPull, {200, "{\"status\":\"Download complete\"}\r\n", "application/json", true}},
    {"POST", "/plugins/{name:.*}/push", 24, now, plain, &noSuchPlugin, {200, "{\"status\":\"Pushed\"}\r\n", "application/json", true}},
    {"POST", "/plugins/{name:.*}/upgrade", 26, now, plain, &pluginUpgrade, {200, "{\"status\":\"Download complete\"}\r\n", "application/json", true}},
    {"POST", "/plugins/{name:.*}/set", 24, now, plain, &pluginSet, {204, "", ""}},
    {"POST", "/plugins/create", 25, now, plain, &pluginCreate, {204, "", ""}},
    // ---- distribution ----
    {"GET", "/distribution/{name:.*}/json", 30, now, plain, &distributionInspect, {200, "{\"Descriptor\":{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"digest\":\"sha256:00\",\"size\":527},\"Platforms\":[{\"architecture\":\"amd64\",\"os\":\"linux\"}]}\n", "application/json"}},
    // ---- network ----
    {"GET", "/networks", 24, now, plain, &networkList, none},
    {"GET", "/networks/", 25, now, plain, &networkList, none},
    {"GET", "/networks/{id:.+}", 24, now, plain, &networkInspect, {200, "{\"Name\":\"@\",\"Id\":\"@\",\"Scope\":\"local\",\"Driver\":\"bridge\",\"Containers\":{},\"Options\":{},\"Labels\":{}}\n", "application/json"}},
    {"POST", "/networks/create", 24, now, plain, &networkCreate, {201, "{\"Id\":\"mocknetwork\",\"Warning\":\"\"}\n", "application/json"}},
    {"POST", "/networks/{id:.*}/connect", 24, now, plain, &networkConnect, {200, "", ""}},
    {"POST", "/networks/{id:.*}/disconnect", 24, now, plain, &networkConnect, {200, "", ""}},
    {"POST", "/networks/prune", 25, now, plain, nullptr, {200, "{\"NetworksDeleted\":null}\n", "application/json"}},
    {"DELETE", "/networks/{id:.*}", 24, now, plain, &networkDelete, {204, "", ""}},
    // ---- debug ----
    {"GET", "/debug/vars", 24, 47, anyMethod | unversionedOnly, nullptr, {200, "{\"cmdline\":[\"dockerd\"],\"memstats\":{}}\n", "application/json; charset=utf-8", true}},
    {"GET", "/debug/vars", 48, now, plain, nullptr, {200, "{\"cmdline\":[\"dockerd\"],\"memstats\":{}}\n", "application/json; charset=utf-8", true}},
    {"GET", "/debug/pprof/", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/cmdline", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/cmdline", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/profile", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/profile", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/symbol", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/symbol", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/trace", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/trace", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/{name}", 24, 47, anyMethod | unversionedOnly, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    {"GET", "/debug/pprof/{name}", 48, now, plain, &debugPprof, {200, "mock\n", "application/octet-stream", true}},
    // ---- grpc ----
    {"POST", "/grpc", 40, now, plain, &serveGrpc, none},
});
// clang-format on

} // namespace

std::span<const Route> routes() {
    return table;
}

} // namespace mockdocker
