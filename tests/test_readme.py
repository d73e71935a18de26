"""Every command that the README shows, as it stands there.

Those that need an engine at /var/run/docker.sock and a free port 2375 are typed where an engine with a bridge has both.
"""

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import uuid

import pytest
from engines import silence
from private_engine import REPOSITORY, SAFETY_NET
from proxies import NativeProxy
from under_test import BUILD, PROXY

RELEASE = REPOSITORY / "build/release/proxy/docker-socket-proxy"
SUITE = BUILD / "conformance/socket-proxy-conformance"
NOT_HERE = {"script/test --quick": "it runs these tests", "script/test  ": "it runs these tests",
            "script/package": "a build of all; tests/engine/test_packages.py packs the one that is there"}
TESTED = {}


def commands():
    """All lines of the blocks marked sh, with continued lines joined."""
    text = (REPOSITORY / "README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def beginning_with(word):
    [line] = [line for line in commands() if line.startswith(word)]
    return line


def types(*beginnings):
    """The test gets, as `typed`, the README's commands that begin so."""
    def mark(test):
        TESTED.update(dict.fromkeys(beginnings, test))
        return pytest.mark.parametrize("typed", [[beginning_with(word) for word in beginnings]], ids=[beginnings[0]])(test)
    return mark


def bash(command, before=(), **environment):
    """(exit status, what it printed)"""
    done = subprocess.run([*before, "/bin/bash", "-c", command], cwd=REPOSITORY, env={**os.environ, **environment},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def test_every_command_has_its_test():
    covered = [*TESTED, *NOT_HERE]
    assert [line for line in commands() if not any(line.startswith(word) for word in covered)] == []
    for word in covered:
        beginning_with(word)


def test_the_api_versions_are_those_of_the_suite():
    names = "access/none.post0/ContainerList/GET/v"
    listed = subprocess.run([SUITE, "list", "--id", names], check=True, stdout=subprocess.PIPE, text=True).stdout
    oldest, newest = [line.removeprefix(names) for line in listed.split() if line.startswith(names)]
    assert f"API versions {oldest} to {newest}," in (REPOSITORY / "README.md").read_text()


# ---- Start in a minute --------------------------------------------------------------------------------


NO_ENGINE = 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"'  # and no network but loopback


class Shell:
    """Somewhere else: `before` is what makes a command run there."""

    def __init__(self, before, home):
        self.before = before
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "DOCKER_HOST": ""}

    @classmethod
    def beside(cls, process, home):
        """In the network and the mounts of a process."""
        namespaces = f"/proc/{process.pid}/ns"
        return cls(["/usr/bin/nsenter", f"--net={namespaces}/net", f"--mount={namespaces}/mnt", f"--wd={REPOSITORY}"], home)

    def __call__(self, command):
        return bash(command, self.before, **self.environment)

    @contextlib.contextmanager
    def running(self, command, until):
        """A command that serves until it is told to end."""
        process = subprocess.Popen([*self.before, "/bin/bash", "-c", command], env={**os.environ, **self.environment},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            said = []
            while until not in "".join(said[-1:]):
                said.append(process.stdout.readline())
                assert said[-1], f"{command} ended: {''.join(said)}"
            yield process, "".join(said)
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(SAFETY_NET) == 0


@pytest.fixture
def shell(bridged, tmp_path):
    engine, cli = bridged
    yield Shell.beside(engine.process, tmp_path)
    cli().run("rm", "--force", "dockerproxy")


FIRST_CALLS = ("DOCKER_HOST=tcp://127.0.0.1:2375 docker version", "DOCKER_HOST=tcp://127.0.0.1:2375 docker ps")


needs_release = pytest.mark.skipif(not RELEASE.exists(), reason="script/run would build it: script/test does so before")


@needs_release
@types("script/run", *FIRST_CALLS)
def test_first_minute(typed, shell, bridged):
    run, version, ps = typed
    with shell.running(run, until=" listening on ") as (_, said):
        assert "a Docker engine answers at /var/run/docker.sock" in said
        status, text = shell(version)
        assert status == 0 and bridged[0].version in text
        status, text = shell(ps)
        assert status == 1 and "ContainerList" in text and "is not granted; it would be with CONTAINERS=1" in text


@needs_release
@pytest.mark.skipif(os.geteuid() != 0, reason="root only: a place without an engine")
def test_first_minute_without_an_engine(tmp_path):
    run, version, ps = map(beginning_with, ("script/run", *FIRST_CALLS))
    nowhere = Shell(["unshare", "--net", "--mount", "--propagation", "private", "bash", "-c", NO_ENGINE, "bash"], tmp_path)
    with nowhere.running(run, until=" listening on ") as (process, said):
        assert "no Docker engine answers at /var/run/docker.sock" in said and "mockdockerd" in said
        there = Shell.beside(process, tmp_path)
        status, text = there(version)
        assert status == 0 and "Server:" in text
        status, text = there(ps)
        assert status == 1 and "CONTAINERS=1" in text


@types("docker build")
def test_build(typed, at_engine, under_test, request):
    if not (under_test.private or request.config.option.prebuild):
        pytest.skip("the image on this engine is not the one of this tree: --prebuild makes it so")
    status, text = bash(typed[0], DOCKER_HOST=f"unix://{under_test.socket}",
                        PATH=f"{os.path.dirname(under_test.docker)}:{os.environ['PATH']}")
    assert status == 0, text
    assert at_engine("image", "inspect", "--format", "{{.Config.Entrypoint}}", "docker-socket-proxy:local") == "[/docker-socket-proxy]"


@types("docker run")
def test_run(typed, shell, bridged):
    status, text = shell(typed[0])
    assert status == 0, text
    with bridged[1]().stream("logs", "--follow", "dockerproxy") as log:
        assert " listening on " in log.line()
    status, text = shell(beginning_with(FIRST_CALLS[1]))
    assert status == 0 and "dockerproxy" in text


# ---- What does my client need? ------------------------------------------------------------------------


@types("docker logs dockerproxy")
def test_suggest(typed, shell, bridged):
    status, text = shell(beginning_with("docker run"))
    assert status == 0, text
    with bridged[1]().stream("logs", "--follow", "dockerproxy") as log:
        assert " listening on " in log.line()
        shell(beginning_with(FIRST_CALLS[1]))
        while "ContainerList" not in log.line():
            pass
    status, text = shell(typed[0])
    assert status == 0 and "\nCONTAINERS=1\n" in text and "ALLOW_OPERATIONS=ContainerList" in text


def env_blocks():
    """The blocks of settings, as dicts."""
    text = (REPOSITORY / "README.md").read_text()
    return [dict(shlex.split(line, comments=True)[0].split("=", 1) for line in block.splitlines())
            for block in re.findall(r"^```env\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("variables", env_blocks(), ids=["by-name", "doors", "guard", "metrics"])
def test_settings_that_are_shown(variables):
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    done = subprocess.run([PROXY, "--check"], env=variables, capture_output=True, text=True)
    assert done.returncode == 0 and "is not known here" not in done.stderr, done.stderr
    shown = dict(line.split(None, 1)[1].split("=", 1) for line in done.stdout.splitlines() if line.startswith(("set ", "default ")))
    assert variables.keys() <= shown.keys()


@pytest.fixture
def proxy_in_path():
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    return {"PATH": f"{PROXY.parent}:{os.environ['PATH']}"}


@types("docker-socket-proxy --check")
def test_check(typed, proxy_in_path):
    status, text = bash(typed[0], CONTAINERS="1", **proxy_in_path)
    assert status == 0 and "CONTAINERS" in text and "2375" in text


@types("docker-socket-proxy --explain GET", "docker-socket-proxy --explain POST")
def test_explain(typed, proxy_in_path):
    said = [bash(line, **proxy_in_path)[1] for line in typed]
    assert "ContainerList" in said[0] and "allowed with: CONTAINERS=1" in said[0]
    assert "ContainerStart" in said[1] and "allowed with: POST=1 and one of CONTAINERS=1, ALLOW_START=1" in said[1]


@types("echo '{\"Image\"")
def test_explain_a_body(typed, proxy_in_path):
    status, said = bash(typed[0], CONTAINERS="1", POST="1", GUARD="1", GUARD_BINDS="/srv/ci,/etc/localtime:ro", **proxy_in_path)
    text = (REPOSITORY / "README.md").read_text()
    assert status == 1 and said in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@types("docker-socket-proxy --operations")
def test_operations(typed, proxy_in_path):
    status, text = bash(typed[0], **proxy_in_path)
    assert status == 0 and re.search(r"^ContainerList +GET +/containers/json +CONTAINERS=1$", text, re.MULTILINE)


@types("docker-socket-proxy --healthcheck")
def test_healthcheck(typed, proxy_in_path, daemon_socket):
    proxy = NativeProxy(daemon_socket, {})
    where = {"BIND_CONFIG": f"127.0.0.1:{proxy.port}", **proxy_in_path}
    assert bash(typed[0], **where)[0] == 0
    proxy.stop()
    assert bash(typed[0], **where)[0] == 1


# ---- What differs from upstream -----------------------------------------------------------------------


def test_healthcheck_for_compose_files():
    """What is to be written instead of upstream's is the image's own."""
    [own] = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    assert f"`test: {own.replace('[', '[' + json.dumps('CMD') + ', ')}`" in (REPOSITORY / "README.md").read_text()


@pytest.mark.parametrize("variables", [{}, {"CONTAINERS": "1", "POST": "1"}], ids=["by-default", "granted"])
@pytest.mark.parametrize("sent, status", [
    (b"GET /_ping HTTP/1.1\nHost: docker\n\n", 400),
    (b"GET /libpod/containers/json HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", 403),
    (b"GET /moby.buildkit.v1.Control/Info HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", 403),
], ids=["bare-lf", "libpod", "grpc-service"])
def test_is_refused(proxied, variables, sent, status):
    with socket.create_connection(("127.0.0.1", proxied(**variables).port), timeout=SAFETY_NET) as peer:
        peer.sendall(sent)
        with peer.makefile("rb") as answer:
            assert answer.readline().split()[1] == str(status).encode()


# ---- Conformance, development -------------------------------------------------------------------------


@pytest.mark.skipif(BUILD != REPOSITORY / "build/dev", reason="script/conformance builds build/dev")
@pytest.mark.skipif(not (BUILD / "conformance/socket-proxy-conformance").exists(), reason="the suite is not built")
@pytest.mark.skipif(not os.access(REPOSITORY / "build", os.W_OK), reason="it builds, and this tree is another's")
@types("script/conformance")
def test_conformance(typed):
    page = REPOSITORY / "build/conformance.html"
    page.unlink(missing_ok=True)
    status, text = bash(typed[0])
    assert status == 0, text[-3000:]
    assert page.exists()


@pytest.mark.skipif(BUILD != REPOSITORY / "build/dev", reason="script/field builds build/dev")
@pytest.mark.skipif(not SUITE.exists(), reason="the suite is not built")
@pytest.mark.skipif(not os.access(REPOSITORY / "build", os.W_OK), reason="it builds, and this tree is another's")
@types("script/field")
def test_field(typed):
    page = REPOSITORY / "build/field.html"
    page.unlink(missing_ok=True)
    status, text = bash(typed[0])
    assert status == 0, text[-3000:]
    assert page.exists() and str(page) in text


@types("poetry run pytest --prebuild", "DOCKER_IMAGE_NAME=my_image poetry run pytest")
def test_poetry(typed, under_test, at_engine, image):
    """What is typed, on a few tests and with a name for the image that is nobody's."""
    pytest.importorskip("poetry", reason="poetry is not installed for this Python")
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    name = f"docker-socket-proxy:test-{uuid.uuid4().hex}"
    environment = {"DOCKER_HOST": f"unix://{under_test.socket}", "DSP_REQUIRE_ENGINE": "1",
                   "PYTEST_ADDOPTS": "-p no:cacheprovider tests/image/test_image.py -k test_config",
                   "PATH": f"/usr/bin:{os.environ['PATH']}"}
    assert not silence(under_test.socket)
    try:
        at_engine("tag", image, name)
        for line in (typed[0], typed[1].replace("my_image", name)):
            status, text = bash(line, DOCKER_IMAGE_NAME=name, **environment)
            assert status == 0 and f"testing containers of {name}" in text and " passed" in text, text
    finally:
        at_engine.run("rmi", name)


# ---- conformance/README.md: judging a proxy of one's own ----------------------------------------------

MY_PROXY = f"""#!/bin/sh
[ "$1" != --version ] || exec {PROXY} --version
export BIND_CONFIG="$2" SOCKET_PATH="$4"
exec {PROXY}
"""


def blocks(path, word):
    return [block for block in re.findall(r"^```sh\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL) if word in block]


def test_judging_a_proxy_of_ones_own(tmp_path, proxy_in_path):
    """The guide, typed in an empty folder by somebody whose proxy takes --listen and --socket, and then CI's part of it."""
    [guide] = blocks(REPOSITORY / "conformance/README.md", "cat >mine.json")
    [in_ci] = blocks(REPOSITORY / "conformance/README.md", "last-good.json")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/my-proxy").write_text(MY_PROXY)
    (tmp_path / "bin/my-proxy").chmod(0o755)
    path = f"{tmp_path}/bin:{BUILD}/conformance:{proxy_in_path['PATH']}"
    done = subprocess.run(["/bin/bash", "-ec", guide + in_ci.replace("last-good.json", "new.json")],
                          cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert (tmp_path / "mine.html").exists(), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
