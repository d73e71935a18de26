"""docker-py: it reads the hijacked connection itself, and asks for the API version by GET /version."""

import io
import os
import tarfile

import pytest

docker = pytest.importorskip("docker")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # docker-py 5 on Python 3.11


@pytest.fixture(params=["tcp", "unix"])
def client(request, open_proxy, is_direct):
    if is_direct and request.param == "tcp":
        pytest.skip("direct: the engine has no TCP listener")
    client = docker.DockerClient(base_url=open_proxy.hosts[request.param], version="auto", timeout=120)
    yield client
    client.close()


@pytest.fixture
def container(client, idle):
    return client.containers.get(idle)


def test_version(client, engine):
    assert client.version()["Version"] == engine.version
    assert client.api._version == engine.api_version


def test_run(client, busybox):
    assert client.containers.run(busybox, "echo hello", remove=True, network_mode="none") == b"hello\n"


def test_exec(container):
    status, (out, err) = container.exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
    assert (status, out, err) == (3, b"out\n", b"err\n")


def test_exec_first_bytes_arrive(container):
    """What follows the 101 head at once must not be lost: its reader swallows what arrives with a late head."""
    for i in range(20):
        assert container.exec_run(["echo", str(i)]).output == b"%d\n" % i


def test_exec_stream(container):
    out = container.exec_run(["sh", "-c", "for i in 1 2 3; do echo $i; done"], stream=True).output
    assert b"".join(out) == b"1\n2\n3\n"


def test_exec_socket_half_close(container):
    """Without a terminal; what cat has to say comes after our end."""
    execution = container.client.api.exec_create(container.id, ["wc", "-c"], stdin=True)
    stream = container.client.api.exec_start(execution["Id"], socket=True)
    peer = getattr(stream, "_sock", stream)
    peer.sendall(bytes(100_000))
    peer.shutdown(1)
    frame = b""
    while piece := peer.recv(4096):
        frame += piece
    assert frame == bytes([1, 0, 0, 0, 0, 0, 0, 7]) + b"100000\n"
    stream.close()


def test_attach_socket(client, name, busybox):
    created = client.containers.create(busybox, "cat", name=name, stdin_open=True, network_mode="none")
    stream = created.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    peer = getattr(stream, "_sock", stream)
    created.start()
    for word in (b"one\n", b"two\n"):
        peer.sendall(word)
        frame = b""
        while len(frame) < 8 + len(word):
            piece = peer.recv(8 + len(word) - len(frame))
            assert piece, frame
            frame += piece
        assert frame == bytes([1, 0, 0, 0, 0, 0, 0, len(word)]) + word
    stream.close()


def test_logs(client, echoing, say):
    container = client.containers.get(echoing)
    log = container.logs(stream=True, follow=True)
    assert next(log) == b"ready\n"
    say("more")
    assert next(log) == b"more\n"
    log.close()
    assert container.logs(tail=1) == b"more\n"


def test_events(client, container):
    events = client.events(decode=True, filters={"container": container.name}, since=1)
    assert [next(events)["Action"], next(events)["Action"]] == ["create", "start"]
    container.pause()
    assert next(events)["Action"] == "pause"
    container.unpause()
    assert next(events)["Action"] == "unpause"
    events.close()


def test_archive(container):
    data = os.urandom(4 << 20)
    sent = io.BytesIO()
    with tarfile.open(fileobj=sent, mode="w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    assert container.put_archive("/tmp", sent.getvalue())
    pieces, facts = container.get_archive("/tmp/file")
    assert facts["size"] == len(data)
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        assert tar.extractfile("file").read() == data


def test_denial_is_an_api_error(default_proxy):
    client = docker.DockerClient(base_url=default_proxy.hosts["tcp"], version="auto")
    try:
        with pytest.raises(docker.errors.APIError) as error:
            client.containers.list()
        assert error.value.status_code == 403 and "CONTAINERS=1" in error.value.explanation
    finally:
        client.close()
