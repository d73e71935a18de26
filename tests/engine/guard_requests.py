"""Requests that create and change things, for a door with GUARD: what clients send, what reaches for the host, and ways past
whoever reads JSON in another way than the daemon does. From a seed: the same number is the same request.

Written from the daemon's API, not from the guard's tables. A value is harmless or dangerous in the baseline profile.
"""

import json
import random
import string
from dataclasses import dataclass, field


class Members(list):
    """A JSON object as [key, value] pairs: keys may come twice."""


class Raw(str):
    """JSON as it is to be written, right or wrong."""


@dataclass
class Request:
    kind: str  # of KINDS
    target: str
    headers: list
    body: bytes  # on the wire: in chunks where the headers say so
    ways: list = field(default_factory=list)  # what was done to it
    method: str = "POST"


def tree(value):
    """Python's own kinds as a tree that can be changed."""
    if isinstance(value, dict):
        return Members([key, tree(inner)] for key, inner in value.items())
    return [tree(inner) for inner in value] if isinstance(value, list) else value


def bind(source, **more):
    return {"Type": "bind", "Source": source, "Target": "/h", **more}


def volume(**options):
    return {"Type": "volume", "Source": "v-{n}", "Target": "/v", "VolumeOptions": options}


def endpoint(name, **settings):
    return {name: settings}


OVERLAY = {"type": "overlay", "device": "overlay", "o": "lowerdir=/etc:/usr"}
OTHER = "other-container"  # exists at the engine

# Path within the body: harmless values, dangerous values. {n} is the request's number.
CREATE = {
    "Hostname": (["h", ""], []),
    "Domainname": (["example.org"], []),
    "User": (["1000", "1000:1000", "nobody", "65534"], []),
    "AttachStdout": ([True, False], []),
    "OpenStdin": ([True, False], []),
    "Tty": ([True, False], []),
    "StdinOnce": ([False], []),
    "Env": ([["A=b", "C=x<y&z"], []], []),
    "Cmd": ([["sleep", "100000"], None], []),
    "Entrypoint": ([None, []], []),
    "Healthcheck": ([{"Test": ["CMD", "true"], "Interval": 5000000000, "Retries": 3}, {"Test": ["NONE"]}], []),
    "Labels": ([{"a": "b", "com.docker.compose.project": "p"}, {}], []),
    "ExposedPorts": ([{"80/tcp": {}, "53/udp": {}}], []),
    "Volumes": ([{"/anonymous": {}}, {"/a/b": {}, "/c": {}}],
                [{"/proc": {}}, {"/sys/fs/cgroup": {}}, {"/dev": {}}, {"/x/../proc": {}}, {"//proc/sys": {}}, {"/proc/": {}}]),
    "WorkingDir": (["/srv", "/", ""], ["/proc/self/fd/7", "/x/../proc/self/fd/8", "//proc/1/cwd"]),
    "StopSignal": (["SIGINT", "9"], []),
    "StopTimeout": ([3, 0], []),
    "Shell": ([["/bin/sh", "-c"]], []),
    "OnBuild": ([["RUN true"], None], []),
    "HostConfig.Privileged": ([False], [True]),
    "HostConfig.Binds": ([["data-{n}:/data"], ["data-{n}:/data:ro", "more-{n}:/more:rw,nocopy"], ["/anonymous"], [], None],
                         [["/:/h"], ["/etc:/h:ro"], ["data-{n}:/data", "/var/run/docker.sock:/s"], ["/usr/share/../../etc:/h"],
                          ["//etc:/h"], ["/usr/sharex:/h"], ["/usr/./share:/h"], ["/etc:/h:ro,z"], ["/usr/share:/h:rshared"], ["/usr/share:/h"], ["/usr/share/doc:/h:ro"], ["/etc/localtime:/h:ro"], ["/etc/localtime:/h"], ["/usr:/proc"],
                          ["data-{n}:/proc/sys"], ["data-{n}:/x/../dev"], ["data-{n}:/sys/"]]),
    "HostConfig.Mounts": (
        [[{"Type": "volume", "Source": "v-{n}", "Target": "/v"}], [{"Type": "volume", "Target": "/v", "ReadOnly": True}],
         [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 448}}],
         [volume(NoCopy=True, Labels={"a": "b"})], [volume(DriverConfig={"Name": "local"})], []],
        [[bind("/")], [bind("/etc", ReadOnly=True)], [bind("/etc/")], [bind("/usr/share/../../etc")], [bind("//etc")],
         [bind("\\/../../../../../../../../../../etc", BindOptions={"CreateMountpoint": True})],
         [bind("/usr/share"), bind("/etc/localtime", ReadOnly=True, Target="/i")], [bind("/etc/localtime")], [bind("/usr/share", BindOptions={"Propagation": "rshared"})], [bind("/usr", Target="/proc")],
         [volume(DriverConfig={"Name": "local", "Options": {"type": "none", "device": "/etc", "o": "bind"}})],
         [volume(DriverConfig={"Name": "", "Options": OVERLAY})], [volume(DriverConfig={"Options": {"type": "proc", "device": "proc"}})],
         [volume(DriverConfig={"Name": "evil"})],
         [{"Type": "volume", "Source": "v-{n}", "Target": "/dev"}], [{"Type": "tmpfs", "Target": "/proc/sys"}],
         [{"Type": "tmpfs", "Target": "/t"}, bind("/usr")]]),
    "HostConfig.VolumeDriver": (["", "local"], ["evil"]),
    "HostConfig.VolumesFrom": ([None, []], [[OTHER], [OTHER + ":ro"]]),
    "HostConfig.Devices": ([[], None], [[{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}],
                                        [{"PathOnHost": "/dev"}], [{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/x"}]]),
    "HostConfig.DeviceCgroupRules": ([[], None], [["a *:* rwm"], ["b 8:* rwm"]]),
    "HostConfig.DeviceRequests": ([[], None], [[{"Driver": "nvidia", "Count": -1, "Capabilities": [["gpu"]]}],
                                               [{"Driver": "cdi", "DeviceIDs": ["vendor.com/device=x"]}],
                                               [{"Count": 1, "Capabilities": [["gpu"]]}]]),
    "HostConfig.CapAdd": ([["NET_BIND_SERVICE"], ["CAP_CHOWN", "kill"], [], None],
                          [["SYS_ADMIN"], ["CAP_SYS_ADMIN"], ["sys_ptrace"], ["cap_sys_module"], ["ALL"], ["all"], ["CHOWN", "BPF"],
                           ["DAC_READ_SEARCH"], ["Cap_Net_Admin"]]),
    "HostConfig.CapDrop": ([["ALL"], ["MKNOD", "net_raw"], []], []),
    "HostConfig.Capabilities": ([None], [["SYS_ADMIN"]]),
    "HostConfig.SecurityOpt": ([["no-new-privileges"], ["no-new-privileges:true"], ["no-new-privileges=true"], [], None],
                               [["seccomp=unconfined"], ["seccomp:unconfined"], ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
                                ["apparmor=unconfined"], ["apparmor:unconfined"], ["label=disable"], ["label:type:spc_t"], ["disable"],
                                ["no-new-privileges", "seccomp=unconfined"], ["writable-cgroups"], ["writable-cgroups=true"],
                                ["no-new-privileges=false"], ["no-new-privileges:false"]]),
    "HostConfig.MaskedPaths": ([None], [[], ["/proc/kcore"], ["/nothing"]]),
    "HostConfig.ReadonlyPaths": ([None], [[], ["/proc/bus"]]),
    "HostConfig.PidMode": ([""], ["host", f"container:{OTHER}"]),
    "HostConfig.IpcMode": (["", "private", "shareable", "none"], ["host", f"container:{OTHER}"]),
    "HostConfig.UTSMode": ([""], ["host"]),
    "HostConfig.UsernsMode": ([""], ["host"]),
    "HostConfig.CgroupnsMode": (["", "private"], ["host"]),
    "HostConfig.NetworkMode": (["none", "default", "bridge", "front", ""], ["host", f"container:{OTHER}"]),
    "HostConfig.Cgroup": ([""], [f"container:{OTHER}"]),
    "HostConfig.CgroupParent": ([""], ["/", "/../../x", "elsewhere"]),
    "HostConfig.Runtime": (["", "runc"], ["io.containerd.runtime.v1.linux", "io.containerd.runc.v1", "evil.runtime.v1", "/bin/sh"]),
    "HostConfig.Annotations": ([None, {}], [{"io.kata-containers.config.hypervisor.path": "/bin/sh"}, {"run.oci.hooks.stdout": "/x"}]),
    "HostConfig.Sysctls": ([{"net.ipv4.ip_unprivileged_port_start": "0"}, {}],
                           [{"kernel.core_pattern": "|/x"}, {"net.ipv4.ip_forward": "1"}, {"kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "9"}]),
    "HostConfig.LogConfig": ([{"Type": "json-file", "Config": {"max-size": "1m"}}, {"Type": "", "Config": {}}, {"Type": "none"},
                              {"Type": "local", "Config": {"max-file": "2"}}],
                             [{"Type": "syslog", "Config": {"syslog-address": "tcp://127.0.0.1:1"}},
                              {"Type": "fluentd", "Config": {"fluentd-address": "unix:///x"}}, {"Type": "gelf", "Config": {"gelf-address": "udp://127.0.0.1:1"}},
                              {"Type": "splunk", "Config": {"splunk-url": "http://127.0.0.1:1", "splunk-token": "t"}}]),
    "HostConfig.OomScoreAdj": ([0, 100], [-1, -1000]),
    "HostConfig.OomKillDisable": ([False, None], [True]),
    "HostConfig.CpuRealtimePeriod": ([0], [1000000]),
    "HostConfig.CpuRealtimeRuntime": ([0], [950000]),
    "HostConfig.BlkioWeightDevice": ([[], None], [[{"Path": "/dev/vda", "Weight": 100}]]),
    "HostConfig.BlkioDeviceReadBps": ([[], None], [[{"Path": "/dev/vda", "Rate": 1}]]),
    "HostConfig.BlkioDeviceWriteIOps": ([[]], [[{"Path": "/dev/vda", "Rate": 1}]]),
    "HostConfig.Isolation": (["", "default"], ["hyperv"]),
    "HostConfig.InitPath": ([""], ["/usr/bin/evil"]),
    "HostConfig.Init": ([True, False, None], []),
    "HostConfig.Tmpfs": ([{"/run": "size=64m"}, {"/t": ""}, {"/t": "noexec,nosuid,mode=1777"}], [{"/proc": ""}, {"/sys/fs": "rw"}, {"/x/../dev": ""}]),
    "HostConfig.PortBindings": ([{"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}, {}, {"53/udp": [{"HostPort": "5353"}]}], []),
    "HostConfig.PublishAllPorts": ([True, False], []),
    "HostConfig.RestartPolicy": ([{"Name": "no", "MaximumRetryCount": 0}, {"Name": "on-failure", "MaximumRetryCount": 3}, {"Name": "always"}], []),
    "HostConfig.AutoRemove": ([False], []),
    "HostConfig.ReadonlyRootfs": ([True, False], []),
    "HostConfig.Memory": ([0, 67108864], []),
    "HostConfig.NanoCpus": ([0, 500000000], []),
    "HostConfig.PidsLimit": ([0, 100, None], []),
    "HostConfig.ShmSize": ([0, 67108864], []),
    "HostConfig.Ulimits": ([[], [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]], []),
    "HostConfig.GroupAdd": ([["10"], []], []),
    "HostConfig.Dns": ([["192.0.2.1"], []], []),
    "HostConfig.DnsSearch": ([["example.org"]], []),
    "HostConfig.ExtraHosts": ([["a:192.0.2.2"]], []),
    "HostConfig.ConsoleSize": ([[0, 0], [30, 100]], []),
    "HostConfig.ContainerIDFile": (["", "/x"], []),
    "HostConfig.MemorySwappiness": ([-1, None], []),
    "NetworkingConfig": ([{"EndpointsConfig": {}}, {"EndpointsConfig": endpoint("front", Aliases=["web"])}, None],
                         [{"EndpointsConfig": endpoint("front", DriverOpts={"com.docker.network.endpoint.sysctls": "net.ipv4.conf.IFNAME.x=1"})}]),
}

VOLUME = {
    "Name": (["w-{n}"], ["../w", "w-{n}/x"]),
    "Driver": (["local", ""], ["evil"]),
    "DriverOpts": ([None, {}], [{"type": "none", "device": "/etc", "o": "bind"}, OVERLAY, {"type": "proc", "device": "proc"}, {"o": "size=1"},
                                {"type": "nfs", "device": ":/x", "o": "addr=127.0.0.1"}]),
    "Labels": ([{"a": "b"}, None], []),
}

NETWORK = {
    "CheckDuplicate": ([True, False], []),
    "Driver": (["bridge", ""], ["macvlan", "ipvlan", "host", "null", "overlay"]),
    "Internal": ([True, False], []),
    "Labels": ([{"a": "b"}, {}], []),
    "Attachable": ([False], []),
    "EnableIPv6": ([False], []),
    "Scope": (["", "local"], ["swarm"]),
    "Ingress": ([False], [True]),
    "ConfigOnly": ([False], [True]),
    "ConfigFrom": ([None, {"Network": ""}], [{"Network": "front"}]),
    "Options": ([{}, {"com.docker.network.driver.mtu": "1400"}, {"com.docker.network.bridge.enable_icc": "true"}],
                [{"com.docker.network.bridge.name": "br-chosen"}, {"parent": "eth0"}, {"com.docker.network.bridge.host_binding_ipv4": "0.0.0.0"},
                 {"com.docker.network.bridge.gateway_mode_ipv4": "routed"}, {"com.docker.network.bridge.trusted_host_interfaces": "eth0"}]),
    "IPAM": ([None, {"Driver": "default", "Config": []}, {"Driver": "default", "Options": None}],
             [{"Config": [{"Subnet": "10.99.0.0/16"}]}, {"Driver": "default", "Config": [{"Subnet": "198.51.100.0/24", "Gateway": "198.51.100.1"}]},
              {"Driver": "null"}, {"Options": {"x": "y"}}]),
}

EXEC = {
    "Cmd": ([["true"]], []),
    "Privileged": ([False], [True]),
    "User": (["1000", "nobody"], []),
    "Tty": ([True, False], []),
    "AttachStdout": ([True, False], []),
    "Env": ([["A=b"], None], []),
    "WorkingDir": (["/tmp", ""], ["/proc/self/fd/7", "/x/../proc/1/cwd"]),
    "DetachKeys": (["", "ctrl-a"], []),
}

UPDATE = {key.partition(".")[2]: CREATE[key] for key in (
    "HostConfig.Memory", "HostConfig.PidsLimit", "HostConfig.RestartPolicy", "HostConfig.Devices", "HostConfig.DeviceCgroupRules",
    "HostConfig.CgroupParent", "HostConfig.CpuRealtimeRuntime", "HostConfig.OomKillDisable", "HostConfig.BlkioDeviceReadBps")}
# The rest of HostConfig is none of an update's: engines up to 28 do not apply it.
UPDATE |= {"CpuShares": ([0, 512], []), "Privileged": ([False], [True]), "Binds": ([None], [["/:/h"]]), "PidMode": ([""], ["host"]),
           "HostConfig": ([None], [{"Privileged": True}])}

CONNECT = {
    "Container": (["fresh-{n}"], []),
    "EndpointConfig": ([None, {"Aliases": ["web"]}, {"Links": None, "IPAMConfig": None}], [{"DriverOpts": {"x": "y"}}]),
}

COMMIT = {key: (CREATE[key][0], []) for key in ("Cmd", "Env", "Labels", "User", "ExposedPorts", "WorkingDir", "Volumes")}

# Kind: how often of 1000, table, what every body has, target. fresh-{n} is a container of the request's own, {target} one that runs.
KINDS = {
    "create": (700, CREATE, {"Image": "busybox:latest"}, "/containers/create"),
    "volume": (90, VOLUME, {"Name": "w-{n}"}, "/volumes/create"),
    "network": (40, NETWORK, {"Name": "net-{n}"}, "/networks/create"),
    "exec": (60, EXEC, {"Cmd": ["true"]}, "/containers/{target}/exec"),
    "update": (40, UPDATE, {"CpuShares": 0}, "/containers/fresh-{n}/update"),
    "connect": (30, CONNECT, {"Container": "fresh-{n}"}, "/networks/back/connect"),
    "commit": (10, COMMIT, {}, "/commit?container=fresh-{n}&repo=committed-{n}"),
    "rename": (20, {}, None, "/containers/fresh-{n}/rename?name=named-{n}"),
    "start": (4, CREATE, {}, "/containers/fresh-{n}/start"),
    "fetch": (6, {}, None, "/images/create?fromSrc=-&repo=fetched-{n}"),
}
VERSIONS = ["", "/v1.41", "/v1.40", "/v1.24", "/v1.25", "/v1.30"]
OLD_VERSIONS = ["/v1.23", "/v1.18", "/v1.023", "/v1.23.", "/v01.23", "/v1.9"]


# ---- Trees -----------------------------------------------------------------------------------------------


def filled(value, n):
    """With the request's number in its texts."""
    if isinstance(value, Members):
        return Members([filled(key, n), filled(inner, n)] for key, inner in value)
    if isinstance(value, list):
        return [filled(inner, n) for inner in value]
    return type(value)(value.replace("{n}", str(n))) if isinstance(value, str) else value


def put(members, path, value):
    """At the end of the path; what stands there already is replaced."""
    key, _, below = path.partition(".")
    for pair in members:
        if pair[0] == key:
            if not below:
                pair[1] = value
            else:
                if not isinstance(pair[1], Members):
                    pair[1] = Members()
                put(pair[1], below, value)
            return
    members.append([key, value])
    if below:
        members[-1][1] = Members()
        put(members[-1][1], below, value)


def objects(value):
    """All objects within, the value itself first."""
    if isinstance(value, Members):
        yield value
    for inner in ([pair[1] for pair in value] if isinstance(value, Members) else value if isinstance(value, list) else []):
        yield from objects(inner)


def copy(value):
    if isinstance(value, Members):
        return Members([key, copy(inner)] for key, inner in value)
    return [copy(inner) for inner in value] if isinstance(value, list) else value


def written(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Members):
        return "{" + ",".join(f"{written(key)}:{written(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


# ---- Ways past a reader ----------------------------------------------------------------------------------
# Each is given the random numbers, the body, and the path and the dangerous value that are to pass (or a harmless one).


def other_case(r, key):
    return "".join(r.choice((c.lower(), c.upper())) for c in key)


def folded(r, key):
    """As the daemon's decoder would still take it."""
    way = r.randrange(4)
    if way == 0:
        return other_case(r, key)
    if way == 1:
        return key.lower()
    for plain, strange in r.sample([("s", "\u017f"), ("S", "\u017f"), ("k", "\u212a"), ("K", "\u212a")], 4):
        if plain in key:
            return key.replace(plain, strange, 1)
    return key.upper()


def escaped(r, text):
    """The same text with some characters as escapes."""
    some = "".join(f"\\u{ord(c):04{r.choice('xX')}}" if r.random() < 0.3 and ord(c) < 0x10000 else json.dumps(c, ensure_ascii=False)[1:-1]
                   for c in text)
    return Raw(f'"{some}"')


def any_key(r, body):
    candidates = [members for members in objects(body) if members]
    return r.choice(r.choice(candidates)) if candidates else None


def key_on_the_way(r, body, path):
    """One of the pairs that the path leads over."""
    pairs, members = [], body
    for key in path.split("."):
        found = [pair for pair in members if pair[0] == key] if isinstance(members, Members) else []
        if not found:
            break
        pairs.append(found[-1])
        members = found[-1][1]
    return r.choice(pairs) if pairs else None


def plainly(r, body, path, value):
    put(body, path, value)


def under_a_folded_key(r, body, path, value):
    put(body, path, value)
    pair = key_on_the_way(r, body, path)
    if pair:
        pair[0] = folded(r, pair[0])


def under_an_escaped_key(r, body, path, value):
    put(body, path, value)
    pair = key_on_the_way(r, body, path)
    if pair:
        pair[0] = escaped(r, pair[0])


def twice(r, body, path, value):
    """Beside what stands there, or beside a null: before it or behind it, also under another spelling."""
    parent, _, key = path.rpartition(".")
    members = body
    if parent:
        put(body, parent, next((pair[1] for pair in body if pair[0] == parent and isinstance(pair[1], Members)), Members()))
        members = next(pair[1] for pair in body if pair[0] == parent)
    members[:] = [pair for pair in members if pair[0] != key]
    harmless = r.choice([None, False, "", 0, [], Members()])
    pairs = [[key, value], [r.choice((key, folded(r, key), escaped(r, key))), harmless]]
    r.shuffle(pairs)
    at = r.randrange(len(members) + 1)
    members[at:at] = pairs


def parent_twice(r, body, path, value):
    """Objects of one key merge."""
    parent, _, key = path.partition(".")
    again = Members()
    put(again, key or "x", value)
    pair = [r.choice((parent, folded(r, parent), escaped(r, parent))), again if key else value]
    body.insert(r.choice((0, len(body))), pair)
    if r.random() < 0.3:
        body.append([folded(r, parent), None])


def stale_element(r, body, path, value):
    """Of an array that comes twice the second's elements are written over the first's."""
    put(body, path, value)
    if not isinstance(value, list) or not value:
        return
    parent, _, key = path.rpartition(".")
    members = next((pair[1] for pair in body if pair[0] == parent), body) if parent else body
    if not isinstance(members, Members):
        return
    over = copy(value[:1])
    if isinstance(over[0], Members):
        over[0] = Members(pair for pair in over[0] if pair[0] in r.sample(["Target", "Type", "PathInContainer"], 2))
    else:
        over = [None]
    members.append([r.choice((key, folded(r, key))), r.choice((over, [Members()], [None], over + over))])
    if r.random() < 0.3:
        members.append([folded(r, key), [Members(), Members()]])


def at_top_level(r, body, path, value):
    """Old engines take HostConfig's keys beside it."""
    key = path.rpartition(".")[2]
    way = r.randrange(4)
    if way < 2:
        body[:] = [pair for pair in body if pair[0] != "HostConfig"]
    if way == 1:
        body.append(["HostConfig", None])
    if way == 2:
        body[:] = [pair if pair[0] != "HostConfig" else ["HostConfig", Members()] for pair in body]
    body.insert(r.choice((0, len(body))), [r.choice((key, key, folded(r, key))), value])
    if way == 1 and r.random() < 0.5:
        body.append([folded(r, "HostConfig"), None])


def bare(r, body, path, value):
    """One element instead of its list; or a list instead of it."""
    put(body, path, value[0] if isinstance(value, list) and value else [value])


def other_spelling(r, body, path, value):
    """Its texts in another case, with blanks, escapes, or characters that some drop."""
    def spelled(text):
        way = r.randrange(9)
        if way == 0:
            return other_case(r, text)
        if way == 1:
            return escaped(r, text)
        if way == 2:
            return r.choice(" \t\n\u00a0\u200b") + text
        if way == 3:
            return text + r.choice([" ", "\n", "\0", "/", "/.", ","])
        if way == 4:
            return folded(r, text)
        if way == 5:
            return text.replace("/", r.choice(["//", "/./", "\\/", "/x/../", "\\"]), 1)
        if way == 6:
            return Raw('"' + json.dumps(text)[1:-1] + r.choice(["\\ud800", "\\u0000", "\\u0001", "\xff"]) + '"')
        if way == 7:
            return text.replace(":", "=", 1) if ":" in text else text.replace("=", ":", 1)
        return r.choice(["/", "x/../", "."]) + text

    def within(value):
        if isinstance(value, Members):
            return Members([key, within(inner)] for key, inner in value)
        if isinstance(value, list):
            return [within(inner) for inner in value]
        return spelled(value) if isinstance(value, str) and value and not isinstance(value, Raw) else value

    put(body, path, within(copy(value)))


def other_type(r, body, path, value):
    put(body, path, r.choice([Raw("1"), Raw("1.0"), Raw("1e1"), Raw("-0"), Raw("0"), Raw("18446744073709551616"), "true", "1", Raw("True"), Raw("'x'"),
                              Raw("NaN"), [], Members(), [None], [[]], [value], Members([["", value]]), Raw("00"), Raw("0x1"), Raw("+1"), Raw("tru")]))


def deep(r, body, path, value):
    """Below more arrays and objects than some count."""
    depth = r.choice((3, 60, 70, 1000))
    opens, closes = r.choice((("[", "]"), ('{"a":', "}")))
    body.insert(r.choice((0, len(body))), [r.choice(("x", "Labels", "HostConfig")), Raw(opens * depth + "0" * (opens != "[") + closes * depth)])
    put(body, path, value)


def unknown_keys(r, body, path, value):
    """With a zero, as command lines send them; or not."""
    put(body, path, value)
    for _ in range(r.randrange(1, 4)):
        members = r.choice(list(objects(body)))
        members.insert(r.randrange(len(members) + 1), [
            r.choice(["NewThing", "hostconfig", "x", "", "Config", "\u017fysctls", "host_config", "Host-Config", "\u00e4", "__proto__", "Mounts ", "privileged\u0000"]),
            r.choice([None, False, 0, "", Raw("0.0"), [], Members(), copy(value)])])


WAYS = [plainly, under_a_folded_key, under_an_escaped_key, twice, parent_twice, stale_element, at_top_level, bare, other_spelling, other_type, deep,
        unknown_keys]


# ---- Texts and heads -------------------------------------------------------------------------------------


def spaced(r, text):
    """With blanks between tokens, which changes nothing: no text within has a quote beside a comma or colon."""
    blank = r.choice(["\n", "  ", "\t", "\r\n"])
    return blank + text.replace(',"', f',{blank}"').replace('":', f'"{blank}:') + blank


def other_text(r, data, dangerous):
    """The whole text so that it is read differently, or not at all."""
    second = dangerous or b'{"HostConfig":{"Privileged":true}}'
    ways = [lambda: b"\xef\xbb\xbf" + data, lambda: data + second, lambda: data + b"}" + second, lambda: data + b"] " + second,
            lambda: data[:-1], lambda: data[:-1] + b",}", lambda: data + b"\0", lambda: b"[" + data + b"]", lambda: b"/**/" + data,
            lambda: data.replace(b'"', b"'"), lambda: data.replace(b"{", b"{,", 1), lambda: data.decode().encode("utf-16"),
            lambda: data.replace(b"{", b"{\x00", 1), lambda: b"\x1e" + data, lambda: data + b"//", lambda: b"", lambda: b"null", lambda: b"{}",
            lambda: data.replace(b"a", b"\xc1\xa1", 1), lambda: data.replace(b":", b":\x0b", 1), lambda: data + b" \n\t\r ", lambda: b"\n" + data,
            lambda: second + data, lambda: b'""' + data, lambda: data.replace(b",", b"\n", 1), lambda: data.replace(b":", b",", 1)]
    return r.choice(ways)()


def form(r, n, kind):
    """A body that is merged over the query."""
    pairs = {"rename": f"name=form-{n}", "fetch": "fromSrc=http://127.0.0.1:1/x&repo=x"}.get(kind, f"name=form-{n}&networkmode=host")
    if r.random() < 0.5:
        return [("Content-Type", r.choice(["application/x-www-form-urlencoded", "application/X-WWW-form-urlencoded; charset=utf-8",
                                           " application/x-www-form-urlencoded"]))], pairs.encode()
    name, _, value = pairs.partition("&")[0].partition("=")
    body = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'
    return [("Content-Type", r.choice(["multipart/form-data; boundary=b", "Multipart/Form-Data; boundary=\"b\""]))], body.encode()


TYPES = [["application/json"], ["application/json; charset=utf-8"], ["Application/JSON"], ["application/json;charset=UTF-8"]]
OTHER_TYPES = [["text/plain"], ["application/json; charset=utf-16"], ["application/jsonx"], [], ["application/json", "text/plain"],
               ["text/plain", "application/json"], ["application/x-www-form-urlencoded"], ["application/json, text/plain"], [""],
               ["application/json;"], ["application/json; a=b"], ["application/x-tar"]]


def framed(r, headers, data):
    """Sized, or in chunks."""
    if r.random() < 0.7:
        return headers + [("Content-Length", str(len(data)))], data
    pieces, at = [], 0
    while at < len(data):
        size = r.choice((1, 7, 64, 4096)) if len(data) < 20000 else 65536
        pieces.append(b"%x\r\n%s\r\n" % (len(data[at:at + size]), data[at:at + size]))
        at += size
    return headers + [("Transfer-Encoding", "chunked")], b"".join(pieces) + b"0\r\n\r\n"


def chosen_kind(r):
    at = r.randrange(sum(row[0] for row in KINDS.values()))
    for kind, row in KINDS.items():
        at -= row[0]
        if at < 0:
            return kind
    raise AssertionError


class Generator:
    """`bases`: bodies of containers/create that clients sent."""

    def __init__(self, seed, bases=()):
        self.seed = seed
        self.bases = [tree(base) for base in bases]

    def request(self, n, musts=None):
        """`musts`: by kind, what the door demands of every body: {path: value}."""
        r = random.Random(f"{self.seed}/{n}")
        kind = chosen_kind(r)
        _, table, base, target = KINDS[kind]
        version = r.choice(VERSIONS)
        mood = r.random()
        ways = []
        if kind in ("rename", "fetch", "start") and r.random() < 0.3:
            version = r.choice(OLD_VERSIONS)
            ways.append("version")
        target = version + target.replace("{n}", str(n))
        if base is None or (kind in ("exec", "commit") and r.random() < 0.1):
            return self._by_query(r, n, kind, target, ways + ["no body"] * (base is not None))
        if kind == "create" and self.bases and r.random() < 0.4:
            body = copy(r.choice(self.bases))
        else:
            body = tree(base)
        for path in r.sample(sorted(table), min(len(table), r.choice((0, 1, 2, 3, 6)))):
            put(body, path, tree(r.choice(table[path][0])))
        if r.random() < 0.95:
            for path, value in ((musts or {}).get(kind) or {}).items():
                put(body, path, tree(value))
        if mood > 0.4:
            self._reach(r, body, table, ways, dangerous=mood > 0.5)
            if r.random() < 0.15:
                self._reach(r, body, table, ways, dangerous=r.random() < 0.5)
        body = filled(body, n)
        text = written(body)
        if r.random() < 0.2:
            text = spaced(r, text)
        data = text.encode("utf-8", "surrogatepass")
        if mood > 0.85:
            ways.append("text")
            data = other_text(r, data, b'{"HostConfig":{"Binds":["/:/h"]}}' if r.random() < 0.5 else None)
        return self._with_head(r, n, kind, target, data, ways, plain=mood <= 0.85)

    @staticmethod
    def _reach(r, body, table, ways, dangerous):
        paths = [path for path in sorted(table) if table[path][1]] if dangerous else sorted(table)
        if not paths:
            return
        path = r.choice(paths)
        value = tree(r.choice(table[path][1] if dangerous else table[path][0]))
        way = r.choice(WAYS)
        way(r, body, path, value)
        ways.append(f"{way.__name__} {path}")

    @staticmethod
    def _with_head(r, n, kind, target, data, ways, plain):
        types = r.choice(TYPES)
        if not plain and r.random() < 0.4:
            types = r.choice(OTHER_TYPES)
            ways.append("type")
        headers = [("Content-Type", each) for each in types]
        if not plain and r.random() < 0.1:
            headers.append(("Content-Encoding", r.choice(["gzip", "identity", "br"])))
            ways.append("encoding")
        if not plain and r.random() < 0.1:
            headers, data = form(r, n, kind)
            ways.append("form")
        if r.random() < 0.05:
            headers.append(("Expect", "100-continue"))
        if kind == "create" and r.random() < 0.3:
            target += "?" + r.choice([f"name=c-{n}", f"name=c-{n}&platform=", "platform", f"name=c-{n}&x=", f"name=a-{n}&name=b-{n}", "%6eame=e-" + str(n)])
            if r.random() < 0.05:
                target += r.choice(["&x=1", ";x=y", "&Privileged=true"])
                ways.append("query")
        headers, body = framed(r, headers, data)
        return Request(kind, target, headers, body, ways)

    @staticmethod
    def _by_query(r, n, kind, target, ways):
        if r.random() < 0.5:
            headers, data = form(r, n, kind)
            ways.append("form")
        else:
            headers, data = [("Content-Type", "application/x-tar")], b"" if kind != "fetch" else bytes(1024)
        if r.random() < 0.3:
            target += r.choice(["&x=y", "&x=", "&%6eame=again", f"&name=again-{n}", ";name=x", "&checkpoint=/", "&changes=CMD%20true"])
            ways.append("query")
        headers, body = framed(r, headers, data)
        return Request(kind, target, headers, body, ways)


def dangerous_alone():
    """(kind, path, value, the number's place, its request): each dangerous value, plainly, in an otherwise empty body."""
    for kind, (_, table, base, target) in KINDS.items():
        if kind == "start" or base is None:
            continue
        for path, (_, values) in table.items():
            for at, value in enumerate(values):
                n = f"{kind}-{path}-{at}".lower().translate({ord(c): "" for c in string.punctuation.replace("-", "")})
                body = tree(base)
                put(body, path, tree(value))
                data = written(filled(body, n)).encode()
                headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
                yield kind, path, value, n, Request(kind, target.replace("{n}", n), headers, data, [f"plainly {path}"])
