#include "tests/conformance/mutants/guard_body.h"

#include "tests/conformance/mutants/guard_json.h"
#include "tests/conformance/mutants/guard_values.h"
#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace mutants {
namespace {

using Keys =
    std::map<std::string, std::string>; // to types: s b i text, boolean, integer; [T {T list, map; @object

// "Hostname:s Env:[s HostConfig:@host"
Keys keysOf(const std::string& text) {
    Keys keys;
    std::istringstream stream(text);
    for (std::string word; stream >> word;)
        keys[word.substr(0, word.find(':'))] = word.substr(word.find(':') + 1);
    return keys;
}

const std::map<std::string, Keys>& objects() {
    static const std::string config =
        "Hostname:s Domainname:s User:s AttachStdin:b AttachStdout:b AttachStderr:b ExposedPorts:{@nothing "
        "Tty:b OpenStdin:b "
        "StdinOnce:b Env:[s Cmd:[s Healthcheck:@health ArgsEscaped:b Image:s Volumes:{@nothing WorkingDir:s "
        "Entrypoint:[s "
        "NetworkDisabled:b MacAddress:s OnBuild:[s Labels:{s StopSignal:s StopTimeout:i Shell:[s ";
    static const std::string resources = "CpuShares:i Memory:i NanoCpus:i CgroupParent:s BlkioWeight:i "
                                         "BlkioWeightDevice:[@weight BlkioDeviceReadBps:[@rate "
                                         "BlkioDeviceWriteBps:[@rate BlkioDeviceReadIOps:[@rate "
                                         "BlkioDeviceWriteIOps:[@rate CpuPeriod:i CpuQuota:i "
                                         "CpuRealtimePeriod:i CpuRealtimeRuntime:i CpusetCpus:s CpusetMems:s "
                                         "Devices:[@device DeviceCgroupRules:[s "
                                         "DeviceRequests:[@request KernelMemory:i KernelMemoryTCP:i "
                                         "MemoryReservation:i MemorySwap:i MemorySwappiness:i "
                                         "OomKillDisable:b PidsLimit:i Ulimits:[@ulimit CpuCount:i "
                                         "CpuPercent:i IOMaximumIOps:i IOMaximumBandwidth:i ";
    static const std::map<std::string, Keys> all{
        {"nothing", {}},
        {"config", keysOf(config)},
        {"create", keysOf(config + "HostConfig:@host NetworkingConfig:@networking")},
        {"update", keysOf(resources + "RestartPolicy:@restart")},
        {"host", keysOf(resources + "Binds:[s ContainerIDFile:s LogConfig:@log NetworkMode:s "
                                    "PortBindings:{[@port RestartPolicy:@restart AutoRemove:b "
                                    "VolumeDriver:s VolumesFrom:[s ConsoleSize:[i Annotations:{s CapAdd:[s "
                                    "CapDrop:[s CgroupnsMode:s Dns:[s "
                                    "DnsOptions:[s DnsSearch:[s ExtraHosts:[s GroupAdd:[s IpcMode:s Cgroup:s "
                                    "Links:[s OomScoreAdj:i PidMode:s "
                                    "Privileged:b PublishAllPorts:b ReadonlyRootfs:b SecurityOpt:[s "
                                    "StorageOpt:{s Tmpfs:{s UTSMode:s UsernsMode:s "
                                    "ShmSize:i Sysctls:{s Runtime:s Isolation:s Mounts:[@mount "
                                    "MaskedPaths:[s ReadonlyPaths:[s Init:b InitPath:s")},
        {"health", keysOf("Test:[s Interval:i Timeout:i StartPeriod:i StartInterval:i Retries:i")},
        {"restart", keysOf("Name:s MaximumRetryCount:i")},
        {"log", keysOf("Type:s Config:{s")},
        {"port", keysOf("HostIp:s HostPort:s")},
        {"mount",
         keysOf(
             "Type:s Source:s Target:s ReadOnly:b Consistency:s BindOptions:@binding VolumeOptions:@volumes "
             "TmpfsOptions:@tmpfs")},
        {"binding", keysOf("Propagation:s NonRecursive:b CreateMountpoint:b ReadOnlyNonRecursive:b "
                           "ReadOnlyForceRecursive:b")},
        {"volumes", keysOf("NoCopy:b Labels:{s DriverConfig:@driver Subpath:s")},
        {"driver", keysOf("Name:s Options:{s")},
        {"tmpfs", keysOf("SizeBytes:i Mode:i")},
        {"weight", keysOf("Path:s Weight:i")},
        {"rate", keysOf("Path:s Rate:i")},
        {"device", keysOf("PathOnHost:s PathInContainer:s CgroupPermissions:s")},
        {"request", keysOf("Driver:s Count:i DeviceIDs:[s Capabilities:[[s Options:{s")},
        {"ulimit", keysOf("Name:s Soft:i Hard:i")},
        {"networking", keysOf("EndpointsConfig:{@endpoint")},
        {"endpoint",
         keysOf(
             "IPAMConfig:@addresses Links:[s Aliases:[s MacAddress:s DriverOpts:{s GwPriority:i NetworkID:s "
             "EndpointID:s Gateway:s IPAddress:s IPPrefixLen:i IPv6Gateway:s GlobalIPv6Address:s "
             "GlobalIPv6PrefixLen:i DNSNames:[s")},
        {"addresses", keysOf("IPv4Address:s IPv6Address:s LinkLocalIPs:[s")},
        {"exec", keysOf("User:s Privileged:b Tty:b ConsoleSize:[i AttachStdin:b AttachStdout:b "
                        "AttachStderr:b Detach:b DetachKeys:s "
                        "Env:[s WorkingDir:s Cmd:[s Container:s")},
        {"start", keysOf("Detach:b Tty:b ConsoleSize:[i")},
        {"volume", keysOf("Name:s Driver:s DriverOpts:{s Labels:{s ClusterVolumeSpec:@nothing")},
        {"network", keysOf("Name:s CheckDuplicate:b Driver:s Scope:s EnableIPv4:b EnableIPv6:b IPAM:@ipam "
                           "Internal:b Attachable:b "
                           "Ingress:b ConfigOnly:b ConfigFrom:@from Options:{s Labels:{s")},
        {"ipam", keysOf("Driver:s Options:{s Config:[@range")},
        {"range", keysOf("Subnet:s IPRange:s Gateway:s AuxiliaryAddresses:{s")},
        {"from", keysOf("Network:s")},
        {"connect", keysOf("Container:s EndpointConfig:@endpoint")},
        {"disconnect", keysOf("Container:s Force:b")},
    };
    return all;
}

bool hasControl(const std::string& text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

class Walk {
public:
    explicit Walk(const GuardSettings& settings)
        : settings_(settings) {}

    bool object(const std::string& kind, const Json& json) const {
        const Keys& keys = objects().at(kind);
        for (const auto& [name, value] : json.members) {
            const auto known = is("guard-any-case") ? find(keys, name) : keys.find(name);
            const bool fine =
                known == keys.end() ? unknown(kind, keys, name, value) : member(kind, *known, value);
            if (!fine) return false;
        }
        return whole(kind, json);
    }

private:
    static bool sameInAnyCase(std::string_view a, std::string_view b) { return equalNames(a, b); }
    static Keys::const_iterator find(const Keys& keys, const std::string& name) {
        return std::ranges::find_if(keys, [&](const auto& key) { return sameInAnyCase(key.first, name); });
    }

    bool unknown(const std::string& kind, const Keys& keys, const std::string& name,
                 const Json& value) const {
        const bool ascii = std::ranges::all_of(name, [](unsigned char c) { return c < 0x80; });
        if (!ascii && !is("guard-folds-ascii-only")) return false;
        if (find(keys, name) != keys.end()) return is("guard-fold-passes");
        const bool top = kind == "create" && find(objects().at("host"), name) != objects().at("host").end();
        if (value.isZero()) return top ? !is("guard-top-level-zero-refused") : !is("guard-zero-refused");
        return is("guard-unknown-passes") || (top && is("guard-top-level-passes"));
    }

    bool member(const std::string& kind, const Keys::value_type& key, const Json& json) const {
        const bool shared = kind == "create" && key.first != "HostConfig" && key.first != "NetworkingConfig";
        const std::string name = (shared ? "config" : kind == "update" ? "host" : kind) + "." + key.first;
        if (kind == "host" && key.first == "Mounts" && is("guard-forgets-mounts")) return true;
        if (kind == "host" && key.first == "Devices" && is("guard-forgets-devices")) return true;
        return value(key.second, name, json, harmlessOf(name), false);
    }

    bool value(std::string_view type, const std::string& name, const Json& json, Harmless harmless,
               bool element) const {
        using Kind = Json::Kind;
        if (json.kind == Kind::null) return !element;
        const auto more = type.substr(1);
        switch (type.front()) {
        case '[':
            if (is("guard-bare-string-passes") && json.kind == Kind::text) return true;
            if (json.kind != Kind::array) return is("guard-types-unchecked");
            for (const auto& item : json.items) {
                if (!value(more, name, item, harmless, true)) return false;
                if (is("guard-first-element")) break;
            }
            return true;
        case '{':
            if (json.kind != Kind::object) return is("guard-types-unchecked");
            return std::ranges::all_of(json.members, [&](const auto& member) {
                return (harmless == nullptr || harmless(settings_, member.first)) &&
                       value(more, name == "host.Tmpfs" ? "tmpfs" : name, member.second,
                             name == "host.Tmpfs" ? harmlessOf("tmpfs") : nullptr,
                             more.front() == '@' ? false : true);
            });
        case '@':
            if (json.kind != Kind::object) return is("guard-types-unchecked");
            return (harmless == nullptr || harmless(settings_, "")) && object(std::string(more), json);
        case 'b':
            if (json.kind != Kind::boolean) return is("guard-types-unchecked");
            break;
        case 'i':
            if (json.kind != Kind::number) return is("guard-types-unchecked");
            if (json.text.find_first_of(".eE+") != std::string::npos || json.text.size() > 18)
                return is("guard-numbers-unchecked");
            break;
        default:
            if (json.kind != Kind::text) return is("guard-types-unchecked");
        }
        if (harmless == nullptr || (json.isZero() && !element)) return true;
        return (!hasControl(json.text) || json.kind != Kind::text) && harmless(settings_, json.text);
    }

    // What takes more than one key.
    bool whole(const std::string& kind, const Json& json) const {
        const auto text = [&](const char* key) {
            const auto* const found = json.find(key);
            return found == nullptr ? "" : found->text;
        };
        if (kind == "mount") return mount(text("Type"), text("Source"), json);
        if (kind == "log") {
            const auto* const options = json.find("Config");
            return !text("Type").empty() || options == nullptr || options->members.empty() ||
                   is("guard-log-options-pass");
        }
        if (kind == "device")
            return harmlessOf("rate.Path") == nullptr ||
                   harmlessOf("rate.Path")(settings_, text("PathOnHost"));
        if (kind == "host") return paths(json);
        if (kind == "exec" && settings_.restricted && !is("guard-restricted-exec-any-user"))
            return !text("User").empty();
        return kind != "create" || create(json);
    }

    bool mount(const std::string& type, const std::string& source, const Json& json) const {
        if (is("guard-any-mount-type") && type != "bind" && type != "volume" && type != "tmpfs") return true;
        const auto* const readOnly = json.find("ReadOnly");
        const auto* const options = json.find("BindOptions");
        const auto* const below = options == nullptr ? nullptr : options->find("ReadOnlyNonRecursive");
        const bool writes =
            readOnly == nullptr || readOnly->text != "true" || (below != nullptr && below->text == "true");
        if (type == "bind" && is("guard-backslash-passes") && !source.starts_with('/')) return true;
        if (type == "bind") return isHostPath(settings_, source, !writes);
        if (type == "volume") return source.empty() || isVolume(settings_, source);
        return type == "tmpfs" && source.empty();
    }

    static bool paths(const Json& json) {
        static const std::set<std::string> masked{
            "/proc/asound",     "/proc/acpi",        "/proc/kcore",       "/proc/keys", "/proc/latency_stats",
            "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"};
        static const std::set<std::string> readonly{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                                    "/proc/sysrq-trigger"};
        return hasAll(json.find("MaskedPaths"),
                      is("guard-forgets-masked-paths") ? std::set<std::string>{} : masked) &&
               hasAll(json.find("ReadonlyPaths"),
                      is("guard-forgets-readonly-paths") ? std::set<std::string>{} : readonly);
    }

    static bool hasAll(const Json* list, std::set<std::string> all) {
        if (list == nullptr || list->kind == Json::Kind::null) return true;
        if (is("guard-empty-paths-pass") && list->items.empty()) return true;
        for (const auto& item : list->items) all.erase(item.text);
        return all.empty();
    }

    bool create(const Json& json) const {
        const auto* const host = json.find("HostConfig");
        const auto* const mode = host == nullptr ? nullptr : host->find("NetworkMode");
        if ((mode == nullptr || mode->isZero()) && !isNetwork(settings_, "default") &&
            !is("guard-networks-default-passes"))
            return false;
        if (!settings_.restricted) return true;
        const auto* const user = json.find("User");
        if ((user == nullptr || user->isZero()) && !is("guard-restricted-any-user")) return false;
        return (has(host, "SecurityOpt", "no-new-privileges") || is("guard-restricted-privileges")) &&
               (has(host, "CapDrop", "ALL") || is("guard-restricted-cap-drop"));
    }

    static bool has(const Json* object, const char* key, const char* text) {
        const auto* const list = object == nullptr ? nullptr : object->find(key);
        return list != nullptr && std::ranges::any_of(list->items, [&](const Json& item) {
                   return item.text.starts_with(text);
               });
    }

    const GuardSettings& settings_;
};

} // namespace

bool isHarmlessBody(const GuardSettings& settings, const std::string& root, std::string_view body) {
    const auto json = readJson(body);
    if (!json) return false;
    if (json->kind != Json::Kind::object) return is("guard-any-root");
    return Walk(settings).object(root, *json);
}

} // namespace mutants
