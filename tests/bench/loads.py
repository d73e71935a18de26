"""The loads. Each returns a dict of numbers named with their unit; none knows what the numbers are compared with."""

import json
import selectors
import socket
import subprocess
import time

import procstat
from running import HERE, START_SECONDS, environment, freePort, started

GIB = 1 << 30
BUFFER = 1 << 20
ALLOWED = "/v1.41/containers/json"
DENIED = "/v1.41/secrets"
BULK_SECONDS = 120
STREAM_SECONDS = 30


def requests(running, path, connections, seconds):
    """wrk, one thread, keep-alive."""
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk-report.lua"),
               f"http://127.0.0.1:{running.port}{path}"]
    cpu = procstat.cpuSeconds(running.pid)
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    cpu = procstat.cpuSeconds(running.pid) - cpu
    if done.returncode:
        raise RuntimeError(f"wrk failed against {running.peer.name}: {done.stderr.strip() or done.stdout.strip()}")
    report = json.loads(done.stdout.splitlines()[-1])
    wrong = report["errors"] + abs((report["requests"] if path == DENIED else 0) - report["not2xx"])
    figures = {"requests/s": report["requests"] / report["microseconds"] * 1e6, "p50 us": report["p50"], "p99 us": report["p99"],
               "cpu us/request": cpu / max(1, report["requests"]) * 1e6, "wrong": wrong}
    return _proxied(running, figures, "cpu us/request")


def transfer(running, head, sent, wanted):
    """One bulk exchange on a connection of its own: the pieces of `sent` go up, at least `wanted` bytes of body must come down."""
    cpu, begun = procstat.cpuSeconds(running.pid), time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port), timeout=BULK_SECONDS) as connection:
        connection.sendall(head)
        for piece in sent:
            connection.sendall(piece)
        got, status = _drain(connection, wanted)
    seconds = time.monotonic() - begun
    cpu = procstat.cpuSeconds(running.pid) - cpu
    return {"seconds": seconds, "cpu s": cpu, "wrong": int(status != b"200" or got < wanted)}


def _drain(connection, wanted):
    """Body bytes and status. Into one buffer, over and over, so that the client is not what is measured."""
    buffer = bytearray(BUFFER)
    head = bytearray()
    while b"\r\n\r\n" not in head:
        count = connection.recv_into(buffer)
        if not count:
            return 0, b"cut"
        head += buffer[:count]
    got, status = len(head) - head.index(b"\r\n\r\n") - 4, bytes(head[9:12])
    while status == b"200" and got < wanted:
        count = connection.recv_into(buffer)
        if not count:
            break
        got += count
    return got, status


def _perGib(running, result, size):
    figures = {"s/GiB": result["seconds"] / size * GIB, "cpu s/GiB": result["cpu s"] / size * GIB, "wrong": result["wrong"]}
    return _proxied(running, figures, "cpu s/GiB")


def _proxied(running, figures, cpu):
    """Without a proxy there is no CPU of one: the figure is left out rather than a zero."""
    return {name: value for name, value in figures.items() if running.pid or name != cpu}


def _head(line, *fields):
    return "\r\n".join([line, "Host: docker", *fields, "", ""]).encode()


def download(running, size):
    return _perGib(running, transfer(running, _head("GET /v1.41/containers/x/export HTTP/1.1", "Connection: close"), [], size), size)


def downloadChunked(running, size):
    return _perGib(running, transfer(running, _head(f"GET /v1.41/containers/x/export?bytes={size} HTTP/1.1"), [], size), size)


def upload(running, size):
    pieces = (memoryview(bytes(BUFFER)) for _ in range(size // BUFFER))
    head = _head("PUT /v1.41/containers/x/archive HTTP/1.1", f"Content-Length: {size}")
    return _perGib(running, transfer(running, head, pieces, 1), size)


def uploadChunked(running, size):
    """32 KiB chunks, as Go's client sends a tar."""
    block = (b"8000\r\n" + bytes(0x8000) + b"\r\n") * (BUFFER // 0x8000)
    pieces = (block if n else b"0\r\n\r\n" for n in range(size // BUFFER, -1, -1))
    head = _head("PUT /v1.41/containers/x/archive HTTP/1.1", "Transfer-Encoding: chunked")
    return _perGib(running, transfer(running, head, pieces, 1), size)


def idleStreams(running, count):
    """`count` event streams that have had their first event and are now silent; what each adds to the proxy's memory."""
    ask(running.port)
    before = procstat.memory(running.pid)
    connections = []
    try:
        served = _open(running.port, count, connections)
        after = procstat.memory(running.pid)
    finally:
        for connection in connections:
            connection.close()
    each = max(1, served)
    return {"served": served, "wanted": count, "KiB/stream": (after.pss - before.pss) / each / 1024,
            "RSS KiB/stream": (after.rss - before.rss) / each / 1024, "wrong": count - served}


def _open(port, count, connections):
    """How many of `count` were served. A refused or broken one is not tried again."""
    request = _head("GET /v1.41/events HTTP/1.1")
    deadline, outcomes = time.monotonic() + STREAM_SECONDS, []
    with selectors.DefaultSelector() as selector:
        while len(outcomes) < count and time.monotonic() < deadline:
            # No more than a hundred under way: a full accept queue would be measured instead.
            while len(connections) < min(count, len(outcomes) + 100):
                connections.append(_send(port, request))
                selector.register(connections[-1], selectors.EVENT_READ, bytearray())
            ready = (_outcome(key) for key, _ in selector.select(0.5))
            for connection, served in ready:
                if served is not None:
                    selector.unregister(connection)
                    outcomes.append(served)
    return sum(outcomes)


def _send(port, request):
    """A socket that could not be connected is readable at once, and its end is seen there."""
    connection = socket.socket()
    connection.settimeout(5)
    try:
        connection.connect(("127.0.0.1", port))
        connection.sendall(request)
    except OSError:
        pass
    return connection


def _outcome(key):
    """The connection and whether its first event has come; None while that is open."""
    try:
        data = key.fileobj.recv(4096)
    except OSError:
        data = b""
    key.data.extend(data)
    served = key.data.startswith(b"HTTP/1.1 200") and b"Action" in key.data
    return key.fileobj, served if served or not data else None


def ask(port):
    """One request; true when it was answered."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(_head(f"GET {ALLOWED} HTTP/1.1", "Connection: close"))
            return connection.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def askRepeatedly(port, count):
    """One request after the other on one connection; how many were answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for answered in range(count):
            connection.sendall(_head(f"GET {ALLOWED} HTTP/1.1"))
            if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
                return answered
    return count


def start(peer, socketPath, folder):
    """From the fork before exec to the first answered request: stricter than the first accept. Then its memory, idle."""
    port = freePort()
    with open(f"{folder}/{peer.name}.err", "wb") as output:
        begun = time.monotonic()
        with started(peer.command, output, env=environment(port, socketPath)) as process:
            answered = False
            while not answered and time.monotonic() - begun < START_SECONDS and process.poll() is None:
                answered = ask(port)
                if not answered:
                    time.sleep(0.0002)
            elapsed = time.monotonic() - begun
            idle = procstat.memory(process.pid)
    return {"ready ms": elapsed * 1e3, "idle RSS MiB": idle.rss / 2**20, "idle PSS MiB": idle.pss / 2**20, "wrong": int(not answered)}
