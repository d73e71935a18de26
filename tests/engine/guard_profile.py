"""What an engine says it understood, against the profile of a guarded door. Written from what reaches the host, not from the
guard's tables: whatever is not known to stay in a container is a violation, named by where the engine shows it.
"""

import ipaddress
import posixpath
import re
from dataclasses import dataclass

DEFAULT_CAPS = set("AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID "
                   "SYS_CHROOT".split())
SAFE_SYSCTLS = {"kernel.shm_rmid_forced", *(f"net.ipv4.{name}" for name in (
    "ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start", "ping_group_range", "tcp_fin_timeout",
    "tcp_keepalive_intvl", "tcp_keepalive_probes", "tcp_keepalive_time", "tcp_syncookies"))}
# What an engine of today hides besides what all do; a client that echoes an older one's list is let through (see
# proxy/guard/values.cpp).
NOT_HIDDEN_BY_ALL = {"/proc/interrupts", "/sys/devices/virtual/powercap"}
VOLUME_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Whatever an engine gives to who asks for nothing.
OWN_SUBNETS = [ipaddress.ip_network(each) for each in ("172.16.0.0/12", "192.168.0.0/16")]
HARMLESS_BRIDGE_OPTIONS = {f"com.docker.network.{name}" for name in (
    "driver.mtu", "bridge.enable_icc", "bridge.enable_ip_masquerade", "container_iface_prefix", "enable_ipv4", "enable_ipv6")}


@dataclass(frozen=True)
class Profile:
    """What a door's settings allow."""

    restricted: bool = False
    binds: tuple = ()  # (path, whether read-only)
    host: frozenset = frozenset()
    caps: frozenset = frozenset()
    devices: tuple = ()
    networks: frozenset = frozenset()  # empty: any


def within(path, folder):
    path = posixpath.normpath(path).replace("//", "/")
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def may_bind(profile, source, read_only):
    return not any(each in source for each in ("..", "\\")) and any(
        within(source, path) and (read_only or not only) for path, only in profile.binds)


def bad_target(target):
    # As the daemon would clean it: it may begin with more than one slash.
    path = posixpath.normpath("/" + target.lstrip("/"))
    return path == "/" or any(within(path, kernel) for kernel in ("/proc", "/sys", "/dev"))


def numeric_and_not_root(user):
    name = user.partition(":")[0]
    return name.isascii() and name.isdigit() and int(name) > 0


def _mount(profile, mount):
    kind, source = mount.get("Type"), mount.get("Source") or ""
    if kind == "bind":
        below = (mount.get("BindOptions") or {}).get("NonRecursive") or (mount.get("BindOptions") or {}).get("ReadOnlyNonRecursive")
        if not may_bind(profile, source, mount.get("ReadOnly") and not below):
            yield "Mounts.Source"
        if (mount.get("BindOptions") or {}).get("Propagation") not in (None, "", "private", "rprivate"):
            yield "Mounts.Propagation"
    elif kind == "volume":
        if source and not VOLUME_NAME.fullmatch(source):
            yield "Mounts.Source"
        driver = (mount.get("VolumeOptions") or {}).get("DriverConfig") or {}
        if driver.get("Name") not in (None, "", "local") or driver.get("Options"):
            yield "Mounts.DriverConfig"
    elif kind != "tmpfs" or source:
        yield "Mounts.Type"
    if bad_target(mount.get("Target") or ""):
        yield "Mounts.Target"


def _bind(profile, text):
    source, *rest = text.split(":")
    if not rest:
        if bad_target(source):
            yield "Binds.Target"
        return
    modes = set(rest[1].split(",")) if len(rest) > 1 else set()
    if not VOLUME_NAME.fullmatch(source) and not may_bind(profile, source, "ro" in modes and not modes & {"rw", "z", "Z"}):
        yield "Binds.Source"
    if modes & {"shared", "rshared", "slave", "rslave"}:
        yield "Binds.Propagation"
    if len(rest) > 2 or bad_target(rest[0]):
        yield "Binds.Target"


def _mode(profile, mode, word, own):
    """Of a namespace: '' or one of `own`, or what GUARD_HOST has."""
    if mode in own or (mode == "host" and word in profile.host):
        return True
    return mode.startswith("container:") and "container" in profile.host


def _host_config(profile, host, usual):
    if host.get("Privileged"):
        yield "Privileged"
    for bind in host.get("Binds") or []:
        yield from _bind(profile, bind)
    for mount in host.get("Mounts") or []:
        yield from _mount(profile, mount)
    for target, options in (host.get("Tmpfs") or {}).items():
        if bad_target(target):
            yield "Tmpfs"
        if re.search(r"\b(bind|source|device|lowerdir|shared|move)\b", options):
            yield "Tmpfs.Options"
    for device in host.get("Devices") or []:
        if device.get("PathOnHost") not in profile.devices:
            yield "Devices"
    if host.get("DeviceRequests") and "gpu" not in profile.devices:
        yield "DeviceRequests"
    for key in ("BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps"):
        if any(each["Path"] not in profile.devices for each in host.get(key) or []):
            yield key
    for key in ("VolumesFrom", "DeviceCgroupRules", "Annotations", "CgroupParent", "Cgroup", "Capabilities", "OomKillDisable",
                "CpuRealtimePeriod", "CpuRealtimeRuntime", "InitPath", "LxcConf"):
        if host.get(key):
            yield key
    caps = {cap.upper().removeprefix("CAP_") for cap in host.get("CapAdd") or []}
    if caps - profile.caps - ({"NET_BIND_SERVICE"} if profile.restricted else DEFAULT_CAPS):
        yield "CapAdd"
    shares = {"host"} & {host.get("PidMode"), host.get("IpcMode")}  # judged below; the engine adds label=disable to these
    for option in host.get("SecurityOpt") or []:
        if option not in (*["label=disable"] * len(shares), "no-new-privileges", "no-new-privileges=true", "no-new-privileges:true", "seccomp=builtin"):
            yield "SecurityOpt"
    for key in ("MaskedPaths", "ReadonlyPaths"):
        if set(usual.get(key) or []) - NOT_HIDDEN_BY_ALL - set(host.get(key) or []):
            yield key
    for key, word, own in (("PidMode", "pid", ("",)), ("IpcMode", "ipc", ("", "private", "shareable", "none")), ("UTSMode", "uts", ("",)),
                           ("UsernsMode", "userns", ("",)), ("CgroupnsMode", "cgroup", ("", "private", usual.get("CgroupnsMode")))):
        if not _mode(profile, host.get(key) or "", word, own):
            yield key
    if set(host.get("Sysctls") or {}) - SAFE_SYSCTLS:
        yield "Sysctls"
    if host.get("Runtime") not in (None, "", "runc", "io.containerd.runc.v2"):
        yield "Runtime"
    if host.get("VolumeDriver") not in (None, "", "local"):
        yield "VolumeDriver"
    if host.get("Isolation") not in (None, "", "default"):
        yield "Isolation"
    if (host.get("LogConfig") or {}).get("Type") not in (None, "", "json-file", "local", "none", "journald"):
        yield "LogConfig"
    if (host.get("OomScoreAdj") or 0) < 0:
        yield "OomScoreAdj"
    if profile.restricted:
        yield from _restricted(host)


def _restricted(host):
    if host.get("PortBindings") or host.get("PublishAllPorts"):
        yield "PortBindings"
    if not any(each.replace(":", "=") in ("no-new-privileges", "no-new-privileges=true") for each in host.get("SecurityOpt") or []):
        yield "SecurityOpt without no-new-privileges"
    if "ALL" not in [cap.upper() for cap in host.get("CapDrop") or []]:
        yield "CapDrop"


def _networks(profile, names):
    for name in names:
        if name == "host" and "network" not in profile.host or name.startswith("container:") and "container" not in profile.host:
            yield "NetworkMode"
        elif profile.networks and name not in profile.networks | {"none", "host"} and not name.startswith("container:"):
            yield "NetworkMode not listed"


def container(profile, inspected, usual):
    """Of GET /containers/ID/json; `usual` is the same of a container that asked for nothing."""
    host, config = inspected["HostConfig"], inspected["Config"]
    yield from _host_config(profile, host, usual["HostConfig"])
    mode = host.get("NetworkMode") or "default"
    settings = (inspected.get("NetworkSettings") or {}).get("Networks") or {}
    yield from _networks(profile, {"bridge" if each in ("default", "") else each for each in {mode, *settings}})
    for endpoint in settings.values():
        if endpoint.get("DriverOpts") and "network" not in profile.host:
            yield "DriverOpts"
    for mount in inspected.get("Mounts") or []:  # as the engine resolved them
        if mount["Type"] == "bind" and not may_bind(profile, mount["Source"], not mount["RW"]):
            yield "resolved Mounts.Source"
        if mount["Type"] == "bind" and mount.get("Propagation") not in ("", "private", "rprivate"):
            yield "resolved Mounts.Propagation"
        if mount["Type"] not in ("bind", "volume", "tmpfs") or mount.get("Driver") not in (None, "", "local"):
            yield "resolved Mounts.Type"
        if bad_target(mount["Destination"]):
            yield "resolved Mounts.Destination"
    if any(bad_target(target) for target in config.get("Volumes") or {}):
        yield "Volumes"
    if within("/" + (config.get("WorkingDir") or "").lstrip("/"), "/proc"):
        yield "WorkingDir"
    if profile.restricted and not numeric_and_not_root(config.get("User") or ""):
        yield "User"


def volume(_profile, inspected, _usual=None):
    """Of GET /volumes/NAME."""
    if inspected["Driver"] != "local":
        yield "Driver"
    if inspected.get("Options"):
        yield "Options"
    if inspected.get("ClusterVolume"):
        yield "ClusterVolume"
    if not VOLUME_NAME.fullmatch(inspected["Name"]):
        yield "Name"


def network(profile, inspected, _usual=None):
    """Of GET /networks/ID."""
    yield from ("Network " + each for each in _networks(profile, [inspected["Name"]]))
    if "network" in profile.host:
        return
    if inspected["Driver"] != "bridge":
        yield "Driver"
    if inspected["Scope"] != "local" or inspected.get("Ingress"):
        yield "Scope"
    if inspected.get("ConfigOnly") or (inspected.get("ConfigFrom") or {}).get("Network"):
        yield "ConfigFrom"
    if set(inspected.get("Options") or {}) - HARMLESS_BRIDGE_OPTIONS:
        yield "Options"
    ipam = inspected["IPAM"]
    if ipam["Driver"] != "default" or ipam.get("Options"):
        yield "IPAM"
    for pool in ipam.get("Config") or []:
        subnet = ipaddress.ip_network(pool["Subnet"])
        if subnet.version == 4 and not any(subnet.subnet_of(own) for own in OWN_SUBNETS):
            yield "Subnet"


def execution(profile, inspected, _usual=None):
    """Of GET /exec/ID/json."""
    process = inspected["ProcessConfig"]
    if process.get("privileged"):
        yield "Privileged"
    if profile.restricted and not numeric_and_not_root(process.get("user") or ""):
        yield "User"
    if within("/" + (process.get("workingDir") or "").lstrip("/"), "/proc"):  # only engines that tell it
        yield "WorkingDir"


def specification(profile, spec, usual, own_folder):
    """Of what the runtime was told to run; `usual` is the same of a container that asked for nothing."""
    linux, process = spec["linux"], spec["process"]
    for mount in spec["mounts"]:
        options = mount.get("options") or []
        if mount["type"] == "bind" or {"bind", "rbind"} & set(options):
            if not within(mount["source"], own_folder) and mount["destination"] not in ("/sbin/docker-init", "/dev/init") \
                    and not may_bind(profile, mount["source"], "ro" in options):
                yield f"run: {mount['source']} is mounted"
        elif mount["type"] not in ("proc", "tmpfs", "devpts", "sysfs", "mqueue", "cgroup"):
            yield f"run: {mount['type']} is mounted"
        if {"shared", "rshared", "slave", "rslave"} & set(options):
            yield "run: propagation"
    ours = {each["type"]: each.get("path", "") for each in linux["namespaces"]}
    for each in usual["linux"]["namespaces"]:
        word = {"mount": None, "network": "network"}.get(each["type"], each["type"])
        if each["type"] not in ours and word not in profile.host:
            yield f"run: the host's {each['type']} namespace"
    for kind, path in ours.items():
        if path and kind != "network" and "container" not in profile.host:
            yield f"run: another's {kind} namespace"
    allowed = DEFAULT_CAPS | profile.caps
    if {cap.removeprefix("CAP_") for caps in (process.get("capabilities") or {}).values() for cap in caps or []} - allowed:
        yield "run: capabilities"
    for key in ("maskedPaths", "readonlyPaths"):
        if set(usual["linux"].get(key) or []) - NOT_HIDDEN_BY_ALL - set(linux.get(key) or []):
            yield f"run: {key}"
    if bool(usual["linux"].get("seccomp")) != bool(linux.get("seccomp")):
        yield "run: seccomp"
    if process.get("apparmorProfile") != usual["process"].get("apparmorProfile"):
        yield "run: apparmor"
    if spec.get("hooks") != usual.get("hooks") and len((spec.get("hooks") or {}).get("prestart") or []) > 1:
        yield "run: hooks"
    devices = [rule for rule in linux["resources"]["devices"] if rule not in usual["linux"]["resources"]["devices"]]
    if devices and not profile.devices:
        yield "run: devices"
    if not profile.devices and [each["path"] for each in linux.get("devices") or []] != [each["path"] for each in usual["linux"].get("devices") or []]:
        yield "run: device nodes"
    if posixpath.dirname(linux["cgroupsPath"]) != posixpath.dirname(usual["linux"]["cgroupsPath"]):
        yield "run: control group"
    # Domainname becomes a kernel parameter, in a namespace that has been looked at above.
    if set(linux.get("sysctl") or {}) - SAFE_SYSCTLS - {"kernel.domainname"} - set(usual["linux"].get("sysctl") or {}):
        yield "run: sysctl"
    if (process.get("oomScoreAdj") or 0) < 0:
        yield "run: oomScoreAdj"
    if within(process.get("cwd") or "/", "/proc"):
        yield "run: cwd"
    if profile.restricted and not (process.get("noNewPrivileges") and process["user"].get("uid")):
        yield "run: privileges"
