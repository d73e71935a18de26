"""With default settings each command below fails, and the command line prints who denied what, and what to set."""

import json

import pytest

from proxy_process import ALL_GRANTED

# Command, the operation it is denied at, and what the message offers. An `x` need not exist: nothing of it arrives.
DENIED = [
    ("ps", "ContainerList", "CONTAINERS=1"),
    ("create busybox", "ContainerCreate", "CONTAINERS=1 and POST=1"),
    ("run busybox", "ContainerCreate", "CONTAINERS=1 and POST=1"),
    ("start x", "ContainerStart", "POST=1 and one of CONTAINERS=1, ALLOW_START=1"),
    ("stop x", "ContainerStop", "POST=1 and one of CONTAINERS=1, ALLOW_STOP=1, ALLOW_RESTARTS=1"),
    ("restart x", "ContainerRestart", "POST=1 and one of CONTAINERS=1, ALLOW_RESTARTS=1"),
    ("kill x", "ContainerKill", "POST=1 and one of CONTAINERS=1, ALLOW_RESTARTS=1"),
    ("pause x", "ContainerPause", "CONTAINERS=1 and POST=1"),
    ("unpause x", "ContainerUnpause", "CONTAINERS=1 and POST=1"),
    ("rename x y", "ContainerRename", "CONTAINERS=1 and POST=1"),
    ("update --restart no x", "ContainerUpdate", "CONTAINERS=1 and POST=1"),
    ("wait x", "ContainerWait", "CONTAINERS=1 and POST=1"),
    ("rm x", "ContainerDelete", "CONTAINERS=1 and POST=1"),
    ("container prune --force", "ContainerPrune", "CONTAINERS=1 and POST=1"),
    ("inspect --type container x", "ContainerInspect", "CONTAINERS=1"),
    ("port x", "ContainerInspect", "CONTAINERS=1"),
    ("logs x", "ContainerInspect", "CONTAINERS=1"),
    ("attach x", "ContainerInspect", "CONTAINERS=1"),
    ("exec x true", "ContainerInspect", "CONTAINERS=1"),
    ("top x", "ContainerTop", "CONTAINERS=1"),
    ("stats --no-stream x", "ContainerStats", "CONTAINERS=1"),
    ("diff x", "ContainerChanges", "CONTAINERS=1"),
    ("export x", "ContainerExport", "CONTAINERS=1"),
    ("cp /etc/hostname x:/name", "PutContainerArchive", "CONTAINERS=1 and POST=1"),
    ("commit x", "ImageCommit", "COMMIT=1 and POST=1"),
    ("images", "ImageList", "IMAGES=1"),
    ("history x", "ImageHistory", "IMAGES=1"),
    ("image inspect x", "ImageInspect", "IMAGES=1"),
    ("save x", "ImageGetAll", "IMAGES=1"),
    ("load --input /dev/null", "ImageLoad", "IMAGES=1 and POST=1"),
    ("import - x", "ImageCreate", "IMAGES=1 and POST=1"),
    ("pull x", "ImageCreate", "IMAGES=1 and POST=1"),
    ("push x", "ImagePush", "IMAGES=1 and POST=1"),
    ("tag x y", "ImageTag", "IMAGES=1 and POST=1"),
    ("rmi x", "ImageDelete", "IMAGES=1 and POST=1"),
    ("image prune --force", "ImagePrune", "IMAGES=1 and POST=1"),
    ("search x", "ImageSearch", "IMAGES=1"),
    ("builder prune --force", "BuildPrune", "BUILD=1 and POST=1"),
    ("login --username u --password p 127.0.0.1:1", "SystemAuth", "AUTH=1 and POST=1"),
    ("info", "SystemInfo", "INFO=1"),
    ("system df", "SystemDataUsage", "SYSTEM=1"),
    ("network ls", "NetworkList", "NETWORKS=1"),
    ("network inspect x", "NetworkInspect", "NETWORKS=1"),
    ("network create x", "NetworkCreate", "NETWORKS=1 and POST=1"),
    ("network connect x y", "NetworkConnect", "NETWORKS=1 and POST=1"),
    ("network disconnect x y", "NetworkDisconnect", "NETWORKS=1 and POST=1"),
    ("network rm x", "NetworkDelete", "NETWORKS=1 and POST=1"),
    ("network prune --force", "NetworkPrune", "NETWORKS=1 and POST=1"),
    ("volume ls", "VolumeList", "VOLUMES=1"),
    ("volume inspect x", "VolumeInspect", "VOLUMES=1"),
    ("volume create x", "VolumeCreate", "VOLUMES=1 and POST=1"),
    ("volume rm x", "VolumeDelete", "VOLUMES=1 and POST=1"),
    ("volume prune --force", "VolumePrune", "VOLUMES=1 and POST=1"),
    ("plugin ls", "PluginList", "PLUGINS=1"),
    ("plugin inspect x", "PluginInspect", "PLUGINS=1"),
    ("plugin enable x", "PluginEnable", "PLUGINS=1 and POST=1"),
    ("plugin disable x", "PluginDisable", "PLUGINS=1 and POST=1"),
    ("plugin rm x", "PluginDelete", "PLUGINS=1 and POST=1"),
    ("plugin install --grant-all-permissions x", "GetPluginPrivileges", "PLUGINS=1"),
    ("swarm init --advertise-addr 127.0.0.1", "SwarmInit", "SWARM=1 and POST=1"),
    ("swarm join --token x 127.0.0.1", "SwarmJoin", "SWARM=1 and POST=1"),
    ("swarm leave", "SwarmLeave", "SWARM=1 and POST=1"),
    ("swarm join-token worker", "SwarmInspect", "SWARM=1"),
    ("swarm unlock-key", "SwarmUnlockkey", "SWARM=1"),
    ("node ls", "NodeList", "NODES=1"),
    ("node inspect x", "NodeInspect", "NODES=1"),
    ("node rm x", "NodeDelete", "NODES=1 and POST=1"),
    ("service ls", "ServiceList", "SERVICES=1"),
    ("service create --no-resolve-image x", "ServiceCreate", "SERVICES=1 and POST=1"),
    ("service inspect x", "ServiceInspect", "SERVICES=1"),
    ("service rm x", "ServiceDelete", "SERVICES=1 and POST=1"),
    ("service logs x", "ServiceInspect", "SERVICES=1"),
    ("stack services x", "ServiceList", "SERVICES=1"),
    ("stack ps x", "TaskList", "TASKS=1"),
    ("secret ls", "SecretList", "SECRETS=1"),
    ("secret create x -", "SecretCreate", "SECRETS=1 and POST=1"),
    ("secret inspect x", "SecretInspect", "SECRETS=1"),
    ("secret rm x", "SecretDelete", "SECRETS=1 and POST=1"),
    ("config ls", "ConfigList", "CONFIGS=1"),
    ("config create x -", "ConfigCreate", "CONFIGS=1 and POST=1"),
    ("config inspect x", "ConfigInspect", "CONFIGS=1"),
    ("config rm x", "ConfigDelete", "CONFIGS=1 and POST=1"),
]


@pytest.fixture(scope="module")
def denied(default_proxy, cli):
    return cli(default_proxy.hosts["tcp"])


@pytest.mark.parametrize("command, operation, ways", DENIED, ids=[row[0].replace(" ", "-") for row in DENIED])
def test_default_settings_deny(denied, command, operation, ways):
    done = denied.run(*command.split(), input=b"x", DOCKER_BUILDKIT="0")  # else `builder` is buildx's
    said = done.text + done.err
    assert done.status != 0, done
    assert "docker-socket-proxy: " in said and operation in said and ways in said, done


def test_default_settings_deny_a_classic_build(denied, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    done = denied.run("build", tmp_path, DOCKER_BUILDKIT="0")
    assert done.status != 0 and "docker-socket-proxy: ImageBuild" in done.err and "BUILD=1 and POST=1" in done.err


@pytest.mark.parametrize("command", ["version", "events --since 1h --until 1s"])
def test_default_settings_allow(denied, command):
    denied(*command.split())


# Grants of some, and what then works and what does not: the command, the operation it is denied at (or None), the ways.
SOME_GRANTED = {
    "read-only": ("CONTAINERS", [
        ("ps --all", None, None),
        ("logs {idle}", None, None),
        ("run {busybox}", "ContainerCreate", "POST=1"),
        ("stop {idle}", "ContainerStop", "POST=1"),
        ("exec {idle} true", "ContainerExec", "POST=1"),
    ]),
    "exec-needs-exec": ("CONTAINERS POST", [
        ("pause {idle}", None, None),
        ("unpause {idle}", None, None),
        ("exec --detach {idle} true", "ExecStart", "EXEC=1"),
    ]),
    "allow-start": ("POST ALLOW_START", [
        ("start {idle}", None, None),
        ("stop {idle}", "ContainerStop", "one of CONTAINERS=1, ALLOW_STOP=1, ALLOW_RESTARTS=1"),
        ("ps", "ContainerList", "CONTAINERS=1"),
    ]),
    "allow-stop": ("POST ALLOW_STOP", [
        ("restart {idle}", "ContainerRestart", "one of CONTAINERS=1, ALLOW_RESTARTS=1"),
        ("stop --time 0 {idle}", None, None),
        ("start {idle}", "ContainerStart", "one of CONTAINERS=1, ALLOW_START=1"),
    ]),
    "allow-restarts": ("POST ALLOW_RESTARTS", [
        ("restart --time 0 {idle}", None, None),
        ("kill {idle}", None, None),
        ("rm {idle}", "ContainerDelete", "CONTAINERS=1"),
    ]),
    "allow-start-without-post": ("ALLOW_START", [
        ("start {idle}", "ContainerStart", "POST=1"),
    ]),
    "revoked-defaults": ("EVENTS=0 VERSION=0", [
        ("version", "SystemVersion", "VERSION=1"),
        ("events --since 1h --until 1s", "SystemEvents", "EVENTS=1"),
    ]),
}


@pytest.mark.parametrize("grants", SOME_GRANTED)
def test_some_granted(grants, proxy, cli, idle, busybox, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is denied")
    words, steps = SOME_GRANTED[grants]
    granted = dict(word.split("=") if "=" in word else (word, "1") for word in words.split())
    docker = cli(proxy(**granted).hosts["tcp"])
    for command, operation, ways in steps:
        done = docker.run(*command.format(idle=idle, busybox=busybox).split())
        if operation is None:
            assert done.status == 0, (command, done)
        else:
            said = done.text + done.err
            assert done.status != 0, (command, done)
            assert f"docker-socket-proxy: {operation} (" in said and ways in said, (command, done)


@pytest.mark.parametrize("version", ["/v1.23", "/v1..44", "/v%31.12"])
def test_a_start_brings_no_configuration(version, proxy, cli, name, busybox, at_engine, is_direct):
    """Before API 1.24 the body of a start configures the container: engines up to 24 take these versions."""
    if is_direct:
        pytest.skip("direct: nothing is denied")
    at_engine("create", "--name", name, "--network", "none", busybox, "sleep", "100000")
    facts = "{{.State.Status}} {{.HostConfig.Binds}} {{.HostConfig.PidMode}}"
    before = at_engine("inspect", "--format", facts, name)
    granted = proxy(POST="1", ALLOW_START="1")
    connection = granted.connection()
    connection.request("POST", f"{version}/containers/{name}/start",
                       json.dumps({"Binds": ["/:/host"], "PidMode": "host", "NetworkMode": "none"}), {"Content-Type": "application/json"})
    got = connection.getresponse()
    assert (got.status, "CONTAINERS=1 [strict.start_config]" in json.loads(got.read())["message"]) == (403, True)
    connection.close()
    assert at_engine("inspect", "--format", facts, name) == before
    cli(granted.hosts["tcp"])("start", name)
    assert at_engine("inspect", "--format", facts, name) == before.replace("created", "running")


# ---- Hijacks: the command line prints the status only, so the answer is read here -----------------------------


def answer(proxy, method, target, headers):
    connection = proxy.connection()
    try:
        connection.request(method, target, headers=headers)
        got = connection.getresponse()
        return got.status, got.getheader("Content-Type"), json.loads(got.read())["message"]
    finally:
        connection.close()


@pytest.mark.parametrize("target, protocol, operation, ways", [
    ("/v1.41/containers/x/attach?stream=1", "tcp", "ContainerAttach", "CONTAINERS=1 and POST=1"),
    ("/v1.41/exec/x/start", "tcp", "ExecStart", "EXEC=1 and POST=1"),
    ("/session", "h2c", "Session", "SESSION=1 and POST=1"),
    ("/grpc", "h2c", "serveGRPC", "GRPC=1 and POST=1"),
], ids=["attach", "exec", "session", "grpc"])
def test_default_settings_deny_a_tunnel(default_proxy, target, protocol, operation, ways):
    status, kind, message = answer(default_proxy, "POST", target, {"Connection": "Upgrade", "Upgrade": protocol})
    assert (status, kind) == (403, "application/json")
    assert operation in message and ways in message


@pytest.mark.parametrize("revoked", ["SESSION", "GRPC"])
def test_buildkit_needs_its_tunnels(revoked, proxy, cli, busybox, tmp_path, is_direct, engine_root):
    if is_direct:
        pytest.skip("direct: nothing is denied")
    (tmp_path / "Dockerfile").write_text(f"FROM {busybox}\nRUN echo built\n")
    without = proxy(**{**ALL_GRANTED, revoked: "0"})
    done = cli(without.hosts["tcp"]).run("build", "--no-cache", "--network", "none", tmp_path, DOCKER_BUILDKIT="1")
    if revoked == "GRPC" and not engine_root:
        assert done.status == 0, done  # only buildx opens /grpc
    elif revoked == "GRPC":
        assert done.status != 0, done  # buildx then tries to run a builder of its own and finds no image for it
    else:
        assert done.status != 0 and "403" in done.err, done
    operation = {"SESSION": "Session", "GRPC": "serveGRPC"}[revoked]
    status, _, message = answer(without, "POST", f"/{revoked.lower()}", {"Connection": "Upgrade", "Upgrade": "h2c"})
    assert status == 403 and operation in message and f"{revoked}=1" in message
