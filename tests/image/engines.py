"""Engines in other networks than tests/engine's: the machine's own, and one with a bridge."""

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from docker_cli import Docker
from private_engine import ENGINE_SH, CannotRun, PrivateEngine, UnixHTTPConnection

PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
OWN_MOUNTS = ["unshare", "--mount", "--propagation", "private", "bash"]

WITH_BRIDGE = """
    mount -t tmpfs tmpfs /run
    if [ -d /etc/docker ]; then mount -t tmpfs tmpfs /etc/docker; fi
    ip link set lo up
    exec setpriv --pdeathsig TERM dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \
      -H "unix://$1/docker.sock" -H unix:///var/run/docker.sock --iptables=false --ip6tables=false --cgroup-parent "$(basename "$1")"
"""


class EngineOnThisNetwork(PrivateEngine):
    """Its builds reach the mirror; containers with "--network host" listen where a test reaches them."""

    def command(self):
        return ["env", PATH, *OWN_MOUNTS, ENGINE_SH, "enter", "serveDocker", self.folder, ""]


class EngineWithBridge(PrivateEngine):
    """In a network of its own, whose port 2375 is free: `docker run -p` works there. For itself, and so for what it
    mounts, it listens where everybody's engine does: at /var/run/docker.sock."""

    def command(self):
        return ["env", PATH, "unshare", "--net", *OWN_MOUNTS, "-euc", WITH_BRIDGE, "bash", self.folder]

    def cli(self, host, config):
        return InNetwork(self.process.pid, self.docker, host, config)


class InNetwork(Docker):
    """A command line that runs in the network of a process."""

    def __init__(self, pid, *arguments):
        super().__init__(*arguments)
        self.enter = ["/usr/bin/nsenter", f"--net=/proc/{pid}/ns/net"]

    def command(self, arguments):
        return [*self.enter, *super().command(arguments)]


@contextlib.contextmanager
def with_bridge(at_engine, image):
    """An engine with a bridge that has the image, and cli(host=the engine): a command line in its network."""
    engine = EngineWithBridge()
    config = tempfile.mkdtemp(prefix="docker-config-")
    try:
        engine.start()
        engine.cli(f"unix://{engine.socket}", config)("load", input=at_engine.bytes("save", image))
        yield engine, lambda host=f"unix://{engine.socket}": engine.cli(host, config)
    except CannotRun as reason:
        pytest.skip(f"no engine with a bridge: {reason}")
    finally:
        engine.remove()
        shutil.rmtree(config)


DEFAULT_SOCKET = "/var/run/docker.sock"


def is_socket(path):
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def silence(path):
    """Why no engine answers there; "" when one does."""
    connection = UnixHTTPConnection(Path(path))
    try:
        connection.request("GET", "/_ping")
        status = connection.getresponse().status
        return "" if status == 200 else f"it answers /_ping with {status}"
    except OSError as error:
        return error.strerror or str(error)
    finally:
        connection.close()
