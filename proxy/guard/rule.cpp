#include "proxy/guard/rule.h"

#include <array>

namespace proxy::guard {
namespace {

struct Row {
    Rule rule;
    RuleFacts facts;
};

using enum Rule;

constexpr auto table = std::to_array<Row>({
    {none, {"none", "Nothing is wrong", ""}},

    {bodySize,
     {"guard.body.size", "The body is larger than what is read to judge it", "GUARD_BODY_LIMIT", 413}},
    {bodyType, {"guard.body.type", "The body must be sent as application/json, and say so once", "", 415}},
    {bodyEncoding, {"guard.body.encoding", "An encoded body cannot be judged", "", 415}},
    {bodyMissing, {"guard.body.missing", "There is no body to be judged", "", 400}},
    {bodyForm, {"guard.body.form", "A body of this kind can say other things than the query", "", 415}},
    {bodyTimeout,
     {"guard.body.timeout", "The body, which is read whole to be judged, was too long in coming", "", 408}},
    {bodyIncomplete,
     {"guard.body.incomplete", "The body, which is read whole to be judged, has no end", "", 400}},
    {bodyMemory,
     {"guard.body.memory",
      "Other large bodies fill the memory that is set aside to judge them; try again in some seconds", "",
      503}},
    {version, {"guard.version", "The path's API version is not one from 1.24 on, written plainly", "", 400}},

    {jsonSyntax, {"guard.json.syntax", "The body is not JSON", "", 400}},
    {jsonUtf8, {"guard.json.utf8", "A string of the body is not UTF-8", "", 400}},
    {jsonSurrogate, {"guard.json.surrogate", "An escape of the body is half a character", "", 400}},
    {jsonControl, {"guard.json.control", "A control character is escaped where none belongs", "", 400}},
    {jsonDepth, {"guard.json.depth", "The body nests deeper than 64 arrays and objects", "", 400}},
    {jsonKeys, {"guard.json.keys", "The body has more keys than can be told apart", "", 400}},
    {jsonDuplicateKey, {"guard.json.duplicate_key", "The same key comes twice in one object", "", 400}},
    {jsonRoot, {"guard.json.root", "The body is not an object", "", 400}},
    {jsonTrailing, {"guard.json.trailing", "Something follows the body's object", "", 400}},
    {jsonIncomplete, {"guard.json.incomplete", "The body ends before its object does", "", 400}},
    {jsonUnknownKey, {"guard.json.unknown_key", "Nothing is known about a key of this name", "", 403, true}},
    {jsonFoldedKey,
     {"guard.json.folded_key", "The daemon would take this key for one spelled otherwise", ""}},
    {jsonType, {"guard.json.type", "The value is not of its key's type", "", 400, true}},
    {jsonRange, {"guard.json.range", "The number is no integer of 64 bits", "", 400, true}},
    {jsonText,
     {"guard.json.text", "A text to be judged has control characters, or more octets in escapes than a path",
      "", 400, true}},
    {jsonValues, {"guard.json.values", "The body has more keys and values than are judged", "", 400}},

    {querySyntax, {"guard.query.syntax", "The query can be read in more than one way", "", 400}},
    {queryUnknown, {"guard.query.unknown", "Nothing is known about a parameter of this name", "", 403, true}},
    {queryValue,
     {"guard.query.value", "The parameter's value is none that is known to be harmless", "", 403, true}},

    {operationUnknown,
     {"guard.operation.unknown", "Nothing is known about this operation, and it may write", ""}},
    {operationRoot, {"guard.operation.root", "The operation reaches files or the inside of the daemon", ""}},
    {operationSwarm, {"guard.operation.swarm", "Whoever manages a swarm is root on its hosts", ""}},
    {operationPlugin, {"guard.operation.plugin", "A plugin is root on the host", ""}},
    {operationOpaque,
     {"guard.operation.opaque", "What goes through a build's tunnel cannot be judged", "GUARD_BUILD=1"}},
    {operationExec,
     {"guard.operation.exec", "Any container can be entered, also those that own the host", "GUARD_EXEC=1"}},
    {operationCp,
     {"guard.operation.cp", "Files of any container can be copied, by the daemon as root", "GUARD_CP=1"}},
    {operationBuild, {"guard.operation.build", "A build can use the host's network", "GUARD_BUILD=1"}},

    {createTopLevel,
     {"guard.create.top_level", "Old engines take this key, beside HostConfig, for one in it", "", 403,
      true}},
    {createPrivileged, {"guard.create.privileged", "A privileged container owns the host", ""}},
    {createBind, {"guard.create.bind", "A folder of the host is mounted that is not listed", "GUARD_BINDS"}},
    {createBindReadOnly,
     {"guard.create.bind_read_only", "This folder of the host may be mounted read-only only", "GUARD_BINDS"}},
    {createBindPath, {"guard.create.bind_path", "A path of the host must be absolute and clean", ""}},
    {createBindMode, {"guard.create.bind_mode", "The mount has a mode that is not known to be harmless", ""}},
    {createPropagation, {"guard.create.propagation", "Mounts would travel between host and container", ""}},
    {createMountType, {"guard.create.mount_type", "A mount is of type bind, volume or tmpfs", ""}},
    {createMountSource, {"guard.create.mount_source", "A tmpfs has no source", ""}},
    {createSubpath, {"guard.create.subpath", "A volume's subpath must be relative and clean", ""}},
    {createTarget,
     {"guard.create.target", "A mount's target must be absolute and clean, and not in /proc, /sys or /dev",
      ""}},
    {createTmpfs, {"guard.create.tmpfs", "The tmpfs has an option that is not known to be harmless", ""}},
    {createVolumesFrom, {"guard.create.volumes_from", "Another container's mounts may be the host's", ""}},
    {createDevice,
     {"guard.create.device", "A device of the host is used that is not listed", "GUARD_DEVICES"}},
    {createDeviceRule, {"guard.create.device_rule", "Device rules grant disks of the host", ""}},
    {createDeviceRequest,
     {"guard.create.device_request", "Devices, mounts and hooks of the host are requested",
      "GUARD_DEVICES=gpu"}},
    {createCapability,
     {"guard.create.capability", "The capability is beyond those of the profile", "GUARD_CAPS"}},
    {createSecurityOpt, {"guard.create.security_opt", "Confinement is changed", ""}},
    {createMaskedPaths,
     {"guard.create.masked_paths", "Paths that the engine hides or protects are opened", ""}},
    {createPidMode, {"guard.create.pid_mode", "The host's processes are shared", "GUARD_HOST=pid"}},
    {createIpcMode, {"guard.create.ipc_mode", "The host's shared memory is shared", "GUARD_HOST=ipc"}},
    {createUtsMode, {"guard.create.uts_mode", "The host's name is shared", "GUARD_HOST=uts"}},
    {createUsernsMode,
     {"guard.create.userns_mode", "Root in the container would be the host's root", "GUARD_HOST=userns"}},
    {createCgroupnsMode,
     {"guard.create.cgroupns_mode", "The host's control groups are shared", "GUARD_HOST=cgroup"}},
    {createCgroup, {"guard.create.cgroup", "A control group is chosen, beyond the operator's limits", ""}},
    {createContainerMode,
     {"guard.create.container_mode", "Another container's namespace may be the host's",
      "GUARD_HOST=container"}},
    {createRuntime, {"guard.create.runtime", "Another runtime may confine less", ""}},
    {createAnnotations, {"guard.create.annotations", "Annotations instruct the runtime", ""}},
    {createSysctl, {"guard.create.sysctl", "The kernel parameter is not one of those known to be safe", ""}},
    {createLogDriver,
     {"guard.create.log_driver", "The daemon would connect or write wherever the log driver is told", ""}},
    {createLogOption,
     {"guard.create.log_option", "The log option is not one of those known to be harmless", ""}},
    {createOom, {"guard.create.oom", "The host would run out of memory before the container does", ""}},
    {createRealtime, {"guard.create.realtime", "Realtime scheduling can starve the host", ""}},
    {createIsolation, {"guard.create.isolation", "The isolation is not the default one", ""}},
    {createInitPath, {"guard.create.init_path", "A program of the host would be the container's init", ""}},
    {createPorts, {"guard.create.ports", "Ports of the host are used", "GUARD=baseline"}},
    {createUser, {"guard.create.user", "The user must be a number, and not 0", "GUARD=baseline"}},
    {createNewPrivileges,
     {"guard.create.new_privileges", "SecurityOpt must have no-new-privileges", "GUARD=baseline"}},
    {createCapDrop, {"guard.create.cap_drop", "CapDrop must have ALL", "GUARD=baseline"}},
    {createWorkingDir,
     {"guard.create.working_dir", "A working directory in /proc can be one of the host", ""}},

    {volumeDriver, {"guard.volume.driver", "A volume driver besides local chooses what is mounted", ""}},
    {volumeOptions,
     {"guard.volume.options", "A volume's options mount what they say, as the host's root", "", 403, true}},
    {volumeCluster, {"guard.volume.cluster", "A cluster volume's driver chooses what is mounted", ""}},
    {volumeName, {"guard.volume.name", "This is no volume's name", ""}},

    {networkHost, {"guard.network.host", "The host's network is shared", "GUARD_HOST=network"}},
    {networkName, {"guard.network.name", "The network is not listed", "GUARD_NETWORKS"}},
    {networkText, {"guard.network.text", "This is no network's name", ""}},
    {networkDriver,
     {"guard.network.driver", "Another driver than bridge reaches the host's own networks",
      "GUARD_HOST=network"}},
    {networkOptions,
     {"guard.network.options", "The option may open networks of the host", "GUARD_HOST=network"}},
    {networkAddresses,
     {"guard.network.addresses", "Chosen addresses become a route on the host", "GUARD_HOST=network"}},
    {networkScope, {"guard.network.scope", "The network is not one host's own", ""}},

    {execPrivileged, {"guard.exec.privileged", "A privileged process owns the host", ""}},
    {execUser, {"guard.exec.user", "The user must be a number, and not 0", "GUARD=baseline"}},

    {imageSource, {"guard.image.source", "The daemon would fetch whatever the client names", "", 403, true}},
    {buildNetwork,
     {"guard.build.network", "A build uses the network of a container, or the host's", "GUARD_HOST"}},
    {buildHost,
     {"guard.build.host",
      "The daemon would fetch the context, or place the build beyond the operator's limits", "", 403, true}},
    {startCheckpoint, {"guard.start.checkpoint", "A checkpoint is any folder of the host", ""}},
});

static_assert(table.size() == ruleCount);
static_assert([]() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].rule != static_cast<Rule>(i)) return false;
    return true;
}());

} // namespace

const RuleFacts& describe(Rule rule) noexcept {
    return table[static_cast<std::size_t>(rule)].facts;
}

} // namespace proxy::guard
