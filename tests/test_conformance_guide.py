"""The suite's guide names what there is, and the suite can be installed: the program needs nothing of this tree."""

import subprocess
from pathlib import Path

import pytest
from private_engine import REPOSITORY
from under_test import BUILD

ROOM = REPOSITORY / "conformance"
GUIDE = (ROOM / "README.md").read_text()


def section(title):
    [text] = [part for part in GUIDE.split("\n## ") if part.startswith(title + "\n")]
    return text


def named(title):
    """What the first column of the section's table names."""
    rows = [line for line in section(title).splitlines() if line.startswith("| `")]
    return {name.strip(" `") for row in rows for name in row.split("|")[1].split(",")}


def test_every_folder_is_named():
    there = {f"{entry.name}/" for entry in ROOM.iterdir() if entry.is_dir() and entry.name != "__pycache__"}
    sources = {file.stem for file in ROOM.glob("*.cpp")} - {"main"}
    assert named("Where things are") == there | sources


def test_every_table_is_named():
    assert named("Tables") == {file.name for file in (ROOM / "tables").iterdir() if file.name != "README.md"}


@pytest.mark.skipif(not (BUILD / "conformance/socket-proxy-conformance").exists(), reason=f"the suite is not built in {BUILD}")
def test_installed_it_needs_nothing_of_the_tree(tmp_path):
    done = subprocess.run(["cmake", "--install", BUILD, "--component", "conformance", "--prefix", tmp_path],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    files = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    assert "bin/socket-proxy-conformance" in files
    assert "share/socket-proxy-conformance/targets/haproxy/run" in files
    own = ("bin/socket-proxy-conformance", "bin/mockdockerd", "share/socket-proxy-conformance/", "share/doc/socket-proxy-conformance/",
           "share/man/man1/", "share/bash-completion/completions/socket-proxy-conformance")
    assert not [file for file in files if not file.startswith(own)]
    program = Path(tmp_path, "bin/socket-proxy-conformance")
    told = subprocess.run([program, "explain", "framing/bare-cr-in-a-value.refused"], cwd="/", capture_output=True, text=True)
    assert "the proxy must" in told.stdout, told.stderr
    target = tmp_path / "mine.json"
    target.write_text('{"name": "mine", "command": ["%s", "denies-all"]}' % (BUILD / "tests/conformance/bad-target"))
    judged = subprocess.run([program, "run", "--target", target, "--id", "access/none.post0/Container", "--html",
                             tmp_path / "r.html"], cwd="/", capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "<html" in (tmp_path / "r.html").read_text()
    unknown = subprocess.run([program, "run", "--target", "nothere"], cwd="/", capture_output=True, text=True)
    shipped = sorted(file.stem for file in (tmp_path / "share/socket-proxy-conformance/targets").glob("*.json"))
    assert "haproxy" in shipped and unknown.returncode == 2 and unknown.stderr.endswith(f"one of these names: {' '.join(shipped)}\n")
    named = subprocess.run([program, "run", "--target", "haproxy", "--program", BUILD / "no/such", "--id", "framing/bare-cr-in-a-value"],
                           cwd="/", capture_output=True, text=True)
    assert "no/such' ended with status 127" in named.stdout, named.stdout + named.stderr
