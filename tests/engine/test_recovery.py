"""The engine dies and comes back while the proxy runs."""

import json
import os

import pytest


def ask(proxy, target):
    connection = proxy.connection()
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


@pytest.fixture
def recovering(another_engine, proxy, cli, is_direct):
    if is_direct:
        pytest.skip("direct: nobody answers for an engine that is down")
    before = proxy(another_engine.socket, CONTAINERS="1")
    return another_engine, before, cli(before.hosts["tcp"])


@pytest.mark.parametrize("socket_file", ["left", "removed"])
def test_the_engine_dies_and_comes_back(recovering, socket_file):
    engine, proxy, docker = recovering
    with docker.stream("events", "--since", "1h") as events:
        assert docker("ps", "--quiet") == ""
        engine.kill()
        assert events.finish().status != 0  # a stream ends with its engine
    if socket_file == "removed":
        os.unlink(engine.socket)

    for _ in range(3):
        status, kind, body = ask(proxy, "/containers/json")
        assert (status, kind) == (503, "application/json")
        assert engine.socket in json.loads(body)["message"]
    done = docker.run("ps")
    assert done.status != 0 and engine.socket in done.err, done
    # A denial needs no engine.
    assert ask(proxy, "/images/json")[0] == 403

    engine.start()
    assert docker("ps", "--quiet") == ""
    assert docker("version", "--format", "{{.Server.Version}}") == engine.version


def test_an_idle_client_does_not_notice_a_restart(recovering):
    """Its connection, and the proxy's to the engine, are kept from before."""
    engine, proxy, _ = recovering
    client = proxy.connection()
    for restart in (engine.stop, engine.kill):
        client.request("GET", "/version")
        assert json.loads(client.getresponse().read())["Version"] == engine.version
        kept = client.sock
        restart()
        engine.start()
        client.request("GET", "/version")
        answer = client.getresponse()
        assert answer.status == 200 and client.sock is kept
        answer.read()
    client.close()
