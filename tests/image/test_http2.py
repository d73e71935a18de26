"""HTTP/2 by prior knowledge is answered in HTTP/1.1: 505.

That is a contract. Engines since 29.2 speak HTTP/2 on their socket, all of the API and BuildKit's services alike, and
clients begin to try it first. A gRPC client takes an answer in HTTP/1.1 as "unavailable" and falls back to POST /grpc,
which GRPC governs; a refusal in HTTP/2 would be "permission denied" and final. The preface must never reach the daemon:
behind it lies the whole API.
"""

import socket

import pytest
from private_engine import SAFETY_NET

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
EVERYTHING = {"GRPC": "1", "SESSION": "1", "BUILD": "1", "POST": "1"}


def answers(port, pieces):
    """All that comes; the client only waits once it has sent, as one that waits for SETTINGS does."""
    with socket.create_connection(("127.0.0.1", port), timeout=SAFETY_NET) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            peer.sendall(piece)
        with peer.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize("variables", [{}, EVERYTHING], ids=["by-default", "with-everything-for-builds"])
@pytest.mark.parametrize("pieces", [
    [PREFACE + SETTINGS],
    [PREFACE, SETTINGS],
    [PREFACE[:16]],
    [bytes([octet]) for octet in PREFACE[:16]],
], ids=["whole", "settings-apart", "its-first-line", "bytewise"])
def test_preface_is_answered_in_http_1_1(proxied, variables, pieces):
    got = answers(proxied(**variables).port, pieces)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 505 ") and b"\r\nConnection: close" in head
    assert body.startswith(b'{"message":')


def test_grpc_clients_take_it_as_unavailable(proxied):
    grpc = pytest.importorskip("grpc", reason="python3-grpcio is not installed")
    with grpc.insecure_channel(f"127.0.0.1:{proxied(**EVERYTHING).port}") as channel:
        info = channel.unary_unary("/moby.buildkit.v1.Control/Info")
        with pytest.raises(grpc.RpcError) as refused:
            info(b"", timeout=SAFETY_NET)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
