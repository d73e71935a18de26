"""examples/two-doors.yaml: each client has what its door grants, and nothing of the other's."""

import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from composed import WAITS, Project
from deployment import read_compose
from private_engine import REPOSITORY, SAFETY_NET, UnixHTTPConnection, busybox_root
from under_test import PROXY

FILE = REPOSITORY / "examples/two-doors.yaml"
BOTH = ["GET /_ping", "GET /version", "GET /containers/json?all=1", "GET /containers/web/json"]
ONLY = {"traefik": ["GET /events?filters={}"], "homepage": ["GET /containers/web/stats?stream=false"]}
NOBODYS = ["GET /containers/web/logs?stdout=1", "GET /images/json", "GET /secrets", "POST /containers/create",
           "POST /containers/web/start", "GET /containers/web/archive?path=/", "DELETE /containers/web"]


def ask(path, call):
    connection = UnixHTTPConnection(str(path))
    try:
        connection.request(*call.split())
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def doors(stand_in):
    """The example's variables, natively, with its two sockets in a folder: (daemon, {client: socket})."""
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    with tempfile.TemporaryDirectory(prefix="docker-doors-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        daemon = stand_in(folder / "daemon.sock")
        variables = {"SOCKET_PATH": str(daemon.path)}
        for key, value in read_compose(FILE).variables.items():
            words = value.split()
            if words[0].startswith("/run/"):
                place = folder / Path(words[0]).parent.name
                place.mkdir()
                value = f"{place}/docker.sock mode 666"
            variables[key] = value
        proxy = subprocess.Popen([PROXY], env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        lines = [proxy.stdout.readline()]
        while "listening on " in lines[-1] and len(lines) < 2:
            lines.append(proxy.stdout.readline())
        assert [line.split(": listening")[0].split()[-1] for line in lines] == ["HOMEPAGE", "TRAEFIK"], lines
        yield daemon, {name: folder / name / "docker.sock" for name in ONLY}
        proxy.send_signal(signal.SIGTERM)
        proxy.communicate(timeout=SAFETY_NET)
        assert proxy.returncode == 0


def test_each_client_has_its_own(doors):
    daemon, sockets = doors
    for client, others in (("traefik", "homepage"), ("homepage", "traefik")):
        daemon.asked.clear()
        assert [call for call in BOTH + ONLY[client] if ask(sockets[client], call) != 200] == []
        assert daemon.asked == BOTH + ONLY[client]
        daemon.asked.clear()
        assert [call for call in ONLY[others] + NOBODYS if ask(sockets[client], call) != 403] == []
        assert daemon.asked == []


def test_as_compose_brings_it_up(bridged, tmp_path):
    docker = bridged[1]()
    file = tmp_path / FILE.name
    file.write_text(FILE.read_text())
    for application in read_compose(file).others.values():
        docker("import", *WAITS, "-", application["image"], input=busybox_root())
    with Project(docker, file) as project:
        project.up("docker-socket-proxy")
        for client, group in (("traefik", 65533), ("homepage", 65532)):
            # As the client's container has it: its socket, and no other.
            assert project.docker("exec", project.container(client), "stat", "-c", "%F %a %g",
                                  "/var/run/docker.sock") == f"socket 660 {group}"
            volume = project.docker("volume", "inspect", "--format", "{{.Mountpoint}}", f"{FILE.stem}_{client}-api")
            assert stat.S_IMODE(os.stat(f"{volume}/docker.sock").st_mode) == 0o660
            assert [ask(f"{volume}/docker.sock", call) for call in BOTH[:3]] == [200, 200, 200]
            assert [call for call in NOBODYS if ask(f"{volume}/docker.sock", call) != 403] == []


def test_the_file():
    """The socket is the proxy's alone, and each volume its client's."""
    example = read_compose(FILE)
    assert example.mounts == ["/var/run/docker.sock:/var/run/docker.sock:ro", "traefik-api:/run/traefik",
                              "homepage-api:/run/homepage"]
    assert example.network == "none" and example.variables["BIND_CONFIG"] == "none"
    for word in ("--read-only", "ALL", "no-new-privileges:true"):
        assert word in example.flags
    for name, service in example.others.items():
        assert [volume for volume in service["volumes"] if "-api" in volume] == [f"{name}-api:/var/run:ro"]
        group = example.variables[f"{name.upper()}__BIND_CONFIG"].split("gid ")[1]
        assert service["group_add"] == [group]
