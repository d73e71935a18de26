#include "tests/conformance/mutants/guard_values.h"

#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <sstream>

namespace mutants {
namespace {

using S = GuardSettings;
using T = std::string;

std::set<std::string, std::less<>> words(const char* text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::string> parted(std::string_view text, char by) {
    std::vector<std::string> parts(1);
    for (const char c : text)
        if (c == by)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

bool isName(std::string_view text) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
    };
    return !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(text, plain);
}

bool isWithin(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) &&
           (path.size() == folder.size() || path[folder.size()] == '/' || is("guard-bind-beside"));
}

bool allows(const S& settings, const char* word) {
    return settings.host.contains(word) || (is("guard-host-opens-all") && !settings.host.empty());
}

bool containerMode(const S& settings, const T& text) {
    return settings.host.contains("container") || is("guard-container-mode-passes") ||
           !isName(text.substr(10));
}

bool never(const S&, const T&) {
    return false;
}

bool target(const S&, const T& text) {
    std::string_view path = text;
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (is("guard-targets-as-written")) return !path.starts_with("/proc") && !path.starts_with("/sys");
    for (const char* folder : {"/proc", "/sys", "/dev"})
        if (path == folder || path.starts_with(folder + std::string("/"))) return false;
    return isCleanPath(path) && path != "/";
}

bool user(const S& settings, const T& text) {
    return !settings.restricted || isOrdinaryUser(text);
}

bool ports(const S& settings, const T&) {
    return !settings.restricted;
}

bool workingDir(const S&, const T& text) {
    return text.find("/proc") == std::string::npos;
}

bool bind(const S& settings, const T& text) {
    const auto parts = parted(text, ':');
    if (parts.size() > 3 || text.ends_with(':')) return false;
    if (parts.size() == 1) return target(settings, text);
    static const auto harmless = words("ro rw z Z nocopy consistent cached delegated private rprivate");
    bool readOnly = false;
    bool writes = false;
    for (const auto& mode : parted(parts.size() == 3 ? parts[2] : "rw", ',')) {
        if (!harmless.contains(mode) && !is("guard-bind-modes-pass")) return false;
        readOnly = readOnly || mode == "ro";
        writes = writes || mode == "rw" || mode == "z" || mode == "Z";
    }
    if (is("guard-bind-first-mode")) writes = false;
    const bool isPath = parts[0].starts_with('/');
    return (isPath ? isHostPath(settings, parts[0], readOnly && !writes) : isVolume(settings, parts[0])) &&
           target(settings, parts[1]);
}

bool cap(const S& settings, const T& text) {
    static const auto usual =
        words("AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP "
              "SETGID SETPCAP SETUID SYS_CHROOT");
    if (is("guard-caps-as-written")) return !(isCapability(text) || text == "ALL") || usual.contains(text);
    if (is("guard-cap-all-passes") && text == "ALL") return true;
    const std::string name = capabilityOf(text);
    if (settings.caps.contains(name) || (is("guard-caps-open-all") && !settings.caps.empty())) return true;
    return settings.restricted && !is("guard-restricted-caps") ? name == "NET_BIND_SERVICE"
                                                               : usual.contains(name);
}

bool securityOpt(const S&, const T& text) {
    if (is("guard-colon-passes") && text.find(':') != std::string::npos) return true;
    if (is("guard-security-denylist"))
        return text.find("unconfined") == std::string::npos && text.find("label") == std::string::npos;
    return text == "no-new-privileges" || text == "no-new-privileges=true" ||
           text == "no-new-privileges:true" || text == "seccomp=builtin";
}

bool pid(const S& settings, const T& text) {
    if (text.starts_with("container:")) return containerMode(settings, text);
    if (is("guard-host-word-only")) return text != "host" || allows(settings, "pid");
    return text == "host" && allows(settings, "pid");
}

bool ipc(const S& settings, const T& text) {
    if (text.starts_with("container:")) return containerMode(settings, text);
    return text == "private" || text == "shareable" || text == "none" ||
           (text == "host" && allows(settings, "ipc"));
}

bool uts(const S& settings, const T& text) {
    return text == "host" && allows(settings, "uts");
}
bool userns(const S& settings, const T& text) {
    return text == "host" && allows(settings, "userns");
}
bool cgroupns(const S& settings, const T& text) {
    return text == "private" || (text == "host" && allows(settings, "cgroup"));
}

bool notNegative(const S&, const T& text) {
    return !text.starts_with('-');
}
bool local(const S&, const T& text) {
    return text == "local";
}
bool standard(const S&, const T& text) {
    return text == "default";
}
bool runtime(const S&, const T& text) {
    return text == "runc";
}

bool logDriver(const S&, const T& text) {
    return text == "json-file" || text == "local" || text == "none" || text == "journald";
}

bool logOption(const S&, const T& text) {
    static const auto known = words("max-size max-file compress tag labels env");
    return known.contains(text);
}

bool consistency(const S&, const T& text) {
    static const auto known = words("default consistent cached delegated");
    return known.contains(text);
}

bool sysctl(const S&, const T& text) {
    static const auto safe =
        words("kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start "
              "net.ipv4.tcp_syncookies net.ipv4.ping_group_range");
    return safe.contains(text);
}

bool tmpfsOptions(const S&, const T& text) {
    static const auto known = words("rw ro exec noexec suid nosuid dev nodev size mode uid gid");
    return text.empty() || std::ranges::all_of(parted(text, ','), [](const std::string& option) {
               return known.contains(option.substr(0, option.find('=')));
           });
}

bool propagation(const S&, const T& text) {
    return text == "private" || text == "rprivate";
}

bool subpath(const S&, const T& text) {
    return !text.starts_with('/') && text.find("..") == std::string::npos &&
           text.find('\\') == std::string::npos;
}

bool device(const S& settings, const T& text) {
    if (is("guard-device-folder"))
        return std::ranges::any_of(settings.devices, [&](const T& one) { return one.starts_with(text); });
    return settings.devices.contains(text);
}

bool gpu(const S& settings, const T&) {
    return settings.devices.contains("gpu") ||
           (is("guard-devices-open-requests") && !settings.devices.empty());
}
bool gpuDriver(const S&, const T& text) {
    return text == "nvidia";
}

bool hostsNetwork(const S& settings, const T&) {
    return allows(settings, "network");
}

bool networkDriver(const S& settings, const T& text) {
    return text == "bridge" || ((text == "macvlan" || text == "ipvlan") && allows(settings, "network"));
}

bool networkOption(const S& settings, const T& text) {
    static const auto harmless =
        words("com.docker.network.bridge.enable_icc com.docker.network.bridge.enable_ip_masquerade "
              "com.docker.network.container_iface_prefix com.docker.network.driver.mtu");
    return harmless.contains(text) || allows(settings, "network");
}

bool endpoint(const S& settings, const T& text) {
    return is("guard-networks-mode-only") || isNetwork(settings, text);
}

// What is judged, and the mutant that forgets it.
struct Row {
    std::string_view key;
    Harmless harmless;
    Mutant forgets;
};

constexpr Row rows[] = {
    {"config.User", user, "guard-forgets-user"},
    {"config.Volumes", target, "guard-forgets-volumes"},
    {"config.WorkingDir", workingDir, "guard-forgets-working-dir"},
    {"host.Annotations", never, "guard-forgets-annotations"},
    {"host.Binds", bind, "guard-forgets-binds"},
    {"host.CapAdd", cap, "guard-forgets-cap-add"},
    {"host.Cgroup", never, "guard-forgets-cgroup"},
    {"host.CgroupParent", never, "guard-forgets-cgroup-parent"},
    {"host.CgroupnsMode", cgroupns, "guard-forgets-cgroupns"},
    {"host.CpuRealtimePeriod", never, "guard-forgets-realtime"},
    {"host.CpuRealtimeRuntime", never, "guard-forgets-realtime"},
    {"host.DeviceCgroupRules", never, "guard-forgets-device-rules"},
    {"host.DeviceRequests", gpu, "guard-forgets-device-requests"},
    {"host.InitPath", never, "guard-forgets-init-path"},
    {"host.IpcMode", ipc, "guard-forgets-ipc"},
    {"host.Isolation", standard, "guard-forgets-isolation"},
    {"host.NetworkMode", isNetwork, "guard-forgets-network-mode"},
    {"host.OomKillDisable", never, "guard-forgets-oom"},
    {"host.OomScoreAdj", notNegative, "guard-forgets-oom"},
    {"host.PidMode", pid, "guard-forgets-pid"},
    {"host.PortBindings", ports, "guard-forgets-ports"},
    {"host.Privileged", never, "guard-forgets-privileged"},
    {"host.PublishAllPorts", ports, "guard-forgets-ports"},
    {"host.Runtime", runtime, "guard-forgets-runtime"},
    {"host.SecurityOpt", securityOpt, "guard-forgets-security-opt"},
    {"host.Sysctls", sysctl, "guard-forgets-sysctls"},
    {"host.Tmpfs", target, "guard-forgets-tmpfs"},
    {"host.UTSMode", uts, "guard-forgets-uts"},
    {"host.UsernsMode", userns, "guard-forgets-userns"},
    {"host.VolumeDriver", local, "guard-forgets-volume-driver"},
    {"host.VolumesFrom", never, "guard-forgets-volumes-from"},
    {"tmpfs", tmpfsOptions, "guard-forgets-tmpfs-options"},
    {"log.Config", logOption, "guard-forgets-log-options"},
    {"log.Type", logDriver, "guard-forgets-log-driver"},
    {"mount.Consistency", consistency, "guard-forgets-consistency"},
    {"mount.Target", target, "guard-forgets-mount-target"},
    {"binding.Propagation", propagation, "guard-forgets-propagation"},
    {"volumes.Subpath", subpath, "guard-forgets-subpath"},
    {"driver.Name", local, "guard-forgets-mount-driver"},
    {"driver.Options", never, "guard-forgets-driver-options"},
    {"weight.Path", device, "guard-forgets-device-limits"},
    {"rate.Path", device, "guard-forgets-device-limits"},
    {"request.Driver", gpuDriver, "guard-gpu-any-driver"},
    {"request.Options", never, "guard-gpu-any-driver"},
    {"networking.EndpointsConfig", endpoint, "guard-forgets-endpoints"},
    {"endpoint.DriverOpts", hostsNetwork, "guard-forgets-endpoint-options"},
    {"endpoint.NetworkID", endpoint, "guard-forgets-endpoint-id"},
    {"exec.Privileged", never, "guard-forgets-exec-privileged"},
    {"exec.User", user, "guard-forgets-exec-user"},
    {"exec.WorkingDir", workingDir, "guard-forgets-exec-working-dir"},
    {"volume.ClusterVolumeSpec", never, "guard-forgets-cluster"},
    {"volume.Driver", local, "guard-forgets-volume-plugin"},
    {"volume.DriverOpts", never, "guard-forgets-volume-options"},
    {"volume.Name", isVolume, "guard-forgets-volume-name"},
    {"network.ConfigOnly", never, "guard-forgets-config-from"},
    {"network.Driver", networkDriver, "guard-forgets-network-driver"},
    {"network.Ingress", never, "guard-forgets-network-scope"},
    {"network.Name", isNetwork, "guard-forgets-network-name"},
    {"network.Options", networkOption, "guard-forgets-network-options"},
    {"network.Scope", local, "guard-forgets-network-scope"},
    {"ipam.Config", hostsNetwork, "guard-forgets-subnet"},
    {"ipam.Driver", standard, "guard-forgets-ipam-driver"},
    {"ipam.Options", hostsNetwork, "guard-forgets-ipam-options"},
    {"from.Network", never, "guard-forgets-config-from"},
};

} // namespace

bool isCleanPath(std::string_view path) {
    if (!path.starts_with('/')) return false;
    if (path == "/") return true;
    return std::ranges::none_of(parted(path.substr(1), '/'), [](const std::string& segment) {
        const bool dots = segment == "." || segment == "..";
        return (segment.empty() && !is("guard-double-slash-passes")) || (dots && !is("guard-dots-pass")) ||
               segment.find_first_of(is("guard-colons-in-paths-pass") ? "\\" : "\\:,\"") != std::string::npos;
    });
}

bool isNetwork(const GuardSettings& settings, const std::string& text) {
    if (text == "none") return true;
    if (text == "host") return allows(settings, "network");
    if (text.starts_with("container:")) return containerMode(settings, text);
    if (!isName(text)) return false;
    return settings.networks.empty() || settings.networks.contains(text == "default" ? "bridge" : text);
}

bool isVolume(const GuardSettings& /*settings*/, const std::string& text) {
    return isName(text);
}

bool isOrdinaryUser(const std::string& text) {
    const std::string name = text.substr(0, text.find(':'));
    if (is("guard-user-zero-only")) return name != "0" && name != "root";
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos)
        return is("guard-user-names-pass");
    if (is("guard-user-overflows")) return name.find_first_not_of('0') != std::string::npos;
    return name.size() < 10 && std::stol(name) > 0;
}

std::string capabilityOf(const std::string& text) {
    std::string name;
    for (const char c : text) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name.starts_with("CAP_") ? name.substr(4) : name;
}

bool isCapability(const std::string& name) {
    static const auto all =
        words("AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE "
              "DAC_READ_SEARCH FOWNER "
              "FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN "
              "NET_BIND_SERVICE "
              "NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT "
              "SYS_CHROOT SYS_MODULE SYS_NICE "
              "SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM");
    return all.contains(name);
}

bool isHostPath(const GuardSettings& settings, std::string path, bool readOnly) {
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return isCleanPath(path) && std::ranges::any_of(settings.binds, [&](const auto& one) {
               return isWithin(path, one.first) && (readOnly || !one.second || is("guard-bind-writes"));
           });
}

Harmless harmlessOf(const std::string& key) {
    for (const auto& row : rows)
        if (row.key == key) return is(row.forgets) ? nullptr : row.harmless;
    return nullptr;
}

} // namespace mutants
