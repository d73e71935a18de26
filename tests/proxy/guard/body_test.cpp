// Bodies by table: each dangerous value of each operation, in each spelling that a daemon takes; what passed
// other proxies; and what must pass here.
#include "proxy/guard/guard.h"
#include "proxy/guard/keys.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace proxy::guard {
namespace {

using enum Rule;

struct Row {
    const char* id;
    const char* operation;
    std::string body;
    Rule rule = none;
    const char* place = "";
};

std::string create(std::string_view hostConfig) {
    return R"({"Image":"a","HostConfig":{)" + std::string(hostConfig) + "}}";
}

std::string mount(std::string_view fields) {
    return create(R"("Mounts":[{)" + std::string(fields) + "}]");
}

Request request(const char* operation, std::string_view body) {
    return {"POST", operation, "1.41", "front", "", "application/json", 1, false, body};
}

constexpr const char* C = "ContainerCreate";

// clang-format off
const Row refused[] = {
    // ---- Spellings: what a folding, merging, lenient decoder makes of a body
    {"fold-hostconfig", C, R"({"hostconfig":{"Privileged":true}})", jsonFoldedKey, "hostconfig"},
    {"fold-hostconfig-null", C, R"({"HostConfig":{},"hostconfig":null})", jsonFoldedKey, "hostconfig"},
    {"fold-long-s", C, "{\"Ho\xc5\xbftConfig\":{\"Privileged\":true}}", jsonFoldedKey, "Ho\\xc5\\xbftConfig"},
    {"fold-long-s-escaped", C, R"({"Ho\u017ftConfig":{"Privileged":true}})", jsonFoldedKey, "Ho\\u017ftConfig"},
    {"fold-kelvin", C, create("\"Networ\xe2\x84\xaaMode\":\"host\""), jsonFoldedKey, "HostConfig.Networ\\xe2\\x84\\xaaMode"},
    {"fold-zero-value", C, R"({"User":"1000","user":""})", jsonFoldedKey, "user"},
    {"fold-in-mount", C, mount(R"("Type":"volume","source":"/etc","Target":"/h")"), jsonFoldedKey, "HostConfig.Mounts[0].source"},
    {"fold-top-level", C, R"({"privileged":true})", jsonFoldedKey, "privileged"},
    {"escaped-key", C, R"({"HostConfig":{"\u0050rivileged":true}})", createPrivileged, "HostConfig.\\u0050rivileged"},
    {"escaped-value", C, create(R"("PidMode":"\u0068ost")"), createPidMode, "HostConfig.PidMode"},
    {"duplicate-host-config", C, R"({"HostConfig":{},"HostConfig":{"Privileged":true}})", jsonDuplicateKey, "HostConfig"},
    {"duplicate-null-keeps", C, create(R"("Privileged":true,"Privileged":null)"), createPrivileged, "HostConfig.Privileged"},
    {"duplicate-false-then-true", C, create(R"("Privileged":false,"Privileged":true)"), jsonDuplicateKey, "HostConfig.Privileged"},
    {"duplicate-mounts-stale", C, create(R"("Mounts":[],"Mounts":[{"Target":"/h"}])"), jsonDuplicateKey, "HostConfig.Mounts"},
    {"duplicate-label", C, R"({"Labels":{"a":"1","a":"2"}})", jsonDuplicateKey, "Labels[\"a\"]"},
    {"trailing-brace", C, "{}} junk", jsonTrailing},
    {"trailing-bracket", C, R"({"Image":"a"} ] {"x": junk)", jsonTrailing},
    {"second-object", C, R"({}{"HostConfig":{"Privileged":true}})", jsonTrailing},
    {"bom", C, "\xef\xbb\xbf{}", jsonRoot},
    {"comma-at-end", C, R"({"Image":"a",})", jsonSyntax, "Image"},
    {"cut", C, R"({"Image":"a")", jsonIncomplete, "Image"},
    {"array-root", C, "[{}]", jsonRoot},
    {"null-root", C, "null", jsonRoot},
    {"nul-in-value", C, create(R"("PidMode":"host\u0000")"), jsonControl, "HostConfig.PidMode"},
    {"control-in-judged-value", C, create(R"("PidMode":"host\n")"), jsonText, "HostConfig.PidMode"},
    {"delete-in-judged-value", C, create("\"Binds\":[\"a\x7f:/b\"]"), jsonText, "HostConfig.Binds[0]"},
    {"long-judged-value", C, create(R"("SecurityOpt":["seccomp=)" + std::string(5000, 'x') + "\"]"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"long-escaped-judged-value", C, create(R"("SecurityOpt":["\u0061)" + std::string(5000, 'x') + "\"]"), jsonText, "HostConfig.SecurityOpt[0]"},
    {"lone-surrogate", C, R"({"Env":["\ud800"]})", jsonSurrogate, "Env"},
    {"invalid-utf8", C, "{\"Image\":\"\xff\"}", jsonUtf8, "Image"},
    {"config-wrapper", C, R"({"Config":{"Image":"a"}})", jsonUnknownKey, "Config"},

    // ---- Types
    {"bool-as-number", C, create(R"("Privileged":1)"), jsonType, "HostConfig.Privileged"},
    {"bool-as-text", C, create(R"("Privileged":"true")"), jsonType, "HostConfig.Privileged"},
    {"text-for-list", C, create(R"("CapAdd":"SYS_ADMIN")"), jsonType, "HostConfig.CapAdd"},
    {"text-for-command", C, R"({"Cmd":"sh"})", jsonType, "Cmd"},
    {"object-for-list", C, create(R"("Binds":{"0":"/:/h"})"), jsonType, "HostConfig.Binds"},
    {"list-for-object", C, R"({"HostConfig":[]})", jsonType, "HostConfig"},
    {"list-for-map", C, R"({"Labels":["a=b"]})", jsonType, "Labels"},
    {"number-in-text-map", C, R"({"Labels":{"a":1}})", jsonType, "Labels[\"a\"]"},
    {"null-element", C, create(R"("Mounts":[null])"), jsonType, "HostConfig.Mounts[0]"},
    {"null-text-element", C, create(R"("Binds":[null])"), jsonType, "HostConfig.Binds[0]"},
    {"fraction", C, create(R"("Memory":1.5)"), jsonRange, "HostConfig.Memory"},
    {"exponent", C, create(R"("Memory":1e1)"), jsonRange, "HostConfig.Memory"},
    {"too-large", C, create(R"("Memory":9223372036854775808)"), jsonRange, "HostConfig.Memory"},
    {"nested-list", C, create(R"("Binds":[["/:/h"]])"), jsonType, "HostConfig.Binds[0]"},

    // ---- Unknown keys
    {"unknown-key", C, create(R"("HostProcess":true)"), jsonUnknownKey, "HostConfig.HostProcess"},
    {"unknown-empty-list", C, create(R"("UnmaskedPaths":[])"), jsonUnknownKey, "HostConfig.UnmaskedPaths"},
    {"unknown-empty-object", C, create(R"("Hooks":{})"), jsonUnknownKey, "HostConfig.Hooks"},
    {"unknown-in-set", C, R"({"Volumes":{"/a":{"x":1}}})", jsonUnknownKey, "Volumes[\"/a\"].x"},
    {"capabilities-19.03", C, create(R"("Capabilities":["ALL"])"), jsonUnknownKey, "HostConfig.Capabilities"},
    {"lxc-conf", C, create(R"("LxcConf":[{"Key":"a","Value":"b"}])"), jsonUnknownKey, "HostConfig.LxcConf"},

    // ---- HostConfig's names at the top level
    {"top-privileged", C, R"({"Image":"a","Privileged":true})", createTopLevel, "Privileged"},
    {"top-binds", C, R"({"Image":"a","Binds":["/:/h"]})", createTopLevel, "Binds"},
    {"top-empty-masked-paths", C, R"({"Image":"a","MaskedPaths":[]})", createTopLevel, "MaskedPaths"},
    {"top-volume-driver", C, R"({"Image":"a","HostConfig":{},"VolumeDriver":"evil"})", createTopLevel, "VolumeDriver"},
    {"top-cpuset", C, R"({"Image":"a","Cpuset":"0"})", jsonUnknownKey, "Cpuset"},
    {"top-null-host-config", C, R"({"HostConfig":null,"PidMode":"host"})", createTopLevel, "PidMode"},

    // ---- HostConfig
    {"privileged", C, create(R"("Privileged":true)"), createPrivileged, "HostConfig.Privileged"},
    {"bind-root", C, create(R"("Binds":["/:/host"])"), createBind, "HostConfig.Binds[0]"},
    {"bind-second", C, create(R"("Binds":["data:/d","/etc:/e:ro"])"), createBind, "HostConfig.Binds[1]"},
    {"bind-socket", C, create(R"("Binds":["/var/run/docker.sock:/s"])"), createBind, "HostConfig.Binds[0]"},
    {"bind-dots", C, create(R"("Binds":["/srv/../etc:/e"])"), createBindPath, "HostConfig.Binds[0]"},
    {"bind-double-slash", C, create(R"("Binds":["//etc:/e"])"), createBindPath, "HostConfig.Binds[0]"},
    {"bind-relative", C, create(R"("Binds":["../etc:/e"])"), volumeName, "HostConfig.Binds[0]"},
    {"bind-backslash", C, create(R"("Binds":["\\/etc:/e"])"), volumeName, "HostConfig.Binds[0]"},
    {"bind-no-source", C, create(R"("Binds":[":/e"])"), volumeName, "HostConfig.Binds[0]"},
    {"bind-empty", C, create(R"("Binds":[""])"), createTarget, "HostConfig.Binds[0]"},
    {"bind-four-parts", C, create(R"("Binds":["a:/b:ro:x"])"), createBindMode, "HostConfig.Binds[0]"},
    {"bind-shared", C, create(R"("Binds":["a:/b:rshared"])"), createPropagation, "HostConfig.Binds[0]"},
    {"bind-unknown-mode", C, create(R"("Binds":["a:/b:dev"])"), createBindMode, "HostConfig.Binds[0]"},
    {"bind-proc-target", C, create(R"("Binds":["a:/proc"])"), createTarget, "HostConfig.Binds[0]"},
    {"bind-proc-target-unclean", C, create(R"("Binds":["a:/x/../proc"])"), createTarget, "HostConfig.Binds[0]"},
    {"bind-sys-target-slashes", C, create(R"("Binds":["a://sys/fs:ro"])"), createTarget, "HostConfig.Binds[0]"},
    {"anonymous-dev-target", C, create(R"("Binds":["/dev/shm"])"), createTarget, "HostConfig.Binds[0]"},
    {"volumes-proc-target", C, R"({"Volumes":{"/proc/self":{}}})", createTarget, "Volumes[\"/proc/self\"]"},
    {"volumes-relative-target", C, R"({"Volumes":{"proc":{}}})", createTarget, "Volumes[\"proc\"]"},

    {"mount-bind", C, mount(R"("Type":"bind","Source":"/etc","Target":"/h")"), createBind, "HostConfig.Mounts[0].Source"},
    {"mount-bind-keys-turned", C, mount(R"("Target":"/h","Source":"/etc","ReadOnly":true,"Type":"bind")"), createBind, "HostConfig.Mounts[0].Source"},
    {"mount-bind-second", C, create(R"("Mounts":[{"Type":"tmpfs","Target":"/a"},{"Type":"bind","Source":"/","Target":"/b"}])"), createBind, "HostConfig.Mounts[1].Source"},
    {"mount-bind-no-source", C, mount(R"("Type":"bind","Target":"/h")"), createBindPath, "HostConfig.Mounts[0].Source"},
    {"mount-backslash-trick", C, mount(R"("Type":"bind","Source":"\\/../../../../../../etc","Target":"/h","BindOptions":{"CreateMountpoint":true})"), createBindPath, "HostConfig.Mounts[0].Source"},
    {"mount-backslash-root", C, mount(R"("Type":"bind","Source":"\\","Target":"/h")"), createBindPath, "HostConfig.Mounts[0].Source"},
    {"mount-type-case", C, mount(R"("Type":"Bind","Source":"/etc","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-no-type", C, mount(R"("Source":"/etc","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-empty-type", C, mount(R"("Type":"","Source":"/etc","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-cluster", C, mount(R"("Type":"cluster","Source":"csi","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-npipe", C, mount(R"("Type":"npipe","Source":"x","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-image", C, mount(R"("Type":"image","Source":"secret","Target":"/h")"), createMountType, "HostConfig.Mounts[0].Type"},
    {"mount-volume-path", C, mount(R"("Type":"volume","Source":"/etc","Target":"/h")"), volumeName, "HostConfig.Mounts[0].Source"},
    {"mount-tmpfs-source", C, mount(R"("Type":"tmpfs","Source":"/etc","Target":"/h")"), createMountSource, "HostConfig.Mounts[0].Source"},
    {"mount-driver-options", C, mount(R"("Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"ext4","device":"/dev/vda"}}})"), volumeOptions, "HostConfig.Mounts[0].VolumeOptions.DriverConfig.Options[\"type\"]"},
    {"mount-driver-bind", C, mount(R"("Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Options":{"o":"bind"}}})"), volumeOptions, "HostConfig.Mounts[0].VolumeOptions.DriverConfig.Options[\"o\"]"},
    {"mount-driver-plugin", C, mount(R"("Type":"volume","Target":"/h","VolumeOptions":{"DriverConfig":{"Name":"evil"}})"), volumeDriver, "HostConfig.Mounts[0].VolumeOptions.DriverConfig.Name"},
    {"mount-subpath", C, mount(R"("Type":"volume","Source":"v","Target":"/h","VolumeOptions":{"Subpath":"../.."})"), createSubpath, "HostConfig.Mounts[0].VolumeOptions.Subpath"},
    {"mount-subpath-absolute", C, mount(R"("Type":"volume","Source":"v","Target":"/h","VolumeOptions":{"Subpath":"/etc"})"), createSubpath, "HostConfig.Mounts[0].VolumeOptions.Subpath"},
    {"mount-propagation", C, mount(R"("Type":"bind","Source":"/a","Target":"/h","BindOptions":{"Propagation":"shared"})"), createPropagation, "HostConfig.Mounts[0].BindOptions.Propagation"},
    {"mount-proc-target", C, mount(R"("Type":"tmpfs","Target":"/proc/")"), createTarget, "HostConfig.Mounts[0].Target"},
    {"mount-backslash-target", C, mount(R"("Type":"tmpfs","Target":"\\proc")"), createTarget, "HostConfig.Mounts[0].Target"},
    {"podman-volume-colon", C, R"({"Volumes":{"/etc:/h":{}}})", createTarget, "Volumes[\"/etc:/h\"]"},
    {"podman-mount-line", C, mount(R"("Type":"volume","Source":"v","Target":"/x,type=bind,source=/etc")"), createTarget, "HostConfig.Mounts[0].Target"},
    {"podman-mount-quote", C, mount(R"("Type":"tmpfs","Target":"/x\"y")"), createTarget, "HostConfig.Mounts[0].Target"},
    {"podman-subpath-line", C, mount(R"("Type":"volume","Source":"v","Target":"/x","VolumeOptions":{"Subpath":"a,type=bind"})"), createSubpath, "HostConfig.Mounts[0].VolumeOptions.Subpath"},
    {"podman-consistency-line", C, mount(R"("Type":"volume","Source":"v","Target":"/x","Consistency":"cached,type=bind")"), createBindMode, "HostConfig.Mounts[0].Consistency"},
    {"podman-tmpfs-colon", C, create(R"("Tmpfs":{"/t:bind":""})"), createTarget, "HostConfig.Tmpfs[\"/t:bind\"]"},
    {"podman-log-path", C, create(R"("LogConfig":{"Type":"json-file","Config":{"path":"/etc/cron.d/x"}})"), createLogOption, "HostConfig.LogConfig.Config[\"path\"]"},
    {"mount-tmpfs-option", C, mount(R"("Type":"tmpfs","Target":"/t","TmpfsOptions":{"Options":[["bind"]]})"), createTmpfs, "HostConfig.Mounts[0].TmpfsOptions.Options[0][0]"},
    {"tmpfs-target", C, create(R"("Tmpfs":{"/sys/fs":""})"), createTarget, "HostConfig.Tmpfs[\"/sys/fs\"]"},
    {"tmpfs-option", C, create(R"("Tmpfs":{"/t":"rw,bind"})"), createTmpfs, "HostConfig.Tmpfs[\"/t\"]"},

    {"volume-driver", C, create(R"("VolumeDriver":"evil")"), volumeDriver, "HostConfig.VolumeDriver"},
    {"volumes-from", C, create(R"("VolumesFrom":["proxy"])"), createVolumesFrom, "HostConfig.VolumesFrom[0]"},
    {"devices", C, create(R"("Devices":[{"PathOnHost":"/dev/sda","PathInContainer":"/dev/sda","CgroupPermissions":"rwm"}])"), createDevice, "HostConfig.Devices[0].PathOnHost"},
    {"devices-no-path", C, create(R"("Devices":[{}])"), createDevice, "HostConfig.Devices[0].PathOnHost"},
    {"device-rules", C, create(R"("DeviceCgroupRules":["a *:* rwm"])"), createDeviceRule, "HostConfig.DeviceCgroupRules[0]"},
    {"device-requests", C, create(R"("DeviceRequests":[{}])"), createDeviceRequest, "HostConfig.DeviceRequests[0]"},
    {"device-requests-cdi", C, create(R"("DeviceRequests":[{"Driver":"cdi","DeviceIDs":["a/b=c"]}])"), createDeviceRequest, "HostConfig.DeviceRequests[0]"},
    {"throttle-path", C, create(R"("BlkioDeviceReadBps":[{"Path":"/etc/shadow","Rate":1}])"), createDevice, "HostConfig.BlkioDeviceReadBps[0].Path"},
    {"weight-path", C, create(R"("BlkioWeightDevice":[{"Weight":1,"Path":"/dev/sda"}])"), createDevice, "HostConfig.BlkioWeightDevice[0].Path"},
    {"cap-sys-admin", C, create(R"("CapAdd":["SYS_ADMIN"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-prefix", C, create(R"("CapAdd":["CAP_SYS_PTRACE"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-lower-case", C, create(R"("CapAdd":["sys_module"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-mixed-prefix", C, create(R"("CapAdd":["KILL","cap_Bpf"])"), createCapability, "HostConfig.CapAdd[1]"},
    {"cap-all", C, create(R"("CapAdd":["ALL"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-all-lower-case", C, create(R"("CapAdd":["all"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-long-s", C, create("\"CapAdd\":[\"\xc5\xbfYS_ADMIN\"]"), createCapability, "HostConfig.CapAdd[0]"},
    {"cap-empty", C, create(R"("CapAdd":[""])"), createCapability, "HostConfig.CapAdd[0]"},
    {"seccomp-equals", C, create(R"("SecurityOpt":["seccomp=unconfined"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"seccomp-colon", C, create(R"("SecurityOpt":["seccomp:unconfined"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"seccomp-own", C, create(R"("SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"apparmor", C, create(R"("SecurityOpt":["apparmor=unconfined"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"apparmor-colon", C, create(R"("SecurityOpt":["apparmor:unconfined"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"label-disable", C, create(R"("SecurityOpt":["label=disable"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"label-type", C, create(R"("SecurityOpt":["label:type:spc_t"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"bare-disable", C, create(R"("SecurityOpt":["disable"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"writable-cgroups", C, create(R"("SecurityOpt":["writable-cgroups"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"new-privileges", C, create(R"("SecurityOpt":["no-new-privileges=false"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"systempaths", C, create(R"("SecurityOpt":["systempaths=unconfined"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"credentialspec", C, create(R"("SecurityOpt":["credentialspec=file://x"])"), createSecurityOpt, "HostConfig.SecurityOpt[0]"},
    {"masked-paths-empty", C, create(R"("MaskedPaths":[])"), createMaskedPaths, "HostConfig.MaskedPaths"},
    {"masked-paths-one-short", C, create(R"("MaskedPaths":["/proc/asound","/proc/acpi","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware"])"), createMaskedPaths, "HostConfig.MaskedPaths[8]"},
    {"readonly-paths-empty", C, create(R"("ReadonlyPaths":[])"), createMaskedPaths, "HostConfig.ReadonlyPaths"},
    {"readonly-paths-one-short", C, create(R"("ReadonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sysrq-trigger"])"), createMaskedPaths, "HostConfig.ReadonlyPaths[3]"},
    {"masked-path-elsewhere", C, create(R"("MaskedPaths":["/etc/passwd"])"), createMaskedPaths, "HostConfig.MaskedPaths[0]"},
    {"masked-path-unclean", C, create(R"("MaskedPaths":["/proc/../etc"])"), createMaskedPaths, "HostConfig.MaskedPaths[0]"},
    {"readonly-path-beside", C, create(R"("ReadonlyPaths":["/system"])"), createMaskedPaths, "HostConfig.ReadonlyPaths[0]"},
    {"pid-host", C, create(R"("PidMode":"host")"), createPidMode, "HostConfig.PidMode"},
    {"pid-host-case", C, create(R"("PidMode":"HOST")"), createPidMode, "HostConfig.PidMode"},
    {"pid-host-blank", C, create(R"("PidMode":" host")"), createPidMode, "HostConfig.PidMode"},
    {"pid-container", C, create(R"("PidMode":"container:x")"), createContainerMode, "HostConfig.PidMode"},
    {"pid-path", C, create(R"("PidMode":"ns:/proc/1/ns/pid")"), createPidMode, "HostConfig.PidMode"},
    {"ipc-host", C, create(R"("IpcMode":"host")"), createIpcMode, "HostConfig.IpcMode"},
    {"ipc-container", C, create(R"("IpcMode":"container:x")"), createContainerMode, "HostConfig.IpcMode"},
    {"uts-host", C, create(R"("UTSMode":"host")"), createUtsMode, "HostConfig.UTSMode"},
    {"userns-host", C, create(R"("UsernsMode":"host")"), createUsernsMode, "HostConfig.UsernsMode"},
    {"cgroupns-host", C, create(R"("CgroupnsMode":"host")"), createCgroupnsMode, "HostConfig.CgroupnsMode"},
    {"network-host", C, create(R"("NetworkMode":"host")"), networkHost, "HostConfig.NetworkMode"},
    {"network-container", C, create(R"("NetworkMode":"container:x")"), createContainerMode, "HostConfig.NetworkMode"},
    {"network-path", C, create(R"("NetworkMode":"ns:/proc/1/ns/net")"), networkText, "HostConfig.NetworkMode"},
    {"endpoint-host", C, R"({"NetworkingConfig":{"EndpointsConfig":{"host":{}}}})", networkHost, "NetworkingConfig.EndpointsConfig[\"host\"]"},
    {"endpoint-container", C, R"({"NetworkingConfig":{"EndpointsConfig":{"container:x":null}}})", createContainerMode, "NetworkingConfig.EndpointsConfig[\"container:x\"]"},
    {"endpoint-driver-options", C, R"({"NetworkingConfig":{"EndpointsConfig":{"a":{"DriverOpts":{"x":"y"}}}}})", networkOptions, "NetworkingConfig.EndpointsConfig[\"a\"].DriverOpts[\"x\"]"},
    {"endpoint-network-id", C, R"({"NetworkingConfig":{"EndpointsConfig":{"a":{"NetworkID":"host"}}}})", networkHost, "NetworkingConfig.EndpointsConfig[\"a\"].NetworkID"},
    {"cgroup-container", C, create(R"("Cgroup":"container:x")"), createCgroup, "HostConfig.Cgroup"},
    {"cgroup-parent", C, create(R"("CgroupParent":"/../../x")"), createCgroup, "HostConfig.CgroupParent"},
    {"runtime", C, create(R"("Runtime":"kata")"), createRuntime, "HostConfig.Runtime"},
    {"runtime-shim", C, create(R"("Runtime":"io.containerd.runc.v1")"), createRuntime, "HostConfig.Runtime"},
    {"annotations", C, create(R"("Annotations":{"run.oci.hooks":"x"})"), createAnnotations, "HostConfig.Annotations[\"run.oci.hooks\"]"},
    {"sysctl", C, create(R"("Sysctls":{"kernel.core_pattern":"|/x"})"), createSysctl, "HostConfig.Sysctls[\"kernel.core_pattern\"]"},
    {"sysctl-slashes", C, create(R"("Sysctls":{"kernel/core_pattern":"|/x"})"), createSysctl, "HostConfig.Sysctls[\"kernel/core_pattern\"]"},
    {"log-syslog", C, create(R"("LogConfig":{"Type":"syslog","Config":{"tag":"unix:///x"}})"), createLogDriver, "HostConfig.LogConfig.Type"},
    {"log-fluentd", C, create(R"("LogConfig":{"Config":{},"Type":"fluentd"})"), createLogDriver, "HostConfig.LogConfig.Type"},
    {"log-default-options", C, create(R"("LogConfig":{"Type":"","Config":{"tag":"unix:///x"}})"), createLogDriver, "HostConfig.LogConfig.Type"},
    {"log-option-of-another-driver", C, create(R"("LogConfig":{"Type":"json-file","Config":{"syslog-address":"unix:///x"}})"), createLogOption, "HostConfig.LogConfig.Config[\"syslog-address\"]"},
    {"log-options-only", C, create(R"("LogConfig":{"Config":{"tag":"b"}})"), createLogDriver, "HostConfig.LogConfig.Type"},
    {"oom-score", C, create(R"("OomScoreAdj":-1)"), createOom, "HostConfig.OomScoreAdj"},
    {"oom-kill-disable", C, create(R"("OomKillDisable":true)"), createOom, "HostConfig.OomKillDisable"},
    {"realtime", C, create(R"("CpuRealtimeRuntime":950000)"), createRealtime, "HostConfig.CpuRealtimeRuntime"},
    {"realtime-period", C, create(R"("CpuRealtimePeriod":1000000)"), createRealtime, "HostConfig.CpuRealtimePeriod"},
    {"isolation", C, create(R"("Isolation":"process")"), createIsolation, "HostConfig.Isolation"},
    {"init-path", C, create(R"("InitPath":"/bin/sh")"), createInitPath, "HostConfig.InitPath"},
    {"working-dir", C, R"({"WorkingDir":"/proc/self/fd/8"})", createWorkingDir, "WorkingDir"},
    {"working-dir-unclean", C, R"({"WorkingDir":"//x/.././proc/self/fd/8"})", createWorkingDir, "WorkingDir"},

    // ---- Other operations
    {"update-devices", "ContainerUpdate", R"({"Devices":[{"PathOnHost":"/dev/sda"}]})", createDevice, "Devices[0].PathOnHost"},
    {"update-cgroup-parent", "ContainerUpdate", R"({"CgroupParent":"/x"})", createCgroup, "CgroupParent"},
    {"update-privileged", "ContainerUpdate", R"({"Privileged":true})", jsonUnknownKey, "Privileged"},
    {"update-host-config", "ContainerUpdate", R"({"HostConfig":{"Memory":1}})", jsonUnknownKey, "HostConfig"},
    {"exec-privileged", "ContainerExec", R"({"Cmd":["sh"],"Privileged":true})", execPrivileged, "Privileged"},
    {"exec-privileged-folded", "ContainerExec", R"({"Cmd":["sh"],"privileged":true})", jsonFoldedKey, "privileged"},
    {"exec-working-dir", "ContainerExec", R"({"WorkingDir":"/proc/self/fd/8"})", createWorkingDir, "WorkingDir"},
    {"exec-start-unknown", "ExecStart", R"({"Privileged":true})", jsonUnknownKey, "Privileged"},
    {"volume-o-bind", "VolumeCreate", R"({"Name":"v","DriverOpts":{"type":"none","o":"bind","device":"/"}})", volumeOptions, "DriverOpts[\"type\"]"},
    {"volume-plugin", "VolumeCreate", R"({"Name":"v","Driver":"evil"})", volumeDriver, "Driver"},
    {"volume-name", "VolumeCreate", R"({"Name":"../v"})", volumeName, "Name"},
    {"volume-cluster", "VolumeCreate", R"({"Name":"v","ClusterVolumeSpec":{}})", volumeCluster, "ClusterVolumeSpec"},
    {"network-macvlan", "NetworkCreate", R"({"Name":"n","Driver":"macvlan","Options":{"parent":"eth0"}})", networkDriver, "Driver"},
    {"network-ipvlan", "NetworkCreate", R"({"Name":"n","Driver":"ipvlan"})", networkDriver, "Driver"},
    {"network-driver-host", "NetworkCreate", R"({"Name":"n","Driver":"host"})", networkDriver, "Driver"},
    {"network-bridge-name", "NetworkCreate", R"({"Name":"n","Options":{"com.docker.network.bridge.name":"docker0"}})", networkOptions, "Options[\"com.docker.network.bridge.name\"]"},
    {"network-gateway-mode", "NetworkCreate", R"({"Name":"n","Options":{"com.docker.network.bridge.gateway_mode_ipv4":"routed"}})", networkOptions, "Options[\"com.docker.network.bridge.gateway_mode_ipv4\"]"},
    {"network-trusted-interfaces", "NetworkCreate", R"({"Name":"n","Options":{"com.docker.network.bridge.trusted_host_interfaces":"eth0"}})", networkOptions, "Options[\"com.docker.network.bridge.trusted_host_interfaces\"]"},
    {"network-subnet", "NetworkCreate", R"({"Name":"n","IPAM":{"Config":[{"Subnet":"8.8.8.0/24"}]}})", networkAddresses, "IPAM.Config[0]"},
    {"network-ipam-driver", "NetworkCreate", R"({"Name":"n","IPAM":{"Driver":"evil"}})", networkDriver, "IPAM.Driver"},
    {"network-ipam-options", "NetworkCreate", R"({"Name":"n","IPAM":{"Options":{"a":"b"}}})", networkAddresses, "IPAM.Options[\"a\"]"},
    {"network-config-from", "NetworkCreate", R"({"Name":"n","ConfigFrom":{"Network":"c"}})", networkOptions, "ConfigFrom.Network"},
    {"network-config-only", "NetworkCreate", R"({"Name":"n","ConfigOnly":true})", networkOptions, "ConfigOnly"},
    {"network-scope", "NetworkCreate", R"({"Name":"n","Scope":"swarm"})", networkScope, "Scope"},
    {"network-ingress", "NetworkCreate", R"({"Name":"n","Ingress":true})", networkScope, "Ingress"},
    {"connect-driver-options", "NetworkConnect", R"({"Container":"c","EndpointConfig":{"DriverOpts":{"a":"b"}}})", networkOptions, "EndpointConfig.DriverOpts[\"a\"]"},
    {"commit-host-config", "ImageCommit", R"({"HostConfig":{"Privileged":true}})", jsonUnknownKey, "HostConfig"},
    {"commit-duplicate", "ImageCommit", R"({"User":"a","User":"b"})", jsonDuplicateKey, "User"},
};

const Row passes[] = {
    {"empty", C, "{}"},
    {"zero-values", C, create(R"("Privileged":false,"PidMode":"","Binds":null,"MaskedPaths":null,"CapAdd":[],"Annotations":{},"Runtime":"","OomScoreAdj":0,"LogConfig":{"Type":"","Config":{}})")},
    {"unknown-zero-values", C, create(R"("NewText":"","NewFlag":false,"NewNumber":0,"NewList":null)")},
    {"top-level-zero-values", C, R"({"Image":"a","Privileged":false,"Binds":null,"Memory":0,"Runtime":"","MaskedPaths":null,"HostConfig":{}})"},
    {"dockerode-create", C, R"({"name":"a","platform":"linux/amd64","Image":"a"})"},
    {"dockerode-commit", "ImageCommit", R"({"container":"x","repo":"a","tag":"b","comment":"c","author":"d"})"},
    {"dockerode-exec-start", "ExecStart", R"({"hijack":true,"stdin":true})"},
    {"unused-network-name", C, R"({"NetworkingConfig":{"my-net":null}})"},
    {"named-volumes", C, create(R"("Binds":["data:/data","a.b_c-d:/e:ro,nocopy","/anonymous"])")},
    {"target-slash-at-end", C, create(R"("Binds":["data:/data/"])")},
    {"mount-volume", C, mount(R"("Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"NoCopy":true,"Subpath":"a/b","Labels":{"a":"b"},"DriverConfig":{"Name":"local","Options":{}}})")},
    {"mount-consistency", C, mount(R"("Type":"tmpfs","Target":"/t","Consistency":"delegated")")},
    {"log-options", C, create(R"("LogConfig":{"Type":"json-file","Config":{"max-size":"10m","max-file":"3","compress":"true","labels":"a","env":"b","tag":"c","mode":"non-blocking","max-buffer-size":"1m"}})")},
    {"mount-tmpfs", C, mount(R"("Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1024,"Mode":448,"Options":[["noexec"]]})")},
    {"tmpfs", C, create(R"("Tmpfs":{"/run":"rw,noexec,nosuid,size=65536k,mode=1777"})")},
    {"target-beside-proc", C, create(R"("Binds":["a:/process","b:/system","c:/device","d:/x/proc"])")},
    {"capabilities", C, create(R"("CapAdd":["NET_RAW","CAP_CHOWN","cap_kill"],"CapDrop":["ALL"])")},
    {"no-new-privileges", C, create(R"("SecurityOpt":["no-new-privileges","no-new-privileges:true","no-new-privileges=true","seccomp=builtin"])")},
    {"masked-paths-echoed", C, create(R"("MaskedPaths":["/proc/asound","/proc/acpi","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware","/sys/devices/virtual/powercap"],"ReadonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"])")},
    {"watchtower-echo", C, create(R"("CgroupnsMode":"private","IpcMode":"private","Runtime":"runc","LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},"Isolation":"default")")},
    {"sysctls", C, create(R"("Sysctls":{"net.ipv4.ip_unprivileged_port_start":"0"})")},
    {"ports", C, create(R"("PublishAllPorts":true,"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"81/tcp":null})")},
    {"control-characters-in-a-command", C, R"({"Cmd":["printf","\u001b[1m\n"],"Env":["A=\t"]})"},
    {"limits", C, create(R"("Memory":1073741824,"MemorySwap":-1,"PidsLimit":100,"OomScoreAdj":500,"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}])")},
    {"user-root", C, R"({"User":"root"})"},
    {"network-by-id", C, create("\"NetworkMode\":\"" + std::string(64, 'c') + "\"")},
    {"endpoint", C, R"({"NetworkingConfig":{"EndpointsConfig":{"front":{"IPAMConfig":{"IPv4Address":"10.0.0.2"},"Aliases":["web"],"MacAddress":"02:42:ac:11:00:02","GwPriority":1}}}})"},
    {"exec", "ContainerExec", R"({"Cmd":["sh"],"User":"0","AttachStdout":true,"Tty":true,"ConsoleSize":[24,80],"WorkingDir":"/srv"})"},
    {"update", "ContainerUpdate", R"({"Memory":1,"RestartPolicy":{"Name":"always"}})"},
    {"volume", "VolumeCreate", R"({"Name":"v","Driver":"local","DriverOpts":{},"Labels":{"a":"b"}})"},
    {"volume-nothing", "VolumeCreate", ""},
    {"network", "NetworkCreate", R"({"Name":"n","Driver":"bridge","Internal":true,"IPAM":{"Driver":"default","Config":[]},"Options":{"com.docker.network.driver.mtu":"1400"}})"},
    {"connect", "NetworkConnect", R"({"Container":"c","EndpointConfig":{"Aliases":["a"]}})"},
    {"disconnect", "NetworkDisconnect", R"({"Container":"c","Force":true})"},
    {"commit-null", "ImageCommit", " null\n"},
    {"commit-nothing", "ImageCommit", ""},
    {"commit", "ImageCommit", R"({"Cmd":["sh"],"User":"root"})"},
};
// clang-format on

class Refused : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Guard, Refused, testing::ValuesIn(refused), tests::byId);

TEST_P(Refused, ByName) {
    const Guard guard(Settings{.profile = Profile::baseline, .exec = true});
    const Judgement judgement = guard.judge(request(GetParam().operation, GetParam().body));
    EXPECT_EQ(describe(judgement.rule).name, describe(GetParam().rule).name) << judgement.place;
    EXPECT_EQ(judgement.place, GetParam().place);
}

TEST_P(Refused, InTheRestrictedProfileAsWell) {
    const Guard guard(Settings{.profile = Profile::restricted, .exec = true});
    EXPECT_FALSE(guard.judge(request(GetParam().operation, GetParam().body)).allowed());
}

class Passes : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Guard, Passes, testing::ValuesIn(passes), tests::byId);

TEST_P(Passes, Baseline) {
    const Guard guard(Settings{.profile = Profile::baseline, .exec = true});
    const Judgement judgement = guard.judge(request(GetParam().operation, GetParam().body));
    EXPECT_EQ(describe(judgement.rule).name, "none") << judgement.place << ' ' << judgement.found;
}

// ---- The restricted profile -------------------------------------------------------------------------
std::string restricted(std::string_view config, std::string_view hostConfig) {
    return "{" + std::string(config) + R"("HostConfig":{)" + std::string(hostConfig) + "}}";
}

constexpr const char* user = R"("User":"1000",)";
constexpr const char* confined = R"("SecurityOpt":["no-new-privileges"],"CapDrop":["all"])";

std::string more(std::string_view hostConfig) {
    return restricted(user, std::string(confined) + "," + std::string(hostConfig));
}

const Row restrictedRows[] = {
    {"good", C, restricted(user, confined)},
    {"group", C, restricted(R"("User":"1000:0",)", confined)},
    {"bind-service", C, more(R"("CapAdd":["NET_BIND_SERVICE"])")},
    {"named-volume", C, more(R"("Binds":["data:/data"])")},
    {"nothing", C, "{}", createUser, "User"},
    {"no-user", C, restricted("", confined), createUser, "User"},
    {"empty-user", C, restricted(R"("User":"",)", confined), createUser, "User"},
    {"user-root", C, restricted(R"("User":"root",)", confined), createUser, "User"},
    {"user-name", C, restricted(R"("User":"www",)", confined), createUser, "User"},
    {"user-zero", C, restricted(R"("User":"0",)", confined), createUser, "User"},
    {"user-zeros", C, restricted(R"("User":"00",)", confined), createUser, "User"},
    {"user-zeros-group", C, restricted(R"("User":"0000:5",)", confined), createUser, "User"},
    {"user-plus", C, restricted(R"("User":"+1",)", confined), createUser, "User"},
    {"user-wraps", C, restricted(R"("User":"4294967296",)", confined), createUser, "User"},
    {"user-blank", C, restricted(R"("User":" 1",)", confined), createUser, "User"},
    {"no-new-privileges-missing", C, restricted(user, R"("CapDrop":["ALL"])"), createNewPrivileges,
     "HostConfig.SecurityOpt"},
    {"cap-drop-missing", C, restricted(user, R"("SecurityOpt":["no-new-privileges"])"), createCapDrop,
     "HostConfig.CapDrop"},
    {"cap-drop-some", C, restricted(user, R"("SecurityOpt":["no-new-privileges"],"CapDrop":["CHOWN"])"),
     createCapDrop, "HostConfig.CapDrop"},
    {"capability", C, more(R"("CapAdd":["CHOWN"])"), createCapability, "HostConfig.CapAdd[0]"},
    {"ports", C, more(R"("PortBindings":{"80/tcp":[{"HostPort":"80"}]})"), createPorts,
     "HostConfig.PortBindings[\"80/tcp\"]"},
    {"all-ports", C, more(R"("PublishAllPorts":true)"), createPorts, "HostConfig.PublishAllPorts"},
    {"host-config-taken-away", C, restricted(user, confined).insert(1, R"("hostConfig":null,)"),
     jsonFoldedKey, "hostConfig"},
    {"exec-root", "ContainerExec", R"({"User":"0"})", execUser, "User"},
    {"exec-name", "ContainerExec", R"({"User":"root"})", execUser, "User"},
    {"exec-container's-user", "ContainerExec", R"({"Cmd":["sh"]})", execUser, "User"},
    {"exec-empty-user", "ContainerExec", R"({"Cmd":["sh"],"User":""})", execUser, "User"},
    {"exec-number", "ContainerExec", R"({"Cmd":["sh"],"User":"1000"})"},
};

class Restricted : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Guard, Restricted, testing::ValuesIn(restrictedRows), tests::byId);

TEST_P(Restricted, IsJudged) {
    const Guard guard(Settings{.profile = Profile::restricted, .exec = true});
    const Judgement judgement = guard.judge(request(GetParam().operation, GetParam().body));
    EXPECT_EQ(describe(judgement.rule).name, describe(GetParam().rule).name);
    EXPECT_EQ(judgement.place, GetParam().place);
}

// ---- The tables above are whole ---------------------------------------------------------------------
// "Labels[\"a.b\"]" is of the key Labels.
std::string keyOf(std::string place) {
    for (auto open = place.find('['); open != std::string::npos; open = place.find('['))
        place.erase(open, place.find(']') + 1 - open);
    return place.substr(place.rfind('.') + 1);
}

TEST(Rows, RefuseSomethingOfEachKeyThatIsJudged) {
    std::set<std::string> tried;
    for (const Row& row : refused) tried.insert(keyOf(row.place));
    for (const Row& row : restrictedRows) tried.insert(keyOf(row.place));
    for (const Key& key : keys())
        EXPECT_TRUE(key.judge == nullptr || tried.contains(std::string(key.name))) << key.name;
}

TEST(Rows, RefuseByEachRuleOfBodies) {
    std::set<Rule> tried{createBindReadOnly, networkName, jsonKeys, jsonDepth,
                         jsonValues}; // below, and the reader's own
    for (const Row& row : refused) tried.insert(row.rule);
    for (const Row& row : restrictedRows) tried.insert(row.rule);
    for (std::size_t i = 1; i < ruleCount; ++i) {
        const auto rule = static_cast<Rule>(i);
        const std::string_view name = describe(rule).name;
        for (const char* const kind :
             {"guard.json.", "guard.create.", "guard.volume.", "guard.network.", "guard.exec."})
            EXPECT_TRUE(!name.starts_with(kind) || tried.contains(rule)) << name;
    }
}

// ---- What variables allow ---------------------------------------------------------------------------
Rule judged(const Settings& settings, const std::string& body, const char* operation = C) {
    return Guard(settings).judge(request(operation, body)).rule;
}

Settings baseline() {
    return {.profile = Profile::baseline};
}

TEST(Allowed, HostNamespacesByName) {
    struct {
        bool Host::*member;
        const char* field;
    } const rows[] = {{&Host::network, R"("NetworkMode":"host")"},
                      {&Host::pid, R"("PidMode":"host")"},
                      {&Host::ipc, R"("IpcMode":"host")"},
                      {&Host::uts, R"("UTSMode":"host")"},
                      {&Host::userns, R"("UsernsMode":"host")"},
                      {&Host::cgroup, R"("CgroupnsMode":"host")"},
                      {&Host::container, R"("PidMode":"container:x")"}};
    for (const auto& allowed : rows) {
        Settings settings = baseline();
        settings.host.*allowed.member = true;
        for (const auto& asked : rows)
            EXPECT_EQ(judged(settings, create(asked.field)) == none, &asked == &allowed) << asked.field;
    }
}

TEST(Allowed, CapabilitiesByName) {
    Settings settings = baseline();
    settings.caps = {"SYS_PTRACE"};
    EXPECT_EQ(judged(settings, create(R"("CapAdd":["cap_sys_ptrace","NET_RAW"])")), none);
    EXPECT_EQ(judged(settings, create(R"("CapAdd":["SYS_ADMIN"])")), createCapability);
    EXPECT_EQ(judged(settings, create(R"("CapAdd":["ALL"])")), createCapability);
}

TEST(Allowed, DevicesByPath) {
    const std::string fuse = create(R"("Devices":[{"CgroupPermissions":"rwm","PathOnHost":"/dev/fuse"}])");
    const std::string folder = create(R"("Devices":[{"PathOnHost":"/dev"}])");
    const std::string gpu =
        create(R"("DeviceRequests":[{"Count":-1,"Capabilities":[["gpu"]],"Options":{}}])");
    Settings settings = baseline();
    settings.devices = {"/dev/fuse"};
    EXPECT_EQ(judged(settings, fuse), none);
    EXPECT_EQ(judged(settings, folder), createDevice);
    EXPECT_EQ(judged(settings, create(R"("Devices":[{"PathOnHost":"/dev/fuse"},{}])")), createDevice);
    EXPECT_EQ(judged(settings, gpu), createDeviceRequest);
    settings.gpu = true;
    EXPECT_EQ(judged(settings, gpu), none);
    EXPECT_EQ(judged(settings, create(R"("DeviceRequests":[{"Driver":"cdi"}])")), createDeviceRequest);
    EXPECT_EQ(judged(settings, create(R"("DeviceRequests":[{"Options":{"a":"b"}}])")), createDeviceRequest);
}

TEST(Allowed, NetworksByName) {
    Settings settings = baseline();
    settings.networks = {"front"};
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"front")")), none);
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"none")")), none);
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"back")")), networkName);
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"default")")), networkName);
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"bridge")")), networkName);
    EXPECT_EQ(judged(settings, create("")), networkName) << "that is the default bridge";
    EXPECT_EQ(judged(settings, "{}"), networkName);
    EXPECT_EQ(
        judged(
            settings,
            R"({"HostConfig":{"NetworkMode":"front"},"NetworkingConfig":{"EndpointsConfig":{"back":{}}}})"),
        networkName);
    EXPECT_EQ(
        judged(
            settings,
            R"({"HostConfig":{"NetworkMode":"front"},"NetworkingConfig":{"EndpointsConfig":{"front":{"NetworkID":"0123"}}}})"),
        networkName);
    EXPECT_EQ(judged(settings, R"({"Name":"back"})", "NetworkCreate"), networkName);
    EXPECT_EQ(judged(settings, R"({"Name":"front"})", "NetworkCreate"), none);
    Request connect = request("NetworkConnect", R"({"Container":"c"})");
    EXPECT_TRUE(Guard(settings).judge(connect).allowed());
    connect.name = "back";
    EXPECT_EQ(Guard(settings).judge(connect).rule, networkName);
    settings.networks = {"bridge"};
    EXPECT_EQ(judged(settings, "{}"), none);
    EXPECT_EQ(judged(settings, create(R"("NetworkMode":"default")")), none);
}

TEST(Allowed, TheHostsNetworkIsRefusedInThePath) {
    Request connect = request("NetworkConnect", R"({"Container":"c"})");
    connect.name = "host";
    EXPECT_EQ(Guard(baseline()).judge(connect).rule, networkHost);
    for (const char* const name : {"a/b", "h%6Fst", "host\n", ""}) {
        connect.name = name;
        EXPECT_EQ(Guard(baseline()).judge(connect).rule, networkText) << name;
    }
}

// 16,384 of them, whatever they are: the object, the key, the array, its elements, and two ends.
TEST(Allowed, NotMoreThanCanBeJudgedInATurn) {
    std::string body = "{\"Env\":[\"\"";
    for (int i = 1; i < 16'384 - 5; ++i) body += ",\"\"";
    EXPECT_EQ(judged(baseline(), body + "]}"), none);
    const Judgement judgement = Guard(baseline()).judge(request(C, body + ",\"\"]}"));
    EXPECT_EQ(judgement.rule, jsonValues);
    EXPECT_EQ(judgement.found, "");
}

// ---- The request around the body --------------------------------------------------------------------
TEST(Around, BodiesMustBePlainJsonOfOneKind) {
    Request each = request(C, "{}");
    for (const char* const type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                   "application/json;charset=\"UTF-8\""}) {
        each.contentType = type;
        EXPECT_TRUE(Guard(baseline()).judge(each).allowed()) << type;
    }
    for (const char* const type :
         {"", "text/plain", "application/jsonx", "application/json; charset=utf-16",
          "application/json, text/plain", "application/json; charset=utf-8; charset=utf-16",
          "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
        each.contentType = type;
        EXPECT_EQ(Guard(baseline()).judge(each).rule, bodyType) << type;
    }
    each = request(C, "{}");
    each.contentTypes = 2;
    EXPECT_EQ(Guard(baseline()).judge(each).rule, bodyType);
    each = request(C, "{}");
    each.encoded = true;
    EXPECT_EQ(Guard(baseline()).judge(each).rule, bodyEncoding);
    EXPECT_EQ(Guard(baseline()).judge(request(C, "")).rule, bodyMissing);
}

TEST(Around, BodiesAreNotLargerThanTheLimit) {
    Settings settings = baseline();
    settings.bodyLimit = 2;
    EXPECT_EQ(judged(settings, "{}"), none);
    EXPECT_EQ(judged(settings, "{} "), bodySize);
}

TEST(Around, VersionsArePlain) {
    Request start{"POST", "ContainerStart"};
    for (const char* const version : {"", "1.24", "1.41", "1.99", "1.100"}) {
        start.version = version;
        EXPECT_TRUE(Guard(baseline()).judge(start).allowed()) << version;
    }
    for (const char* const version : {"1.23", "1.023", "1.23.", "1.24.", "1.24.9", "01.41", "1.041", "1.9",
                                      "2.24", "1.", "1", "1.4x", "1.1000"}) {
        start.version = version;
        EXPECT_EQ(Guard(baseline()).judge(start).rule, Rule::version) << version;
    }
}

TEST(Around, WhatIsFoundIsShownOnOneLine) {
    const Judgement judgement =
        Guard(baseline())
            .judge(request(C, create("\"Binds\":[\"/\xc3\xa9" + std::string(200, 'x') + ":/h\"]")));
    EXPECT_EQ(judgement.rule, createBind);
    EXPECT_TRUE(judgement.found.starts_with("/\\xc3\\xa9xxx")) << judgement.found;
    EXPECT_TRUE(judgement.found.ends_with("...")) << judgement.found;
}

} // namespace
} // namespace proxy::guard
