"""podman --remote through the proxy, in dialect linuxserver, on a Podman of Debian sid (--engine podman)."""

import json
from pathlib import Path

import pytest

from docker_cli import Podman
from private_engine import UnixHTTPConnection, busybox_root
from proxy_process import octets

# What all of it takes. ALLOW_LOGS only opens a gate; POST is what makes it more than looking.
GRANTED = {name: "1" for name in ("LIBPOD_BUILD LIBPOD_CONTAINERS LIBPOD_EXEC LIBPOD_IMAGES LIBPOD_PODS ALLOW_LOGS POST").split()}


@pytest.fixture(scope="module")
def podman_at(engine_kind, engine_root, temporary):
    if engine_kind != "podman":
        pytest.skip("not Podman (it comes with --engine podman)")
    return lambda proxy: Podman(engine_root, proxy.hosts["unix"], temporary)


@pytest.fixture(scope="module")
def podman(podman_at, session_proxy, engine):
    return podman_at(session_proxy(engine.socket, {"DIALECT": "linuxserver", **GRANTED}))


@pytest.fixture
def pod(podman, name, busybox):
    """A pod of one container that sleeps; the name of both."""
    podman("pod", "create", "--network", "none", "--name", f"pod-of-{name}")
    podman("create", "--pod", f"pod-of-{name}", "--name", name, "--stop-signal", "KILL", busybox, "sleep", "100000")
    yield f"pod-of-{name}"
    podman("pod", "rm", "--force", f"pod-of-{name}")


def test_version(podman, engine):
    assert podman("version", "--format", "{{.Server.Version}}") == engine.version


def test_ps(podman, idle):
    assert idle in podman("ps", "--format", "{{.Names}}").split()


def test_run(podman, busybox):
    done = podman.run("run", "--rm", "--network", "none", busybox, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.status, done.text, done.err) == (7, "out\n", "err\n")


def test_run_pipes_stdin_and_ends_with_it(podman, busybox):
    data = bytes(range(256)) * 4096
    assert podman.bytes("run", "--rm", "--interactive", "--network", "none", busybox, "cat", input=data) == data


def test_exec(podman, idle):
    done = podman.run("exec", idle, "sh", "-c", "echo out; echo err >&2; exit 42")
    assert (done.status, done.text, done.err) == (42, "out\n", "err\n")


def test_exec_pipes_stdin_and_ends_with_it(podman, idle):
    assert podman("exec", "--interactive", idle, "wc", "-c", input=bytes(100_000)) == "100000"


def test_logs_follow(podman, echoing, say):
    with podman.stream("logs", "--follow", echoing) as log:
        assert log.line() == "ready"
        for word in ("one", "two"):
            say(word)
            assert log.line() == word
        podman("kill", echoing)
        assert log.finish().status == 0


def test_build(podman, name, busybox, tmp_path):
    (tmp_path / "Dockerfile").write_text(f"FROM {busybox}\nCOPY big /big\nRUN wc -c </big >/size\nCMD [\"cat\", \"/size\"]\n")
    (tmp_path / "big").write_bytes(bytes(8 << 20))
    podman("build", "--no-cache", "--network", "none", "--tag", f"localhost/built-for-{name}", tmp_path)
    assert podman("run", "--rm", "--network", "none", f"localhost/built-for-{name}") == str(8 << 20)
    podman("rmi", f"localhost/built-for-{name}")


def test_pod(podman, pod, name):
    def status():
        return podman("pod", "ps", "--filter", f"name={pod}", "--format", "{{.Status}}")

    assert status() == "Created"
    podman("pod", "start", pod)
    assert status() == "Running"
    assert podman("exec", name, "echo", "hello") == "hello"
    podman("pod", "stop", pod)
    assert status() == "Exited"


@pytest.mark.parametrize("target", ["/v5.8.6/libpod/containers/{name}/json", "/v1.41/containers/{name}/json"])
def test_masked(target, podman, name, busybox, proxy, engine, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is masked")
    podman("create", "--name", name, "--network", "none", "--env", "PASSWORD=s3cret", busybox, "sleep", "100000")
    masking = proxy(DIALECT="linuxserver", CONTAINERS="1", LIBPOD_CONTAINERS="1", MASK_ENV="1")
    directly, masked = (octets(connection, target.format(name=name)) for connection in (UnixHTTPConnection(engine.socket), masking.connection()))
    assert b"s3cret" in directly and b"s3cret" not in masked and len(masked) == len(directly)
    assert {now for was, now in zip(directly, masked) if was != now} == {ord("*")}
    assert "PASSWORD=******" in json.loads(masked)["Config"]["Env"]


# Settings, a command that they deny, and what the message offers.
DENIED = [
    ("", "ps", "LIBPOD_CONTAINERS=1"),
    ("", "images", "LIBPOD_IMAGES=1"),
    ("", "pod ps", "LIBPOD_PODS=1"),
    ("LIBPOD_CONTAINERS", "create {busybox}", "POST=1"),
    ("LIBPOD_CONTAINERS POST", "logs {idle}", "ALLOW_LOGS=1"),
    ("LIBPOD_CONTAINERS POST", "top {idle}", "ALLOW_TOP=1"),
    ("LIBPOD_CONTAINERS POST", "exec --detach {idle} true", "LIBPOD_EXEC=1"),
    ("LIBPOD_PODS", "pod create --network none", "POST=1"),
    ("CONTAINERS IMAGES POST", "ps", "LIBPOD_CONTAINERS=1"),
]


@pytest.mark.parametrize("granted, command, ways", DENIED, ids=[row[1].split(" -")[0].replace(" ", "-") for row in DENIED])
def test_denied(granted, command, ways, podman_at, proxy, idle, busybox, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is denied")
    denied = podman_at(proxy(DIALECT="linuxserver", **{name: "1" for name in granted.split()}))
    done = denied.run(*command.format(idle=idle, busybox=busybox).split())
    said = done.text + done.err
    assert done.status != 0 and "docker-socket-proxy: " in said and ways in said, done


def test_its_own_api_is_denied_in_dialect_tecnativa(podman_at, default_proxy):
    done = podman_at(default_proxy).run("ps")
    assert done.status != 0 and "403" in done.err, done  # of a denied ping it says no more


def test_nothing_outlives_a_private_podman(podman_at, another_engine, cli):
    docker = cli(f"unix://{another_engine.socket}")
    docker("import", "-", "busybox:latest", input=busybox_root())
    docker("run", "--detach", "--network", "none", "busybox:latest", "sleep", "100000")

    def processes():
        """Those whose command line names its folder, as Podman's monitors do."""
        return [process.parent.name for process in Path("/proc").glob("[0-9]*/cmdline") if str(another_engine.folder).encode() in read(process)]

    def read(file):
        try:
            return file.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return b""

    assert len(processes()) > 2
    another_engine.remove()
    assert processes() == [] and another_engine.control_groups() == []
