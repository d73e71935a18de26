#include "proxy/guard/keys.h"

#include "proxy/guard/ascii.h"
#include "proxy/guard/values.h"

#include <algorithm>
#include <array>

namespace proxy::guard {
namespace {

using O = Object;

// ---- Types ------------------------------------------------------------------------------------------
constexpr Type flag{Shape::one, Leaf::boolean};
constexpr Type integer{Shape::one, Leaf::integer};
constexpr Type text{Shape::one, Leaf::text};
constexpr Type texts{Shape::list, Leaf::text};
constexpr Type textLists{Shape::listOfLists, Leaf::text};
constexpr Type integers{Shape::list, Leaf::integer};
constexpr Type textMap{Shape::map, Leaf::text};
constexpr Type set{Shape::map, Leaf::object, O::nothing};
constexpr Type one(Object object) {
    return {Shape::one, Leaf::object, object};
}
constexpr Type list(Object object) {
    return {Shape::list, Leaf::object, object};
}
constexpr Type map(Object object) {
    return {Shape::map, Leaf::object, object};
}
constexpr Type mapOfLists(Object object) {
    return {Shape::mapOfLists, Leaf::object, object};
}

// ---- Judgements -------------------------------------------------------------------------------------
constexpr Judge harmless = nullptr;

template <Rule rule>
Rule never(const Settings& /*settings*/, std::string_view /*text*/) {
    return rule;
}

template <Rule (*judge)(std::string_view) noexcept>
Rule by(const Settings& /*settings*/, std::string_view value) {
    return judge(value);
}

template <Rule (*judge)(const Settings&, std::string_view) noexcept>
Rule with(const Settings& settings, std::string_view value) {
    return judge(settings, value);
}

template <Rule rule>
Rule neverRestricted(const Settings& settings, std::string_view /*text*/) {
    return settings.profile == Profile::restricted ? rule : Rule::none;
}

template <Rule rule>
Rule ordinaryUser(const Settings& settings, std::string_view user) {
    return settings.profile != Profile::restricted || isOrdinaryUser(user) ? Rule::none : rule;
}

template <Rule rule>
Rule notNegative(const Settings& /*settings*/, std::string_view number) {
    return number.starts_with('-') ? rule : Rule::none;
}

template <Rule rule>
Rule hostsNetwork(const Settings& settings, std::string_view /*text*/) {
    return settings.host.network ? Rule::none : rule;
}

template <Rule rule, const auto& only>
Rule word(const Settings& /*settings*/, std::string_view value) {
    return value == only ? Rule::none : rule;
}
constexpr std::string_view local = "local";
constexpr std::string_view standard = "default";

Rule gpu(const Settings& settings, std::string_view /*text*/) {
    return settings.gpu ? Rule::none : Rule::createDeviceRequest;
}

// The driver cdi injects nodes, mounts and hooks of the host.
Rule gpuDriver(const Settings& /*settings*/, std::string_view driver) {
    return driver == "nvidia" ? Rule::none : Rule::createDeviceRequest;
}

Rule tmpfsOption(const Settings& /*settings*/, std::string_view option) {
    return option == "exec" || option == "noexec" ? Rule::none : Rule::createTmpfs;
}

constexpr std::string_view ownFiles = "an own file system, and nothing of the host's";
constexpr std::string_view describes = "describes the container; nothing of the host is named";
constexpr std::string_view process = "the process within the container";
constexpr std::string_view limit = "a limit of the container's own; no more than its owner has";
constexpr std::string_view windows = "Windows only";
constexpr std::string_view inQuery =
    "dockerode's, which repeats the query in the body; no engine reads it there";
constexpr std::string_view inspected = "what inspecting says, echoed; the daemon sets its own";

using enum Rule;
using enum Note;

// Object, key, type, judgement, what is noted, API version (1.N), reason.
constexpr auto table = std::to_array<Key>({
    {O::config, "Hostname", text, harmless, nothing, 0, describes},
    {O::config, "Domainname", text, harmless, nothing, 0, describes},
    {O::config, "User", text, ordinaryUser<createUser>, user, 0,
     "matters with host files only; restricted: not root"},
    {O::config, "AttachStdin", flag, harmless, nothing, 0, process},
    {O::config, "AttachStdout", flag, harmless, nothing, 0, process},
    {O::config, "AttachStderr", flag, harmless, nothing, 0, process},
    {O::config, "ExposedPorts", set, harmless, nothing, 0, "opens nothing by itself"},
    {O::config, "Tty", flag, harmless, nothing, 0, process},
    {O::config, "OpenStdin", flag, harmless, nothing, 0, process},
    {O::config, "StdinOnce", flag, harmless, nothing, 0, process},
    {O::config, "Env", texts, harmless, nothing, 0,
     "matters to a runtime the operator chose; an image brings the same"},
    {O::config, "Cmd", texts, harmless, nothing, 0, process},
    {O::config, "Healthcheck", one(O::healthcheck), harmless, nothing, 24, process},
    {O::config, "ArgsEscaped", flag, harmless, nothing, 0, windows},
    {O::config, "Image", text, harmless, nothing, 0,
     "brings user, environment, command, anonymous volumes, ports"},
    {O::config, "Volumes", set, by<judgeTarget>, nothing, 0,
     "anonymous volumes; a target may hide the kernel's files"},
    {O::config, "WorkingDir", text, by<judgeWorkingDir>, nothing, 0,
     "/proc/self/fd/N left the container before runc 1.1.12"},
    {O::config, "Entrypoint", texts, harmless, nothing, 0, process},
    {O::config, "NetworkDisabled", flag, harmless, nothing, 0, "less than nothing is not joined"},
    {O::config, "MacAddress", text, harmless, nothing, 0, "of the container's own interface"},
    {O::config, "OnBuild", texts, harmless, nothing, 0, "image metadata"},
    {O::config, "Labels", textMap, harmless, nothing, 0, describes},
    {O::config, "StopSignal", text, harmless, nothing, 0, process},
    {O::config, "StopTimeout", integer, harmless, nothing, 25, process},
    {O::config, "container", text, harmless, nothing, 0, inQuery},
    {O::config, "repo", text, harmless, nothing, 0, inQuery},
    {O::config, "tag", text, harmless, nothing, 0, inQuery},
    {O::config, "comment", text, harmless, nothing, 0, inQuery},
    {O::config, "author", text, harmless, nothing, 0, inQuery},
    {O::config, "Shell", texts, harmless, nothing, 0, "image metadata"},

    {O::createRequest, "HostConfig", one(O::hostConfig), harmless, nothing, 0, "its keys are judged"},
    {O::createRequest, "name", text, harmless, nothing, 0, inQuery},
    {O::createRequest, "platform", text, harmless, nothing, 0, inQuery},
    {O::createRequest, "NetworkingConfig", one(O::networkingConfig), harmless, nothing, 0,
     "its keys are judged"},

    {O::healthcheck, "Test", texts, harmless, nothing, 24, process},
    {O::healthcheck, "Interval", integer, harmless, nothing, 24, process},
    {O::healthcheck, "Timeout", integer, harmless, nothing, 24, process},
    {O::healthcheck, "StartPeriod", integer, harmless, nothing, 29, process},
    {O::healthcheck, "StartInterval", integer, harmless, nothing, 44, process},
    {O::healthcheck, "Retries", integer, harmless, nothing, 24, process},

    {O::hostConfig, "Binds", texts, with<judgeBind>, nothing, 0, "a source that begins with / is the host's"},
    {O::hostConfig, "ContainerIDFile", text, harmless, nothing, 0, "never written by the daemon"},
    {O::hostConfig, "LogConfig", one(O::logConfig), harmless, nothing, 0, "its keys are judged"},
    {O::hostConfig, "NetworkMode", text, with<judgeNetwork>, networkMode, 0,
     "host: loopback and abstract sockets of the host"},
    {O::hostConfig, "PortBindings", mapOfLists(O::portBinding), neverRestricted<createPorts>, nothing, 0,
     "Docker's everyday use"},
    {O::hostConfig, "RestartPolicy", one(O::restartPolicy), harmless, nothing, 0, process},
    {O::hostConfig, "AutoRemove", flag, harmless, nothing, 25, "removes the container itself"},
    {O::hostConfig, "VolumeDriver", text, word<volumeDriver, local>, nothing, 0,
     "other code picks what is mounted"},
    {O::hostConfig, "VolumesFrom", texts, never<createVolumesFrom>, nothing, 0,
     "all mounts of another container, the proxy's socket as well"},
    {O::hostConfig, "ConsoleSize", integers, harmless, nothing, 0, process},
    {O::hostConfig, "Annotations", textMap, never<createAnnotations>, nothing, 43,
     "instruct the runtime: hooks, hypervisors, CDI"},
    {O::hostConfig, "CapAdd", texts, with<judgeCapability>, nothing, 0, "SYS_ADMIN and others own the host"},
    {O::hostConfig, "CapDrop", texts, harmless, capDrop, 0, "takes away"},
    {O::hostConfig, "CgroupnsMode", text, with<judgeCgroupnsMode>, nothing, 41,
     "host: the host's control groups"},
    {O::hostConfig, "Dns", texts, harmless, nothing, 0, ownFiles},
    {O::hostConfig, "DnsOptions", texts, harmless, nothing, 0, ownFiles},
    {O::hostConfig, "DnsSearch", texts, harmless, nothing, 0, ownFiles},
    {O::hostConfig, "ExtraHosts", texts, harmless, nothing, 0, ownFiles},
    {O::hostConfig, "GroupAdd", texts, harmless, nothing, 0, "matters with host files only"},
    {O::hostConfig, "IpcMode", text, with<judgeIpcMode>, nothing, 0, "host: shared memory of the host"},
    {O::hostConfig, "Cgroup", text, never<createCgroup>, nothing, 0, "container:X shares a control group"},
    {O::hostConfig, "Links", texts, harmless, nothing, 0,
     "environment of a container that can be inspected anyway"},
    {O::hostConfig, "OomScoreAdj", integer, notNegative<createOom>, nothing, 0,
     "below 0 the host's processes are killed first"},
    {O::hostConfig, "PidMode", text, with<judgePidMode>, nothing, 0, "host: processes of the host"},
    {O::hostConfig, "Privileged", flag, never<createPrivileged>, nothing, 0, "everything"},
    {O::hostConfig, "PublishAllPorts", flag, neverRestricted<createPorts>, nothing, 0,
     "Docker's everyday use"},
    {O::hostConfig, "ReadonlyRootfs", flag, harmless, nothing, 0, "takes away"},
    {O::hostConfig, "SecurityOpt", texts, by<judgeSecurityOpt>, securityOpt, 0,
     "unconfined, in many spellings"},
    {O::hostConfig, "StorageOpt", textMap, harmless, nothing, 0, "the size of the container's own layer"},
    {O::hostConfig, "Tmpfs", textMap, by<judgeTarget>, tmpfsOptions, 0,
     "a target may hide the kernel's files"},
    {O::hostConfig, "UTSMode", text, with<judgeUtsMode>, nothing, 0, "host: the host's name"},
    {O::hostConfig, "UsernsMode", text, with<judgeUsernsMode>, nothing, 0, "host: no remapping of root"},
    {O::hostConfig, "ShmSize", integer, harmless, nothing, 0, limit},
    {O::hostConfig, "Sysctls", textMap, by<judgeSysctl>, nothing, 0,
     "only those known to be namespaced and safe"},
    {O::hostConfig, "Runtime", text, by<judgeRuntime>, nothing, 0,
     "weaker ones, shims on the path, nvidia's hooks"},
    {O::hostConfig, "Isolation", text, word<createIsolation, standard>, nothing, 0, windows},
    {O::hostConfig, "Mounts", list(O::mount), harmless, nothing, 25, "each is judged at its end"},
    {O::hostConfig, "MaskedPaths", texts, by<judgeHiddenPath>, maskedPaths, 37,
     "none unmasks /proc and /sys"},
    {O::hostConfig, "ReadonlyPaths", texts, by<judgeHiddenPath>, readonlyPaths, 37, "none opens /proc/sys"},
    {O::hostConfig, "Init", flag, harmless, nothing, 25, "the operator's own init"},
    {O::hostConfig, "InitPath", text, never<createInitPath>, nothing, 25,
     "a program of the host, up to 1.27"},

    {O::resources, "CpuShares", integer, harmless, nothing, 0, limit},
    {O::resources, "Memory", integer, harmless, nothing, 0, limit},
    {O::resources, "NanoCpus", integer, harmless, nothing, 25, limit},
    {O::resources, "CgroupParent", text, never<createCgroup>, nothing, 0,
     "out of the operator's limits; /../../x starts"},
    {O::resources, "BlkioWeight", integer, harmless, nothing, 0, limit},
    {O::resources, "BlkioWeightDevice", list(O::weightDevice), harmless, nothing, 0, "its paths are judged"},
    {O::resources, "BlkioDeviceReadBps", list(O::throttleDevice), harmless, nothing, 0,
     "its paths are judged"},
    {O::resources, "BlkioDeviceWriteBps", list(O::throttleDevice), harmless, nothing, 0,
     "its paths are judged"},
    {O::resources, "BlkioDeviceReadIOps", list(O::throttleDevice), harmless, nothing, 0,
     "its paths are judged"},
    {O::resources, "BlkioDeviceWriteIOps", list(O::throttleDevice), harmless, nothing, 0,
     "its paths are judged"},
    {O::resources, "CpuPeriod", integer, harmless, nothing, 0, limit},
    {O::resources, "CpuQuota", integer, harmless, nothing, 0, limit},
    {O::resources, "CpuRealtimePeriod", integer, never<createRealtime>, nothing, 25, "starves the host"},
    {O::resources, "CpuRealtimeRuntime", integer, never<createRealtime>, nothing, 25, "starves the host"},
    {O::resources, "CpusetCpus", text, harmless, nothing, 0, limit},
    {O::resources, "CpusetMems", text, harmless, nothing, 0, limit},
    {O::resources, "Devices", list(O::device), harmless, nothing, 0, "each is judged at its end"},
    {O::resources, "DeviceCgroupRules", texts, never<createDeviceRule>, nothing, 28,
     "a *:* rwm and mknod: raw disks"},
    {O::resources, "DeviceRequests", list(O::deviceRequest), gpu, nothing, 40,
     "GPUs; cdi: nodes, mounts and hooks"},
    {O::resources, "KernelMemory", integer, harmless, nothing, 0, limit},
    {O::resources, "KernelMemoryTCP", integer, harmless, nothing, 40, limit},
    {O::resources, "MemoryReservation", integer, harmless, nothing, 0, limit},
    {O::resources, "MemorySwap", integer, harmless, nothing, 0, limit},
    {O::resources, "MemorySwappiness", integer, harmless, nothing, 0, limit},
    {O::resources, "OomKillDisable", flag, never<createOom>, nothing, 0,
     "the host's processes are killed instead"},
    {O::resources, "PidsLimit", integer, harmless, nothing, 0, limit},
    {O::resources, "Ulimits", list(O::ulimit), harmless, nothing, 0, limit},
    {O::resources, "CpuCount", integer, harmless, nothing, 0, windows},
    {O::resources, "CpuPercent", integer, harmless, nothing, 0, windows},
    {O::resources, "IOMaximumIOps", integer, harmless, nothing, 0, windows},
    {O::resources, "IOMaximumBandwidth", integer, harmless, nothing, 0, windows},

    {O::updateRequest, "RestartPolicy", one(O::restartPolicy), harmless, nothing, 0, process},

    {O::restartPolicy, "Name", text, harmless, nothing, 0, process},
    {O::restartPolicy, "MaximumRetryCount", integer, harmless, nothing, 0, process},

    {O::logConfig, "Type", text, by<judgeLogDriver>, logType, 0,
     "others connect as root to any socket, read certificates"},
    {O::logConfig, "Config", textMap, by<judgeLogOption>, logOption, 0,
     "judged with the type, too: without it they are the daemon's default driver's"},

    {O::portBinding, "HostIp", text, harmless, nothing, 0, "Docker's everyday use"},
    {O::portBinding, "HostPort", text, harmless, nothing, 0, "Docker's everyday use"},

    {O::mount, "Type", text, harmless, mountType, 25, "judged at the mount's end"},
    {O::mount, "Source", text, harmless, mountSource, 25, "judged at the mount's end"},
    {O::mount, "Target", text, by<judgeTarget>, nothing, 25, "may hide the kernel's files"},
    {O::mount, "ReadOnly", flag, harmless, mountReadOnly, 25, "takes away"},
    {O::mount, "Consistency", text, by<judgeConsistency>, nothing, 31,
     "macOS only; Podman reads it as part of a line of options"},
    {O::mount, "BindOptions", one(O::bindOptions), harmless, nothing, 25, "its keys are judged"},
    {O::mount, "VolumeOptions", one(O::volumeOptions), harmless, nothing, 25, "its keys are judged"},
    {O::mount, "TmpfsOptions", one(O::tmpfsOptions), harmless, nothing, 29, "its keys are judged"},
    {O::mount, "ImageOptions", one(O::imageOptions), harmless, nothing, 48, "with a type that is refused"},
    {O::mount, "ClusterOptions", one(O::nothing), harmless, nothing, 42, "with a type that is refused"},

    {O::bindOptions, "Propagation", text, by<judgePropagation>, nothing, 25,
     "shared: mounts travel to the host"},
    {O::bindOptions, "NonRecursive", flag, harmless, nothing, 40, "takes away"},
    {O::bindOptions, "CreateMountpoint", flag, harmless, nothing, 42, "within a source that is allowed"},
    {O::bindOptions, "ReadOnlyNonRecursive", flag, harmless, mountWritesBelow, 44,
     "what is mounted below can be written"},
    {O::bindOptions, "ReadOnlyForceRecursive", flag, harmless, nothing, 44, "takes away"},

    {O::volumeOptions, "NoCopy", flag, harmless, nothing, 25, "takes away"},
    {O::volumeOptions, "Labels", textMap, harmless, nothing, 25, describes},
    {O::volumeOptions, "DriverConfig", one(O::driverConfig), harmless, nothing, 25, "its keys are judged"},
    {O::volumeOptions, "Subpath", text, by<judgeSubpath>, nothing, 45, "must stay in the volume"},

    {O::driverConfig, "Name", text, word<volumeDriver, local>, nothing, 25,
     "other code picks what is mounted"},
    {O::driverConfig, "Options", textMap, never<volumeOptions>, nothing, 25, "mount(2) as the host's root"},

    {O::tmpfsOptions, "SizeBytes", integer, harmless, nothing, 29, limit},
    {O::tmpfsOptions, "Mode", integer, harmless, nothing, 29, ownFiles},
    {O::tmpfsOptions, "Options", textLists, tmpfsOption, nothing, 46, "what mount(2) is told"},

    {O::imageOptions, "Subpath", text, by<judgeSubpath>, nothing, 48, "must stay in the image"},

    {O::weightDevice, "Path", text, with<judgeDevice>, nothing, 0, "tells whether a path of the host exists"},
    {O::weightDevice, "Weight", integer, harmless, nothing, 0, limit},
    {O::throttleDevice, "Path", text, with<judgeDevice>, nothing, 0,
     "tells whether a path of the host exists"},
    {O::throttleDevice, "Rate", integer, harmless, nothing, 0, limit},

    {O::device, "PathOnHost", text, with<judgeDevice>, devicePath, 0, "a folder grants all in it"},
    {O::device, "PathInContainer", text, harmless, nothing, 0, "where an allowed device appears"},
    {O::device, "CgroupPermissions", text, harmless, nothing, 0, "of an allowed device"},

    {O::deviceRequest, "Driver", text, gpuDriver, nothing, 40, "cdi: whatever the host's specification says"},
    {O::deviceRequest, "Count", integer, harmless, nothing, 40, "of what is allowed"},
    {O::deviceRequest, "DeviceIDs", texts, harmless, nothing, 40, "of what is allowed"},
    {O::deviceRequest, "Capabilities", textLists, harmless, nothing, 40, "of what is allowed"},
    {O::deviceRequest, "Options", textMap, never<createDeviceRequest>, nothing, 40, "instruct the driver"},

    {O::ulimit, "Name", text, harmless, nothing, 0, limit},
    {O::ulimit, "Soft", integer, harmless, nothing, 0, limit},
    {O::ulimit, "Hard", integer, harmless, nothing, 0, limit},

    {O::networkingConfig, "EndpointsConfig", map(O::endpoint), with<judgeNetwork>, nothing, 0,
     "joins networks by name"},

    {O::endpoint, "IPAMConfig", one(O::endpointIpam), harmless, nothing, 0,
     "an address within a network that is joined"},
    {O::endpoint, "Links", texts, harmless, nothing, 0, "names within a network that is joined"},
    {O::endpoint, "Aliases", texts, harmless, nothing, 0, "names within a network that is joined"},
    {O::endpoint, "MacAddress", text, harmless, nothing, 0, "of the container's own interface"},
    {O::endpoint, "DriverOpts", textMap, hostsNetwork<networkOptions>, nothing, 32,
     "kernel parameters, drivers' instructions"},
    {O::endpoint, "GwPriority", integer, harmless, nothing, 48, "of the container's own routes"},
    {O::endpoint, "NetworkID", text, with<judgeNetwork>, nothing, 0, "may name another network than the key"},
    {O::endpoint, "EndpointID", text, harmless, nothing, 0, inspected},
    {O::endpoint, "Gateway", text, harmless, nothing, 0, inspected},
    {O::endpoint, "IPAddress", text, harmless, nothing, 0, inspected},
    {O::endpoint, "IPPrefixLen", integer, harmless, nothing, 0, inspected},
    {O::endpoint, "IPv6Gateway", text, harmless, nothing, 0, inspected},
    {O::endpoint, "GlobalIPv6Address", text, harmless, nothing, 0, inspected},
    {O::endpoint, "GlobalIPv6PrefixLen", integer, harmless, nothing, 0, inspected},
    {O::endpoint, "DNSNames", texts, harmless, nothing, 44, inspected},

    {O::endpointIpam, "IPv4Address", text, harmless, nothing, 0,
     "an address within a network that is joined"},
    {O::endpointIpam, "IPv6Address", text, harmless, nothing, 0,
     "an address within a network that is joined"},
    {O::endpointIpam, "LinkLocalIPs", texts, harmless, nothing, 0,
     "an address within a network that is joined"},

    {O::execRequest, "User", text, ordinaryUser<execUser>, user, 0, "restricted: not root"},
    {O::execRequest, "Privileged", flag, never<execPrivileged>, nothing, 0, "all capabilities"},
    {O::execRequest, "Tty", flag, harmless, nothing, 0, process},
    {O::execRequest, "ConsoleSize", integers, harmless, nothing, 42, process},
    {O::execRequest, "AttachStdin", flag, harmless, nothing, 0, process},
    {O::execRequest, "AttachStdout", flag, harmless, nothing, 0, process},
    {O::execRequest, "AttachStderr", flag, harmless, nothing, 0, process},
    {O::execRequest, "Detach", flag, harmless, nothing, 0, process},
    {O::execRequest, "DetachKeys", text, harmless, nothing, 0, process},
    {O::execRequest, "Env", texts, harmless, nothing, 25, process},
    {O::execRequest, "WorkingDir", text, by<judgeWorkingDir>, nothing, 35,
     "/proc/self/fd/N left the container before runc 1.1.12"},
    {O::execRequest, "Cmd", texts, harmless, nothing, 0, process},
    {O::execRequest, "Container", text, harmless, nothing, 0, "docker-py's; the daemon takes the path's"},

    {O::execStart, "hijack", flag, harmless, nothing, 0, "dockerode's, for itself"},
    {O::execStart, "stdin", flag, harmless, nothing, 0, "dockerode's, for itself"},
    {O::execStart, "Detach", flag, harmless, nothing, 0, process},
    {O::execStart, "Tty", flag, harmless, nothing, 0, process},
    {O::execStart, "ConsoleSize", integers, harmless, nothing, 42, process},

    {O::volume, "Name", text, by<judgeVolumeName>, nothing, 0, "of a volume"},
    {O::volume, "Driver", text, word<volumeDriver, local>, nothing, 0, "other code picks what is mounted"},
    {O::volume, "DriverOpts", textMap, never<volumeOptions>, nothing, 0,
     "mount(2) as the host's root, when it is mounted by name"},
    {O::volume, "Labels", textMap, harmless, nothing, 0, describes},
    {O::volume, "ClusterVolumeSpec", one(O::nothing), never<volumeCluster>, nothing, 42,
     "a CSI driver picks what is mounted"},

    {O::network, "Name", text, with<judgeNetwork>, nothing, 0, "of a network"},
    {O::network, "CheckDuplicate", flag, harmless, nothing, 0, "takes away"},
    {O::network, "Driver", text, with<judgeNetworkDriver>, nothing, 0, "macvlan, ipvlan: the host's LAN"},
    {O::network, "Scope", text, word<networkScope, local>, nothing, 30, "swarm: other hosts as well"},
    {O::network, "EnableIPv4", flag, harmless, nothing, 47, "of the network itself"},
    {O::network, "EnableIPv6", flag, harmless, nothing, 0, "of the network itself"},
    {O::network, "IPAM", one(O::ipam), harmless, nothing, 0, "its keys are judged"},
    {O::network, "Internal", flag, harmless, nothing, 0, "takes away"},
    {O::network, "Attachable", flag, harmless, nothing, 25, "swarm only"},
    {O::network, "Ingress", flag, never<networkScope>, nothing, 29, "the swarm's entry"},
    {O::network, "ConfigOnly", flag, never<networkOptions>, nothing, 30,
     "holds what another network takes over unjudged"},
    {O::network, "ConfigFrom", one(O::configFrom), harmless, nothing, 30, "its key is judged"},
    {O::network, "Options", textMap, with<judgeNetworkOption>, nothing, 0,
     "bridge.name: bridges of the host"},
    {O::network, "Labels", textMap, harmless, nothing, 0, describes},

    {O::ipam, "Driver", text, word<networkDriver, standard>, nothing, 0, "other code hands out addresses"},
    {O::ipam, "Options", textMap, hostsNetwork<networkAddresses>, nothing, 0, "instruct the driver"},
    {O::ipam, "Config", list(O::ipamConfig), hostsNetwork<networkAddresses>, nothing, 0,
     "a subnet is a route on the host"},
    {O::ipamConfig, "Subnet", text, harmless, nothing, 0, "allowed with the list"},
    {O::ipamConfig, "IPRange", text, harmless, nothing, 0, "allowed with the list"},
    {O::ipamConfig, "Gateway", text, harmless, nothing, 0, "allowed with the list"},
    {O::ipamConfig, "AuxiliaryAddresses", textMap, harmless, nothing, 0, "allowed with the list"},
    {O::configFrom, "Network", text, never<networkOptions>, nothing, 30,
     "takes over what another network says"},

    {O::connectRequest, "Container", text, harmless, nothing, 0,
     "any container, into a network that is allowed"},
    {O::connectRequest, "EndpointConfig", one(O::endpoint), harmless, nothing, 0, "its keys are judged"},

    {O::disconnectRequest, "Container", text, harmless, nothing, 0,
     "any container, out of a network that is allowed"},
    {O::disconnectRequest, "Force", flag, harmless, nothing, 0, "takes away"},
});

// ---- The table sorted, so that a key is found in a few comparisons -----------------------------------
// By length first, which is compared faster than octets are.
constexpr auto isBefore = [](std::string_view left, std::string_view right) {
    return left.size() != right.size() ? left.size() < right.size() : left < right;
};

constexpr auto sorted = []() {
    auto rows = table;
    std::ranges::sort(rows, [](const Key& left, const Key& right) {
        return left.of != right.of ? left.of < right.of : isBefore(left.name, right.name);
    });
    return rows;
}();

static_assert(std::ranges::adjacent_find(sorted, [](const Key& left, const Key& right) {
                  return left.of == right.of && left.name == right.name;
              }) == sorted.end());

constexpr auto rowsOf = []() {
    std::array<std::span<const Key>, objectCount> spans{};
    for (const Key* at = sorted.begin(); at != sorted.end();) {
        const Key* end = at;
        while (end != sorted.end() && end->of == at->of) ++end;
        spans[static_cast<std::size_t>(at->of)] = {at, end};
        at = end;
    }
    return spans;
}();

constexpr std::span<const Key> keysOf(Object object) noexcept {
    return rowsOf[static_cast<std::size_t>(object)];
}

// `nothing` where there is no base, for it has no keys.
constexpr Object baseOf(Object object) noexcept {
    switch (object) {
    case O::createRequest:
        return O::config;
    case O::hostConfig:
    case O::updateRequest:
        return O::resources;
    default:
        return O::nothing;
    }
}

bool hasFolded(std::span<const Key> rows, std::string_view name) noexcept {
    return std::ranges::any_of(
        rows, [name](const Key& key) { return std::ranges::equal(key.name, name, {}, lower, lower); });
}

} // namespace

std::span<const Key> keys() noexcept {
    return sorted;
}

const Key* findKey(Object object, std::string_view name) noexcept {
    for (const Object each : {object, baseOf(object)}) {
        const auto rows = keysOf(each);
        const auto found = std::ranges::lower_bound(rows, name, isBefore, &Key::name);
        if (found != rows.end() && found->name == name) return &*found;
    }
    return nullptr;
}

bool foldsOntoKey(Object object, std::string_view name) noexcept {
    return hasFolded(keysOf(object), name) || hasFolded(keysOf(baseOf(object)), name);
}

} // namespace proxy::guard
