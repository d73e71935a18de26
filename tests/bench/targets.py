"""The numbers to reach, and where they stand. A row is a name, the measured figure, and the figure it must not pass."""

from dataclasses import dataclass
from typing import Callable, Optional

OURS, RULES, TUNED, TCP = "ours", "haproxy-rules", "haproxy-tuned", "haproxy-tcp"
CPU, RATE, P99, BULK, STREAM = "cpu us/request", "requests/s", "p99 us", "cpu s/GiB", "KiB/stream"
PEERS = (RULES, TUNED, TCP)


class Missing(Exception):
    """A figure this run did not take, or took from wrong answers: fast ones count for nothing. Says which."""


class Medians:
    """The medians of a run: `of(measurement, peer, figure)`."""

    def __init__(self, table):
        self._table = table

    def of(self, measurement, peer, figure):
        figures = self._table.get(measurement, {}).get(peer, {})
        if figure not in figures:
            raise Missing("not measured")
        if figures.get("wrong") and figure != "served":
            raise Missing("void: wrong answers")
        return figures[figure]

    def ratio(self, measurement, peer, figure):
        """Ours to the peer's."""
        return self.of(measurement, OURS, figure) / max(self.of(measurement, peer, figure), 1e-9)

    def bestRatio(self, measurement, figure):
        """Ours to the lowest of the peers that were measured, all three of them."""
        return self.of(measurement, OURS, figure) / max(min(self.of(measurement, peer, figure) for peer in PEERS), 1e-9)


@dataclass(frozen=True)
class Target:
    stage: str
    what: str
    limit: float
    figure: Callable[[Medians], float]
    atLeast: bool = False

    def judge(self, medians):
        try:
            value = self.figure(medians)
        except Missing as missing:
            return None, str(missing)
        return value, "met" if (value >= self.limit if self.atLeast else value <= self.limit) else "missed"


def ratio(stage, what, limit, measurement, peer, figure, atLeast=False):
    return Target(stage, what, limit, lambda medians: medians.ratio(measurement, peer, figure), atLeast)


def plain(stage, what, limit, measurement, figure, atLeast=False):
    return Target(stage, what, limit, lambda medians: medians.of(measurement, OURS, figure), atLeast)


TARGETS = [
    ratio("first", "CPU/request, 32 connections, to HAProxy's with the rules", 0.6, "allowed-32", RULES, CPU),
    ratio("first", "requests/s, 32 connections, to HAProxy's with the rules", 1.0, "allowed-32", RULES, RATE, atLeast=True),
    plain("first", "KiB a stream, 2,000 idle ones", 6, "streams-2000", STREAM),
    plain("first", "streams served of 2,000", 2000, "streams-2000", "served", atLeast=True),
    ratio("final", "CPU/request, 32 connections, to HAProxy's bare relay", 1.0, "allowed-32", TCP, CPU),
    ratio("final", "CPU/request, 32 connections, to HAProxy's with the rules", 0.45, "allowed-32", RULES, CPU),
    *(ratio("final", f"requests/s, {n} connection{'s' * (n > 1)}, to the tuned HAProxy's", 1.0, f"allowed-{n}", TUNED, RATE, atLeast=True)
      for n in (1, 32, 256)),
    ratio("final", "p99, 1 connection, to HAProxy's bare relay", 1.0, "allowed-1", TCP, P99),
    ratio("final", "CPU/denial, 32 connections, to HAProxy's with the rules", 0.5, "denied-32", RULES, CPU),
    Target("final", "CPU of a download to the best peer's", 0.5, lambda medians: medians.bestRatio("download", BULK)),
    Target("final", "CPU of an upload to the best peer's", 0.5, lambda medians: medians.bestRatio("upload", BULK)),
    plain("final", "KiB a stream, 9,000 idle ones", 4, "streams-9000", STREAM),
    plain("final", "streams served of 9,000", 9000, "streams-9000", "served", atLeast=True),
    plain("final", "MiB RSS, idle", 8, "start", "idle RSS MiB"),
    plain("final", "ms from exec to the first answer", 20, "start", "ready ms"),
    Target("final", "CPU/request at 2,000 connections to that at 32", 1.2,
           lambda medians: medians.of("allowed-2000", OURS, CPU) / max(medians.of("allowed-32", OURS, CPU), 1e-9)),
]
