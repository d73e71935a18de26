"""What people have written for tecnativa/docker-socket-proxy, with the image's name changed and nothing else.

On an engine with a bridge, in a network of its own: its port 2375 is free.
"""

from pathlib import Path

import pytest
from deployment import read_compose
from engines import with_bridge

COMMAND = ("container run -d --privileged --name dockerproxy -v /var/run/docker.sock:/var/run/docker.sock "
           "-p 127.0.0.1:2375:2375 tecnativa/docker-socket-proxy")

COMPOSE = """
version: "3.7"
services:
  dockerproxy:
    image: tecnativa/docker-socket-proxy
    container_name: dockerproxy
    environment:
      - CONTAINERS=1
      - POST=0
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
    ports:
      - 127.0.0.1:2375:2375
    restart: unless-stopped
"""


@pytest.fixture(scope="module")
def bridged(image, at_engine):
    with with_bridge(at_engine, image) as engine_and_cli:
        yield engine_and_cli


@pytest.fixture
def run(bridged, image):
    """run(words): `docker run` with the engine's socket in place of /var/run/docker.sock; ready when it returns."""
    engine, cli = bridged

    def start(words):
        words = [image if word == "tecnativa/docker-socket-proxy" else word for word in words]
        words = [word.replace("/var/run/docker.sock:", f"{engine.socket}:", 1) for word in words]
        done = cli().run(*words)
        if "--privileged" in words and "unable to apply caps" in done.err:
            pytest.skip("this machine lets no container be privileged")
        assert done.status == 0, done
        with cli().stream("logs", "--follow", "dockerproxy") as log:
            assert "listening on" in log.line()
        return cli("tcp://localhost:2375")

    yield start
    cli().run("rm", "--force", "dockerproxy")


def without_privileged(command):
    return [word for word in command.split() if word != "--privileged"]


@pytest.mark.parametrize("words", [COMMAND.split(), without_privileged(COMMAND)], ids=["privileged", "not-privileged"])
def test_docker_run(run, bridged, words):
    client = run(words)
    assert client("version", "--format", "{{.Server.Version}}") == bridged[0].version
    listing = client.run("container", "ls")
    assert listing.status == 1 and "CONTAINERS=1" in listing.err


def test_compose(run, tmp_path):
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    example = read_compose(tmp_path / "compose.yaml")
    service = example.whole["services"]["dockerproxy"]
    words = ["run", "-d", "--name", service["container_name"], "--restart", service["restart"], *example.flags]
    words += [word for mount in example.mounts for word in ("-v", mount)]
    words += [word for port in service["ports"] for word in ("-p", port)]
    words += [word for name, value in example.variables.items() for word in ("-e", f"{name}={value}")]
    client = run([*words, service["image"]])
    assert "dockerproxy" in client("ps", "--format", "{{.Names}}")
    stopped = client.run("stop", "dockerproxy")
    assert stopped.status == 1 and "POST=1" in stopped.err


def test_other_containers_reach_it_by_its_address(run, bridged):
    """As the application beside it does; on this network there is no name service but the address."""
    run(without_privileged(COMMAND))
    engine, cli = bridged
    address = cli()("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "dockerproxy")
    assert Path(engine.socket).exists()
    assert cli(f"tcp://{address}:2375")("version", "--format", "{{.Server.Version}}") == engine.version
