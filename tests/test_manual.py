"""What is generated from the programs' own tables, the manual pages, the completions and the file of settings: complete, and
to the liking of those who read them."""

import re
import shutil
import subprocess

import pytest
from private_engine import REPOSITORY
from under_test import BUILD, MOCK, PROXY

SUITE = BUILD / "conformance/socket-proxy-conformance"
MANUAL = BUILD / "proxy/manual"
PAGES = {MANUAL / "docker-socket-proxy.8": PROXY, BUILD / "conformance/socket-proxy-conformance.1": SUITE,
         BUILD / "mockdocker/mockdockerd.1": MOCK}
COMPLETIONS = {MANUAL / "docker-socket-proxy.bash": PROXY, REPOSITORY / "conformance/completion.bash": SUITE}

pytestmark = pytest.mark.skipif(not all(page.exists() for page in PAGES), reason="the manual pages are not built")


def printed(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=True, **more)
    return done.stdout + done.stderr


def read(page):
    return re.sub(r"\s+", " ", printed("man", "-l", page, env={"MANWIDTH": "1000", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}))


def options(program):
    """As its --help lists them."""
    return re.findall(r"^  (--[a-z-]+)", printed(program, "--help"), re.MULTILINE)


def variables():
    """Every one that the program knows."""
    return re.findall(r"^\w* *([A-Z_]+)=", printed(PROXY, "--check", env={"DIALECT": "linuxserver"}), re.MULTILINE)


# ---- Manual pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("lint", [
    ["mandoc", "-T", "lint", "-W", "warning"],
    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"],
], ids=["mandoc", "groff"])
def test_page_has_no_warnings(page, lint):
    if not shutil.which(lint[0]):
        pytest.skip(f"{lint[0]} is not installed")
    done = subprocess.run([*lint, page], capture_output=True, text=True,
                          env={"LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"})
    complaints = done.stderr + (done.stdout if lint[0] == "mandoc" else "")
    assert (done.returncode, complaints) == (0, "")


@pytest.mark.parametrize("page, program", PAGES.items(), ids=lambda path: path.name)
def test_page_is_of_this_version_and_day(page, program):
    version = re.search(r"project\(docker-socket-proxy VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text())[1]
    [day] = re.findall(rf"^## \[{re.escape(version)}\] - (\S+)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert f"docker-socket-proxy {version}" in read(page) and f'"{day}"' in page.read_text().splitlines()[1]


@pytest.mark.parametrize("page, program", PAGES.items(), ids=lambda path: path.name)
def test_page_tells_what_help_tells(page, program):
    told = read(page)
    assert len(options(program)) >= 6
    assert [option for option in options(program) if option not in told] == []


def test_page_has_every_variable_and_exit_status():
    told = read(MANUAL / "docker-socket-proxy.8")
    assert len(variables()) >= 71 and [name for name in variables() if not re.search(rf" {name} [a-zA-Z]", told)] == []
    [line] = re.findall(r"^Exit status: (.*)\.$", printed(PROXY, "--help"), re.MULTILINE)
    assert [status for status in line.split("; ") if status not in told] == []


# ---- The settings that a package brings ---------------------------------------------------------------


def test_defaults_are_the_program_s():
    """Uncommented, every line of the file says what holds without it; but for where the service listens."""
    text = (MANUAL / "docker-socket-proxy.default").read_text()
    assigned = dict(re.findall(r'^#([A-Z_]+)="?(.*?)"?$', text, re.MULTILINE))
    assert assigned.keys() == set(variables()) - {"BIND_CONFIG"}
    dialect = {"DIALECT": "linuxserver"}
    assert printed(PROXY, "--check", env={**assigned, **dialect}) == printed(PROXY, "--check", env=dialect)
    assert re.findall(r"^[A-Z].*$", text, re.MULTILINE) == ['BIND_CONFIG="/run/docker-socket-proxy/docker.sock mode 660"']


# ---- Completion ---------------------------------------------------------------------------------------


@pytest.fixture
def offered():
    def ask(completion, program, *words):
        """What bash offers for the last of the words."""
        line = ["bash", "--norc", "-c", '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                'words=($(complete -p "${1##*/}")); "${words[-2]}" "$1"; printf "%s\\n" "${COMPREPLY[@]}"', "bash"]
        done = subprocess.run([*line, completion, program, *words], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()
    return ask


@pytest.mark.parametrize("completion, program, words, some", [
    ("docker-socket-proxy.bash", PROXY, ["--"], None),
    ("docker-socket-proxy.bash", PROXY, ["--expl"], ["--explain"]),
    ("docker-socket-proxy.bash", PROXY, ["--explain", "P"], ["POST", "PUT"]),
    ("docker-socket-proxy.bash", PROXY, ["--explain", "--d"], ["--door"]),
    ("docker-socket-proxy.bash", PROXY, ["--explain", "--door", ""], []),
    ("docker-socket-proxy.bash", PROXY, ["--operations", "ContainerSta"], ["ContainerStart", "ContainerStats"]),
    ("docker-socket-proxy.bash", PROXY, ["--check", ""], []),
    ("completion.bash", SUITE, ["r"], ["run", "render"]),
    ("completion.bash", SUITE, ["run", "--j"], ["--json", "--junit", "--jobs"]),
    ("completion.bash", SUITE, ["list", "--j"], []),
    ("completion.bash", SUITE, ["run", "--target", "mi"], []),
], ids=lambda value: "-".join(value) if isinstance(value, list) else None)
def test_completion_offers(offered, completion, program, words, some):
    [file] = [path for path in COMPLETIONS if path.name == completion]
    got = offered(file, program, *words)
    assert sorted(got) == sorted(some if some is not None else options(program))


def test_completion_is_found_clean():
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    printed("shellcheck", "--shell=bash", "--severity=warning", *COMPLETIONS)
