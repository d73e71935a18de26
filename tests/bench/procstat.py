"""What a process costs, as /proc tells it. Seconds and bytes; a process that has gone costs nothing more."""

import os
from dataclasses import dataclass
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    rss: int
    pss: int


def family(pid):
    """The process and all its descendants: a proxy may keep workers. Process 0 has none: no proxy."""
    found = [pid] if pid else []
    for parent in found:
        for task in _listed(f"/proc/{parent}/task"):
            found += map(int, _read(f"/proc/{parent}/task/{task}/children").split())
    return found


def cpuSeconds(pid):
    """User and system time of all threads of the family. The kernel scales it from the exact run time; a tick is only its unit."""
    return sum(_ticks(member) for member in family(pid)) / CLOCK_TICKS


def memory(pid):
    rollups = [_rollup(member) for member in family(pid)]
    return Memory(*(sum(rollup.get(name, 0) for rollup in rollups) * 1024 for name in ("Rss", "Pss")))


def _ticks(pid):
    # The command's name may hold blanks and brackets: count the fields from its last bracket. 14 utime, 15 stime of proc(5).
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _rollup(pid):
    rows = (line.split() for line in _read(f"/proc/{pid}/smaps_rollup").splitlines()[1:])
    return {row[0].rstrip(":"): int(row[1]) for row in rows}


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _listed(path):
    try:
        return os.listdir(path)
    except OSError:
        return []
