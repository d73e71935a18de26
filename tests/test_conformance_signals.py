"""Ctrl-C and SIGTERM end the suite at once, and leave neither its temporary folder nor a target behind."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("DSP_BUILD", TOP / "build" / "dev"))
SUITE = BUILD / "conformance" / "socket-proxy-conformance"
BAD_TARGET = BUILD / "tests" / "conformance" / "bad-target"

pytestmark = pytest.mark.skipif(not (SUITE.exists() and BAD_TARGET.exists()), reason=f"the suite is not built in {BUILD}")


def text_of(path):
    try:
        return path.read_text()
    except OSError:  # it has ended meanwhile
        return ""


def children_of(pid):
    """Of all its threads, as a target is started by the thread that judges it; and theirs."""
    found = [int(child) for task in Path(f"/proc/{pid}/task").glob("*") for child in text_of(task / "children").split()]
    return found + [grandchild for child in found for grandchild in children_of(child)]


def bad_targets_of(pid):
    """All that runs, once bad-target itself does."""
    found = children_of(pid)
    return found if "bad-target" in {text_of(Path(f"/proc/{child}/comm")).strip() for child in found} else []


def awaited(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.01)  # neither /proc nor a foreign program's folder tells of changes
    pytest.fail(f"{what} did not happen within {seconds} s")


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def command(folder, execs):
    if execs:
        return [str(BAD_TARGET), "hangs"]
    script = folder / "run"
    script.write_text(f"#!/bin/sh\n{BAD_TARGET} hangs\nexit 0\n")
    script.chmod(0o755)
    return [str(script)]


@pytest.mark.parametrize("execs", [True, False], ids=["program", "script-without-exec"])
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_nothing_survives(which, execs, tmp_path):
    target = tmp_path / "hangs.json"
    target.write_text(json.dumps({"name": "hangs", "command": command(tmp_path, execs)}))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    suite = subprocess.Popen([SUITE, "run", "--target", target, "--id", "access/none", "--json", tmp_path / "r.json"],
                             env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.DEVNULL,
                             preexec_fn=lambda: signal.signal(which, signal.SIG_DFL))  # nohup(1) ignores SIGHUP
    try:
        targets = awaited(lambda: list(temporary.iterdir()) and bad_targets_of(suite.pid), "a target's start")
        suite.send_signal(which)
        assert suite.wait(20) == -which
    finally:
        suite.kill()
        suite.wait()
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "r.json").exists()
    for pid in targets:
        awaited(lambda pid=pid: is_gone(pid), "the target's end")


DOCKER = f"""#!/bin/sh
echo "$*" >>"$0.told"
case $1 in
image) echo sha256:4711 ;;
run)
    while [ $# -gt 1 ]; do
        [ "$1" != --env ] || export "$2"
        shift
    done
    exec {BAD_TARGET} "$1"
    ;;
esac
"""


@pytest.mark.parametrize("scripted", [False, True], ids=["image", "script"])
def test_containers_are_removed(scripted, tmp_path):
    """All that run, at once: the command lines that the suite holds may end with it before they have told the engine."""
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "script").write_text(f'#!/bin/sh\n. "{TOP}/conformance/targets/values.sh"\nbecome "$1"\n')
    (tmp_path / "script").chmod(0o755)
    (tmp_path / "s.json").write_text(json.dumps({"name": "s", "command": ["./script", "image:hangs"]}))
    target = ["--target", tmp_path / "s.json"] if scripted else ["--image", "hangs"]
    suite = subprocess.Popen([SUITE, "run", *target, "--id", "access/none"], stdout=subprocess.DEVNULL,
                             env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    try:
        # The first one is only tried.
        awaited(lambda: re.search("-2 ", text_of(tmp_path / "docker.told")) and bad_targets_of(suite.pid), "a target's start")
        suite.send_signal(signal.SIGTERM)
        assert suite.wait(20) == -signal.SIGTERM
    finally:
        suite.kill()
        suite.wait()
    told = text_of(tmp_path / "docker.told")
    _, *started = re.findall("^run --rm --name (\\S+) ", told, re.MULTILINE)
    assert started and any(set(started) <= set(line.split()) for line in told.splitlines() if line.startswith("rm ")), told
