"""The shipped program's own instructions for each of a few fixed exchanges, against what they were: no more and no less by 5 %.

Figures hold for one architecture and compiler; elsewhere the measured ones are told, for a row in instructions.tsv. Whoever
means to change what an exchange costs changes its row with it.
"""

import csv
import http.client
import platform
import re
import socket
import subprocess
import threading
from dataclasses import dataclass, field

import pytest

import instructions
import running

PROGRAM = running.HERE.parents[1] / "build/release/proxy/docker-socket-proxy"
STORED = running.HERE / "instructions.tsv"
TOLERANCE = 0.05


def message(*lines, body=b""):
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Exchange:
    request: bytes
    status: int = 200
    answer: bytes = message("HTTP/1.1 200 OK", "Content-Length: 2", body=b"OK")
    settings: dict = field(default_factory=dict)


CREATE = b'{"Image":"alpine","Cmd":["sleep","9"],"HostConfig":{"Binds":["data:/data"],"Memory":67108864,"NetworkMode":"bridge"}}'
EXCHANGES = {
    "allowed": Exchange(message("GET /v1.41/containers/json HTTP/1.1", "Host: docker", "User-Agent: client")),
    "denied": Exchange(message("GET /v1.41/secrets HTTP/1.1", "Host: docker", "User-Agent: client"), 403),
    "chunked-answer": Exchange(
        message("GET /v1.41/containers/x/logs?stdout=1 HTTP/1.1", "Host: docker"),
        answer=message("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n" * 8 + b"0\r\n\r\n")),
    "body": Exchange(
        message("POST /v1.41/containers/create HTTP/1.1", "Host: docker", f"Content-Length: {len(CREATE)}", body=CREATE),
        settings={"POST": "1"}),
    "guarded": Exchange(
        message("POST /v1.41/containers/create HTTP/1.1", "Host: docker", "Content-Type: application/json",
                f"Content-Length: {len(CREATE)}", body=CREATE),
        settings={"POST": "1", "GUARD": "1"}),
}


def serve(connection, exchange):
    """A daemon's connection: an answer in one piece for each whole request."""
    with connection:
        got = b""
        while data := connection.recv(65536):
            got += data
            head, end, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if end and len(body) >= (int(length[1]) if length else 0):
                connection.sendall(exchange.answer)
                got = b""


@pytest.fixture
def daemon(tmp_path):
    """daemon(exchange): the path of a socket where it is answered."""
    with socket.socket(socket.AF_UNIX) as listener:
        path = str(tmp_path / "docker.sock")
        listener.bind(path)
        listener.listen()

        def answering(exchange):
            def accept():
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return  # closed: the test is over
                    threading.Thread(target=serve, args=(connection, exchange), daemon=True).start()
            threading.Thread(target=accept, daemon=True).start()
            return path

        yield answering
        listener.shutdown(socket.SHUT_RDWR)


def asking(exchange):
    """ask(port, count): how many of them were answered, on one connection and one after the other."""
    def ask(port, count):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            for answered in range(count):
                connection.sendall(exchange.request)
                with http.client.HTTPResponse(connection) as answer:
                    answer.begin()
                    if answer.status != exchange.status or not answer.read():
                        return answered
        return count
    return ask


def built_by():
    """What made the program, as it says itself: "x86_64 GCC 12.2"."""
    comment = subprocess.run(["readelf", "--string-dump=.comment", PROGRAM], check=True, capture_output=True, text=True).stdout
    version = re.search(r"GCC: .*?(\d+\.\d+)\.\d+$", comment, re.MULTILINE)
    return f"{platform.machine()} GCC {version[1]}" if version else f"{platform.machine()} {comment.split()[-1]}"


def stored():
    with open(STORED, newline="") as file:
        return {(row["built by"], row["exchange"]): int(row["instructions"]) for row in csv.DictReader(file, delimiter="\t")}


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_costs_what_it_did(name, daemon, tmp_path):
    if not PROGRAM.exists():
        pytest.skip("build/release is not built")
    exchange = EXCHANGES[name]
    measured = instructions.perRequest(running.Peer("ours", "", (str(PROGRAM),)), daemon(exchange), tmp_path, asking(exchange), exchange.settings)
    assert not measured["wrong"]
    now, was = measured["instructions/request"], stored().get((built_by(), name))
    if not was:
        pytest.skip(f"instructions.tsv has no row for {built_by()}, {name}: {now:.0f}")
    assert abs(now - was) <= TOLERANCE * was, f"{now:.0f} instructions, stored are {was}"


def test_every_stored_figure_is_of_an_exchange():
    rows = stored()
    assert rows and {name for _, name in rows} == set(EXCHANGES)
