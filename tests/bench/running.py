"""What is started for a measurement, and ended by its own process id: the backends and the proxies before them."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
STOP_SECONDS = 10
# What the field's image grants by default, and containers.
GRANTS = {"EVENTS": "1", "PING": "1", "VERSION": "1", "CONTAINERS": "1"}

NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit; worker_rlimit_nofile {files};
events {{ worker_connections {connections}; }}
http {{
    access_log off; sendfile on; keepalive_timeout 1h; keepalive_requests 1000000000;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    server {{
        listen unix:{folder}/nginx.sock backlog=4096;
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ default_type application/json; return 200 '{answer}'; }}
        location ~ /export$ {{ root {folder}; default_type application/x-tar; try_files /download =404; }}
    }}
}}
"""
ANSWER = '[{"Id":"' + "8dfafdbc3a40" * 16 + '","State":"up"}]'
assert len(ANSWER) == 216


@dataclass(frozen=True)
class Backend:
    """The daemon's part: where nginx and the stand-in listen."""

    nginxSocket: str
    nginxPort: int
    standinSocket: str


@dataclass(frozen=True)
class Peer:
    """A proxy, or none: `command` is empty when the load goes straight to the backend."""

    name: str
    title: str
    command: tuple = ()
    filters: bool = True


@dataclass
class Running:
    peer: Peer
    port: int
    process: subprocess.Popen = field(default=None)

    @property
    def pid(self):
        return self.process.pid if self.process else 0


def haproxy(name):
    # Without -W: a master process would only add to HAProxy's memory and start time.
    return ("haproxy", "-db", "-f", str(HERE / f"{name}.cfg"))


def peers(proxy):
    return [
        Peer("none", "no proxy", filters=False),
        Peer("haproxy-rules", "HAProxy, the documented rules", haproxy("haproxy-rules")),
        Peer("haproxy-tuned", "HAProxy tuned, two rules", haproxy("haproxy-tuned")),
        Peer("haproxy-tcp", "HAProxy, bare TCP relay", haproxy("haproxy-tcp"), filters=False),
        Peer("ours", "docker-socket-proxy", (str(proxy),)),
    ]


def freePort():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def started(command, output, **options):
    """A process that is gone when the block ends: asked first, then made to."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def backend(folder, files):
    """nginx for requests and downloads, the stand-in for what stays silent or swallows. `folder` holds a file `download`."""
    port = freePort()
    config = Path(folder, "nginx.conf")
    config.write_text(NGINX.format(folder=folder, port=port, answer=ANSWER, files=files, connections=files - 100))
    sockets = [f"{folder}/nginx.sock", f"{folder}/standin.sock"]
    commands = [["nginx", "-e", f"{folder}/nginx.log", "-c", str(config)], [sys.executable, str(HERE / "standin.py"), sockets[1]]]
    with open(f"{folder}/backend.err", "wb") as output:
        with started(commands[0], output) as nginx, started(commands[1], output) as standin:
            for process, path in zip((nginx, standin), sockets):
                awaitConnect(process, path, output.name)
            yield Backend(sockets[0], port, sockets[1])


@contextmanager
def proxied(peer, socketPath, directPort, folder, extra=()):
    """The peer before `socketPath`, listening; `directPort` serves when the peer is no proxy at all."""
    if not peer.command:
        yield Running(peer, directPort)
        return
    port = freePort()
    errors = f"{folder}/{peer.name}.err"
    with open(errors, "wb") as output, started(peer.command, output, env=environment(port, socketPath, extra)) as process:
        awaitConnect(process, ("127.0.0.1", port), errors)
        yield Running(peer, port, process)


def environment(port, socketPath, extra=()):
    """Nothing of the caller's settings: a variable left in his shell must not be measured."""
    return {"PATH": os.environ["PATH"], "BIND_CONFIG": f"127.0.0.1:{port}", "SOCKET_PATH": socketPath, **GRANTS, **dict(extra)}


def awaitConnect(process, address, errors):
    """Until something listens: a path is a unix socket, a pair a TCP one."""
    kind = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket(kind) as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.005)
    said = Path(errors).read_text(errors="replace").strip()
    raise RuntimeError(f"{process.args[0]} does not listen on {address} (exit status {process.poll()}). It said: {said or 'nothing'}")
