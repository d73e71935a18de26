#!/usr/bin/python3
"""Stands in for two proxies that Debian does not have, as far as their adapters in conformance/targets/ give them flags.

wollomatic/socket-proxy takes a regular expression a method, CetusGuard a rule of methods and one; both match it, anchored
at both ends, against the path decoded once. Everything else here is as plain as can be.
"""

import argparse
import re
import signal
import sys
import urllib.parse
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))
from private_engine import UnixHTTPConnection  # noqa: E402: from the folder just added

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def anchored(pattern):
    return re.compile("^" + pattern.replace(r"\x{10FFFF}", r"\U0010ffff") + r"\Z")  # Go's spelling


def parse(words):
    """(port, the daemon's socket, {method: expression})"""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-loglevel", "-log-level")
    # wollomatic
    parser.add_argument("-allowfrom", default="127.0.0.1/32")
    parser.add_argument("-listenip", default="127.0.0.1")
    parser.add_argument("-proxyport", type=int)
    parser.add_argument("-socketpath")
    for method in METHODS:
        parser.add_argument(f"-allow{method}")
    # CetusGuard
    parser.add_argument("-frontend-addr")
    parser.add_argument("-backend-addr")
    parser.add_argument("-no-builtin-rules", action="store_true")
    parser.add_argument("-rules")
    given = vars(parser.parse_args(words))
    if given["rules"] is None:
        assert (given["allowfrom"], given["listenip"]) == ("127.0.0.1/32", "127.0.0.1")
        return given["proxyport"], given["socketpath"], {
            method: anchored(given[f"allow{method}"]) for method in METHODS if given[f"allow{method}"]}
    assert given["no_builtin_rules"]
    methods, pattern = given["rules"].split(maxsplit=1)
    return (int(given["frontend_addr"].removeprefix("tcp://127.0.0.1:")), given["backend_addr"].removeprefix("unix://"),
            dict.fromkeys(methods.split(","), anchored(pattern)))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one(self):
        expression = self.server.allowed.get(self.command)
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if not expression or not expression.match(path):
            self.say(403, [], b"Forbidden\n")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.may_go_on(path):
            self.say(502, [], b"Bad Gateway\n")
            return
        daemon: HTTPConnection = UnixHTTPConnection(self.server.socket_path)
        daemon.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            daemon.putheader(name, value)
        daemon.endheaders(body)
        answer = daemon.getresponse()
        self.say(*self.rewritten(path, answer.status, answer.getheaders(), answer.read()))
        daemon.close()

    def may_go_on(self, _path):
        return True

    def rewritten(self, _path, status, fields, body):
        return status, fields, body

    def say(self, status, fields, body):
        self.send_response_only(status)
        for name, value in fields:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_one

    def log_message(self, *_):
        pass


def serve(port, socket_path, allowed, handler=Handler):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.socket_path, server.allowed = socket_path, allowed
        server.serve_forever(0.05)


if __name__ == "__main__":
    serve(*parse(sys.argv[1:]))
