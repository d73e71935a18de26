"""What script/soak does: its head tells what is tried, and what must hold. `soak.py [--minutes N] [--scale S] PROXY`"""

import argparse
import asyncio
import contextlib
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "bench"))

import procstat  # noqa: E402: from the folder just added
import running  # noqa: E402

MIB = 1 << 20
PATIENCE = 60
STREAMS, CLIENTS, SLOW, STALLED, SPARE = 9000, 200, 1000, 50, 1500
MOST_GROWTH, MOST_FOR_ONE, MOST_DESCRIPTORS, MOST_SLOWER = 16 * MIB, 8 * MIB, 16, 10
BULK, SAMPLES = 100, 2000
# Who makes the load: on few cores a request would wait for these, not for the proxy, and that is the kernel's to share out.
STANDING_BACK = ["nice", "-n", "15"]
GRANTS = ("CONTAINERS", "POST", "EVENTS", "PING", "IMAGES")
DENIED = b"GET /v1.41/secrets HTTP/1.1\r\nHost: d\r\n\r\n"
PING = b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"
EVENTS = b"GET /v1.41/events HTTP/1.1\r\nHost: d\r\n\r\n"
LOAD = b"POST /v1.41/images/load HTTP/1.1\r\nHost: d\r\n"
CREATE = b"POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
EXPORT = b"GET /v1.41/containers/x/export?bytes=%d HTTP/1.1\r\nHost: d\r\n\r\n"
# What a slow client begins with, and what it adds every second.
DRIPS = {"heads": (b"GET /v1.41/", b"a"), "bodies": (LOAD + b"Content-Length: 99999\r\n\r\n", b"b"),
         "chunk lines": (LOAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), "guarded bodies": (CREATE, b" "),
         "reading": (EXPORT % (64 * MIB), b"")}


class Soak:
    """`pid` is the proxy's; its ports are that of an open door and that of a guarded one."""

    def __init__(self, pid, ports, scale):
        self.pid, self.ports, self.scale = pid, ports, scale
        self.asked = self.wrong = self.broken = self.turnedAway = 0
        self.over = False
        self.logIsRead = asyncio.Event()
        self.logIsRead.set()

    def count(self, most):
        return max(2, int(most * self.scale))

    async def open(self, text, door=0):
        """A connection on which this was said; None where it was refused."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[door], limit=1 << 16)
        except OSError:
            return None
        writer.write(text)
        return reader, writer

    async def openAll(self, count, text, door=0):
        opened = [await self.open(text, door) for _ in range(count)]
        return [connection for connection in opened if connection]

    @staticmethod
    def leave(connections):
        for _, writer in connections:
            writer.transport.abort()

    # ---- Who is there all along ---------------------------------------------------------------------

    async def client(self):
        """One request after the other; whoever is turned away or cut off comes again."""
        while not self.over:
            connection = await self.open(b"")
            while connection and not self.over and await self.ask(*connection):
                await asyncio.sleep(0.05)
            if connection:
                self.leave([connection])
            await asyncio.sleep(0.05)

    async def ask(self, reader, writer):
        self.asked += 1
        try:
            writer.write(PING)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            body = await asyncio.wait_for(reader.readexactly(int(head.partition(b"Content-Length: ")[2].split(b"\r")[0])), PATIENCE)
        except (OSError, asyncio.IncompleteReadError):
            self.broken += 1  # the daemon broke off, or the storm was in the way
            return False
        except asyncio.TimeoutError:
            self.wrong += 1
            return False
        # All connections may be in use, and the daemon may have broken off before its answer.
        self.turnedAway += head[9:12] == b"503"
        self.wrong += (head[9:12], body) != (b"200", b"OK") and head[9:12] not in (b"502", b"503")
        return head[9:12] == b"200"

    async def readLog(self, output):
        while await output.read(1 << 16):
            await self.logIsRead.wait()

    # ---- What comes and goes ------------------------------------------------------------------------

    async def storm(self):
        self.leave(await self.openAll(self.count(SPARE) * 2, PING))

    async def drip(self, what, seconds):
        begin, drip = DRIPS[what]
        connections = await self.openAll(self.count(SLOW if drip else STALLED), begin, int(what == "guarded bodies"))
        if not drip:
            for _, writer in connections:
                writer.transport.pause_reading()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(1)
            for _, writer in connections:
                writer.write(drip)
        self.leave(connections)

    async def breakOff(self):
        """At any moment, with what may be there of a request."""
        for _ in range(self.count(SLOW)):
            connection = await self.open(random.choice((PING, EVENTS, EXPORT % MIB, CREATE))[:random.randint(1, 120)], random.randint(0, 1))
            await asyncio.sleep(0.002)
            self.leave([connection] if connection else [])

    async def vast(self, seconds):
        """How much more memory the proxy has while somebody takes 1 GiB at 1 KiB a second."""
        before, loop = procstat.memory(self.pid).rss, asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", self.ports[0]))
            await loop.sock_sendall(client, EXPORT % (1 << 30))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await loop.sock_recv(client, 1024)
                await asyncio.sleep(1)
            return procstat.memory(self.pid).rss - before

    async def p99(self):
        """Milliseconds, of a request that the proxy answers by itself: the stand-in's own turns are not measured."""
        reader, writer = await self.open(b"")
        times = []
        for _ in range(self.count(SAMPLES)):
            begun = time.perf_counter()
            writer.write(DENIED)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.partition(b"Content-Length: ")[2].split(b"\r")[0]))
            times.append((time.perf_counter() - begun) * 1e3)
        self.leave([(reader, writer)])
        return sorted(times)[len(times) * 99 // 100]

    async def middleP99(self):
        """Of three: others' work on the machine is no figure of the proxy."""
        return sorted([await self.p99() for _ in range(3)])[1]

    async def fairness(self):
        alone = await self.middleP99()
        with running.started([*STANDING_BACK, sys.executable, str(HERE / "drain.py"), str(self.ports[0]), str(self.count(BULK))], None):
            await asyncio.sleep(2)
            beside = await self.middleP99()
        print(f"p99 of a small request: {alone:.2f} ms alone, {beside:.2f} ms beside {self.count(BULK)} transfers", flush=True)
        return beside / alone

    async def round(self, seconds):
        """What one client more took."""
        await self.storm()
        for what in DRIPS:
            await self.drip(what, seconds / 7)
        self.logIsRead.clear()
        await self.breakOff()
        await asyncio.sleep(seconds / 7)
        self.logIsRead.set()
        return await self.vast(seconds / 7)

    async def run(self, minutes):
        """[(what, figure, unit, most)]"""
        begun = descriptors(self.pid)
        slower = await self.fairness()
        streams = await self.openAll(self.count(STREAMS), EVENTS)
        await asyncio.gather(*(reader.readuntil(b"start") for reader, _ in streams))
        clients = [asyncio.create_task(self.client()) for _ in range(self.count(CLIENTS))]
        memory, vast, end = [], [], time.monotonic() + minutes * 60
        while not memory or time.monotonic() < end:
            vast.append(await self.round(min(minutes * 30, 100)))
            memory.append(procstat.memory(self.pid).rss)
            print(f"round {len(memory)}: {memory[-1] / MIB:.1f} MiB, {descriptors(self.pid)} descriptors, {self.asked} requests, "
                  f"{self.broken} of them broken off, {self.turnedAway} turned away", flush=True)
        lost = self.count(STREAMS) - len(streams) + sum(reader.at_eof() for reader, _ in streams)
        self.over = True
        await asyncio.gather(*clients)
        self.leave(streams)
        left = time.monotonic() + PATIENCE
        while descriptors(self.pid) > begun + MOST_DESCRIPTORS and time.monotonic() < left:
            await asyncio.sleep(0.2)
        return [("silent streams that were closed", lost, "", 0), (f"wrong answers of {self.asked}", self.wrong, "", 0),
                ("memory above the first round's", (max(memory) - memory[0]) / MIB, " MiB", MOST_GROWTH / MIB),
                ("memory for one slow reader", max(vast) / MIB, " MiB", MOST_FOR_ONE / MIB),
                ("times slower beside bulk", slower, "", MOST_SLOWER if self.scale == 1 else float("inf")),
                ("descriptors left", descriptors(self.pid) - begun, "", MOST_DESCRIPTORS)]


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


async def soak(options, folder):
    path, ports = f"{folder}/daemon.sock", (running.freePort(), running.freePort())
    most = int((STREAMS + CLIENTS + SPARE) * options.scale) + 10
    environment = {"PATH": os.environ["PATH"], "SOCKET_PATH": path, "MAX_CONNECTIONS": str(most), **dict.fromkeys(GRANTS, "1"),
                   # Of a process that is no dump's neither memory nor descriptors may be looked at, but by root.
                   **({} if os.geteuid() == 0 else {"CONFINE": "0"}),
                   "BIND_CONFIG": f"127.0.0.1:{ports[0]}", "GUARDED__BIND_CONFIG": f"127.0.0.1:{ports[1]}", "GUARDED__GUARD": "1",
                   **{f"GUARDED__{name}": "1" for name in GRANTS}}
    with running.started([*STANDING_BACK, sys.executable, str(HERE / "standin.py"), path], None) as standin:
        running.awaitConnect(standin, path, "/dev/null")
        proxy = await asyncio.create_subprocess_exec(str(options.proxy), env=environment, stdout=asyncio.subprocess.PIPE)
        try:
            while b"listening on" not in await proxy.stdout.readline():
                pass
            one = Soak(proxy.pid, ports, options.scale)
            log = asyncio.create_task(one.readLog(proxy.stdout))
            results = await one.run(options.minutes)
        finally:
            if proxy.returncode is None:
                proxy.terminate()
        await asyncio.wait_for(log, PATIENCE)
        return [*results, ("exit status", await proxy.wait(), "", 0)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("proxy", type=Path)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        results = asyncio.run(soak(options, folder))
    for what, figure, unit, most in results:
        print(f"{'ok  ' if figure <= most else 'MISS'} {what}: {figure:.4g}{unit}, at most {most:g}{unit}")
    return int(any(figure > most for _, figure, _, most in results))


if __name__ == "__main__":
    sys.exit(main())
