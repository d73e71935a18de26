"""The proxy under test as a process, and the engine's own socket in its place."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from http.client import HTTPConnection
from pathlib import Path

from private_engine import SAFETY_NET, UnixHTTPConnection

SECTIONS = ("AUTH BUILD COMMIT CONFIGS CONTAINERS DISTRIBUTION EVENTS EXEC GRPC IMAGES INFO NETWORKS NODES PING "
            "PLUGINS SECRETS SERVICES SESSION SWARM SYSTEM TASKS VERSION VOLUMES").split()
ALL_GRANTED = {name: "1" for name in [*SECTIONS, "POST"]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """Listens on a port of 127.0.0.1 and on a unix socket; ready when made."""

    def __init__(self, binary, socket_path, grants):
        self.folder = Path(tempfile.mkdtemp(prefix="docker-proxy-"))
        self.port = free_port()
        self.unix_path = str(self.folder / "proxy.sock")
        self.hosts = {"tcp": f"tcp://127.0.0.1:{self.port}", "unix": f"unix://{self.unix_path}"}
        self.log_path = self.folder / "log"
        self._whole_log = None
        environment = {"PATH": os.environ["PATH"], **grants, "SOCKET_PATH": str(socket_path),
                       "BIND_CONFIG": f"127.0.0.1:{self.port},unix@{self.unix_path}"}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([binary], env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        for _ in range(2000):
            if self._accepts():
                return
            try:
                self.process.wait(0.005)
                break
            except subprocess.TimeoutExpired:
                pass
        self.process.kill()
        self.process.wait()
        log = self.log()
        shutil.rmtree(self.folder)
        raise RuntimeError(f"{binary} does not listen:\n{log}")

    def _accepts(self):
        # The unix socket is the last to be listened on.
        with socket.socket(socket.AF_UNIX) as probe, socket.socket() as tcp:
            return probe.connect_ex(self.unix_path) == 0 and tcp.connect_ex(("127.0.0.1", self.port)) == 0

    def connection(self):
        return HTTPConnection("127.0.0.1", self.port, timeout=SAFETY_NET)

    def log(self):
        """So far; all of it when it has ended."""
        return self._whole_log or self.log_path.read_text(errors="replace")

    def stop(self):
        """Must end on SIGTERM, with status 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(SAFETY_NET)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "none within the safety net"
            self.process.wait()
        log = self._whole_log = self.log()
        shutil.rmtree(self.folder)
        assert status == 0, f"exit status after SIGTERM: {status}\n{log[-2000:]}"


def octets(connection, target):
    """The body of what a GET brings."""
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        assert answer.status == 200, target
        return answer.read()
    finally:
        connection.close()


def suggested(log, binary):
    """What --suggest makes of a log: (the variables, the same by operations' names)"""
    text = subprocess.run([binary, "--suggest"], input=log, env={}, capture_output=True, text=True, check=True).stdout
    variables, _, by_name = text.partition("# Or these instead")
    assert by_name, text
    return (dict(line.split("=", 1) for line in variables.splitlines() if line and not line.startswith("#")),
            dict(line[1:].split("=", 1) for line in by_name.splitlines() if line.startswith("#") and "=" in line))


class Direct:
    """No proxy at all: what fails here as well is not the proxy's fault."""

    def __init__(self, _binary, socket_path, _grants):
        self.unix_path = str(socket_path)
        self.hosts = {"tcp": f"unix://{socket_path}", "unix": f"unix://{socket_path}"}

    def connection(self):
        return UnixHTTPConnection(self.unix_path)

    def log(self):
        return ""

    def stop(self):
        pass
