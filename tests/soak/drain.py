"""`drain.py PORT COUNT`: takes so many endless answers at once, as fast as it can, until it is ended."""

import selectors
import socket
import sys

ASK = b"GET /v1.41/containers/x/export?bytes=%d HTTP/1.1\r\nHost: d\r\n\r\n" % (1 << 40)


def main(port, count):
    buffer = bytearray(1 << 20)
    with selectors.DefaultSelector() as selector:
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(ASK)
            selector.register(connection, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                key.fileobj.recv_into(buffer)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
