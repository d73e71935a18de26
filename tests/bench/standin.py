"""A stand-in for the Docker daemon where nginx cannot be one: `standin.py SOCKET`.

GET …/events    headers, one chunk, then silence for as long as the client stays
GET …/export    a chunked body of ?bytes=N in 32 KiB chunks, as the daemon sends one
PUT or POST     the body is read and forgotten (Content-Length or chunked), then 200
anything else   200 and two bytes
"""

import re
import selectors
import socket
import sys
import threading

BUFFER = 1 << 20
CHUNK = 32 << 10
LAST_CHUNK = b"0\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b'{"Type":"container","Action":"start"}\n'
SHORT_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"
LAST_ANSWER = SHORT_ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def export(connection, size):
    block = chunk(bytes(CHUNK)) * (BUFFER // CHUNK)
    connection.sendall(CHUNKED_HEAD)
    for _ in range(size // BUFFER):
        connection.sendall(block)
    connection.sendall(LAST_CHUNK)


def swallow(connection, head, read):
    """The sender's bodies hold no CR, so a chunked one ends where the last chunk's bytes are first seen at its end."""
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    if re.search(rb"(?i)\r\nexpect: *100-continue", head):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    buffer, tail, count = bytearray(BUFFER), read[-len(LAST_CHUNK):], len(read)
    while count < int(length[1]) if length else tail != LAST_CHUNK:
        got = connection.recv_into(buffer)
        if not got:
            return
        count += got
        tail = (tail + buffer[max(0, got - len(LAST_CHUNK)):got])[-len(LAST_CHUNK):]
    connection.sendall(LAST_ANSWER)


def bulk(connection, head, read):
    """In a thread of its own, and the connection ends with it."""
    with connection:
        connection.setblocking(True)
        try:
            if head.startswith(b"GET "):
                export(connection, int(re.search(rb"/export\?bytes=(\d+)", head)[1]))
                connection.shutdown(socket.SHUT_WR)
            else:
                swallow(connection, head, read)
        except OSError:
            pass  # the client left: normal


def answer(connection, selector, heads):
    """One readiness of one connection."""
    try:
        data = connection.recv(65536)
    except OSError:
        data = b""
    received = heads.get(connection, b"") + data
    head, end, rest = received.partition(b"\r\n\r\n")
    if data and not end:
        heads[connection] = received
        return
    heads.pop(connection, None)
    target = head.split(b" ")[1] if end else b""
    if not data:
        selector.unregister(connection)
        connection.close()
    elif b"/export?bytes=" in target or head.startswith((b"PUT ", b"POST ")):
        selector.unregister(connection)
        threading.Thread(target=bulk, args=(connection, head, rest), daemon=True).start()
    elif target.partition(b"?")[0].endswith(b"/events"):
        connection.sendall(CHUNKED_HEAD + chunk(EVENT))
    else:
        connection.sendall(SHORT_ANSWER)


def serve(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(4096)
    selector, heads = selectors.DefaultSelector(), {}
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ)
            else:
                answer(key.fileobj, selector, heads)


if __name__ == "__main__":
    serve(sys.argv[1])
