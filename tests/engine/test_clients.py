"""From a client's session to its settings: with LEARN=1 it can what it can directly; with what --suggest makes of the log, the
same; and with one variable or operation less something is denied.

The clients are programs that nobody here wrote; what each does is its script in clients/.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from private_engine import REPOSITORY, SAFETY_NET, busybox_root
from proxy_process import ALL_GRANTED, Proxy, suggested

CLIENTS = Path(__file__).parent / "clients"
# Script: its interpreter, and a command that fails where the client is not installed.
HOW = {
    "docker.sh": ("sh", "true"),
    "docker-py.py": (sys.executable, f"{sys.executable} -c 'import docker'"),
    "ruby-docker-api.rb": ("ruby", "ruby -rdocker -e true"),
    "dockerode.js": ("node", "node -e 'require(\"dockerode\")'"),
    "testcontainers.js": ("node", "node -e 'require(\"testcontainers\")'"),
    "glances.sh": ("sh", "glances --version && python3 -c 'import dateutil, docker'"),
}
# What they create with a guard, beside what the scripts above do; as above.
CREATING = {"docker-py-creates.py": HOW["docker-py.py"], "dockerode-creates.js": HOW["dockerode.js"], "testcontainers-creates.js": HOW["testcontainers.js"]}
# What they need by name on the engine of Debian 12: what examples/README.md says of them.
NEEDED = {script: re.search(rf"\| `{script}` \| `(.*)` \|", (REPOSITORY / "examples/README.md").read_text())[1] for script in HOW}
VERSIONS = {"dockerode": "4", "testcontainers": "10"}  # those of Debian 12's Node.js


@pytest.fixture(scope="module")
def its_own(engine_kind, new_engine, cli):
    """The engine, with an image, and a container that is looked at."""
    if engine_kind == "podman":
        pytest.skip("Podman: what its API asks for has no names")
    engine = new_engine()
    docker = cli(f"unix://{engine.socket}")
    docker("import", "-", "busybox:latest", input=busybox_root())
    return engine


@pytest.fixture(scope="module")
def node_modules(temporary):
    """The folder of what npm installs; empty where there is no npm."""
    folder = Path(os.environ.get("DSP_TEST_CACHE") or temporary).absolute() / "npm"
    if shutil.which("npm") and not (folder / "complete").exists():
        wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, *wanted], capture_output=True)
        if done.returncode == 0:
            (folder / "complete").touch()
    return folder / "node_modules"


@pytest.fixture
def client(request, its_own, cli, node_modules, tmp_path):
    """client(host): what the client's script does there: (exit status, output, complaints). What it made is removed."""
    script = request.param
    interpreter, check = {**HOW, **CREATING}[script]
    docker = cli(f"unix://{its_own.socket}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/docker").symlink_to(docker.binary)
    environment = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "DOCKER_CONFIG": docker.environment["DOCKER_CONFIG"],
                   "NODE_PATH": str(node_modules), "TESTCONTAINERS_RYUK_DISABLED": "true", "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1"}
    if subprocess.run(["/bin/sh", "-c", check], env=environment, capture_output=True).returncode != 0:
        pytest.skip(f"not installed: {script.partition('.')[0]}")

    def run(host):
        if script == "glances.sh":
            docker("run", "--detach", "--name", "watched", "--network", "none", "busybox:latest", "sleep", "100000")
        done = subprocess.run([interpreter, CLIENTS / script], env={**environment, "DOCKER_HOST": host}, cwd=tmp_path,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SAFETY_NET)
        for container in docker("ps", "--all", "--quiet").split():
            docker("rm", "--force", "--volumes", container)
        for network in docker("network", "ls", "--quiet", "--filter", "type=custom").split():
            docker("network", "rm", network)
        for volume in docker("volume", "ls", "--quiet").split():
            docker("volume", "rm", volume)
        return done.returncode, done.stdout, done.stderr

    return run


def judged(log, verdict):
    """The operations of the lines with that verdict."""
    return re.findall(rf" (\w+) {verdict} [a-z]+[.\w]+ \d+ ", log)


@pytest.mark.parametrize("client", [*HOW, *CREATING], indirect=True)
def test_guarded(client, its_own, is_direct, proxy_binary):
    """With GUARD they can what they can without; those that execute or attach only with GUARD_EXEC."""
    directly = client(f"unix://{its_own.socket}")
    assert directly[0] == 0, directly
    if is_direct:
        return
    denied = None
    for settings in ({"GUARD": "1"}, {"GUARD": "1", "GUARD_EXEC": "1"}):
        proxy = Proxy(proxy_binary, its_own.socket, {**ALL_GRANTED, **settings})
        try:
            said = client(proxy.hosts["tcp"])
        finally:
            proxy.stop()
        denied = judged(proxy.log(), "deny")
        assert set(denied) <= {"ContainerAttach", "ContainerExec", "ExecStart"}, (settings, proxy.log())
        if not denied:
            break
    assert not denied and said[:2] == directly[:2], (said, proxy.log())


@pytest.mark.parametrize("client", HOW, indirect=True)
def test_suggested_from_a_session(request, client, its_own, engine_kind, is_direct, proxy_binary):
    directly = client(f"unix://{its_own.socket}")
    assert directly[0] == 0 and directly[1], directly
    if is_direct:
        return

    def session(**settings):
        """(what the client says, what the proxy does)"""
        proxy = Proxy(proxy_binary, its_own.socket, settings)
        try:
            said = client(proxy.hosts["tcp"])
        finally:
            proxy.stop()
        return said, proxy.log()

    said, log = session(LEARN="1")
    assert said[:2] == directly[:2] and judged(log, "learn") and not judged(log, "deny"), (said, log)
    variables, by_name = suggested(log, proxy_binary)
    for settings in (variables, by_name):
        said, log = session(**settings)
        assert said[:2] == directly[:2] and not judged(log, "deny"), (settings, said, log)
    for name, value in variables.items():
        if value == "1":
            assert judged(session(**{**variables, name: "0"})[1], "deny"), name
    needed = by_name["ALLOW_OPERATIONS"].split()
    for operation in needed:
        fewer = {"ALLOW_OPERATIONS": " ".join(set(needed) - {operation}), "EVENTS": "0", "PING": "0", "VERSION": "0"}
        method, target = re.search(rf" (\S+) (\S+) {operation} allow ", log).groups()
        explained = subprocess.run([proxy_binary, "--explain", method, target], env=fewer, capture_output=True, text=True)
        assert explained.stdout.startswith("denied: "), operation
    if engine_kind == "debian":
        assert needed == NEEDED[request.node.callspec.params["client"]].split()
