"""script/bench: the proxy beside its peers, before the same backend, in turn, on this machine.

Loopback only. A run takes its figures in rounds (every peer once, then again) and keeps the medians, so that a disturbance
falls on all alike. CPU is user and system time of the proxy's own processes. Compare figures of one run only.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable

import instructions
import loads
import report
import running
from targets import Medians, OURS

ROOT = Path(__file__).resolve().parents[2]
PROXY = ROOT / "build/release/proxy/docker-socket-proxy"
MIB = 1 << 20
FILES = 20_000
TOOLS = ("haproxy", "nginx", "wrk")
POST = (("POST", "1"),)


@dataclass(frozen=True)
class Measurement:
    """`run(running)` for what is put before a backend, `run(peer, backend, folder)` where `kind` starts its own."""

    name: str
    title: str
    kind: str
    run: Callable
    who: Callable = lambda peer: True
    times: int = 1


def measurements(options):
    """All there is to measure, in the order it is measured, by the way the proxies are started for it."""
    isProxy = lambda peer: bool(peer.command)
    filters = lambda peer: peer.filters
    size = options.size * MIB
    # Opening 2,000 connections is part of the load: too short a one would be mostly that.
    wrk = lambda path, n: partial(loads.requests, path=path, connections=n, seconds=max(options.duration, 3 * (n > 1000)))
    load = [Measurement(f"allowed-{n}", f"GET {loads.ALLOWED}, {n} connection(s)", "requests", wrk(loads.ALLOWED, n))
            for n in (1, 32, 256, 2000)]
    load += [Measurement(f"denied-{n}", f"GET {loads.DENIED}, denied, {n} connection(s)", "requests", wrk(loads.DENIED, n), filters)
             for n in ((32,) if options.quick else (1, 32, 256))]
    bulk = lambda name, title, run, who=lambda peer: True: Measurement(name, f"{title}, {options.size} MiB at once", "bulk",
                                                                       partial(run, size=size), who)
    streams = lambda n, who: Measurement(f"streams-{n}", f"{n:,} idle event streams", "streams",
                                         partial(loads.idleStreams, count=n), who)
    return {
        "nginx": load + [bulk("download", "Download with a length", loads.download)],
        "standin": [bulk("download-chunked", "Download in chunks of 32 KiB", loads.downloadChunked, isProxy),
                    bulk("upload", "Upload with a length", loads.upload, isProxy),
                    bulk("upload-chunked", "Upload in chunks of 32 KiB", loads.uploadChunked, isProxy)],
        "fresh": [streams(2000, isProxy), streams(9000, lambda peer: peer.name == OURS)],
        "own": [Measurement("start", "From exec to the first answer, and memory then", "start", loads.start, isProxy, 3)]
               + [Measurement("instructions", "Instructions in user space, 1 connection (callgrind)", "instructions",
                              instructions.perRequest, isProxy)] * options.instructions,
    }


class Run:
    """Samples by measurement, then by peer."""

    def __init__(self, options, peers, backend, folder):
        self._options, self._peers, self._backend, self._folder = options, peers, backend, folder
        self.samples = {}

    def all(self, plan):
        self._together(plan["nginx"], self._backend.nginxSocket, ())
        self._together(plan["standin"], self._backend.standinSocket, POST)
        self._each(plan["fresh"], self._fresh)
        self._each(plan["own"], lambda measurement, peer: measurement.run(peer, self._backend.nginxSocket, self._folder))

    def _together(self, chosen, socketPath, extra):
        """All peers are up for the whole time, only one is loaded."""
        if not chosen:
            return
        with ExitStack() as stack:
            up = {peer.name: stack.enter_context(running.proxied(peer, socketPath, self._backend.nginxPort, self._folder, extra))
                  for peer in self._peers}
            self._each(chosen, lambda measurement, peer: measurement.run(up[peer.name]))

    def _fresh(self, measurement, peer):
        with running.proxied(peer, self._backend.standinSocket, 0, self._folder) as started:
            return measurement.run(started)

    def _each(self, chosen, take):
        for turn in range(self._options.rounds):
            for measurement in chosen:
                for peer in filter(measurement.who, self._peers):
                    progress(f"round {turn + 1} of {self._options.rounds}: {measurement.name}, {peer.name}")
                    taken = self.samples.setdefault(measurement.name, {}).setdefault(peer.name, [])
                    try:
                        taken += [take(measurement, peer) for _ in range(measurement.times)]
                    except TimeoutError as problem:
                        raise RuntimeError(f"{measurement.name} through {peer.name} stood still: {problem}") from problem

    def medians(self):
        return {name: {peer: median(taken) for peer, taken in peers.items()} for name, peers in self.samples.items()}


def median(taken):
    return {figure: statistics.median(sample[figure] for sample in taken) for figure in taken[0]}


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def choose(only, peers, plan):
    """--only takes peers and measurements alike; of the kind that is not named all are kept."""
    names = {measurement.name for part in plan.values() for measurement in part}
    known = {peer.name for peer in peers}
    unknown = set(only) - names - known
    if unknown:
        sys.exit(f"bench: --only {', '.join(sorted(unknown))}: no such name. Peers: {', '.join(sorted(known))}. "
                 f"Measurements: {', '.join(sorted(names))}.")
    peers = [peer for peer in peers if peer.name in only or not known & set(only)]
    keep = lambda part: [measurement for measurement in part if measurement.name in only or not names & set(only)]
    return peers, {key: keep(part) for key, part in plan.items()}


def build(proxy):
    """The default path is built when nothing lies there; any other must exist."""
    if proxy != PROXY and not proxy.exists():
        sys.exit(f"bench: {proxy} does not exist")
    if not proxy.exists():
        print(f"bench: {proxy.relative_to(ROOT)} is missing, building it", file=sys.stderr)
        for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "docker-socket-proxy"]):
            if subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode:
                sys.exit(f"bench: {' '.join(command)} failed; --only haproxy-rules, … measures peers alone")


def raiseFileLimit():
    """Streams need two files each in the proxy. Root may go beyond the hard limit; anybody else gets up to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in ((FILES, max(hard, FILES)), (min(FILES, hard), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, wanted)
            return wanted[0]
        except (OSError, ValueError):
            continue
    return soft


def prepareDownload(path, size):
    """Zeros without a disk behind them, read once: the first peer must not pay for filling the page cache."""
    with open(path, "w+b") as file:
        file.truncate(size)
        while file.read(MIB):
            pass


def machine(files):
    model = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    version = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    return {"processor": model[0] if model else platform.machine(), "processors": len(os.sched_getaffinity(0)),
            "kernel": platform.release(), "haproxy": version("haproxy", "-v").split(" ")[2], "load average": os.getloadavg()[0], "open files": files}


class Parser(argparse.ArgumentParser):
    """Refuses what makes no sense as the other scripts do."""

    def error(self, message):
        self.exit(os.EX_USAGE, f"bench: {message}; see {self.prog} --help\n")


def parse(arguments):
    parser = Parser(prog="script/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", type=lambda text: Path(text).resolve(), default=PROXY,
                        help="the program to measure (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it works, too noisy to judge by")
    parser.add_argument("--rounds", type=int, help="how often each figure is taken (default 3)")
    parser.add_argument("--duration", type=int, help="seconds of each load by wrk (default 3)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this peer or measurement only; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every sample, the medians and the verdicts")
    parser.add_argument("--instructions", action="store_true", help="count instructions a request with valgrind: slow, but steady")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.duration = options.duration or (1 if options.quick else 3)
    options.size = 256 if options.quick else 1024
    if not (1 <= options.rounds <= 100 and 1 <= options.duration <= 600):
        parser.error("--rounds takes 1 to 100, --duration 1 to 600 seconds")
    return options


def show(run, plan, facts, options):
    medians = run.medians()
    print(", ".join(f"{name} {report.number(value) if isinstance(value, float) else value}" for name, value in facts.items()))
    print(f"median of {options.rounds} round(s), {options.duration} s each; ours = {options.proxy}")
    if facts["load average"] > facts["processors"] / 2:
        print("The machine was busy when this began: only CPU, memory and instructions mean something here, rates and latencies do not.")
    for measurement in (each for part in plan.values() for each in part):
        if measurement.name in medians:
            print(report.measurement(measurement.name, measurement.title, measurement.kind, medians[measurement.name]))
    print(report.targets(Medians(medians)))
    if options.json:
        options.json.write_text(json.dumps({"machine": facts, "rounds": options.rounds, "seconds": options.duration, "MiB": options.size,
                                            "medians": medians, "samples": run.samples, "targets": report.verdicts(Medians(medians))},
                                           indent=1) + "\n")


def main(arguments=None):
    options = parse(arguments)
    needed = TOOLS + ("valgrind",) * options.instructions
    missing = [tool for tool in needed if not shutil.which(tool)]
    if missing:
        sys.exit(f"bench: {', '.join(missing)} not found; apt-get install $(cat tests/bench/packages.txt)")
    peers, plan = choose(options.only, running.peers(options.proxy), measurements(options))
    if any(peer.name == OURS for peer in peers):
        build(options.proxy)
    files = raiseFileLimit()
    facts = machine(files)
    # A SIGTERM unwinds like Ctrl-C, so that nothing that was started stays.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        prepareDownload(f"{folder}/download", options.size * MIB)
        with running.backend(folder, files) as backend:
            run = Run(options, peers, backend, folder)
            run.all(plan)
    progress("")
    show(run, plan, facts, options)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except RuntimeError as problem:
        sys.exit(f"bench: {problem}")
