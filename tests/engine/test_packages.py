"""The Debian packages, as cpack makes them of the build: what is in them, what becomes of a Debian that gets them, is upgraded and
loses them again, and the service under systemd, with all its restrictions."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from booted import Debian
from conftest import cannot_run_is_a_skip
from private_engine import REPOSITORY

BUILD = REPOSITORY / os.environ.get("DSP_BUILD", "build/dev")
UNIT = REPOSITORY / "packaging/docker-socket-proxy.service"
PROXY, SUITE = "docker-socket-proxy", "socket-proxy-conformance"
SERVICE = "docker-socket-proxy.service"
DEFAULTS = "/etc/default/docker-socket-proxy"
SOCKET = "/run/docker-socket-proxy/docker.sock"
EXPOSURE = 1.5  # as systemd-analyze security measures it: 0 is a unit that may do nothing, 10 one that may do all
NEXT = "9.9.9"

pytestmark = pytest.mark.skipif(not (BUILD / "packaging/changelog.gz").exists(), reason="the packages' files are not built")


@pytest.fixture(scope="module", autouse=True)
def once(engine_kind):
    if engine_kind != "debian":
        pytest.skip("the packages are the same whatever the engine is")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """packages(name, version=None): the file; of another version than the tree's, too."""
    made = {}

    def of(name, version=None):
        if version not in made:
            made[version] = tmp_path_factory.mktemp("packages")
            other = ["-D", f"CPACK_PACKAGE_VERSION={version}"] if version else []
            done = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", made[version], *other],
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
        [file] = made[version].glob(f"{name}_*.deb")
        return file

    return of


def facts(file):
    return dict(re.findall(r"^([A-Z][\w-]+): (.*)$", subprocess.run(["dpkg-deb", "-f", file], check=True, capture_output=True,
                                                                   text=True).stdout, re.MULTILINE))


def contents(file):
    """{path: "mode owner"} of all but folders."""
    listed = subprocess.run(["dpkg-deb", "-c", file], check=True, capture_output=True, text=True).stdout.splitlines()
    return {words[5][1:]: f"{words[0]} {words[1]}" for words in map(str.split, listed) if not words[0].startswith("d")}


# ---- What is in them ----------------------------------------------------------------------------------


def test_the_proxy_s_package(packages):
    assert contents(packages(PROXY)) == {
        "/etc/default/docker-socket-proxy": "-rw-r--r-- root/root",
        "/lib/systemd/system/docker-socket-proxy.service": "-rw-r--r-- root/root",
        "/usr/bin/docker-socket-proxy": "-rwxr-xr-x root/root",
        "/usr/share/bash-completion/completions/docker-socket-proxy": "-rw-r--r-- root/root",
        "/usr/share/doc/docker-socket-proxy/changelog.Debian.gz": "-rw-r--r-- root/root",
        "/usr/share/doc/docker-socket-proxy/changelog.gz": "-rw-r--r-- root/root",
        "/usr/share/doc/docker-socket-proxy/copyright": "-rw-r--r-- root/root",
        "/usr/share/man/man8/docker-socket-proxy.8.gz": "-rw-r--r-- root/root",
    }


def test_the_suite_s_package(packages):
    inside = contents(packages(SUITE))
    assert {path for path in inside if not path.startswith("/usr/share/socket-proxy-conformance/targets/")} == {
        "/usr/bin/mockdockerd",
        "/usr/bin/socket-proxy-conformance",
        "/usr/share/bash-completion/completions/socket-proxy-conformance",
        "/usr/share/doc/socket-proxy-conformance/changelog.Debian.gz",
        "/usr/share/doc/socket-proxy-conformance/changelog.gz",
        "/usr/share/doc/socket-proxy-conformance/copyright",
        "/usr/share/man/man1/mockdockerd.1.gz",
        "/usr/share/man/man1/socket-proxy-conformance.1.gz",
    }
    targets = {Path(path).name for path in inside if path.endswith(".json")}
    assert {"haproxy.json", "docker-socket-proxy.json"} <= targets


def test_versions_are_the_tree_s(packages):
    version = re.search(r"project\(docker-socket-proxy VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text())[1]
    for name in (PROXY, SUITE):
        assert facts(packages(name))["Version"] == f"{version}-1"


def test_lintian_has_no_complaints(packages):
    if not shutil.which("lintian"):
        pytest.skip("lintian is not installed")
    done = subprocess.run(["lintian", "--allow-root", "--suppress-tags", "initial-upload-closes-no-bugs",
                           packages(PROXY), packages(SUITE)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


# ---- Installed, upgraded, removed, purged -------------------------------------------------------------


@pytest.fixture(scope="module")
def root(debian_root):
    return debian_root("service")


@pytest.fixture
def debian(root):
    machine = cannot_run_is_a_skip(Debian, root)
    yield machine
    machine.remove()


def dpkg(debian, *files):
    return debian("dpkg", "--install", *(debian.put(file) for file in files))


# What installing anything changes, and the user and the groups, which stay.
CHANGES = re.compile(r"/(root|run/adduser|var/(lib/dpkg|log|cache/ldconfig)|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$)")


def files(debian):
    """{path: its type and mode, its content}"""
    found = {}
    for folder, folders, names in os.walk(debian.root):
        for name in [*folders, *names]:
            place = Path(folder, name)
            path = "/" + str(place.relative_to(debian.root))
            if CHANGES.match(path):
                continue
            status = place.lstat()
            content = os.readlink(place) if place.is_symlink() else place.read_bytes() if place.is_file() else ""
            found[path] = (status.st_mode, status.st_uid, status.st_gid, content)
    return found


def enabled(debian):
    return (debian.root / "etc/systemd/system/multi-user.target.wants" / SERVICE).is_symlink()


def test_installed_upgraded_removed_purged(debian, packages):
    before = files(debian)
    said = dpkg(debian, packages(PROXY), packages(SUITE))
    assert "error" not in said.lower() and "warning" not in said.lower()
    assert debian("docker-socket-proxy", "--version").split()[1] == debian("socket-proxy-conformance", "--version").split()[1]
    user = debian("getent", "passwd", PROXY).strip().split(":")
    assert user[5:] == ["/nonexistent", "/usr/sbin/nologin"] and debian("getent", "shadow", PROXY).split(":")[1] in "!*"
    assert debian("id", "--name", "--groups", PROXY).split() == [PROXY]
    assert "docker" in debian("getent", "group", "docker")
    assert enabled(debian)

    with open(debian.root / DEFAULTS[1:], "a") as settings:
        settings.write("CONTAINERS=1\n")
    dpkg(debian, packages(PROXY, NEXT), packages(SUITE, NEXT))
    assert debian("dpkg-query", "-W", "-f", "${Version} ", PROXY, SUITE) == f"{NEXT}-1 {NEXT}-1 "
    assert (debian.root / DEFAULTS[1:]).read_text().endswith("\nCONTAINERS=1\n")
    assert debian("getent", "passwd", PROXY).strip().split(":") == user

    debian("dpkg", "--remove", PROXY, SUITE)
    left = files(debian)
    more = left.keys() - before.keys()
    assert {path for path in more if not path.startswith(("/etc/systemd/", "/var/lib/systemd/"))} == {DEFAULTS}
    assert os.readlink(debian.root / "etc/systemd/system" / SERVICE) == "/dev/null", "it is masked"
    dpkg(debian, packages(PROXY))
    assert enabled(debian) and "CONTAINERS=1" in (debian.root / DEFAULTS[1:]).read_text()
    debian("dpkg", "--purge", PROXY, SUITE)
    assert files(debian) == before


def test_scripts_may_run_again(debian, packages):
    """As dpkg has it: a script that was interrupted is run again."""
    dpkg(debian, packages(PROXY))
    there = files(debian)

    def script(name, word):
        debian("env", f"DPKG_MAINTSCRIPT_PACKAGE={PROXY}", "sh", f"/var/lib/dpkg/info/{PROXY}.{name}", word)

    for name, word in (("postinst", "configure"), ("postinst", "configure"), ("prerm", "upgrade"), ("postinst", "abort-upgrade")):
        script(name, word)
    assert files(debian) == there
    for word in ("remove", "remove", "purge", "purge"):
        script("postrm", word)
    assert not enabled(debian)


def test_a_user_and_a_group_that_are_there_are_left_alone(debian, packages):
    debian("addgroup", "--gid", "4711", "docker")
    debian("adduser", "--system", "--group", "--uid", "142", "--no-create-home", "--home", "/nonexistent", PROXY)
    dpkg(debian, packages(PROXY))
    assert debian("getent", "group", "docker").split(":")[2] == "4711"
    assert debian("id", "--user", PROXY) == "142\n"


# ---- The unit -----------------------------------------------------------------------------------------


def test_unit_is_verified(debian, packages):
    dpkg(debian, packages(PROXY))
    assert debian("systemd-analyze", "verify", "--man=no", f"/lib/systemd/system/{SERVICE}") == ""


def test_unit_is_exposed_little():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--json=short", f"--threshold={EXPOSURE * 10:.0f}", UNIT],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row["name"] for row in json.loads(done.stdout) if not row["set"] and row["exposure"] and float(row["exposure"]) >= 0.3} == {
        "RestrictAddressFamilies=~AF_(INET|INET6)", "PrivateNetwork="}, "it may listen on a port"


# ---- Under systemd ------------------------------------------------------------------------------------

DAEMON = """[Service]
Group=docker
UMask=0117
ExecStart=/usr/bin/mockdockerd --socket /run/docker.sock
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def machine(root, packages):
    """With both packages, a daemon (the mock), and somebody who is of the proxy's group, and somebody who is not."""
    machine = cannot_run_is_a_skip(Debian, root)
    try:
        dpkg(machine, packages(PROXY), packages(SUITE))
        machine.write("/etc/systemd/system/docker.service", DAEMON)
        machine("systemctl", "enable", "docker.service")
        for name in ("member", "stranger"):
            machine("adduser", "--system", "--no-create-home", "--home", "/nonexistent", name)
        machine("adduser", "member", PROXY)
        cannot_run_is_a_skip(machine.boot)
        yield machine
    finally:
        machine.remove()


def ask(machine, who, target, socket=SOCKET):
    """(exit status, what was answered) of a request of this user; python3 is not there, so it is bash's or perl's."""
    script = (r'use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!\n"; '
              r'print $s "GET $ARGV[1] HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"; print while <$s>')
    return machine.run("setpriv", f"--reuid={who}", f"--regid={machine('id', '-g', who).strip()}", "--init-groups",
                       "perl", "-e", script, socket, target)


def listening(machine):
    """Awaits it, and tells its process."""
    pid = machine("systemctl", "show", "--property=MainPID", "--value", SERVICE).strip()
    machine.await_line(" listening on ", "journalctl", "--follow", "--lines=all", "--output=cat", f"_PID={pid}")
    return pid


def test_machine_is_whole(machine):
    assert machine.run("systemctl", "is-system-running", "--wait") == (0, "running\n"), machine("systemctl", "--failed")


def test_service_serves_its_group(machine):
    listening(machine)
    status, answer = ask(machine, "member", "/version")
    assert status == 0 and answer.startswith("HTTP/1.1 200 ") and "ApiVersion" in answer
    status, answer = ask(machine, "member", "/containers/json")
    assert answer.startswith("HTTP/1.1 403 ") and "CONTAINERS=1" in answer
    assert ask(machine, "stranger", "/version") == (13, "Permission denied\n")
    assert ask(machine, "member", "/version", socket="/run/docker.sock") == (13, "Permission denied\n")


def test_service_has_no_more_than_it_needs(machine):
    pid = listening(machine)
    status = dict(line.split(":\t", 1) for line in machine("cat", f"/proc/{pid}/status").splitlines() if ":\t" in line)
    identity = [machine("id", option, PROXY).strip() for option in ("-u", "-g")]
    assert [status[key].split() for key in ("Uid", "Gid")] == [[number] * 4 for number in identity]
    assert set(status["Groups"].split()) == {identity[1], machine("getent", "group", "docker").split(":")[2]}
    assert {status[key] for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    lines = machine("cat", f"/proc/{pid}/mountinfo").splitlines()
    mounts = {line.split()[4]: line.split()[5].split(",") for line in lines}
    assert "ro" in mounts["/"] and "ro" in mounts["/dev"] and "rw" in mounts["/run/docker-socket-proxy"]
    assert {"/home", "/root", "/tmp"} <= mounts.keys()


@pytest.mark.parametrize("command, says", [
    ("touch /run/docker-socket-proxy/there && rm /run/docker-socket-proxy/there", ""),
    ("touch /etc/there", "Read-only file system"),
    ("touch /run/there", "denied"),
    ("ls /home", "denied"),
    ("ls /proc/1", "No such file or directory"),
    ("cat /proc/sys/kernel/hostname", "No such file or directory"),
    ("ls /dev/vda /dev/mem", "No such file or directory"),
])
def test_where_the_service_is(machine, command, says):
    """Tried as its user, in its mounts."""
    pid = listening(machine)
    identity = [f"--set{kind}id={machine('id', f'-{kind[0]}', PROXY).strip()}" for kind in ("u", "g")]
    status, said = machine.run("nsenter", f"--target={pid}", "--mount", *identity, "sh", "-c", command)
    assert (says in said and status != 0) if says else (status, said) == (0, "")


def test_service_misses_nothing(machine):
    """Nothing that it wants is forbidden to it."""
    listening(machine)
    said = machine("journalctl", "--unit", SERVICE, "--output=cat")
    assert "confined: seccomp" in said and "cannot" not in said and "not permitted" not in said


def test_settings_that_are_changed(machine):
    """And what they grant passes, with the unit's restrictions in force."""
    text = (machine.root / DEFAULTS[1:]).read_text()
    try:
        machine.write(DEFAULTS, text + "CONTAINERS=1\nPOST=1\nMASK_ENV=1\n")
        machine("systemctl", "restart", SERVICE)
        listening(machine)
        status, answer = ask(machine, "member", "/containers/json")
        assert answer.startswith("HTTP/1.1 200 "), answer
    finally:
        machine.write(DEFAULTS, text)
        machine("systemctl", "restart", SERVICE)


@pytest.mark.parametrize("break_it, result, sentence", [
    (lambda path: path.unlink(), "resources", "Failed to load environment files: No such file or directory"),
    (lambda path: (path.unlink(), path.mkdir()), "resources", "Failed to load environment files: Is a directory"),
    (lambda path: path.write_text("CONTAINERS=maybe\n"), "exit-code", "CONTAINERS=\"maybe\": use 1"),
], ids=["missing", "a-folder", "a-mistake"])
def test_defaults_that_cannot_be_read(machine, break_it, result, sentence):
    """A sentence and a status: it does not start, for what was meant to be revoked is not known."""
    path = machine.root / DEFAULTS[1:]
    text = path.read_text()
    machine("systemctl", "stop", SERVICE)
    try:
        break_it(path)
        cursor = machine("journalctl", "--lines=0", "--show-cursor").split("cursor: ")[1].strip()
        status, said = machine.run("systemctl", "start", SERVICE)
        assert status != 0 and "failed" in said
        journal = machine("journalctl", f"--after-cursor={cursor}", "--output=cat", "--unit", SERVICE)
        assert sentence in journal, journal
        assert f"Failed with result '{result}'" in journal
    finally:
        machine("systemctl", "stop", SERVICE)  # it is tried again, a few times
        if path.is_dir():
            path.rmdir()
        path.write_text(text)
        machine("systemctl", "reset-failed", SERVICE)
        machine("systemctl", "start", SERVICE)
        listening(machine)


def test_upgrade_restarts_and_keeps_what_was_disabled(machine, packages):
    first = listening(machine)
    dpkg(machine, packages(PROXY, NEXT))
    assert listening(machine) != first
    machine("systemctl", "disable", "--now", SERVICE)
    dpkg(machine, packages(PROXY))
    assert machine.run("systemctl", "is-enabled", SERVICE) == (1, "disabled\n")
    machine("systemctl", "enable", "--now", SERVICE)


def test_removal_stops_it(machine, packages):
    """The last of them: what is installed again is started again."""
    listening(machine)
    machine("dpkg", "--remove", PROXY)
    assert machine.run("systemctl", "is-active", SERVICE)[0] != 0 and machine.run("test", "-e", SOCKET)[0] == 1
    dpkg(machine, packages(PROXY))
    listening(machine)
    assert machine("systemctl", "is-enabled", SERVICE) == "enabled\n"
    machine("dpkg", "--purge", PROXY)
    assert machine.run("systemctl", "cat", SERVICE)[0] == 1
