#include "proxy/guard/values.h"

#include "proxy/guard/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace proxy::guard {
namespace {

template <std::size_t size>
bool isOneOf(const std::array<std::string_view, size>& known, std::string_view text) noexcept {
    return std::ranges::find(known, text) != known.end();
}

bool isListed(const std::vector<std::string>& list, std::string_view text) noexcept {
    return std::ranges::find(list, text) != list.end();
}

// The daemon's ToUpper is Unicode's: what is not ASCII is in no list here, whatever it becomes there.
bool sameInCapitals(std::string_view text, std::string_view capitals) noexcept {
    return std::ranges::equal(text, capitals, {}, upper);
}

// The text before `separator`, which leaves with it; all, and nothing stays, where there is none.
std::string_view takeUpTo(char separator, std::string_view& text) noexcept {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

// The daemon takes `\` for `/` where it asks whether a path is absolute, and not where it mounts. Podman writes a
// volume as source:target and a mount as a line of options, and reads them again: to it the anonymous volume
// "/etc:/x" is a folder of the host.
bool isPlain(std::string_view segment) noexcept {
    static constexpr std::string_view unclean = "\\:,\"";
    return std::ranges::none_of(
        segment, [](char c) { return isControl(c) || unclean.find(c) != std::string_view::npos; });
}

std::string_view withoutSlashAtEnd(std::string_view path) noexcept {
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// Those of Linux 6.1 (capabilities(7)); those that Docker's default has stand first.
constexpr auto capabilities = std::to_array<std::string_view>({
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "DAC_READ_SEARCH",
    "IPC_LOCK",
    "IPC_OWNER",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_BROADCAST",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
});
constexpr std::size_t defaultCapabilities = 14;
static_assert(capabilities.size() == 41);

// A mode of a mount in Binds. rw is what holds when none is given; z and Z change the host folder's labels.
struct Modes {
    bool readOnly = false;
    bool writes = false;
    Rule rule = Rule::none;
};

Modes readModes(std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 6> harmless{"nocopy",    "consistent", "cached",
                                                              "delegated", "private",    "rprivate"};
    static constexpr std::array<std::string_view, 4> travelling{"shared", "rshared", "slave", "rslave"};
    Modes modes;
    while (!text.empty() && modes.rule == Rule::none) {
        const std::string_view mode = takeUpTo(',', text);
        if (mode == "ro")
            modes.readOnly = true;
        else if (mode == "rw" || mode == "z" || mode == "Z")
            modes.writes = true;
        else if (isOneOf(travelling, mode))
            modes.rule = Rule::createPropagation;
        else if (!isOneOf(harmless, mode))
            modes.rule = Rule::createBindMode;
    }
    return modes;
}

Rule judgeMode(std::string_view text, bool allowed, Rule rule,
               std::span<const std::string_view> harmless) noexcept {
    if (std::ranges::find(harmless, text) != harmless.end()) return Rule::none;
    return text == "host" && allowed ? Rule::none : rule;
}

// The X of container:X is a name or an id.
Rule judgeContainerMode(const Settings& settings, std::string_view text) noexcept {
    static constexpr std::string_view prefix = "container:";
    return settings.host.container && isName(text.substr(prefix.size())) ? Rule::none
                                                                         : Rule::createContainerMode;
}

} // namespace

bool isCleanPath(std::string_view path) noexcept {
    if (!path.starts_with('/')) return false;
    if (path == "/") return true;
    path.remove_prefix(1);
    if (path.ends_with('/')) return false;
    while (!path.empty()) {
        const std::string_view segment = takeUpTo('/', path);
        if (segment.empty() || segment == "." || segment == "..") return false;
        if (!isPlain(segment)) return false;
    }
    return true;
}

bool isName(std::string_view text) noexcept {
    const auto isAlphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    if (text.empty() || !isAlphanumeric(text.front())) return false;
    return std::ranges::all_of(text,
                               [&](char c) { return isAlphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

std::optional<std::string_view> capabilityNamed(std::string_view text) noexcept {
    if (text.size() > 4 && sameInCapitals(text.substr(0, 4), "CAP_")) text.remove_prefix(4);
    const auto* const found = std::ranges::find_if(
        capabilities, [text](std::string_view name) { return sameInCapitals(text, name); });
    return found == capabilities.end() ? std::nullopt : std::optional(*found);
}

bool isAllCapabilities(std::string_view text) noexcept {
    return sameInCapitals(text, "ALL");
}

bool isOrdinaryUser(std::string_view text) noexcept {
    const std::string_view user = takeUpTo(':', text);
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    return error == std::errc{} && end == user.data() + user.size() && number > 0;
}

bool isNoNewPrivileges(std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 3> spellings{"no-new-privileges", "no-new-privileges=true",
                                                               "no-new-privileges:true"};
    return isOneOf(spellings, text);
}

Rule judgeHostPath(const Settings& settings, std::string_view source, bool readOnly) noexcept {
    source = withoutSlashAtEnd(source);
    if (!isCleanPath(source)) return Rule::createBindPath;
    Rule rule = Rule::createBind;
    for (const Bind& bind : settings.binds) {
        if (!isWithin(source, bind.path)) continue;
        if (readOnly || !bind.readOnly) return Rule::none;
        rule = Rule::createBindReadOnly;
    }
    return rule;
}

Rule judgeVolumeName(std::string_view name) noexcept {
    return isName(name) ? Rule::none : Rule::volumeName;
}

// source ":" target [ ":" modes ], or only a target: an anonymous volume. A source is a path where it begins
// with "/", and else a volume's name (volume/mounts/linux_parser.go).
Rule judgeBind(const Settings& settings, std::string_view text) noexcept {
    if (std::ranges::count(text, ':') > 2 || text.ends_with(':')) return Rule::createBindMode;
    if (text.find(':') == std::string_view::npos) return judgeTarget(text);
    const std::string_view source = takeUpTo(':', text);
    const std::string_view target = takeUpTo(':', text);
    const Modes modes = readModes(text);
    if (modes.rule != Rule::none) return modes.rule;
    const Rule rule = source.starts_with('/')
                          ? judgeHostPath(settings, source, modes.readOnly && !modes.writes)
                          : judgeVolumeName(source);
    return rule != Rule::none ? rule : judgeTarget(target);
}

Rule judgeTarget(std::string_view path) noexcept {
    static constexpr std::array<std::string_view, 3> kernels{"/proc", "/sys", "/dev"};
    path = withoutSlashAtEnd(path);
    if (!isCleanPath(path) || path == "/") return Rule::createTarget;
    for (const std::string_view folder : kernels)
        if (isWithin(path, folder)) return Rule::createTarget;
    return Rule::none;
}

Rule judgeSubpath(std::string_view path) noexcept {
    path = withoutSlashAtEnd(path);
    while (!path.empty()) {
        const std::string_view segment = takeUpTo('/', path);
        if (segment.empty() || segment == "." || segment == ".." || !isPlain(segment))
            return Rule::createSubpath;
    }
    return Rule::none;
}

// CVE-2024-21626: /proc/self/fd/N is a folder of the host before runc 1.1.12. The daemon cleans the path first, so
// that it need not begin with /proc.
Rule judgeWorkingDir(std::string_view path) noexcept {
    while (!path.empty())
        if (takeUpTo('/', path) == "proc") return Rule::createWorkingDir;
    return Rule::none;
}

Rule judgePropagation(std::string_view text) noexcept {
    return text == "private" || text == "rprivate" ? Rule::none : Rule::createPropagation;
}

Rule judgeTmpfsOptions(std::string_view text) noexcept {
    static constexpr auto words = std::to_array<std::string_view>(
        {"rw", "ro", "exec", "noexec", "suid", "nosuid", "dev", "nodev", "sync", "async", "atime", "noatime",
         "diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime"});
    static constexpr auto settings =
        std::to_array<std::string_view>({"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks"});
    while (!text.empty()) {
        std::string_view option = takeUpTo(',', text);
        if (isOneOf(words, option)) continue;
        const bool hasValue = option.find('=') != std::string_view::npos;
        if (!hasValue || !isOneOf(settings, takeUpTo('=', option))) return Rule::createTmpfs;
    }
    return Rule::none;
}

// Exactly: a folder grants all devices in it.
Rule judgeDevice(const Settings& settings, std::string_view path) noexcept {
    return isListed(settings.devices, path) ? Rule::none : Rule::createDevice;
}

Rule judgeCapability(const Settings& settings, std::string_view text) noexcept {
    const auto name = capabilityNamed(text);
    if (!name) return Rule::createCapability;
    if (isListed(settings.caps, *name)) return Rule::none;
    if (settings.profile == Profile::restricted)
        return *name == "NET_BIND_SERVICE" ? Rule::none : Rule::createCapability;
    const auto* const end = capabilities.begin() + defaultCapabilities;
    return std::find(capabilities.begin(), end, *name) != end ? Rule::none : Rule::createCapability;
}

Rule judgeSecurityOpt(std::string_view text) noexcept {
    return isNoNewPrivileges(text) || text == "seccomp=builtin" ? Rule::none : Rule::createSecurityOpt;
}

// Kubernetes' safe ones.
Rule judgeSysctl(std::string_view name) noexcept {
    static constexpr auto safe = std::to_array<std::string_view>({
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_syncookies",
    });
    return isOneOf(safe, name) ? Rule::none : Rule::createSysctl;
}

Rule judgeLogDriver(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 4> local{"json-file", "local", "none", "journald"};
    return isOneOf(local, name) ? Rule::none : Rule::createLogDriver;
}

// Podman has besides `path`: a file of the host, which it writes as root.
Rule judgeLogOption(std::string_view name) noexcept {
    static constexpr auto known = std::to_array<std::string_view>(
        {"cache-compress", "cache-disabled", "cache-max-file", "cache-max-size", "compress", "env",
         "env-regex", "labels", "labels-regex", "max-buffer-size", "max-file", "max-size", "mode", "tag"});
    return isOneOf(known, name) ? Rule::none : Rule::createLogOption;
}

Rule judgeConsistency(std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 4> known{"default", "consistent", "cached", "delegated"};
    return isOneOf(known, text) ? Rule::none : Rule::createBindMode;
}

Rule judgeRuntime(std::string_view name) noexcept {
    return name == "runc" || name == "io.containerd.runc.v2" ? Rule::none : Rule::createRuntime;
}

Rule judgeNetwork(const Settings& settings, std::string_view text) noexcept {
    if (text == "none") return Rule::none;
    if (text == "host") return settings.host.network ? Rule::none : Rule::networkHost;
    if (text.starts_with("container:")) return judgeContainerMode(settings, text);
    if (!isName(text)) return Rule::networkText;
    if (settings.networks.empty()) return Rule::none;
    // By all its names.
    if (text == "default") text = "bridge";
    return isListed(settings.networks, text) ? Rule::none : Rule::networkName;
}

Rule judgeNetworkDriver(const Settings& settings, std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 2> ofHost{"macvlan", "ipvlan"};
    if (text == "bridge" || (settings.host.network && isOneOf(ofHost, text))) return Rule::none;
    return Rule::networkDriver;
}

Rule judgeNetworkOption(const Settings& settings, std::string_view name) noexcept {
    static constexpr auto harmless = std::to_array<std::string_view>({
        "com.docker.network.bridge.enable_icc",
        "com.docker.network.bridge.enable_ip_masquerade",
        "com.docker.network.container_iface_prefix",
        "com.docker.network.driver.mtu",
        "com.docker.network.enable_ipv4",
        "com.docker.network.enable_ipv6",
    });
    return settings.host.network || isOneOf(harmless, name) ? Rule::none : Rule::networkOptions;
}

Rule judgePidMode(const Settings& settings, std::string_view text) noexcept {
    if (text.starts_with("container:")) return judgeContainerMode(settings, text);
    return judgeMode(text, settings.host.pid, Rule::createPidMode, {});
}

Rule judgeIpcMode(const Settings& settings, std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 3> own{"none", "private", "shareable"};
    if (text.starts_with("container:")) return judgeContainerMode(settings, text);
    return judgeMode(text, settings.host.ipc, Rule::createIpcMode, own);
}

Rule judgeUtsMode(const Settings& settings, std::string_view text) noexcept {
    return judgeMode(text, settings.host.uts, Rule::createUtsMode, {});
}

Rule judgeUsernsMode(const Settings& settings, std::string_view text) noexcept {
    return judgeMode(text, settings.host.userns, Rule::createUsernsMode, {});
}

Rule judgeCgroupnsMode(const Settings& settings, std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 1> own{"private"};
    return judgeMode(text, settings.host.cgroup, Rule::createCgroupnsMode, own);
}

namespace {

// Those of 20.10, which every engine since has. Newer ones mask more (powercap, interrupts): a client that
// brings the list of 20.10 to them sees the host's interrupts and energy counters.
constexpr auto masked = std::to_array<std::string_view>(
    {"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
     "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"});
constexpr auto readonly = std::to_array<std::string_view>(
    {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"});
static_assert(allMaskedPaths == (1U << masked.size()) - 1 && allReadonlyPaths == (1U << readonly.size()) - 1);

std::uint32_t bitOf(std::span<const std::string_view> paths, std::string_view path) noexcept {
    const auto found = std::ranges::find(paths, path);
    return found == paths.end() ? 0 : 1U << static_cast<unsigned>(found - paths.begin());
}

} // namespace

// The runtime mounts over each. Engines name nothing but the kernel's files.
Rule judgeHiddenPath(std::string_view path) noexcept {
    const bool isKernels = isWithin(path, "/proc") || isWithin(path, "/sys");
    return isCleanPath(path) && isKernels ? Rule::none : Rule::createMaskedPaths;
}

std::uint32_t maskedPath(std::string_view path) noexcept {
    return bitOf(masked, path);
}

std::uint32_t readonlyPath(std::string_view path) noexcept {
    return bitOf(readonly, path);
}

} // namespace proxy::guard
