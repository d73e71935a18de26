"""The engine says whether the guard is right: everything that is sent passes through a guarded door, and what the engine
made of it is looked at directly at the engine.

    guard_oracle.py --count 200000 --seed 7 [--engine ROOT] [--threads 4] [--proxy PATH]

by hand, as root. With TMPDIR=/dev/shm the engine needs no disk: about three times as many a second.
"""

import argparse
import json
import queue
import re
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import guard_profile
from guard_profile import Profile
from guard_requests import OTHER, Generator
from private_engine import REPOSITORY, SAFETY_NET, PrivateEngine, UnixHTTPConnection, busybox_root
from proxy_process import ALL_GRANTED, Proxy

RECORDED = REPOSITORY / "tests/proxy/guard/requests"
REACHING = ("bind", "privileged", "host", "container-modes", "systempaths", "device")  # of those: refused in baseline
RUN_EVERY = 41  # numbers a container that is created is started, too

CONFINED = {"User": "1000", "HostConfig.SecurityOpt": ["no-new-privileges"], "HostConfig.CapDrop": ["ALL"], "HostConfig.PublishAllPorts": False,
            "HostConfig.PortBindings": {}}
# A door's settings, what they allow, how many of 10 requests it gets, and what it demands of bodies.
DOORS = {
    "baseline": ({"GUARD": "1", "GUARD_EXEC": "1"}, Profile(), 6, {}),
    "restricted": ({"GUARD": "restricted", "GUARD_EXEC": "1"}, Profile(restricted=True), 2,
                   {"create": CONFINED, "exec": {"User": "1000"}}),
    "widened": ({"GUARD": "1", "GUARD_EXEC": "1", "GUARD_BINDS": "/usr/share,/etc/localtime:ro", "GUARD_HOST": "pid,container",
                 "GUARD_CAPS": "SYS_PTRACE", "GUARD_DEVICES": "/dev/null", "GUARD_NETWORKS": "front,back,bridge"},
                Profile(binds=(("/usr/share", False), ("/etc/localtime", True)), host=frozenset({"pid", "container"}),
                        caps=frozenset({"SYS_PTRACE"}), devices=("/dev/null",), networks=frozenset({"front", "back", "bridge"})), 2,
                {}),
}
DOOR_OF = [name for name, (_, _, share, _) in DOORS.items() for _ in range(share)]


def recorded_creates():
    """What clients sent to containers/create, with the image that is there."""
    for path in sorted(RECORDED.glob("*.ContainerCreate.*.http")):
        if path.stem.rpartition(".")[2] in REACHING:
            continue
        document = json.loads(path.read_bytes().partition(b"\n")[2])
        document["Image"] = "busybox:latest"
        if document.get("Cmd") is not None or document.get("Entrypoint") is not None:
            document |= {"Cmd": ["sleep", "100000"], "Entrypoint": None}
        yield document


def send(connection, request):
    """(status, body); a connection that has been closed meanwhile is made anew once."""
    for again in (True, False):
        try:
            connection.putrequest(request.method, request.target, skip_accept_encoding=True)
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(request.body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException) as reason:
            connection.close()
            if not again:
                return 0, repr(reason).encode()
    raise AssertionError


@dataclass
class Tally:
    """What became of the requests of one door."""

    made: Counter = field(default_factory=Counter)  # by kind: the engine did it
    engine: Counter = field(default_factory=Counter)  # by status: the engine refused
    refused: Counter = field(default_factory=Counter)  # by rule
    hindered: Counter = field(default_factory=Counter)  # of those, what nothing dangerous was put in
    violations: list = field(default_factory=list)  # (what, number, request)
    run: int = 0  # of what was made

    def add(self, other):
        for mine, theirs in ((self.made, other.made), (self.engine, other.engine), (self.refused, other.refused),
                             (self.hindered, other.hindered)):
            mine.update(theirs)
        self.violations += other.violations
        self.run += other.run

    @property
    def total(self):
        return sum(self.made.values()) + sum(self.engine.values()) + sum(self.refused.values())

    def __str__(self):
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.made.most_common())
        engine = ", ".join(f"{status}: {count}" for status, count in self.engine.most_common())
        refused = "\n".join(f"    {count:7} {rule}" for rule, count in self.refused.most_common())
        return (f"{self.total} requests: the engine did {sum(self.made.values())} ({kinds}), {self.run} of them run; "
                f"it refused {sum(self.engine.values())} ({engine}); the guard refused {sum(self.refused.values())}, "
                f"{sum(self.hindered.values())} of them harmless:\n{refused}")


class AtEngine:
    """What is asked of the engine directly, by one thread."""

    def __init__(self, socket_path):
        self.connection = UnixHTTPConnection(socket_path)

    def __call__(self, method, target, body=None):
        """(status, document)"""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, target, data, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def create(self, body, name=""):
        status, document = self("POST", f"/containers/create?name={name}" if name else "/containers/create", {"Image": "busybox:latest", **body})
        assert status == 201, document
        return document["Id"]


class Oracle:
    """For one engine, with what the generator's requests name. `doors`: name: (a proxy, the profile of its settings)."""

    def __init__(self, engine, doors):
        self.engine, self.doors = engine, doors
        at = AtEngine(engine.socket)
        status, answer = at("POST", "/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sleep%22,%22100000%22%5D", busybox_root())
        assert status == 200, answer
        if at("GET", f"/containers/{OTHER}/json")[0] == 404:
            for name in ("front", "back"):
                status, answer = at("POST", "/networks/create", {"Name": name})
                assert status == 201, answer
            at.create({"HostConfig": {"NetworkMode": "front"}}, OTHER)
        plain = at.create({"HostConfig": {"NetworkMode": "none"}})
        self.usual = at("GET", f"/containers/{plain}/json")[1]
        at("POST", f"/containers/{plain}/start")
        self.usual_specification = self.specification_of(plain)
        assert self.usual_specification
        at("DELETE", f"/containers/{plain}?force=1")
        self.at = at

    def specification_of(self, container):
        """What the runtime runs; None where it has ended."""
        [path] = list((Path(self.engine.folder) / "exec").rglob(f"moby/{container}/config.json")) or [None]
        try:
            return json.loads(path.read_bytes()) if path else None
        except FileNotFoundError:
            return None

    def run(self, requests, threads=4, progress=None):
        """requests: (number, door, request) of an iterator; {door: Tally}"""
        waiting = queue.Queue(maxsize=64)
        workers = [Worker(self, waiting) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for count, each in enumerate(requests, 1):
            while True:
                if any(worker.failure for worker in workers):
                    break
                try:
                    waiting.put(each, timeout=1)
                    break
                except queue.Full:
                    continue
            if any(worker.failure for worker in workers):
                break
            if progress and count % 2000 == 0:
                progress(count, workers)
        for _ in workers:
            waiting.put(None)
        tallies = {name: Tally() for name in self.doors}
        for worker in workers:
            worker.join()
            if worker.failure:
                raise worker.failure
            for name, tally in worker.tallies.items():
                tallies[name].add(tally)
        tallies["left behind"] = self.left_behind()
        return tallies

    def left_behind(self):
        """Whatever exists at the engine in the end, wherever it comes from."""
        tally = Tally()
        for each in self.at("GET", "/volumes")[1].get("Volumes") or []:
            tally.violations += [(f"left behind: volume {what}", each, None) for what in guard_profile.volume(Profile(), each)]
        everything = Profile(binds=(("/usr/share", False), ("/etc/localtime", True)), host=frozenset({"pid", "container"}),
                             caps=frozenset({"SYS_PTRACE"}), devices=("/dev/null",))
        for each in self.at("GET", "/containers/json?all=1")[1]:
            status, inspected = self.at("GET", f"/containers/{each['Id']}/json")
            if status == 200:
                tally.violations += [(f"left behind: {what}", inspected, None)
                                     for what in guard_profile.container(everything, inspected, self.usual)]
        return tally


class Worker(threading.Thread):
    def __init__(self, oracle, waiting):
        super().__init__(daemon=True)
        self.oracle, self.waiting, self.failure = oracle, waiting, None
        self.at = AtEngine(oracle.engine.socket)
        self.tallies = {name: Tally() for name in oracle.doors}
        self.doors = {name: proxy.connection() for name, (proxy, _) in oracle.doors.items()}
        self.target = self.at.create({"HostConfig": {"NetworkMode": "front"}})
        self.at("POST", f"/containers/{self.target}/start")

    def run(self):
        try:
            while (each := self.waiting.get()) is not None:
                self.one(*each)
        except BaseException as reason:  # for Oracle.run to raise
            self.failure = reason
        finally:
            self.at("DELETE", f"/containers/{self.target}?force=1&v=1")

    def one(self, number, door, request):
        tally, profile = self.tallies[door], self.oracle.doors[door][1]
        fresh = None
        if request.kind in ("update", "connect", "commit", "rename", "start"):
            fresh = self.at.create({"HostConfig": {"NetworkMode": "front"}}, f"fresh-{number}")
        request.target = request.target.replace("{target}", self.target)
        status, body = send(self.doors[door], request)
        rule = re.search(rb"docker-socket-proxy.*\[([a-z_.0-9]+)\]|docker-socket-proxy: ([^.(\"]+)", body)
        if status == 0:
            tally.violations.append(("no answer", number, request))
        elif rule:
            tally.refused[(rule[1] or rule[2]).decode()] += 1
            if not request.ways:
                tally.hindered[f"{rule[1].decode()}: {request.kind} {body[:200]!r}"] += 1
        elif status >= 300 and status != 304:
            tally.engine[status] += 1
            if b"evil" in body:  # the name of the plugins that the generator asks for, which there are not
                tally.violations.append(("a plugin was looked for", number, request))
        else:
            tally.made[request.kind] += 1
            for what in self.look(number, request, profile, body, fresh, tally):
                tally.violations.append((what, number, request))
        if fresh:
            self.at("DELETE", f"/containers/{fresh}?force=1&v=1")

    def look(self, number, request, profile, body, fresh, tally):
        """What the engine understood that it should not; what was made is removed."""
        if request.kind == "create":
            return self.container(json.loads(body)["Id"], profile, tally, is_run=isinstance(number, int) and number % RUN_EVERY == 0)
        if request.kind == "volume":
            name = json.loads(body)["Name"]
            found = [f"volume {what}" for what in guard_profile.volume(profile, self.at("GET", f"/volumes/{name}")[1])]
            self.at("DELETE", f"/volumes/{name}")
            return found
        if request.kind == "network":
            name = json.loads(body)["Id"]
            found = [f"network {what}" for what in guard_profile.network(profile, self.at("GET", f"/networks/{name}")[1])]
            self.at("DELETE", f"/networks/{name}")
            return found
        if request.kind == "exec":
            _, inspected = self.at("GET", f"/exec/{json.loads(body)['Id']}/json")
            return [f"exec {what}" for what in guard_profile.execution(profile, inspected)]
        if request.kind == "fetch":
            self.at("DELETE", f"/images/{request.target.partition('repo=')[2].partition('&')[0]}")
            return ["fetched from an address"] if b"127.0.0.1" in body else []
        if request.kind == "commit":
            self.at("DELETE", f"/images/{json.loads(body)['Id']}")
            return []
        _, inspected = self.at("GET", f"/containers/{fresh}/json")
        # What it was before is what an unguarded door gave it: root, with the default capabilities.
        found = list(guard_profile.container(Profile(**{**vars(profile), "restricted": False, "networks": frozenset()}), inspected, self.oracle.usual))
        if request.kind == "rename" and "form" in inspected["Name"]:
            found.append("named by a form")
        return [f"{request.kind} {what}" for what in found]

    def container(self, identity, profile, tally, is_run):
        _, inspected = self.at("GET", f"/containers/{identity}/json")
        found = list(guard_profile.container(profile, inspected, self.oracle.usual))
        volumes = [mount["Name"] for mount in inspected.get("Mounts") or [] if mount["Type"] == "volume" and "Name" in mount]
        for name in volumes:
            status, volume = self.at("GET", f"/volumes/{name}")
            if status == 200:  # another thread's container may have shared it
                found += [f"volume {what}" for what in guard_profile.volume(profile, volume)]
        if is_run and not found and self.at("POST", f"/containers/{identity}/start")[0] == 204:
            spec = self.oracle.specification_of(identity)
            if spec:
                tally.run += 1
                found += guard_profile.specification(profile, spec, self.oracle.usual_specification, str(self.oracle.engine.folder))
        self.at("DELETE", f"/containers/{identity}?force=1&v=1")
        for name in volumes:
            if re.search(r"-\d+$", name):  # nobody else's
                self.at("DELETE", f"/volumes/{name}")
        return found


def generated(seed, numbers, door=None):
    """(number, door, request)"""
    generator = Generator(seed, recorded_creates())
    for number in numbers:
        name = door or DOOR_OF[number % len(DOOR_OF)]
        yield number, name, generator.request(number, DOORS[name][3] if name in DOORS else None)


def shown(violation):
    what, number, request = violation
    if request is None:
        return f"{what}: {json.dumps(number)[:2000]}"
    return f"{what}: number {number}, {', '.join(request.ways)}\n  {request.method} {request.target} {request.headers}\n  {request.body[:4000]!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200000)
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first number")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--engine", default=None, help="the folder of the Debian whose engine is used; else this machine's")
    parser.add_argument("--proxy", default=REPOSITORY / "build/dev/proxy/docker-socket-proxy")
    arguments = parser.parse_args()
    engine = PrivateEngine(arguments.engine)
    proxies = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    try:
        engine.start()
        doors = {}
        for name, (settings, profile, *_) in DOORS.items():
            proxies.append(Proxy(str(arguments.proxy), engine.socket, {**ALL_GRANTED, **settings}))
            doors[name] = (proxies[-1], profile)
        started = time.monotonic()

        def progress(count, workers):
            violations = [each for worker in workers for tally in worker.tallies.values() for each in tally.violations]
            print(f"{count} in {time.monotonic() - started:.0f} s, {len(violations)} violations", flush=True)
            if violations:
                print(shown(violations[-1]), flush=True)

        numbers = range(arguments.first, arguments.first + arguments.count)
        tallies = Oracle(engine, doors).run(generated(arguments.seed, numbers), arguments.threads, progress)
        print(f"engine {engine.version}, seed {arguments.seed}, {time.monotonic() - started:.0f} s")
        violations = []
        for name, tally in tallies.items():
            print(f"{name}: {tally}")
            violations += tally.violations
        for violation in violations[:50]:
            print(shown(violation))
        return 1 if violations else 0
    finally:
        for proxy in proxies:
            proxy.stop()
        engine.remove()


if __name__ == "__main__":
    sys.exit(main())
