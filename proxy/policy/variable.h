// The variables that grant access. Names and meaning are those of Tecnativa/docker-socket-proxy and of
// linuxserver/docker-socket-proxy.
#pragma once

#include "proxy/policy/dialect.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace proxy::policy {

/// One variable of the environment. First those of both dialects: the 23 sections of the Engine API, each
/// named like the first path segment it governs, the method switch, three container actions. Then those of
/// dialect linuxserver alone.
enum class Variable : std::uint8_t {
    auth,
    build,
    commit,
    configs,
    containers,
    distribution,
    events,
    exec,
    grpc,
    images,
    info,
    networks,
    nodes,
    ping,
    plugins,
    secrets,
    services,
    session,
    swarm,
    system,
    tasks,
    version,
    volumes,
    post,
    allowStart,
    allowStop,
    allowRestarts,
    allowPause,
    allowUnpause,
    allowArchive,
    allowChanges,
    allowExport,
    allowLogs,
    allowTop,
    libpodBuild,
    libpodContainers,
    libpodEvents,
    libpodExec,
    libpodGenerate,
    libpodImages,
    libpodInfo,
    libpodManifests,
    libpodNetworks,
    libpodPing,
    libpodPlay,
    libpodPods,
    libpodSecrets,
    libpodSystem,
    libpodVersion,
    libpodVolumes,
    libpodAllowStart,
    libpodAllowStop,
    libpodAllowRestarts,
    libpodAllowPause,
    libpodAllowUnpause,
    libpodAllowPodStart,
    libpodAllowPodStop,
    libpodAllowPodRestarts,
    libpodAllowPodPause,
    libpodAllowPodUnpause,
};

inline constexpr std::size_t sectionCount = 23;  ///< of the Engine API
inline constexpr std::size_t variableCount = 27; ///< of both dialects

struct VariableFacts {
    std::string_view name;     ///< as in the environment: "CONTAINERS"
    std::string_view section;  ///< the path segments it governs: "_ping", "libpod/_ping"; empty: none
    bool grantedByDefault;     ///< what holds when it is not set
    std::string_view sentence; ///< for people, without trailing period
};

inline constexpr auto allVariables = std::to_array<VariableFacts>({
    {"AUTH", "auth", false, "Checks registry credentials; security-critical"},
    {"BUILD", "build", false, "Builds images and clears the build cache"},
    {"COMMIT", "commit", false, "Makes an image of a container"},
    {"CONFIGS", "configs", false, "Swarm configs"},
    {"CONTAINERS", "containers", false,
     "Everything under /containers: lists, logs, archives; with POST also create, start and exec create"},
    {"DISTRIBUTION", "distribution", false, "Asks registries about images"},
    {"EVENTS", "events", true, "The stream of events"},
    {"EXEC", "exec", false, "Starts and inspects execs; creating one is CONTAINERS with POST"},
    {"GRPC", "grpc", false, "The BuildKit tunnel"},
    {"IMAGES", "images", false, "Images: lists, downloads; with POST also pulls, pushes and deletes"},
    {"INFO", "info", false, "Facts about the daemon's host"},
    {"NETWORKS", "networks", false, "Networks"},
    {"NODES", "nodes", false, "Swarm nodes"},
    {"PING", "_ping", true, "Is the daemon there, and which API version does it speak"},
    {"PLUGINS", "plugins", false, "Plugins"},
    {"SECRETS", "secrets", false, "Swarm secrets; security-critical"},
    {"SERVICES", "services", false, "Swarm services"},
    {"SESSION", "session", false, "The BuildKit session tunnel"},
    {"SWARM", "swarm", false, "The swarm itself, its unlock key included"},
    {"SYSTEM", "system", false, "The daemon's disk usage"},
    {"TASKS", "tasks", false, "Swarm tasks"},
    {"VERSION", "version", true, "The daemon's version"},
    {"VOLUMES", "volumes", false, "Volumes"},
    {"POST", "", false,
     "Methods besides GET and HEAD; without it every section is read-only; security-critical"},
    {"ALLOW_START", "", false, "Starts containers, even without CONTAINERS; in dialect tecnativa with POST"},
    {"ALLOW_STOP", "", false, "Stops containers, even without CONTAINERS; in dialect tecnativa with POST"},
    {"ALLOW_RESTARTS", "", false,
     "Stops, restarts and kills containers, even without CONTAINERS; in dialect tecnativa with POST"},
    {"ALLOW_PAUSE", "", false, "Pauses containers and pods, even without CONTAINERS"},
    {"ALLOW_UNPAUSE", "", false, "Unpauses containers and pods, even without CONTAINERS"},
    {"ALLOW_ARCHIVE", "", false,
     "Does not close …/archive, files of a container, where its section is granted"},
    {"ALLOW_CHANGES", "", false, "Does not close …/changes where the section is granted"},
    {"ALLOW_EXPORT", "", false, "Does not close …/export where the section is granted"},
    {"ALLOW_LOGS", "", false, "Does not close …/logs where the section is granted"},
    {"ALLOW_TOP", "", false, "Does not close …/top, a container's processes, where its section is granted"},
    // Not the other image's: podman build asks below /libpod, too.
    {"LIBPOD_BUILD", "libpod/build", false, "Builds images by Podman's own API"},
    {"LIBPOD_CONTAINERS", "libpod/containers", false, "Podman's containers"},
    {"LIBPOD_EVENTS", "libpod/events", false, "Podman's stream of events"},
    {"LIBPOD_EXEC", "libpod/exec", false, "Starts and inspects Podman's execs"},
    {"LIBPOD_GENERATE", "libpod/generate", false, "Kubernetes and systemd files of containers and pods"},
    {"LIBPOD_IMAGES", "libpod/images", false, "Podman's images"},
    {"LIBPOD_INFO", "libpod/info", false, "Facts about Podman's host"},
    {"LIBPOD_MANIFESTS", "libpod/manifests", false, "Lists of images for several platforms"},
    {"LIBPOD_NETWORKS", "libpod/networks", false, "Podman's networks"},
    {"LIBPOD_PING", "libpod/_ping", true, "Is Podman there"},
    {"LIBPOD_PLAY", "libpod/play", false, "Makes containers and pods of Kubernetes files"},
    {"LIBPOD_PODS", "libpod/pods", false, "Pods"},
    {"LIBPOD_SECRETS", "libpod/secrets", false, "Podman's secrets; security-critical"},
    {"LIBPOD_SYSTEM", "libpod/system", false, "Podman's disk usage; with POST also its pruning"},
    {"LIBPOD_VERSION", "libpod/version", true, "Podman's version"},
    {"LIBPOD_VOLUMES", "libpod/volumes", false, "Podman's volumes"},
    {"LIBPOD_ALLOW_START", "", false, "Starts Podman's containers, even without LIBPOD_CONTAINERS"},
    {"LIBPOD_ALLOW_STOP", "", false, "Stops Podman's containers, even without LIBPOD_CONTAINERS"},
    {"LIBPOD_ALLOW_RESTARTS", "", false,
     "Stops, restarts and kills Podman's containers, even without LIBPOD_CONTAINERS"},
    {"LIBPOD_ALLOW_PAUSE", "", false, "Pauses Podman's containers, even without LIBPOD_CONTAINERS"},
    {"LIBPOD_ALLOW_UNPAUSE", "", false, "Unpauses Podman's containers, even without LIBPOD_CONTAINERS"},
    {"LIBPOD_ALLOW_POD_START", "", false, "Starts Podman's pods, even without LIBPOD_PODS"},
    {"LIBPOD_ALLOW_POD_STOP", "", false, "Stops Podman's pods, even without LIBPOD_PODS"},
    {"LIBPOD_ALLOW_POD_RESTARTS", "", false,
     "Stops, restarts and kills Podman's pods, even without LIBPOD_PODS"},
    {"LIBPOD_ALLOW_POD_PAUSE", "", false, "Pauses Podman's pods, even without LIBPOD_PODS"},
    {"LIBPOD_ALLOW_POD_UNPAUSE", "", false, "Unpauses Podman's pods, even without LIBPOD_PODS"},
});

[[nodiscard]] constexpr std::span<const VariableFacts> variablesOf(Dialect dialect) noexcept {
    return {allVariables.data(), dialect == Dialect::tecnativa ? variableCount : allVariables.size()};
}

/// Of dialect tecnativa.
inline constexpr std::span<const VariableFacts> variables = variablesOf(Dialect::tecnativa);

[[nodiscard]] constexpr const VariableFacts& facts(Variable variable) noexcept {
    return allVariables[static_cast<std::size_t>(variable)];
}

/// By its exact name in the environment.
[[nodiscard]] constexpr std::optional<Variable> variableNamed(std::string_view name,
                                                              Dialect dialect = Dialect::tecnativa) noexcept {
    const auto known = variablesOf(dialect);
    for (std::size_t i = 0; i < known.size(); ++i)
        if (known[i].name == name) return static_cast<Variable>(i);
    return std::nullopt;
}

} // namespace proxy::policy
