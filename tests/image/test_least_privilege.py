"""What the running process is, as the host's /proc tells, for each way to start it."""

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest

NOTHING = ["0000000000000000"]
SETS = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]
NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root only: sockets of other owners, and /proc of others")


@pytest.fixture(scope="module")
def group(under_test, image):
    """That of the engine's socket."""
    return os.stat(under_test.socket).st_gid


@pytest.fixture
def folder():
    """Entered by everybody, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="docker-image-") as path:
        os.chmod(path, 0o755)
        yield Path(path)


def identity(status):
    """(uid, gid) when all four of each are the same"""
    assert len(set(status["Uid"])) == 1 and len(set(status["Gid"])) == 1, status
    return int(status["Uid"][0]), int(status["Gid"][0])


def assert_powerless(status, may_bound=True):
    """The bounding set can be emptied with CAP_SETPCAP only; what is left there no_new_privs puts out of reach."""
    sets = SETS if may_bound else [name for name in SETS if name != "CapBnd"]
    assert {name: status[name] for name in sets} == dict.fromkeys(sets, NOTHING)
    assert status["NoNewPrivs"] == ["1"]


@pytest.fixture
def bearable(at_engine):
    """bearable(flags): skips where this machine lets no container have them."""
    from under_test import HELPER

    def check(flags):
        done = at_engine.run("run", "--rm", "--network", "none", *flags, HELPER, "true")
        if done.status != 0:
            pytest.skip(f"{flags[0]} is not to be had here: {done.err.splitlines()[0][-150:]}")
    return check


FLAGS = {
    "as-is": ([], NOBODY, "{group}"),
    "privileged": (["--privileged"], NOBODY, "{group}"),
    "read-only": (["--read-only"], NOBODY, "{group}"),
    "no-new-privileges": (["--security-opt", "no-new-privileges"], NOBODY, "{group}"),
    "group-add": (["--group-add", "4711"], NOBODY, "{group}"),
    "user": (["--user", "65534:{group}"], NOBODY, "{group}"),
    "user-and-group-add": (["--user", "65534:4711", "--group-add", "{group}"], NOBODY, "4711"),
    "cap-drop-all": (["--cap-drop", "ALL"], 0, "0"),  # cannot change its ids, and root owns the socket
    "cap-drop-all-but-two": (["--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID"], NOBODY, "{group}"),
    "everything": (["--user", "65534:{group}", "--read-only", "--cap-drop", "ALL", "--security-opt",
                    "no-new-privileges"], NOBODY, "{group}"),
    "everything-as-root": (["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"], 0, "0"),
}


@pytest.mark.parametrize("row", FLAGS)
def test_flags(container, group, row, bearable):
    flags, uid, gid = FLAGS[row]
    if row == "privileged":
        bearable(flags)
    proxy = container(flags=[flag.format(group=group) for flag in flags])
    assert proxy.request("GET", "/_ping") == (200, "OK"), proxy.log()
    assert proxy.denies("GET", "/containers/json")
    status = proxy.status
    assert identity(status) == (uid, int(gid.format(group=group)))
    assert_powerless(status, may_bound=row not in ("user", "user-and-group-add", "cap-drop-all-but-two"))
    assert [line for line in proxy.lines_at_start if f"running as uid {uid} gid {gid.format(group=group)}" in line
            and "no capabilities" in line] == proxy.lines_at_start, "a healthy start is one line"


def test_groups_of_root_are_left(container):
    assert set(container(flags=["--group-add", "4711"]).status["Groups"]) == set()


def test_writes_nothing(container, at_engine):
    proxy = container(variables={"LOG_LEVEL": "debug"})
    proxy.request("GET", "/_ping")
    changes = {line.split()[1] for line in at_engine("diff", proxy.name).splitlines()}
    assert changes <= {"/var", "/var/run", "/var/run/docker.sock"}, "only the mount point of the socket"


SOCKETS = {  # owner, group, mode, and who the proxy becomes
    "usual": (0, 4711, 0o660, (NOBODY, 4711)),
    "root-s-group": (0, 0, 0o660, (NOBODY, 0)),
    "root-alone": (0, 0, 0o600, (0, 0)),
    "a-user-s": (1000, 1001, 0o660, (NOBODY, 1001)),
    "a-user-alone": (1000, 1001, 0o600, (1000, 1001)),
    "everybody": (0, 4711, 0o666, (NOBODY, 4711)),
}


@pytest.mark.parametrize("row", SOCKETS)
def test_socket_s_owner(container, stand_in, folder, row):
    uid, gid, mode, becomes = SOCKETS[row]
    stand_in(folder / "s", uid=uid, gid=gid, mode=mode)
    proxy = container(socket=folder / "s")
    assert proxy.request("GET", "/_ping")[0] == 200, proxy.log()
    assert identity(proxy.status) == becomes
    assert_powerless(proxy.status)


def in_folder(folder):
    return {"socket": None, "variables": {"SOCKET_PATH": "/host/s"}, "flags": ["--volume", f"{folder}:/host"]}


def test_restarted_daemon_is_found_again(container, stand_in, folder):
    daemon = stand_in(folder / "s", gid=4711)
    proxy = container(**in_folder(folder))
    assert proxy.request("GET", "/_ping")[0] == 200
    daemon.end()
    assert proxy.request("GET", "/_ping")[0] == 503
    stand_in(folder / "s", gid=4711)
    assert proxy.request("GET", "/_ping")[0] == 200


LATER = {  # flags, the group of the socket that comes, whether it is reached without a new start
    "root-s-group": ([], 0, True),
    "group-add": (["--group-add", "4711"], 4711, True),
    "another-group": ([], 4711, False),
}


@pytest.mark.parametrize("row", LATER)
def test_socket_missing_at_start(container, stand_in, folder, row):
    """Whose it will be is not known then; the process is nobody all the same."""
    flags, gid, reached = LATER[row]
    where = in_folder(folder)
    proxy = container(**{**where, "flags": where["flags"] + flags})
    assert any("is not there yet" in line for line in proxy.lines_at_start)
    status, body = proxy.request("GET", "/_ping")
    assert status == 503 and "/host/s does not exist" in json.loads(body)["message"]
    assert identity(proxy.status) == (NOBODY, 0)
    assert_powerless(proxy.status)
    stand_in(folder / "s", gid=gid)
    assert proxy.request("GET", "/_ping")[0] == (200 if reached else 503)
    again = container(**where)
    assert again.request("GET", "/_ping")[0] == 200
    assert identity(again.status) == (NOBODY, gid)


def test_socket_it_cannot_open_is_explained(container, stand_in, folder):
    stand_in(folder / "s", gid=4711)
    proxy = container(socket=folder / "s", flags=["--user", "1234:1235"])
    status, body = proxy.request("GET", "/_ping")
    message = json.loads(body)["message"]
    assert status == 503
    for part in ("/var/run/docker.sock", "uid 1234 gid 1235", "uid 0 gid 4711, mode 0660", "--user 65534:4711"):
        assert part in message
    assert message.partition(": ")[2] in proxy.log(), "said at start, too"
    assert container(socket=folder / "s", flags=["--user", "65534:4711"]).request("GET", "/_ping")[0] == 200


def test_folder_mounted_in_place_of_the_socket_is_told(container, folder):
    """What docker makes of a --volume whose source is not there."""
    proxy = container(socket=folder / "missing")
    status, body = proxy.request("GET", "/_ping")
    assert status == 503 and "/var/run/docker.sock is not a socket but a folder" in json.loads(body)["message"]
    assert identity(proxy.status) == (NOBODY, NOBODY)


def test_stale_mount_is_told(container, stand_in, folder):
    """A daemon that has started again made another socket; what is mounted is still the old one."""
    daemon = stand_in(folder / "s", gid=4711)
    proxy = container(socket=folder / "s")
    daemon.end()
    stand_in(folder / "s", gid=4711)
    status, body = proxy.request("GET", "/_ping")
    assert status == 503 and "restart this container, or mount the folder" in json.loads(body)["message"]


# ---- no network, no IPv6 ------------------------------------------------------------------------------

LISTENER = {"BIND_CONFIG": "/run/proxy/docker.sock mode 660 gid 4712"}
UNIX_ONLY = {
    "as-root": ([], 0),
    "as-nobody": (["--user", "65534:{group}", "--group-add", "4712"], NOBODY),
    "hardened": (["--user", "65534:{group}", "--group-add", "4712", "--read-only", "--cap-drop", "ALL", "--security-opt",
                  "no-new-privileges"], NOBODY),
}


@pytest.mark.parametrize("row", UNIX_ONLY)
def test_unix_listener_without_network(container, cli, group, folder, row):
    flags, owner = UNIX_ONLY[row]
    os.chown(folder, owner, -1)
    flags = [flag.format(group=group) for flag in flags] + ["--volume", f"{folder}:/run/proxy"]
    listener = folder / "docker.sock"
    for _ in range(2):  # also over what the first one has left, where it could not remove it
        proxy = container(LISTENER, flags, network="none")
        facts = os.stat(listener)
        assert (stat.S_IMODE(facts.st_mode), facts.st_gid) == (0o660, 4712)
        client = cli(f"unix://{listener}")
        assert client("version", "--format", "{{.Server.Version}}")
        assert "is not granted" in client.run("ps").err
        assert identity(proxy.status) == (NOBODY, group)
        proxy.stop()
        assert listener.exists() == (owner == 0), "removed where its folder lets the process"


def test_kernel_without_ipv6(container, tmp_path):
    """socket(AF_INET6, …) fails, as it does there."""
    profile = tmp_path / "no-ipv6.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 10, "op": "SCMP_CMP_EQ"}]}]}))
    proxy = container({"BIND_CONFIG": "[::]:2375 v4v6"}, ["--security-opt", f"seccomp={profile}"], network="none")
    assert any("has no IPv6" in line for line in proxy.lines_at_start)
    assert proxy.docker("exec", proxy.name, "/docker-socket-proxy", "--healthcheck") == "healthy"


def test_ipv6_switched_off(container):
    proxy = container({"BIND_CONFIG": "[::]:2375 v4v6"}, ["--sysctl", "net.ipv6.conf.all.disable_ipv6=1"], network="none")
    assert proxy.docker("exec", proxy.name, "/docker-socket-proxy", "--healthcheck") == "healthy"


def test_disable_ipv6(container):
    proxy = container({"BIND_CONFIG": "[::]:2375 v4v6", "DISABLE_IPV6": "1"}, network="none")
    assert "listening on 0.0.0.0:2375" in proxy.log()
    assert proxy.docker("exec", proxy.name, "/docker-socket-proxy", "--healthcheck") == "healthy"
