"""Every script that the README tells people to type: --help prints its head, and what is unknown is refused, before
anything happens."""

import json
import os
import re
import shutil
import subprocess

import pytest
from private_engine import REPOSITORY

SCRIPTS = sorted(path.relative_to(REPOSITORY) for folder in ("script", "script/lib", ".ci")
                 for path in (REPOSITORY / folder).iterdir() if path.is_file() and os.access(path, os.X_OK))
# By any of these a script would have begun: none may be called.
ACTS = ("apt-get", "cmake", "cppcheck", "ctest", "clang-format", "clang-tidy", "curl", "debootstrap", "dpkg-query", "mktemp", "python3",
        "shellcheck", "sudo", "unshare")
REFUSED = 64  # EX_USAGE


@pytest.fixture
def typed(tmp_path):
    """typed(script, words): (exit status, what it printed, its complaints, what it did)"""
    deeds = tmp_path / "deeds"
    (tmp_path / "bin").mkdir()
    for name in ACTS:
        stub = tmp_path / "bin" / name
        stub.write_text(f'#!/bin/sh\necho "{name} $*" >>"{deeds}"\nexit 1\n')
        stub.chmod(0o755)

    def run(script, *words):
        done = subprocess.run([REPOSITORY / script, *words], cwd=tmp_path, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
        return done.returncode, done.stdout, done.stderr, deeds.read_text() if deeds.exists() else ""

    return run


def head(script):
    """The comment at the top; a Python script's is its docstring, which argparse continues."""
    lines = (REPOSITORY / script).read_text().splitlines()[1:]
    if lines[0].startswith('"""'):
        return "script/bench: the proxy beside its peers"
    end = next(i for i, line in enumerate(lines) if not line.startswith("#") or line.startswith("# shellcheck "))
    return "".join(line.removeprefix("#").removeprefix(" ") + "\n" for line in lines[:end])


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_help_prints_its_head(typed, script, word):
    status, text, complaints, deeds = typed(script, word)
    assert (status, complaints, deeds) == (0, "", "")
    assert head(script).strip() and head(script) in text


@pytest.mark.parametrize("word", ["--no-such-option", "nonsense"])
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_what_is_unknown_is_refused(typed, script, word):
    status, text, complaints, deeds = typed(script, word)
    assert (status, text, deeds) == (REFUSED, "", "")
    assert word in complaints and f"{script} --help" in complaints


@pytest.mark.parametrize("words", [
    "script/conformance --family", "script/conformance --html a.html nonsense",
    "script/lint --format nonsense",
    "script/soak --minutes", "script/soak --minutes 0",
    "script/test --engine nonsense", "script/test --engine",
    "script/test --only nonsense", "script/test --only",
    "script/test --sanitize nonsense", "script/test --sanitize",
    "script/test --quick --only engine", "script/test --only engine --quick",
])
def test_what_makes_no_sense_is_refused(typed, words):
    script, *arguments = words.split()
    status, text, complaints, deeds = typed(script, *arguments)
    assert (status, text, deeds) == (REFUSED, "", "")
    assert f"{script} --help" in complaints


# ---- What CONTRIBUTING tells people to type -----------------------------------------------------------


def contributing():
    """Its commands, without what is said behind them."""
    [block] = re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(" +# .*", "", line) for line in block.splitlines()]


@pytest.mark.parametrize("command", [line for line in contributing() if line.startswith("ctest ")])
def test_command_selects_tests(command):
    done = subprocess.run(["/bin/bash", "-c", f"{command} -N"], cwd=REPOSITORY, capture_output=True, text=True)
    if "NOT_BUILT" in done.stdout or not (REPOSITORY / "build/dev/CTestTestfile.cmake").exists():
        pytest.skip("build/dev is not built")
    chosen, every = (re.search(r"Total Tests: (\d+)", text)[1] for text in (done.stdout, every_test()))
    assert 0 < int(chosen) < int(every)


def every_test():
    return subprocess.run(["ctest", "--test-dir", "build/dev", "-N"], cwd=REPOSITORY, capture_output=True, text=True).stdout


def test_commands_name_what_is_there():
    words = [word for line in contributing() for word in line.split()]
    paths = [word for word in words if re.match("(tests|script)/", word)]
    assert len(paths) >= 4 and [path for path in paths if not (REPOSITORY / path).exists()] == []
    fuzzers = re.search(r"foreach\(room (.*)\)", (REPOSITORY / "tests/fuzz/CMakeLists.txt").read_text())[1].split()
    listed = re.search(r"Fuzz targets: (.*); what", (REPOSITORY / "CONTRIBUTING.md").read_text())[1]
    assert listed == ", ".join(f"`{room}_fuzz`" for room in fuzzers)


# ---- What script/lint tells ---------------------------------------------------------------------------


def stub(path, does):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


def lint(folder, tools):
    """With these in place of the tools of their names."""
    for name, does in tools.items():
        stub(folder / name, does)
    return subprocess.run([REPOSITORY / "script/lint"], capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})


@pytest.mark.parametrize("complaining", ["", "proxy/log/quote.cpp"], ids=["clean", "complaints"])
def test_lint_tells_of_every_unit(tmp_path, complaining):
    """As it goes, and of complaints with their text."""
    tools = {"clang-format": "", "shellcheck": "", "cppcheck": "", "cmake": "", "dpkg-query": "echo ii",
             "clang-tidy": f'case "$*" in *" {complaining}") echo "a complaint"; exit 1 ;; esac' if complaining else ""}
    done = lint(tmp_path, tools)
    units = re.findall(r"^\[(\d+)/(\d+)\] (\S+)(.*)$", done.stdout, re.MULTILINE)
    assert len(units) > 100 and [int(unit[0]) for unit in units] == list(range(1, int(units[0][1]) + 1))
    assert [unit[2] for unit in units if unit[3]] == ([complaining] if complaining else [])
    assert ("a complaint\n" in done.stdout) == bool(complaining)
    assert (done.returncode, "lint: clean" in done.stdout) == ((1, False) if complaining else (0, True))


def test_lint_tells_what_cppcheck_says(tmp_path):
    tools = {"clang-format": "", "shellcheck": "", "dpkg-query": "echo ii", "cppcheck": "echo a complaint; exit 1", "cmake": "exit 1"}
    done = lint(tmp_path, tools)
    assert done.returncode == 1 and "a complaint\n" in done.stdout and done.stderr == "lint: cppcheck has complaints\n"


# ---- What script/coverage tells -----------------------------------------------------------------------


@pytest.mark.parametrize("missed, says, status", [(1, "true", 0), (2, "true", 1), (1, "echo a complaint; exit 1", 1)],
                         ids=["98-percent", "less", "a-test-failed"])
def test_coverage_tells_what_never_ran(tmp_path, missed, says, status):
    """Of the four rooms that are held. A line ran that ran in any unit; this relay has 50, of which some did not."""
    for path in [*(REPOSITORY / "script/lib").iterdir(), REPOSITORY / "script/coverage"]:
        copy = tmp_path / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    files, build = {}, tmp_path / "build/coverage"
    for room in ("http", "policy", "guard", "relay", "mask"):
        source = tmp_path / f"proxy/{room}/some.h"
        source.parent.mkdir(parents=True)
        source.write_text("".join(f"  line({number});\n" for number in range(1, 51)))
        (build / "proxy" / room).mkdir(parents=True)
        (build / "proxy" / room / "some.gcno").touch()
        for unit in (0, 1):  # each runs every other line, but for what is missed
            runs = {number: int(number % 2 == unit and (number > missed or room != "relay")) for number in range(1, 51)}
            files.setdefault(unit, []).append({"file": f"../../proxy/{room}/some.h", "lines": [
                {"line_number": number, "count": count} for number, count in runs.items() if unit or room != "mask"]})
    files[0].append({"file": "/usr/include/other.h", "lines": [{"line_number": 1, "count": 0}]})
    (tmp_path / "told").write_text("".join(
        json.dumps({"current_working_directory": str(build), "files": each}) + "\n" for each in files.values()))
    tests = re.search("^rooms=\\((.*)\\)", (REPOSITORY / "script/coverage").read_text(), re.MULTILINE)[1].split()
    for name in [*(f"proxy_{room}_test" for room in tests), "fault_test", "connection_fuzz"]:
        stub(build / "tests" / name, says)
    for name, does in (("cmake", ""), ("dpkg-query", "echo ii"), ("gcov", f"cat {tmp_path}/told")):
        stub(tmp_path / "bin" / name, does)
    done = subprocess.run([tmp_path / "script/coverage"], capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    assert done.returncode == status, done.stderr
    if says != "true":
        assert "a complaint\n" in done.stderr and "proxy_http_test fails" in done.stderr
        return
    assert "proxy/http: 50 of 50 lines, 100.00 %\n" in done.stdout and "proxy/mask: 25 of 50 lines, 50.00 %\n" in done.stdout
    assert f"proxy/relay: {50 - missed} of 50 lines, {100 - 2 * missed}.00 %\n" in done.stdout
    assert re.findall("^proxy/.*some.h:.*$", done.stdout, re.MULTILINE) == [
        f"proxy/relay/some.h:{number}: line({number});" for number in range(1, missed + 1)]


# ---- What script/test and .ci/run count ---------------------------------------------------------------


def counted(file):
    done = subprocess.run(["/usr/bin/python3", REPOSITORY / "script/lib/counts.py", file], capture_output=True, text=True, check=True)
    return done.stdout


def test_counts_of_pytest(tmp_path):
    (tmp_path / "test_some.py").write_text("""
import pytest
def test_good(): pass
def test_bad(): assert False
def test_away(): pytest.skip("1 failed")
def test_late(): pytest.xfail("passed")
@pytest.fixture
def broken(): raise RuntimeError("3 passed")
def test_error(broken): pass
""")
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--junit-xml=some.xml", "test_some.py"],
                   cwd=tmp_path, capture_output=True, env={**os.environ, "PYTEST_ADDOPTS": ""})
    assert counted(tmp_path / "some.xml") == "1 2 2\n"


def test_counts_of_ctest(tmp_path):
    (tmp_path / "CTestTestfile.cmake").write_text(f"""
add_test(good true)
add_test(bad false)
add_test(away "/bin/sh" "-c" "exit 77")
set_tests_properties(away PROPERTIES SKIP_RETURN_CODE 77)
add_test(off true)
set_tests_properties(off PROPERTIES DISABLED TRUE)
add_test(not-there {tmp_path}/no-such-program)
add_test(second-time "/bin/sh" "-c" "test -e {tmp_path}/tried || {{ touch {tmp_path}/tried; exit 1; }}")
""")
    subprocess.run(["ctest", "--repeat", "until-pass:2", "--output-junit", tmp_path / "some.xml"], cwd=tmp_path, capture_output=True)
    assert counted(tmp_path / "some.xml") == "2 2 2\n"


@pytest.mark.parametrize("tests, lint, last, status", [
    ("echo 7 0 2 >build/results/counts", "true", "8 passed, 0 failed, 2 skipped", 0),
    ("echo 7 1 2 >build/results/counts; exit 1", "true", "8 passed, 1 failed, 2 skipped", 1),
    ("echo 7 0 2 >build/results/counts", "exit 1", "7 passed, 1 failed, 2 skipped", 1),
    ("exit 1", "true", "1 passed, 1 failed, 0 skipped", 1),
], ids=["good", "a-test-failed", "lint-complained", "did-not-build"])
def test_ci_sums_up(tmp_path, tests, lint, last, status):
    for name in (".ci/run", "script/lib/common.sh"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    for name, does in (("test", '[ "$DSP_REQUIRE_ENGINE" = 1 ] || exit 2\n' + tests), ("lint", lint)):
        (tmp_path / "script" / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / "script" / name).chmod(0o755)
    (tmp_path / "build/results").mkdir(parents=True)
    (tmp_path / "build/results/counts").write_text("99 0 0\n")  # of another run
    done = subprocess.run([tmp_path / ".ci/run"], capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1], done.returncode) == (last, status)
