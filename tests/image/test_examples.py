"""Each example: its application can what its head says, every other operation is refused, and the proxy is as weak as it says.

The applications' images are not needed: what they ask, by their documentation, is written down here. The daemon is a stand-in that tells what
it was asked, so that a refusal is judged at both ends. Without an engine the binary is tried with the same variables.
"""

import contextlib
import csv
import itertools
import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from composed import WAITS, Project
from deployment import read_compose, read_quadlet
from private_engine import REPOSITORY, UnixHTTPConnection, busybox_root
from proxy_process import suggested
from under_test import PROXY

EXAMPLES = REPOSITORY / "examples"
# What the heads of the examples say their applications can, and cannot, do: the calls behind the words.
MEANS = {
    "attach to containers": ["POST /containers/web/attach?stream=1&stdout=1", "POST /containers/web/resize?h=1&w=1"],
    "build images": ["POST /build?t=web"],
    "check a registry's password": ["POST /auth"],
    "connect containers to networks": ["POST /networks/web/connect", "POST /networks/web/disconnect"],
    "create containers": ["POST /containers/create?name=web", "POST /containers/web/start"],
    "find the services of a swarm": ["GET /services", "GET /networks?filters={}", "GET /tasks?filters={}", "GET /nodes/web"],
    "follow logs": ["GET /containers/web/logs?follow=1&stdout=1"],
    "import and export images": ["POST /images/load", "GET /images/web/get"],
    "inspect containers": ["GET /containers/web/json"],
    "inspect images": ["GET /images/web/json"],
    "list containers": ["GET /containers/json?all=1"],
    "list images": ["GET /images/json"],
    "make an image of a container": ["POST /commit?container=web"],
    "manage configs": ["GET /configs", "POST /configs/create", "DELETE /configs/web"],
    "manage networks": ["GET /networks", "GET /networks/web", "POST /networks/create", "DELETE /networks/web"],
    "manage secrets": ["GET /secrets", "POST /secrets/create", "DELETE /secrets/web"],
    "manage volumes": ["GET /volumes", "GET /volumes/web", "POST /volumes/create", "DELETE /volumes/web"],
    "offer plugins as drivers": ["GET /plugins"],
    "open a container's console": ["POST /containers/web/exec", "POST /exec/web/start", "POST /exec/web/resize?h=1&w=1"],
    "open a shell in a container": ["POST /containers/web/exec", "POST /exec/web/start"],
    "pull images": ["POST /images/create?fromImage=web&tag=latest", "GET /images/json"],
    "push images": ["POST /images/web/tag?repo=there", "POST /images/web/push"],
    "remove containers": ["DELETE /containers/web?v=1"],
    "remove images": ["DELETE /images/web"],
    "rename containers": ["POST /containers/web/rename?name=old"],
    "run lifecycle hooks inside of containers": ["POST /containers/web/exec", "POST /exec/web/start", "GET /exec/web/json"],
    "show disk usage": ["GET /system/df"],
    "show processes": ["GET /containers/web/top"],
    "show services": ["GET /services", "GET /services/web", "GET /services/web/logs?stdout=1"],
    "show statistics": ["GET /containers/web/stats?stream=false"],
    "show tasks": ["GET /tasks", "GET /tasks/web"],
    "show the host": ["GET /info"],
    "show the services of a swarm": ["GET /services", "GET /tasks?filters={}"],
    "show the swarm and its nodes": ["GET /swarm", "GET /nodes", "GET /nodes/web"],
    "start and stop containers": [f"POST /containers/web/{action}" for action in ("start", "stop", "restart", "kill")],
    "update services": ["POST /services/web/update?version=1", "DELETE /services/web"],
    "wait for events": ["GET /events?filters={}"],
}
GREETING = ["HEAD /_ping", "GET /_ping", "GET /version"]  # granted by default, as events are
BY_DEFAULT = {"_ping", "events", "version"}
TWO = "two-doors"  # see test_two_doors.py
NAMES = sorted(path.stem for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".container") and path.stem != TWO)
COMPOSE = sorted(path.stem for path in EXAMPLES.glob("*.yaml") if path.stem != TWO)


def file_of(name):
    [path] = EXAMPLES.glob(f"{name}.*")
    return path


def read(name):
    path = file_of(name)
    return read_compose(path) if path.suffix == ".yaml" else read_quadlet(path)


def said(name):
    """What the file's head says: ([what it can], {what it cannot: [the variables that it would take]})"""
    head = itertools.takewhile(lambda line: line.startswith("#"), file_of(name).read_text().splitlines())
    text = " ".join(line.lstrip("# ") for line in head)
    [can] = re.findall(r" can: ([^.]*)\.", text)
    [cannot] = re.findall(r" cannot: ([^.]*)\.", text)
    refused = dict(re.fullmatch(r"(.*) \(([A-Z_ ]+)\)", words).groups() for words in cannot.split(", "))
    return can.split(", "), {words: variables.split() for words, variables in refused.items()}


def calls(name):
    """What its application asks the daemon."""
    return GREETING + [call for words in said(name)[0] for call in MEANS[words]]


def section(target):
    return target.split("?")[0].split("/")[1]


def writes(name):
    return any(call.split()[0] not in ("GET", "HEAD") for call in calls(name))


def operations():
    with open(REPOSITORY / "conformance/tables/operations.tsv", encoding="utf-8") as table:
        rows = csv.DictReader((line for line in table if not line.startswith("#")), delimiter="\t")
        return [(row["method"], row["path"].replace("{", "").replace("}", ""), row["section"]) for row in rows]


# ---- What the heads say -------------------------------------------------------------------------------


@pytest.fixture
def explain():
    """Whether the program, with these variables, says that a call is allowed."""
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")

    def allowed(call, variables):
        done = subprocess.run([PROXY, "--explain", *call.split()], env=variables, capture_output=True, text=True)
        assert re.match("(allowed|denied): ", done.stdout), done.stdout + done.stderr
        return done.stdout.startswith("allowed")

    return allowed


@pytest.mark.parametrize("name", NAMES)
def test_head_tells_what_its_application_can(name, explain):
    granted = read(name).variables
    can = said(name)[0]
    assert [call for words in can for call in MEANS[words] if not explain(call, granted)] == []
    idle = [variable for variable in granted.keys() - {"BIND_CONFIG"}
            if all(explain(call, {**granted, variable: "0"}) for call in calls(name))]
    assert idle == [], "granted, and nothing that the head names needs it"
    if "create containers" in can:
        assert "root on the host" in file_of(name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_head_tells_what_its_application_cannot(name, explain):
    """And what it would take: all of these variables, and no other."""
    granted = read(name).variables
    for words, wanted in said(name)[1].items():
        assert not granted.keys() & set(wanted), words
        with_all = {**granted, **dict.fromkeys(wanted, "1")}
        assert [call for call in MEANS[words] if not explain(call, with_all)] == [], words
        for variable in wanted:
            assert not all(explain(call, {**with_all, variable: "0"}) for call in MEANS[words]), f"{words}: {variable}"


@pytest.mark.parametrize("name", [name for name in COMPOSE if name != "unix-socket-only"])
def test_table_tells_what_it_needs_by_name(name, explain):
    """The operations that the calls of its head are, but for those that are granted by default; and they suffice."""
    [listed] = re.findall(rf"\({name}\.yaml\) \| `([A-Za-z ]+)` \|", (EXAMPLES / "README.md").read_text())
    by_default, needed = {}, set()
    for call in calls(name):
        told = subprocess.run([PROXY, "--explain", *call.split()], env={}, capture_output=True, text=True).stdout
        if not explain(call, by_default):
            needed |= set(re.findall("^operation: (.*)$", told, re.MULTILINE))
    assert listed.split() == sorted(needed)
    for left_out in needed:
        fewer = {"ALLOW_OPERATIONS": " ".join(needed - {left_out})}
        assert not all(explain(call, fewer) for call in calls(name)), left_out
    assert all(explain(call, {"ALLOW_OPERATIONS": listed}) for call in calls(name))


@pytest.mark.parametrize("name", NAMES)
def test_learning_gives_what_its_session_takes(name, stand_in, folder):
    """With LEARN all of it passes; with what --suggest makes of the log, too; with one variable less it does not."""
    from proxies import NativeProxy
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    daemon = stand_in(folder / "daemon.sock")

    def session(**settings):
        """(what is denied, the log)"""
        proxy = NativeProxy(daemon.path, settings)
        try:
            denied = [call for call in calls(name) if proxy.request(*call.split())[0] == 403]
        finally:
            proxy.stop()
        return denied, proxy.log()

    denied, log = session(LEARN="1")
    assert denied == []
    variables, by_name = suggested(log, PROXY)
    assert session(**variables)[0] == [] and session(**by_name)[0] == []
    assert [left_out for left_out, value in variables.items() if value == "1" and session(**{**variables, left_out: "0"})[0] == []] == []


def test_every_meaning_is_said():
    assert {words for name in NAMES for part in said(name) for words in part} == set(MEANS)


def test_every_example_is_listed():
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


@pytest.mark.parametrize("name", NAMES)
def test_its_calls_pass_and_all_others_are_refused(started, name):
    daemon, proxy = started(name)
    for call in calls(name):
        assert proxy.request(*call.split())[0] == 200, call
    assert daemon.asked == calls(name)

    daemon.asked.clear()
    # A variable opens all of its section.
    opened = {section(call.split()[1]) for call in calls(name)} | BY_DEFAULT
    others = [(method, path) for method, path, place in operations()
              if place not in opened or (method not in ("GET", "HEAD") and not writes(name))]
    assert len(others) > 60
    passed = [f"{method} {path}" for method, path in others if proxy.request(method, path)[0] != 403]
    assert passed == [] and daemon.asked == []


@pytest.mark.parametrize("name", NAMES)
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
    asked = [call.split()[1] for call in calls(name) if call.startswith("GET ") and "events" not in call]
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
