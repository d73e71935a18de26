"""MASK_ENV=1: what the engine tells, but for the values of environments, octet for octet; and clients live with it."""

import json
import shutil

import pytest

from private_engine import UnixHTTPConnection, busybox_root
from proxy_process import ALL_GRANTED, octets

SECRETS = ["PASSWORD=s3cret", "EQUALS=a=b==", "QUOTED=\"\\ \t<&>", "UMLAUT=ü€😀", "EMPTY=", "LONG=" + "0123456789" * 2000]
ENVIRONMENT = [word for secret in SECRETS for word in ("--env", secret)]


@pytest.fixture(scope="module")
def its_own(engine_kind, new_engine):
    if engine_kind == "podman":
        pytest.skip("Podman: see test_podman.py")
    return new_engine()


@pytest.fixture(scope="module")
def at_its_own(its_own, cli, tmp_path_factory):
    """The command line at an engine with something of each kind that has an environment."""
    docker = cli(f"unix://{its_own.socket}")
    docker("import", "--change", "ENV PASSWORD=of-the-image", "-", "busybox:latest", input=busybox_root())
    docker("run", "--detach", "--name", "kept", "--network", "none", *ENVIRONMENT, "busybox:latest", "sleep", "100000")
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    docker("service", "create", "--detach=false", "--quiet", "--no-resolve-image", "--network", "host", "--stop-signal", "KILL",
           "--name", "served", *ENVIRONMENT, "busybox:latest", "sleep", "100000")
    plugin = tmp_path_factory.mktemp("plugin")
    (plugin / "rootfs").mkdir()
    (plugin / "config.json").write_text(json.dumps({
        "description": "of a test", "documentation": "none", "entrypoint": ["/nothing"], "network": {"type": "none"},
        "interface": {"types": ["docker.volumedriver/1.0"], "socket": "plugin.sock"},
        "env": [{"name": "TOKEN", "description": "said", "settable": ["value"], "value": "of-the-plugin"}]}))
    docker("plugin", "create", "plugged", plugin)
    return docker


@pytest.fixture
def masking(at_its_own, its_own, proxy, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is masked")
    return proxy(its_own.socket, **ALL_GRANTED, MASK_ENV="1")


def without_values(document, values):
    """The document with no values in its environments; what they were, with their names, is appended to `values`."""
    if isinstance(document, list):
        return [without_values(each, values) for each in document]
    if not isinstance(document, dict):
        return document
    without = {}
    for key, value in document.items():
        if key == "Env" and value:
            pairs = [(each["Name"], each["Value"]) if isinstance(each, dict) else each.partition("=")[::2] for each in value]
            values += pairs
            value = [{**each, "Value": ""} if isinstance(each, dict) else each.partition("=")[0] for each in value]
        without[key] = without_values(value, values)
    return without


LOOKS = {
    "container": "/containers/kept/json",
    "container-with-size": "/containers/kept/json?size=1",
    "image": "/images/busybox:latest/json",
    "service": "/services/served",
    "services": "/services",
    "task": "/tasks/{task}",
    "tasks": "/tasks",
    "plugin": "/plugins/plugged:latest/json",
    "plugins": "/plugins",
}


@pytest.mark.parametrize("look", LOOKS)
def test_only_values_of_environments_differ(look, masking, its_own, at_its_own):
    task = at_its_own("service", "ps", "--no-trunc", "--quiet", "served")
    target = f"/v{its_own.api_version}" + LOOKS[look].format(task=task)
    for _ in range(20):  # a task's state may change meanwhile
        directly, masked, again = (octets(connection, target) for connection in (
            UnixHTTPConnection(its_own.socket), masking.connection(), UnixHTTPConnection(its_own.socket)))
        if directly == again:
            break
    assert len(masked) == len(directly)
    assert {now for was, now in zip(directly, masked) if was != now} == {ord("*")}
    were, are = [], []
    assert without_values(json.loads(masked), are) == without_values(json.loads(directly), were)
    assert were and [name for name, _ in are] == [name for name, _ in were]
    assert {letter for _, value in are for letter in value} == {"*"}


def test_command_line(masking, cli, at_its_own):
    docker = cli(masking.hosts["tcp"])
    shown = json.loads(docker("inspect", "--format", "{{json .Config.Env}}", "kept"))
    assert "PASSWORD=******" in shown and "EMPTY=" in shown
    for words in (["inspect", "--format", "{{.State.Status}} {{.Config.Cmd}}", "kept"], ["ps", "--quiet"], ["image", "inspect", "--format", "{{.Id}}", "busybox"],
                  ["service", "inspect", "--format", "{{.ID}}", "served"], ["plugin", "ls"], ["exec", "kept", "sh", "-c", "echo $PASSWORD"]):
        assert docker(*words) == at_its_own(*words), words


def test_docker_py(masking, its_own):
    docker = pytest.importorskip("docker")
    seen = []
    for host in (f"unix://{its_own.socket}", masking.hosts["unix"]):
        client = docker.DockerClient(base_url=host, version="auto")
        seen.append(client.containers.get("kept").attrs)
        client.close()
    assert "PASSWORD=******" in seen[1]["Config"]["Env"] and "PASSWORD=s3cret" in seen[0]["Config"]["Env"]
    assert without_values(seen[0], []) == without_values(seen[1], [])


def test_compose(masking, cli, at_its_own, tmp_path):
    """A second `up` finds what the first has made, and leaves it as it is."""
    docker = cli(masking.hosts["tcp"])
    if docker.run("compose", "version").status == 0:
        compose = docker
        words = ["compose"]
    elif shutil.which("docker-compose"):
        compose = type(docker)("/usr/bin/docker-compose", masking.hosts["tcp"], docker.environment["HOME"])
        words = []
    else:
        pytest.skip("no Compose here")
    (tmp_path / "compose.yaml").write_text("""
version: "3.8"
services:
  talker: { image: "busybox:latest", network_mode: none, command: [sleep, "100000"], environment: { WORD: spoken }, stop_signal: KILL }
""")
    words += ["--project-directory", tmp_path, "--file", tmp_path / "compose.yaml", "--project-name", "masked"]
    compose(*words, "up", "--detach")
    container = compose(*words, "ps", "--quiet")
    compose(*words, "up", "--detach")
    assert compose(*words, "ps", "--quiet") == container != ""
    assert compose(*words, "exec", "-T", "talker", "sh", "-c", "echo $WORD") == "spoken"
    assert docker("inspect", "--format", "{{index .Config.Env 0}}", container) == "WORD=******"
    compose(*words, "down")
    assert at_its_own("ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project=masked") == ""
