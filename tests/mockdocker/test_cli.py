"""The docker command line and docker-py work on the mock daemon: MOCKDOCKERD names the program.

Each case starts a daemon of its own, which ends with the pipe to its standard input, however the test ends.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

docker = pytest.importorskip("docker")

REPOSITORY = Path(__file__).resolve().parents[2]
MOCKDOCKERD = os.environ.get("MOCKDOCKERD", str(REPOSITORY / "build/dev/mockdocker/mockdockerd"))
COMMAND_LINE = os.environ.get("DOCKER", "/usr/bin/docker")


class Mock:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.socket = str(self.folder / "docker.sock")
        self.program = subprocess.Popen(
            [MOCKDOCKERD, "--socket", self.socket, "--control", str(self.folder / "control.sock"), "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert b"listening on" in self.program.stdout.readline()

    def docker(self, *arguments, **more):
        environment = dict(os.environ, DOCKER_CONFIG=str(self.folder), DOCKER_BUILDKIT="0")
        for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION"):
            environment.pop(name, None)
        return subprocess.run([COMMAND_LINE, "-H", f"unix://{self.socket}", *arguments], capture_output=True, text=True,
                              timeout=60, env=environment, **more)

    def tell(self, **command):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control.sock"))
            control.sendall(json.dumps(command).encode() + b"\n")
            return json.loads(control.makefile().readline())

    def end(self):
        self.program.stdin.close()
        assert self.program.wait(10) == 0


@pytest.fixture
def mock():
    with tempfile.TemporaryDirectory(prefix="mockdocker-") as folder:
        daemon = Mock(folder)
        yield daemon
        daemon.end()


@pytest.fixture
def cli(mock):
    if not shutil.which(COMMAND_LINE):
        pytest.skip(f"no {COMMAND_LINE}: install docker.io")
    return mock.docker


RUNS = [  # id, arguments, standard input, standard output, standard error, exit status
    ("echo", ["echo", "hi"], None, "hi\n", "", 0),
    ("both-streams", ["sh", "-c", "echo out; echo err >&2; exit 3"], None, "out\n", "err\n", 3),
    ("false", ["false"], None, "", "", 1),
]


@pytest.mark.parametrize("words, given, out, err, code", [row[1:] for row in RUNS], ids=[row[0] for row in RUNS])
def test_run(cli, words, given, out, err, code):
    done = cli("run", "--rm", "busybox", *words, input=given)
    assert (done.stdout, done.stderr, done.returncode) == (out, err, code)
    assert cli("ps", "-aq").stdout == ""


def test_run_with_standard_input_ends_with_it(cli):
    assert cli("run", "--rm", "-i", "busybox", "cat", input="ok\n").stdout == "ok\n"


def test_run_of_an_unknown_image_pulls_it(cli):
    done = cli("run", "--rm", "nowhere:1", "echo", "pulled")
    assert done.stdout == "pulled\n" and "Status: Downloaded newer image for nowhere:1" in done.stderr


def test_run_of_an_unknown_command_fails_as_with_an_engine(cli):
    done = cli("run", "--rm", "busybox", "nocmd")
    assert done.returncode == 127 and "executable file not found in $PATH" in done.stderr


@pytest.fixture
def container(mock, cli):
    done = cli("run", "-d", "--name", "c", "busybox", "sh", "-c", "echo started; sleep 1000")
    assert done.returncode == 0, done.stderr
    with subprocess.Popen([COMMAND_LINE, "-H", f"unix://{mock.socket}", "logs", "-f", "c"], stdout=subprocess.PIPE) as logs:
        assert logs.stdout.readline() == b"started\n"
        logs.terminate()
    return "c"


def test_exec(cli, container):
    assert cli("exec", container, "echo", "plain").stdout == "plain\n"
    assert cli("exec", "-i", container, "cat", input="in").stdout == "in"
    assert cli("exec", container, "sh", "-c", "exit 7").returncode == 7


@pytest.mark.skipif(not shutil.which("script"), reason="no script(1) to make a terminal with")
def test_exec_with_a_terminal(mock, cli, container):
    done = subprocess.run(["script", "-qec", f"{COMMAND_LINE} -H unix://{mock.socket} exec -it {container} tty", "/dev/null"],
                          capture_output=True, text=True, timeout=60, env=dict(os.environ, DOCKER_CONFIG=str(mock.folder)))
    assert "/dev/pts/0" in done.stdout


def test_a_container_s_life(cli, container):
    assert "started" in cli("logs", container).stdout
    assert cli("inspect", container, "--format", "{{.State.Status}}").stdout == "running\n"
    assert "sh" in cli("top", container).stdout
    assert cli("stop", container).stdout == "c\n"
    assert cli("wait", container).stdout == "143\n"
    assert cli("start", container).stdout == "c\n"
    assert cli("rename", container, "d").returncode == 0
    assert cli("rm", "-f", "d").stdout == "d\n"
    assert cli("ps", "-aq").stdout == ""


def test_follow_logs_and_events(mock, cli, container):
    command = [COMMAND_LINE, "-H", f"unix://{mock.socket}"]
    with subprocess.Popen([*command, "logs", "-f", container], stdout=subprocess.PIPE, text=True) as logs, \
            subprocess.Popen([*command, "events"], stdout=subprocess.PIPE, text=True) as events:
        assert logs.stdout.readline() == "started\n"
        assert mock.tell(do="wait", requests=1, head="/events")["ok"]
        assert cli("kill", container).returncode == 0
        assert "container kill" in events.stdout.readline()
        assert logs.wait(10) == 0
        events.terminate()


def test_build(cli, tmp_path):
    (tmp_path / "Dockerfile").write_text('FROM busybox\nRUN echo building\nCMD ["true"]\n')
    done = cli("build", "-t", "built:1", str(tmp_path))
    assert "Step 2/3 : RUN echo building\nbuilding\n" in done.stdout.replace(" ---> Running", "")
    assert "Successfully tagged built:1" in done.stdout
    assert "built" in cli("images").stdout


COMMANDS = [["version"], ["info"], ["ps"], ["images"], ["pull", "alpine:3"], ["network", "ls"], ["volume", "create", "v"],
            ["volume", "ls"], ["system", "df"], ["service", "ls"], ["node", "ls"], ["search", "x"], ["tag", "alpine", "a"],
            ["login", "-u", "a", "-p", "b", "localhost:1"], ["push", "alpine"], ["history", "alpine"], ["image", "prune", "-f"]]


@pytest.mark.parametrize("words", COMMANDS, ids=["-".join(words[:2]) for words in COMMANDS])
def test_command(cli, words):
    done = cli(*words)
    assert done.returncode == 0, done.stderr


def test_what_the_command_line_sent_is_recorded(mock, cli):
    cli("ps", "--all")
    answer = mock.tell(do="records", head="/containers/json")
    (request,) = answer["connections"][0]["requests"]
    assert request["target"] == "/v1.41/containers/json?all=1" and request["complete"] and request["status"] == 200


@pytest.fixture
def client(mock):
    client = docker.DockerClient(base_url=f"unix://{mock.socket}", version="auto")
    yield client
    client.close()


def test_docker_py_runs(client):
    assert client.ping()
    assert client.containers.run("busybox", "echo hi", remove=True) == b"hi\n"
    with pytest.raises(docker.errors.ContainerError) as failure:
        client.containers.run("busybox", ["sh", "-c", "echo no >&2; exit 2"])
    assert failure.value.exit_status == 2 and failure.value.stderr == b"no\n"


def test_docker_py_execs(client):
    container = client.containers.run("busybox", ["sleep", "1000"], detach=True)
    assert container.exec_run("echo x") == (0, b"x\n")
    assert container.exec_run(["sh", "-c", "echo e >&2; exit 4"], demux=True) == (4, (None, b"e\n"))
    container.stop()
    assert container.wait()["StatusCode"] == 143
    container.remove()


def test_docker_py_builds_pulls_and_listens(client):
    image, _ = client.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN echo hi\n"), tag="built:2")
    assert image.tags == ["built:2"]
    assert client.images.pull("debian", "12").tags == ["debian:12"]
    events = client.events(decode=True)
    client.containers.create("busybox", "true")
    assert next(events)["Action"] == "create"
    events.close()
    with pytest.raises(docker.errors.NotFound):
        client.containers.get("nope")
