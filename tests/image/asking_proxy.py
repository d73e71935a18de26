#!/usr/bin/python3
"""Stands in for CodesWhat/sockguard, as far as its adapter in conformance/targets/ goes: the usual variables, a question of its own
before an exec is started, and answers that it reads and writes anew, as it does to hide what they give away.
"""

import json
import os
import re
import sys

from regex_proxy import METHODS, Handler, UnixHTTPConnection, anchored, serve

SECTIONS = ["auth", "build", "commit", "configs", "containers", "distribution", "events", "exec", "grpc", "images", "info",
            "networks", "nodes", "plugins", "secrets", "services", "session", "swarm", "system", "tasks", "version", "volumes"]


def granted(name):
    return os.environ[name] == "1"


def allowed():
    """{method: expression}, as the usual variables have it."""
    sections = [section for section in SECTIONS if granted(section.upper())] + ["_ping"] * granted("PING")
    paths = [rf"{section}(/.*)?" for section in sections]
    paths += [r"containers/[a-zA-Z0-9_.-]+/" + verbs for name, verbs in [
        ("ALLOW_START", "start"), ("ALLOW_STOP", "stop"), ("ALLOW_RESTARTS", "(stop|restart|kill)")] if granted(name)]
    expression = anchored(f"(/v[0-9.]+)?/({'|'.join(paths)})" if paths else "[^\\x00-\\x{10FFFF}]")
    return {method: expression for method in METHODS if method in ("GET", "HEAD") or granted("POST")}


class Asking(Handler):
    def may_go_on(self, path):
        start = re.fullmatch(r"(?:/v[0-9.]+)?/exec/([^/]+)/start", path)
        if self.command != "POST" or not start:
            return True
        daemon = UnixHTTPConnection(self.server.socket_path)
        daemon.request("GET", f"/exec/{start[1]}/json", headers={"Host": "docker"})
        answer = daemon.getresponse().read()
        daemon.close()
        try:
            return "ContainerID" in json.loads(answer)
        except ValueError:
            return False

    def rewritten(self, path, status, fields, body):
        if self.command == "HEAD" or path.endswith("/_ping"):
            return status, fields, body
        try:
            return status, fields, json.dumps(json.loads(body), separators=(",", ":")).encode()
        except ValueError:
            return 502, [], b"Bad Gateway\n"


assert sys.argv[1:2] == ["serve"] and os.environ["SOCKGUARD_INSECURE_ALLOW_BODY_BLIND_WRITES"] == "true"
serve(int(os.environ["SOCKGUARD_LISTEN_ADDRESS"].removeprefix("127.0.0.1:")), os.environ["SOCKGUARD_UPSTREAM_SOCKET"], allowed(), Asking)
