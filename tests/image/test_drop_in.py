"""What people have written for tecnativa/docker-socket-proxy, with the image's name changed and nothing else.

On an engine with a bridge, in a network of its own: its port 2375 is free.
"""

from pathlib import Path

import pytest
from composed import Project

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


@pytest.fixture
def run(bridged, image):
    """run(words): ready when it returns; what it gives is the command line of whoever uses the proxy."""
    cli = bridged[1]

    def start(words):
        words = [image if word == "tecnativa/docker-socket-proxy" else word for word in words]
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


def test_compose(bridged, image, tmp_path):
    engine, cli = bridged
    file = tmp_path / "drop-in.yaml"
    file.write_text(COMPOSE.replace("tecnativa/docker-socket-proxy", image))
    with Project(cli(), file) as project:
        project.up("dockerproxy")
        client = cli("tcp://localhost:2375")
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
