"""Compose, everything granted."""

import pytest

COMPOSE = """
services:
  talker:
    image: busybox:latest
    pull_policy: never
    network_mode: none
    command: ["sh", "-c", "echo $$WORD; exec sleep 100000"]
    stop_signal: KILL
    environment: { WORD: spoken }
    volumes: ["kept:/kept"]
  built:
    build: { context: ., network: none }
    network_mode: none
    stop_signal: KILL
    depends_on: [talker]
    command: ["sleep", "100000"]
  ending:
    profiles: [ending]
    image: busybox:latest
    pull_policy: never
    network_mode: none
    command: ["sh", "-c", "echo the end; exit 3"]
volumes: { kept: {} }
"""


@pytest.fixture
def compose(docker_either_way, at_engine, busybox, tmp_path):
    if docker_either_way.run("compose", "version").status != 0:
        pytest.skip("this command line has no Compose (it comes with --engine sid)")
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "Dockerfile").write_text("FROM busybox:latest\nRUN echo built >/built\n")

    def run(docker, *arguments):
        return docker.run("compose", "--project-directory", tmp_path, "--project-name", "composed", *arguments)

    yield lambda *arguments: run(docker_either_way, *arguments)
    run(at_engine, "--profile", "ending", "down", "--volumes", "--rmi", "local")


def test_up_logs_exec_down(compose, docker):
    def done(*arguments):
        result = compose(*arguments)
        assert result.status == 0, (arguments, result)
        return result.text.strip()

    done("up", "--detach", "--build")
    assert sorted(done("ps", "--services").split()) == ["built", "talker"]
    assert "spoken" in done("logs", "talker")
    assert done("exec", "-T", "built", "cat", "/built") == "built"
    done("exec", "-T", "talker", "sh", "-c", "echo kept >/kept/file")
    done("restart", "--timeout", "0", "talker")
    assert done("exec", "-T", "talker", "cat", "/kept/file") == "kept"
    assert "one-off" in done("run", "--rm", "--no-deps", "-T", "talker", "echo", "one-off")
    done("down", "--volumes", "--timeout", "0")
    assert docker("ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project=composed") == ""


def test_up_in_the_foreground_ends_with_its_container(compose):
    """Output and exit status arrive by attach, events and wait."""
    done = compose("up", "--exit-code-from", "ending", "ending")
    assert done.status == 3 and "the end" in done.text, done
