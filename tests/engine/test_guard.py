"""The command line and Compose at a door with GUARD=1: what everybody does is not hindered, and each flag that reaches for the
host is refused with a sentence that names it.
"""

import json
import shutil

import pytest

from private_engine import busybox_root
from proxy_process import ALL_GRANTED

# Flags of `docker run`, and what the engine must then say as it does directly.
EVERYDAY = {
    "nothing": "",
    "ports": "--network front --publish 127.0.0.1::80 --publish 127.0.0.1::53/udp --expose 9000",
    "publish-all": "--network front --expose 80 --publish-all",
    "volumes": "--volume data:/data --volume more:/more:ro --volume /anonymous --mount type=volume,source=third,target=/third,readonly "
               "--mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700",
    "network": "--network front --network-alias web --dns 192.0.2.1 --dns-search example.org --dns-option ndots:2 --add-host a:192.0.2.2",
    "network-none": "--network none --hostname h --domainname example.org",
    "environment": "--env A=b --env EMPTY= --label k=v --label a.b=c",
    "limits": "--memory 64m --memory-swap 128m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --pids-limit 100 --ulimit nofile=1024:2048 "
              "--shm-size 64m --cpuset-cpus 0",
    "health": "--health-cmd true --health-interval 5s --health-retries 3 --health-start-period 1s",
    "no-health": "--no-healthcheck",
    "restart": "--restart on-failure:3",
    "restart-unless-stopped": "--restart unless-stopped",
    "tmpfs": "--read-only --tmpfs /run:size=1m,noexec --tmpfs /tmp",
    "init": "--init",
    "user": "--user 1000:1000 --group-add 10 --workdir /tmp",
    "capabilities": "--cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add chown --security-opt no-new-privileges",
    "stop": "--stop-signal SIGINT --stop-timeout 1 --entrypoint sleep",
    "log": "--log-driver json-file --log-opt max-size=1m --log-opt max-file=2",
    "namespaces": "--ipc private --oom-score-adj 100 --sysctl net.ipv4.ip_unprivileged_port_start=0",
    "shareable": "--ipc shareable",
    "terminal": "--tty --interactive",
    "remove": "--rm",
}

ONE = "type=volume,source=data,target=/d"
# Flags of `docker run`; the rule; where; the variable that would do. A {file} is a seccomp profile, {other} a container.
DANGEROUS = [
    ("--privileged", "create.privileged", "HostConfig.Privileged", ""),
    ("--volume /:/h", "create.bind", "HostConfig.Binds[0]", "GUARD_BINDS"),
    # Which of two comes first, the command line leaves to chance.
    ("--volume data:/data --volume /var/run/docker.sock:/s:ro", "create.bind", "HostConfig.Binds[", "GUARD_BINDS"),
    ("--mount type=bind,source=/etc,target=/h", "create.bind", "HostConfig.Mounts[0].Source", "GUARD_BINDS"),
    ("--volume data:/proc/sys", "create.target", "HostConfig.Binds[0]", ""),
    ("--mount type=volume,source=data,target=/dev", "create.target", "HostConfig.Mounts[0].Target", ""),
    ("--tmpfs /proc", "create.target", "HostConfig.Tmpfs", ""),
    (f"--mount {ONE},volume-opt=type=none,volume-opt=device=/etc,volume-opt=o=bind", "volume.options", "HostConfig.Mounts[0].VolumeOptions", ""),
    (f"--mount {ONE},volume-driver=evil", "volume.driver", "HostConfig.Mounts[0].VolumeOptions.DriverConfig.Name", ""),
    ("--volume-driver evil --volume data:/data", "volume.driver", "HostConfig.VolumeDriver", ""),
    ("--volumes-from {other}", "create.volumes_from", "HostConfig.VolumesFrom", ""),
    ("--workdir /proc/self/fd/7", "create.working_dir", "WorkingDir", ""),
    ("--pid host", "create.pid_mode", "HostConfig.PidMode", "GUARD_HOST=pid"),
    ("--pid container:{other}", "create.container_mode", "HostConfig.PidMode", "GUARD_HOST=container"),
    ("--ipc host", "create.ipc_mode", "HostConfig.IpcMode", "GUARD_HOST=ipc"),
    ("--ipc container:{other}", "create.container_mode", "HostConfig.IpcMode", "GUARD_HOST=container"),
    ("--uts host", "create.uts_mode", "HostConfig.UTSMode", "GUARD_HOST=uts"),
    ("--userns host", "create.userns_mode", "HostConfig.UsernsMode", "GUARD_HOST=userns"),
    ("--cgroupns host", "create.cgroupns_mode", "HostConfig.CgroupnsMode", "GUARD_HOST=cgroup"),
    ("--network host", "network.host", "HostConfig.NetworkMode", "GUARD_HOST=network"),
    ("--network container:{other}", "create.container_mode", "HostConfig.NetworkMode", "GUARD_HOST=container"),
    ("--network name=front,driver-opt=x=y", "network.options", "NetworkingConfig.EndpointsConfig", "GUARD_HOST=network"),
    ("--cap-add SYS_ADMIN", "create.capability", "HostConfig.CapAdd[0]", "GUARD_CAPS"),
    ("--cap-add ALL", "create.capability", "HostConfig.CapAdd[0]", "GUARD_CAPS"),
    ("--security-opt seccomp=unconfined", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt seccomp={file}", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt apparmor=unconfined", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt label=disable", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt label=type:spc_t", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt no-new-privileges=false", "create.security_opt", "HostConfig.SecurityOpt[0]", ""),
    ("--security-opt systempaths=unconfined", "create.masked_paths", "HostConfig.MaskedPaths", ""),
    ("--device /dev/null", "create.device", "HostConfig.Devices[0].PathOnHost", "GUARD_DEVICES"),
    ("--device-cgroup-rule=c_1:3_rwm", "create.device_rule", "HostConfig.DeviceCgroupRules[0]", ""),
    ("--device-read-bps /dev/vda:1mb", "create.device", "HostConfig.BlkioDeviceReadBps[0].Path", "GUARD_DEVICES"),
    ("--device-write-bps /dev/vda:1mb", "create.device", "HostConfig.BlkioDeviceWriteBps[0].Path", "GUARD_DEVICES"),
    ("--device-read-iops /dev/vda:1", "create.device", "HostConfig.BlkioDeviceReadIOps[0].Path", "GUARD_DEVICES"),
    ("--device-write-iops /dev/vda:1", "create.device", "HostConfig.BlkioDeviceWriteIOps[0].Path", "GUARD_DEVICES"),
    ("--blkio-weight-device /dev/vda:100", "create.device", "HostConfig.BlkioWeightDevice[0].Path", "GUARD_DEVICES"),
    ("--gpus all", "create.device_request", "HostConfig.DeviceRequests[0]", "GUARD_DEVICES=gpu"),
    ("--cgroup-parent /elsewhere", "create.cgroup", "HostConfig.CgroupParent", ""),
    ("--runtime io.containerd.runc.v1", "create.runtime", "HostConfig.Runtime", ""),
    ("--sysctl net.ipv4.ip_forward=1", "create.sysctl", "HostConfig.Sysctls", ""),
    ("--log-driver syslog", "create.log_driver", "HostConfig.LogConfig.Type", ""),
    ("--log-opt syslog-address=tcp://127.0.0.1:1", "create.log_option", "HostConfig.LogConfig.Config", ""),
    ("--annotation a=b", "create.annotations", "HostConfig.Annotations", ""),
    ("--oom-kill-disable --memory 64m", "create.oom", "HostConfig.OomKillDisable", ""),
    ("--oom-score-adj -1", "create.oom", "HostConfig.OomScoreAdj", ""),
    ("--cpu-rt-runtime 1000", "create.realtime", "HostConfig.CpuRealtimeRuntime", ""),
    ("--cpu-rt-period 1000", "create.realtime", "HostConfig.CpuRealtimePeriod", ""),
    ("--isolation hyperv", "create.isolation", "HostConfig.Isolation", ""),
]

# Other commands: the rule, and the variable that would do. The command line prints no message for what is hijacked, as for attach.
OTHERWISE = [
    ("volume create --driver evil v", "volume.driver", ""),
    ("volume create --opt type=none --opt device=/etc --opt o=bind v", "volume.options", ""),
    ("network create --driver macvlan n", "network.driver", "GUARD_HOST=network"),
    ("network create --driver overlay n", "network.driver", "GUARD_HOST=network"),
    ("network create --subnet 10.99.0.0/16 n", "network.addresses", "GUARD_HOST=network"),
    ("network create --opt com.docker.network.bridge.name=docker0 n", "network.options", "GUARD_HOST=network"),
    ("network create --ipam-driver evil n", "network.driver", "GUARD_HOST=network"),
    ("network create --scope swarm n", "network.scope", ""),
    ("network create --config-only n", "network.options", "GUARD_HOST=network"),
    ("network connect --driver-opt x=y front {other}", "network.options", "GUARD_HOST=network"),
    ("network connect host {other}", "network.host", "GUARD_HOST=network"),
    ("exec {other} true", "operation.exec", "GUARD_EXEC=1"),
    ("cp {other}:/etc/passwd -", None, ""),  # asked by HEAD: no body
    ("import http://127.0.0.1:1/x x", "image.source", ""),
    ("swarm init --advertise-addr 127.0.0.1", "operation.swarm", ""),
    ("service create --no-resolve-image busybox", None, ""),
    ("plugin enable x", "operation.plugin", ""),
    ("plugin install --grant-all-permissions x", None, ""),
]


def words_of(text, **names):
    return [word.replace("_", " ") if word.startswith("--device-cgroup-rule") else word.format(**names) for word in text.split()]


@pytest.fixture(scope="module")
def its_own(engine_kind, new_engine):
    if engine_kind == "podman":
        pytest.skip("Podman: test_podman.py")
    return new_engine()


@pytest.fixture(scope="module")
def at_its_own(its_own, cli):
    docker = cli(f"unix://{its_own.socket}")
    docker("import", "-", "busybox:latest", input=busybox_root())
    docker("network", "create", "front")
    docker("run", "--detach", "--name", "other", "--network", "front", "busybox:latest", "sleep", "100000")
    return docker


@pytest.fixture
def guarded(at_its_own, its_own, proxy, cli):
    """guarded(GUARD_EXEC="1"): the command line at a door with GUARD=1 and these settings."""
    return lambda **settings: cli(proxy(its_own.socket, **ALL_GRANTED, **{"GUARD": "1", **settings}).hosts["tcp"])


def configuration(docker, container):
    [inspected] = json.loads(docker("inspect", container))
    # The command line sends the one in any order, and the engine keeps the other in any.
    inspected["HostConfig"]["Binds"] = sorted(inspected["HostConfig"]["Binds"] or [])
    inspected["Config"]["Env"] = sorted(inspected["Config"]["Env"] or [])
    return inspected["Config"], inspected["HostConfig"]


@pytest.mark.parametrize("row", EVERYDAY)
def test_everyday_run_is_not_hindered(row, guarded, at_its_own):
    made = []
    try:
        for docker in (at_its_own, guarded()):
            command = ["run", "--detach", "--hostname", "h", *words_of(EVERYDAY[row]), "busybox:latest", "sleep", "100000"]
            if "--entrypoint" in command:
                del command[-2]
            made.append(docker(*command).splitlines()[-1])
        assert configuration(at_its_own, made[0]) == configuration(at_its_own, made[1])
    finally:
        for container in made:
            at_its_own.run("rm", "--force", "--volumes", container)


@pytest.mark.parametrize("flags, rule, place, variable", DANGEROUS, ids=[row[0].replace(" ", "_").replace("/", ".") for row in DANGEROUS])
def test_dangerous_flags_are_refused_by_name(flags, rule, place, variable, guarded, at_its_own, is_direct, tmp_path):
    if is_direct:
        pytest.skip("direct: nothing is guarded")
    (tmp_path / "profile.json").write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')
    done = guarded().run("run", "--detach", "--name", "reaching", *words_of(flags, other="other", file=tmp_path / "profile.json"),
                         "busybox:latest", "sleep", "100000")
    if "unknown flag" in done.err:
        pytest.skip(f"this command line knows no {flags}")
    assert done.status == 125 and "docker-socket-proxy: ContainerCreate is refused: " + place in done.err, done
    assert f"[guard.{rule}]" in done.err and (f"it would be allowed with {variable}" in done.err if variable else "would be allowed" not in done.err), done
    assert at_its_own("ps", "--all", "--quiet", "--filter", "name=reaching") == ""


@pytest.mark.parametrize("command, rule, variable", OTHERWISE, ids=[row[0].replace(" ", "_").replace("/", ".") for row in OTHERWISE])
def test_other_dangerous_commands_are_refused(command, rule, variable, guarded, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is guarded")
    done = guarded().run(*words_of(command, other="other"))
    assert done.status != 0, done
    if rule:
        assert "docker-socket-proxy: " in done.err and f"[guard.{rule}]" in done.err, done
        assert f"it would be allowed with {variable}" in done.err if variable else "would be allowed" not in done.err, done


@pytest.mark.parametrize("settings, flags", [
    ({"GUARD_BINDS": "/usr/share,/etc/localtime:ro"}, "--volume /usr/share:/h --volume /etc/localtime:/l:ro"),
    ({"GUARD_BINDS": "/usr/share"}, "--mount type=bind,source=/usr/share/doc,target=/h"),
    ({"GUARD_HOST": "pid,ipc,uts"}, "--pid host --ipc host --uts host"),
    ({"GUARD_HOST": "network"}, "--network host"),
    ({"GUARD_HOST": "container"}, "--network container:other --pid container:other"),
    ({"GUARD_CAPS": "SYS_PTRACE"}, "--cap-add SYS_PTRACE"),
    ({"GUARD_DEVICES": "/dev/null"}, "--device /dev/null"),
    ({"GUARD_NETWORKS": "front"}, "--network front"),
    ({"GUARD": "restricted"}, "--user 1000 --security-opt no-new-privileges --cap-drop ALL"),
], ids=lambda row: "-".join(row.values()) if isinstance(row, dict) else None)
def test_what_a_variable_allows(settings, flags, guarded, at_its_own):
    container = guarded(**settings)("run", "--detach", *flags.split(), "busybox:latest", "sleep", "100000").splitlines()[-1]
    at_its_own("rm", "--force", container)


def test_a_session_that_creates(guarded, at_its_own, tmp_path):
    """Without any variable besides; then what needs GUARD_EXEC, GUARD_CP and GUARD_BUILD."""
    docker = guarded()
    docker("volume", "create", "--label", "a=b", "kept")
    docker("network", "create", "--internal", "--label", "a=b", "inner")
    docker("create", "--name", "made", "--network", "inner", "--volume", "kept:/kept", "busybox:latest", "sleep", "100000")
    docker("start", "made")
    docker("network", "connect", "--alias", "web", "front", "made")
    docker("network", "disconnect", "front", "made")
    docker("update", "--memory", "32m", "--memory-swap", "64m", "made")
    docker("rename", "made", "renamed")
    docker("commit", "--change", "CMD [\"true\"]", "renamed", "committed:latest")
    docker("tag", "committed:latest", "tagged:latest")
    docker("load", input=docker.bytes("save", "tagged:latest"))
    docker("restart", "--time", "0", "renamed")
    docker("logs", "renamed")
    assert guarded(GUARD_EXEC="1")("exec", "--user", "1000", "renamed", "id", "-u") == "1000"
    assert guarded(GUARD_EXEC="1")("run", "--rm", "--network", "none", "busybox:latest", "echo", "hello") == "hello"
    guarded(GUARD_CP="1").bytes("cp", "renamed:/etc/passwd", "-")
    (tmp_path / "Dockerfile").write_text("FROM busybox:latest\nRUN true\n")
    guarded(GUARD_BUILD="1")("build", "--network", "none", "--tag", "built", tmp_path)
    docker("rm", "--force", "renamed")
    docker("rmi", "committed:latest", "tagged:latest", "built")
    docker("volume", "rm", "kept")
    docker("network", "rm", "inner")


def test_what_is_hijacked_needs_its_variable(guarded, at_its_own, is_direct):
    """Of a refused attach the command line prints the status only."""
    if is_direct:
        pytest.skip("direct: nothing is guarded")
    done = guarded().run("run", "--name", "attached", "--network", "none", "busybox:latest", "echo", "hello")
    assert done.status != 0 and "403" in done.err, done
    at_its_own("rm", "--force", "attached")
    done = guarded(GUARD_EXEC="1").run("exec", "--privileged", "other", "true")
    assert done.status != 0 and "[guard.exec.privileged]" in done.err, done


COMPOSE = """
version: "3.8"
services:
  web:
    image: busybox:latest
    command: [sleep, "100000"]
    stop_signal: KILL
    ports: ["127.0.0.1::80"]
    networks: { inner: { aliases: [site] }, outer: {} }
    volumes: ["kept:/kept", "/anonymous"]
    tmpfs: [/run]
    environment: { WORD: spoken }
    healthcheck: { test: [CMD, "true"], interval: 5s }
    restart: unless-stopped
    cap_drop: [ALL]
    depends_on: [base]
  base:
    image: busybox:latest
    command: [sleep, "100000"]
    stop_signal: KILL
    networks: [inner]
    user: "1000"
    read_only: true
    mem_limit: 64m
    logging: { driver: json-file, options: { max-size: 1m } }
networks: { inner: { internal: true }, outer: {} }
volumes: { kept: {} }
"""


@pytest.fixture
def compose(guarded, tmp_path):
    docker = guarded()
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    words = ["--project-directory", tmp_path, "--file", tmp_path / "compose.yaml", "--project-name", "guarded"]
    if docker.run("compose", "version").status == 0:
        return lambda *arguments: docker.run("compose", *words, *arguments)
    if not shutil.which("docker-compose"):
        pytest.skip("no Compose here")
    old = type(docker)("/usr/bin/docker-compose", docker.environment["DOCKER_HOST"], docker.environment["HOME"])
    return lambda *arguments: old.run(*words, *arguments)


def test_compose_up_and_down(compose, at_its_own):
    for arguments in (("up", "--detach"), ("up", "--detach"), ("restart", "--timeout", "0"), ("down", "--volumes", "--timeout", "0")):
        done = compose(*arguments)
        assert done.status == 0, (arguments, done)
        running = len(at_its_own("ps", "--quiet", "--filter", "label=com.docker.compose.project=guarded").split())
        assert running == (0 if arguments[0] == "down" else 2), (arguments, done)
    assert at_its_own("ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project=guarded") == ""
