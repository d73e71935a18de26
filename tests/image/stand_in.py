"""A daemon for where only the proxy matters: it answers all with 200 and tells what it was asked."""

import contextlib
import json
import os
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        body = json.dumps(self.server.body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass


class StandIn(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path, uid=-1, gid=-1, mode=0o660, body=None):
        self.path, self.asked, self.connections = str(path), [], set()
        self.body = {} if body is None else body
        super().__init__(self.path, Handler)
        os.chown(self.path, uid, gid)
        os.chmod(self.path, mode)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def end(self):
        """As a daemon that stops: the socket's file goes with it. May be called again."""
        if self.path:
            self.shutdown()
            self.server_close()
            for connection in list(self.connections):  # the proxy keeps some
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)
            self.path = ""

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def __exit__(self, *_):
        self.end()
