"""Streams and tunnels through a container of the image. tests/engine has many more, with the same binary."""

import contextlib
import os

import docker
import pytest
from proxy_process import ALL_GRANTED
from under_test import HELPER


@pytest.fixture
def through(proxied, cli):
    """The command line at a proxy that grants everything."""
    return cli(proxied(**ALL_GRANTED).host)


def test_logs_follow_as_they_come(through, at_engine, helper):
    at_engine("exec", "--detach", helper, "sh", "-c", "echo from-exec >/proc/1/fd/1")
    with through.stream("logs", "--follow", helper) as logs:
        assert logs.line() == "from-exec"
        at_engine("exec", "--detach", helper, "sh", "-c", "echo again >/proc/1/fd/1")
        assert logs.line() == "again"
        at_engine("kill", helper)
        assert logs.finish().status == 0


def test_half_closed_stdin_ends_the_container(through):
    sent = os.urandom(1 << 20)
    assert through.bytes("run", "--rm", "--interactive", "--network", "none", HELPER, "cat", input=sent) == sent


def test_exec_with_stdin(through, helper):
    assert through("exec", "--interactive", helper, "wc", "-c", input=b"x" * 100_000) == "100000"


def test_terminal(through, helper):
    with through.terminal("exec", "--interactive", "--tty", helper, "sh") as terminal:
        # The size is told by a request of its own, after the start.
        terminal.send("until [ \"$(stty size)\" = '30 100' ]; do :; done; exit 7\n")
        assert terminal.finish() == 7


def test_events(through, at_engine, helper):
    with through.stream("events", "--since", "1h", "--filter", f"container={helper}", "--format", "{{.Action}}") as events:
        assert [events.line(), events.line()] == ["create", "start"]
        at_engine("pause", helper)
        assert events.line() == "pause"
        at_engine("unpause", helper)


def test_events_by_docker_py(proxied, at_engine, helper):
    with contextlib.closing(docker.DockerClient(base_url=proxied().host, version="1.41")) as client:
        events = client.events(since=1, filters={"container": helper}, decode=True)
        assert [next(events)["Action"], next(events)["Action"]] == ["create", "start"]
        events.close()


@pytest.mark.parametrize("builder", ["0", "1"], ids=["classic", "buildkit"])
def test_build(proxied, at_engine, cli, tmp_path, builder):
    """With the grants that the README names for it."""
    through = cli(proxied(BUILD="1", SESSION="1", GRPC="1", IMAGES="1", INFO="1", POST="1").host)
    if builder == "1" and "buildx component is missing" in through.run("build", ".", DOCKER_BUILDKIT="1").err:
        through.binary = "/usr/bin/docker"  # Debian's has BuildKit built in
    (tmp_path / "Dockerfile").write_text(f"FROM {HELPER}\nCOPY big /big\nRUN wc -c </big && echo built-by-run\n")
    (tmp_path / "big").write_bytes(os.urandom(4 << 20))
    done = through.run("build", "--no-cache", "--network", "none", tmp_path, DOCKER_BUILDKIT=builder)
    assert done.status == 0 and str(4 << 20) in done.text + done.err, done


def test_shutdown_ends_open_streams(container, cli, helper):
    proxy = container({"CONTAINERS": "1", "SHUTDOWN_GRACE": "1"})
    with cli(proxy.host).stream("logs", "--follow", helper), cli(proxy.host).stream("events", "--since", "1h") as events:
        events.line()
        proxy.stop()
