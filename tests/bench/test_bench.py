"""The bench's own arithmetic: a figure that nobody checks is a figure that flatters."""

import os
import subprocess
import sys
import time

import pytest

import bench
import procstat
import report
import running
from targets import Medians, OURS, RULES, Target, plain, ratio

TABLE = {"allowed-32": {OURS: {"cpu us/request": 6.0, "requests/s": 90.0}, RULES: {"cpu us/request": 10.0, "requests/s": 100.0}},
         "streams": {OURS: {"KiB/stream": 1.0, "served": 7, "wrong": 2}}}

JUDGED = [
    ("ratio-met", ratio("first", "", 0.6, "allowed-32", RULES, "cpu us/request"), 0.6, "met"),
    ("ratio-missed", ratio("first", "", 0.59, "allowed-32", RULES, "cpu us/request"), 0.6, "missed"),
    ("at-least-met", ratio("first", "", 0.9, "allowed-32", RULES, "requests/s", atLeast=True), 0.9, "met"),
    ("at-least-missed", ratio("first", "", 1.0, "allowed-32", RULES, "requests/s", atLeast=True), 0.9, "missed"),
    ("plain-missed", plain("first", "", 5, "allowed-32", "cpu us/request"), 6.0, "missed"),
    ("void", plain("first", "", 5, "streams", "KiB/stream"), None, "void: wrong answers"),
    ("void-but-counted", plain("first", "", 9, "streams", "served", atLeast=True), 7, "missed"),
    ("no-such-peer", ratio("first", "", 1, "allowed-32", "nobody", "requests/s"), None, "not measured"),
    ("best-peer-incomplete", Target("final", "", 1, lambda medians: medians.bestRatio("allowed-32", "requests/s")), None, "not measured"),
]


@pytest.mark.parametrize("target, value, verdict", [pytest.param(*row[1:], id=row[0]) for row in JUDGED])
def test_target(target, value, verdict):
    assert target.judge(Medians(TABLE)) == (value, verdict)


def test_median_of_each_figure():
    assert bench.median([{"a": 1, "b": 9}, {"a": 5, "b": 7}, {"a": 3, "b": 8}]) == {"a": 3, "b": 8}


def test_report_names_wrong_answers():
    text = report.measurement("denied-32", "title", "requests", {OURS: {"requests/s": 1, "wrong": 3}})
    assert "ours  ! 3 wrong" in text


def test_cpu_counts_children():
    burn = "import time\nwhile time.process_time() < 0.4: pass"  # more than is asked for: /proc counts in ticks
    child = repr(burn + "\ninput()")
    parent = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {child}], stdin=subprocess.PIPE).wait()"
    with running.started([sys.executable, "-c", parent], subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 20
        while procstat.cpuSeconds(process.pid) < 0.3 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(procstat.family(process.pid)) == 2
        assert procstat.cpuSeconds(process.pid) >= 0.3


def test_memory_of_this_process():
    memory = procstat.memory(os.getpid())
    assert memory.rss >= memory.pss > 1 << 20


def test_nothing_is_left_to_nobody():
    assert procstat.family(0) == [] and procstat.cpuSeconds(0) == 0


def test_only_refuses_unknown_names():
    with pytest.raises(SystemExit, match="no such name"):
        bench.main(["--only", "nonsense"])
