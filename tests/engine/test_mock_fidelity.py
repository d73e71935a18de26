"""The mock daemon answers as the engine does: the same requests to both, first to nodes of no swarm, then to managers.

Compared are status, framing, content type, the names of the header fields and, of errors, the body. What differs is
listed with its reason in mockdocker/fidelity-differences.tsv; a listed difference that has gone is a failure, too.
The engine is that of DSP_ENGINE_SOCKET, or else a private one. MOCKDOCKERD names the mock daemon's program.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from private_engine import REPOSITORY, busybox_root

MOCKDOCKERD = os.environ.get("MOCKDOCKERD", str(REPOSITORY / "build/dev/mockdocker/mockdockerd"))
ERROR_BODY_FROM = 400


def table(path, columns):
    rows = [line.rstrip("\n").split("\t") for line in open(path) if line.strip() and not line.startswith("#")]
    return [row + [""] * (columns - len(row)) for row in rows]


HERE = Path(__file__).parent
REQUESTS = table(HERE / "fidelity_requests.tsv", 4)
IN_A_SWARM = table(HERE / "fidelity_requests_in_a_swarm.tsv", 4)
DIFFERENCES = table(REPOSITORY / "mockdocker/fidelity-differences.tsv", 6)
OPERATIONS = table(REPOSITORY / "conformance/tables/operations.tsv", 11)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Daemon:
    """A docker socket with a running and a stopped container and two execs."""

    def __init__(self, path, image=None):
        self.path = path
        if image:
            self.call("POST", "/images/create?fromSrc=-&repo=busybox&tag=latest", image, "application/x-tar")
        self.names = {"running": self.create("sleep", "1000"), "stopped": self.create("true")}
        for name in self.names.values():
            self.call("POST", f"/containers/{name}/start")
        self.call("POST", f"/containers/{self.names['stopped']}/wait")
        for name in ("exec", "other"):
            self.names[name] = self.call("POST", f"/containers/{self.names['running']}/exec",
                                         {"Cmd": ["echo", "x"], "AttachStdout": True})["Id"]

    def call(self, method, target, body=None, kind="application/json"):
        connection = UnixConnection(self.path)
        connection.request(method, target, json.dumps(body) if isinstance(body, dict) else body, {"Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status < 400, (method, target, answer.status, text)
        connection.close()
        return json.loads(text) if text.startswith(b"{") and text.count(b"\n") == 1 else text

    def create(self, *words):
        return self.call("POST", "/containers/create", {"Image": "busybox:latest", "Cmd": list(words), "HostConfig": {"NetworkMode": "none"}})["Id"]

    def remove(self):
        for name in ("running", "stopped"):
            self.call("DELETE", f"/containers/{self.names[name]}?force=1")

    def filled(self, text):
        return re.sub(r"\{(\w+)\}", lambda name: self.names[name[1]], text)

    def ask(self, line, fields, body):
        """The bytes of the answer until it is complete, or for streams: until its head is."""
        line, body = self.filled(line), self.filled(body)
        if not re.search(r" HTT[PX]/\S+$", line):
            line += " HTTP/1.1"
        fields = fields.encode().decode("unicode_escape")
        fields = [] if fields == "!Host" else ["Host: docker"] + [fields] * bool(fields)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path)
            client.settimeout(30)
            client.sendall("\r\n".join([line, *fields, "", body.encode().decode("unicode_escape")]).encode("latin-1"))
            return read_answer(client, line.startswith("HEAD "))


def read_answer(client, bodiless):
    received = b""

    def more():
        nonlocal received
        got = client.recv(65536)
        received += got
        return got

    while b"\r\n\r\n" not in received and more():
        pass
    while received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
        while b"\r\n\r\n" not in received and more():
            pass
    head, _, received = received.partition(b"\r\n\r\n")
    answer = Answer(head.decode("latin-1"))
    if not bodiless and answer.status >= ERROR_BODY_FROM:
        if answer.framing.startswith("length"):
            while len(received) < answer.length and more():
                pass
        elif answer.framing == "close":
            while more():
                pass
        answer.body = received.decode()
    return answer


class Answer:
    def __init__(self, head):
        line, *lines = head.split("\r\n")
        self.line = line
        self.status = int(line.split(" ")[1])
        self.fields = {name.lower(): value for name, _, value in (field.partition(": ") for field in lines)}
        self.length = int(self.fields.get("content-length", 0))
        self.body = ""
        if "content-length" in self.fields:
            self.framing = "length"
        elif "transfer-encoding" in self.fields:
            self.framing = "chunked"
        else:
            self.framing = "none" if self.status in (101, 204, 304) else "close"

    def aspects(self, names):
        body = self.body
        for name, value in names.items():
            body = body.replace(value, "{" + name + "}")
        known = {"content-length", "transfer-encoding", "date"}
        return {
            "status": self.line,
            "framing": self.framing,
            "type": self.fields.get("content-type", "-"),
            "fields": " ".join(sorted(set(self.fields) - known)),
            "connection": self.fields.get("connection", "-"),
            "location": self.fields.get("location", "-"),
            "body": body,
        }


@pytest.fixture(scope="module")
def real(request):
    path = os.environ.get("DSP_ENGINE_SOCKET") or request.getfixturevalue("engine").socket
    daemon = Daemon(str(path), busybox_root())
    yield daemon
    daemon.remove()


@pytest.fixture(scope="module")
def engine_version(real):
    return real.call("GET", "/version")


@contextmanager
def mock_daemon(engine_version, *options):
    with tempfile.TemporaryDirectory(prefix="mockdocker-") as folder:
        path = f"{folder}/docker.sock"
        program = subprocess.Popen(
            [MOCKDOCKERD, "--socket", path, "--until-eof", "--api-version", engine_version["ApiVersion"],
             "--min-api-version", engine_version["MinAPIVersion"], *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert b"listening on" in program.stdout.readline()
        yield Daemon(path)
        program.stdin.close()
        assert program.wait(10) == 0


@pytest.fixture(scope="module")
def mock(engine_version):
    with mock_daemon(engine_version, "--no-swarm") as daemon:
        yield daemon


@pytest.fixture(scope="module")
def real_manager(real):
    real.call("POST", "/swarm/init", {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"})
    yield real
    real.call("POST", "/swarm/leave?force=1")


@pytest.fixture(scope="module")
def mock_manager(engine_version):
    with mock_daemon(engine_version) as daemon:
        yield daemon


def listed_differences(case, api):
    """Those that must be there, and those that may be."""
    listed = {aspect: reason for row, aspect, version, _, _, reason in DIFFERENCES if row == case and version in ("*", api)}
    may = {aspect for aspect, reason in listed.items() if reason.startswith("may: ")}
    return set(listed) - may, may


def compare(real, mock, api, case, line, fields, body):
    theirs = real.ask(line, fields, body).aspects(real.names)
    ours = mock.ask(line, fields, body).aspects(mock.names)
    differing = {aspect for aspect in theirs if theirs[aspect] != ours[aspect]}
    listed, may = listed_differences(case, api)
    shown = [f"{case}\t{aspect}\t{api}\t{theirs[aspect]!r}\t{ours[aspect]!r}" for aspect in sorted(differing)]
    assert differing - listed - may == set(), "differs from the engine:\n" + "\n".join(shown)
    assert listed - differing == set(), f"no longer differs, take it off the list: {sorted(listed - differing)}"


def each(requests):
    return pytest.mark.parametrize("request_row", requests, ids=[row[0] for row in requests])


@each(REQUESTS)
def test_same_answer(real, mock, engine_version, request_row):
    compare(real, mock, engine_version["ApiVersion"], *request_row)


@each(IN_A_SWARM)
def test_same_answer_in_a_swarm(real_manager, mock_manager, engine_version, request_row):
    compare(real_manager, mock_manager, engine_version["ApiVersion"], *request_row)


def test_every_listed_difference_is_of_a_request():
    assert {row[0] for row in DIFFERENCES} - {row[0] for row in REQUESTS + IN_A_SWARM} == set()


def operation(line):
    """The id of the operation that a request line asks: of those that fit, the one with the fewest variables."""
    method, target = line.split(" ")[:2]
    path = re.sub(r"^/v[\d.]+(?=/)", "", target.partition("?")[0])

    def fits(template):
        segments = template.split("/")
        return len(segments) == path.count("/") + 1 and all(
            asked == segment or (asked and segment.startswith("{")) for asked, segment in zip(path.split("/"), segments))

    fitting = [row for row in OPERATIONS if row[0] == method and fits(row[1])]
    return min(fitting, key=lambda row: row[1].count("{"))[2] if fitting else None


def test_every_operation_is_asked():
    def over_http_1(traits):
        return "h2c" not in traits or "hijack" in traits

    all_of_them = {row[2] for row in OPERATIONS[1:] if over_http_1(row[8].split(","))}
    assert all_of_them - {operation(row[1]) for row in REQUESTS} == set()
