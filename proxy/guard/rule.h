// Why a request is refused. One value a reason: its name is stable, and what logs, tests and answers print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::guard {

/// The order is that of the table in rule.cpp.
enum class Rule : std::uint8_t {
    none,

    bodySize,
    bodyType,
    bodyEncoding,
    bodyMissing,
    bodyForm,
    bodyTimeout, // these three: of reading it
    bodyIncomplete,
    bodyMemory,
    version,

    jsonSyntax, // these eleven: in the order of json::Fault
    jsonUtf8,
    jsonSurrogate,
    jsonControl,
    jsonDepth,
    jsonKeys,
    jsonDuplicateKey,
    jsonRoot,
    jsonTrailing,
    jsonIncomplete,
    jsonUnknownKey,
    jsonFoldedKey,
    jsonType,
    jsonRange,
    jsonText,
    jsonValues,

    querySyntax,
    queryUnknown,
    queryValue,

    operationUnknown,
    operationRoot,
    operationSwarm,
    operationPlugin,
    operationOpaque,
    operationExec,
    operationCp,
    operationBuild,

    createTopLevel,
    createPrivileged,
    createBind,
    createBindReadOnly,
    createBindPath,
    createBindMode,
    createPropagation,
    createMountType,
    createMountSource,
    createSubpath,
    createTarget,
    createTmpfs,
    createVolumesFrom,
    createDevice,
    createDeviceRule,
    createDeviceRequest,
    createCapability,
    createSecurityOpt,
    createMaskedPaths,
    createPidMode,
    createIpcMode,
    createUtsMode,
    createUsernsMode,
    createCgroupnsMode,
    createCgroup,
    createContainerMode,
    createRuntime,
    createAnnotations,
    createSysctl,
    createLogDriver,
    createLogOption,
    createOom,
    createRealtime,
    createIsolation,
    createInitPath,
    createPorts,
    createUser,
    createNewPrivileges,
    createCapDrop,
    createWorkingDir,

    volumeDriver,
    volumeOptions,
    volumeCluster,
    volumeName,

    networkHost,
    networkName,
    networkText,
    networkDriver,
    networkOptions,
    networkAddresses,
    networkScope,

    execPrivileged,
    execUser,

    imageSource,
    buildNetwork,
    buildHost,
    startCheckpoint,
};

inline constexpr std::size_t ruleCount = static_cast<std::size_t>(Rule::startCheckpoint) + 1;

struct RuleFacts {
    std::string_view name;     ///< "guard.create.privileged"
    std::string_view sentence; ///< for people, without trailing period
    std::string_view variable; ///< what would allow it, as one sets it: "GUARD_HOST=pid"; empty: nothing
    int status = 403;          ///< what the client is answered with
    bool secret = false;       ///< the value that is refused can be anything, passwords as well: not for logs
};

[[nodiscard]] const RuleFacts& describe(Rule rule) noexcept;

} // namespace proxy::guard
