"""Each example: its application's calls pass, every other operation is refused, and the proxy is as weak as it says.

The applications' images are not needed: what they ask is written down here. The daemon is a stand-in that tells what
it was asked, so that a refusal is judged at both ends. Without an engine the binary is tried with the same variables.
"""

import contextlib
import csv
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from composed import WAITS, Project
from deployment import read_compose, read_quadlet
from private_engine import REPOSITORY, UnixHTTPConnection, busybox_root

EXAMPLES = REPOSITORY / "examples"
CALLS = {
    "traefik": ["GET /version", "GET /containers/json?limit=0", "GET /containers/web/json", "GET /events?filters={}"],
    "portainer": ["GET /_ping", "GET /info", "GET /version", "GET /containers/json?all=1", "GET /containers/web/json",
                  "GET /containers/web/logs?stdout=1", "GET /images/json", "GET /networks", "GET /volumes",
                  "GET /services", "GET /tasks", "POST /containers/create?name=web", "POST /containers/web/start",
                  "POST /images/create?fromImage=web", "DELETE /containers/web", "POST /networks/create",
                  "POST /volumes/create"],
    "watchtower": ["HEAD /_ping", "GET /containers/json?filters={}", "GET /containers/web/json", "GET /images/web/json",
                   "POST /images/create?fromImage=web&tag=latest", "POST /containers/web/kill?signal=SIGTERM",
                   "DELETE /containers/web?v=1", "POST /containers/create?name=web", "POST /networks/web/connect",
                   "POST /networks/web/disconnect", "POST /containers/web/rename?name=old", "POST /containers/web/start",
                   "DELETE /images/web"],
    "dozzle": ["GET /_ping", "GET /info", "GET /containers/json", "GET /containers/web/json",
               "GET /containers/web/logs?follow=1&stdout=1", "GET /containers/web/stats?stream=true", "GET /events"],
    "homepage": ["GET /containers/json?all=true", "GET /containers/web/json", "GET /containers/web/stats?stream=false"],
    "unix-socket-only": ["GET /version", "GET /containers/json?limit=0", "GET /containers/web/json", "GET /events"],
    "docker-socket-proxy": ["GET /_ping", "GET /version", "GET /containers/json"],
}
# What is open besides the calls: the rest of these sections, for a variable opens all of its section.
SECTIONS = {
    "traefik": "containers", "portainer": "containers images info networks services tasks volumes",
    "watchtower": "containers images networks", "dozzle": "containers info", "homepage": "containers",
    "unix-socket-only": "containers", "docker-socket-proxy": "containers",
}
BY_DEFAULT = {"_ping", "events", "version"}
WRITES = {"portainer", "watchtower"}
COMPOSE = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


def read(name):
    path = EXAMPLES / f"{name}.yaml"
    return read_compose(path) if path.exists() else read_quadlet(EXAMPLES / f"{name}.container")


def operations():
    with open(REPOSITORY / "conformance/tables/operations.tsv", encoding="utf-8") as table:
        rows = csv.DictReader((line for line in table if not line.startswith("#")), delimiter="\t")
        return [(row["method"], row["path"].replace("{", "").replace("}", ""), row["section"]) for row in rows]


def test_every_example_is_tried():
    assert set(CALLS) == {path.stem for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".container")}
    listed = (EXAMPLES / "README.md").read_text()
    assert [path.name for path in EXAMPLES.iterdir() if path.name != "README.md" and path.name not in listed] == []


class ByUnixSocket:
    """As the proxies of proxies.py, but the example listens on a unix socket."""

    def __init__(self, path):
        self.path = path

    def request(self, method, target):
        connection = UnixHTTPConnection(self.path)
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="docker-example-") as path:
        os.chmod(path, 0o755)
        yield Path(path)


@pytest.fixture
def started(request, under_test, stand_in, folder):
    """started("traefik"): (daemon, proxy) with the example's variables and, on an engine, its flags and volumes."""
    from proxies import NativeProxy
    natives = []

    def start(name):
        example = read(name)
        owned = {"uid": 0, "gid": 0 if name == "docker-socket-proxy" else 4711} if os.geteuid() == 0 else {}
        daemon = stand_in(folder / "daemon.sock", **owned)
        variables = {key: value for key, value in example.variables.items() if key != "BIND_CONFIG"}
        if not under_test.image:
            natives.append(NativeProxy(daemon.path, variables))
            return daemon, natives[-1]
        container = request.getfixturevalue("container")
        flags = [*example.flags, "--volume", f"{daemon.path}:/var/run/docker.sock:ro"]
        if name != "unix-socket-only":
            return daemon, container(variables, flags, socket=None)
        listener = folder / "listener"
        listener.mkdir()
        flags += ["--volume", f"{listener}:/run/docker-api"]
        container(example.variables, flags, socket=None, network=example.network)
        return daemon, ByUnixSocket(listener / "docker.sock")

    yield start
    for native in natives:
        native.stop()


@pytest.mark.parametrize("name", CALLS)
def test_its_calls_pass_and_all_others_are_refused(started, name):
    daemon, proxy = started(name)
    for call in CALLS[name]:
        assert proxy.request(*call.split())[0] == 200, call
    assert daemon.asked == CALLS[name]

    daemon.asked.clear()
    opened = {*SECTIONS[name].split(), *BY_DEFAULT}
    others = [(method, path) for method, path, section in operations()
              if section not in opened or (method not in ("GET", "HEAD") and name not in WRITES)]
    assert len(others) > 60
    passed = [f"{method} {path}" for method, path in others if proxy.request(method, path)[0] != 403]
    assert passed == [] and daemon.asked == []


@pytest.mark.parametrize("name", CALLS)
def test_proxy_is_nobody(started, name, image):
    if os.geteuid() != 0:
        pytest.skip("root only: sockets of other owners, and /proc of others")
    if name == "unix-socket-only":
        pytest.skip("see test_unix_socket_only")
    status = started(name)[1].status
    assert status["Uid"] == ["65534"] * 4
    assert status["Gid"] == (["0"] if name == "docker-socket-proxy" else ["4711"]) * 4
    for capabilities in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        assert status[capabilities] == ["0000000000000000"]
    assert status["NoNewPrivs"] == ["1"]


def test_unix_socket_only(started, image):
    _, proxy = started("unix-socket-only")
    facts = os.stat(proxy.path)
    assert (stat.S_IMODE(facts.st_mode), facts.st_gid) == (0o660, 65533)


# ---- as Compose brings it up --------------------------------------------------------------------------


@pytest.fixture
def project(bridged, tmp_path):
    """project("traefik"): the file, by Compose, on an engine that is its daemon, too. Its application only waits."""
    docker = bridged[1]()
    with contextlib.ExitStack() as stack:
        def start(name):
            file = tmp_path / f"{name}.yaml"
            shutil.copy(EXAMPLES / file.name, file)
            [application] = read_compose(file).others.values()
            docker("import", *WAITS, "-", application["image"], input=busybox_root())
            brought_up = stack.enter_context(Project(docker, file))
            brought_up.up("docker-socket-proxy")
            return brought_up

        yield start


@pytest.mark.parametrize("name", [name for name in COMPOSE if name != "unix-socket-only"])
def test_application_reaches_it_by_its_name(project, name):
    composed = project(name)
    [application] = read_compose(EXAMPLES / f"{name}.yaml").others

    def ask(target):
        """Nothing, or what busybox's wget says of a status that is none of success."""
        return composed.docker.run("exec", composed.container(application), "wget", "-q", "-O", "/dev/null",
                                   f"http://docker-socket-proxy:2375{target}").err

    assert ask("/version") == ""
    asked = [call.split()[1] for call in CALLS[name] if call.startswith("GET ") and "events" not in call]
    assert [target for target in asked if "403" in ask(target)] == []
    assert "403 Forbidden" in ask("/secrets")


def test_application_reaches_it_by_the_socket_in_its_volume(project):
    composed = project("unix-socket-only")
    assert composed.docker("exec", composed.container("traefik"), "stat", "-c", "%F %a %u %g",
                           "/run/docker-api/docker.sock") == "socket 660 0 65533"
    folder = composed.docker("volume", "inspect", "--format", "{{.Mountpoint}}", "unix-socket-only_docker-api")
    proxy = ByUnixSocket(f"{folder}/docker.sock")
    assert [proxy.request("GET", target)[0] for target in ("/version", "/containers/json", "/secrets")] == [200, 200, 403]


# ---- what no run here would find ----------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_file(name):
    """The socket is the proxy's alone, and only its client reaches it."""
    example = read_compose(EXAMPLES / f"{name}.yaml")
    assert "/var/run/docker.sock:/var/run/docker.sock:ro" in example.mounts
    for word in ("--read-only", "ALL", "no-new-privileges:true"):
        assert word in example.flags
    [client] = example.others.values()
    assert not any("/var/run/docker.sock" in str(volume) for volume in client.get("volumes", []))
    text = (EXAMPLES / f"{name}.yaml").read_text()
    if name == "unix-socket-only":
        assert example.network == "none" and "networks" not in example.whole
        assert example.variables["BIND_CONFIG"].split()[0] == "/run/docker-api/docker.sock"
        assert "unix:///run/docker-api/docker.sock" in str(client["command"])
        assert "docker-api:/run/docker-api:ro" in client["volumes"] and client["group_add"] == ["65533"]
    else:
        service = example.whole["services"]["docker-socket-proxy"]
        assert "ports" not in service and service["networks"] == ["docker-api"]
        assert example.whole["networks"]["docker-api"] == {"internal": True}
        assert "docker-api" in client["networks"]
        assert "tcp://docker-socket-proxy:2375" in str(client) or "host: docker-socket-proxy, port: 2375" in text


def test_quadlet_unit():
    unit = read_quadlet(EXAMPLES / "docker-socket-proxy.container").whole
    assert set(unit) == {"Unit", "Container", "Service", "Install"}
    assert unit["Unit"]["Requires"] == unit["Unit"]["After"] == ["podman.socket"]
    assert unit["Container"]["Volume"] == ["%t/podman/podman.sock:/var/run/docker.sock:ro"]
    assert unit["Container"]["PublishPort"] == ["127.0.0.1:2375:2375"], "nobody else's"
