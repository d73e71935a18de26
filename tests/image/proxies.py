"""The proxy under test, started with some variables: as a container, or natively."""

import itertools
import json
import os
from http.client import HTTPConnection

from private_engine import SAFETY_NET
from proxy_process import Proxy, free_port
from under_test import PROXY

counter = itertools.count(1)


def new_name():
    """Of a container; unique among all runs on an engine."""
    return f"proxy-{os.getpid()}-{next(counter)}"


class Answers:
    """What both have: `port` on 127.0.0.1."""

    @property
    def host(self):
        return f"tcp://127.0.0.1:{self.port}"

    def request(self, method, target, body=None):
        """(status, the body as text)"""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SAFETY_NET)
        try:
            connection.request(method, target, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def denies(self, method, target):
        """Whether it is the proxy that refuses; a denial must say so in the daemon's way."""
        status, body = self.request(method, target)
        if status != 403:
            return False
        assert "is not granted" in json.loads(body)["message"], body
        return True


class NativeProxy(Answers, Proxy):
    def __init__(self, socket, variables):
        Proxy.__init__(self, PROXY, socket, variables)


class ProxyContainer(Answers):
    """Ready when made, unless it ended: see `running`."""

    def __init__(self, docker, image, socket, variables=None, flags=(), network="host", name=None):
        self.docker = docker
        self.port = free_port()
        self.name = name or new_name()
        variables = {"BIND_CONFIG": f"127.0.0.1:{self.port}", **(variables or {})}
        settings = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        mount = ["--volume", f"{socket}:/var/run/docker.sock"] if socket else []
        docker("run", "--detach", "--name", self.name, "--network", network, *mount, *settings, *flags, image)
        self._await_start()

    def _await_start(self):
        self.lines_at_start = []
        with self.docker.stream("logs", "--follow", self.name) as log:
            while line := log.line():
                self.lines_at_start.append(line)
                if " listening on " in line:
                    return

    def inspect(self, template):
        return self.docker("inspect", "--format", template, self.name)

    @property
    def running(self):
        return self.inspect("{{.State.Running}}") == "true"

    @property
    def status(self):
        """Its /proc/PID/status, as the host sees it."""
        with open(f"/proc/{self.inspect('{{.State.Pid}}')}/status", encoding="ascii") as status:
            return {name: value.split() for name, value in (line.rstrip("\n").split(":", 1) for line in status)}

    def log(self):
        result = self.docker.run("logs", self.name)
        return (result.text + result.err).strip()

    def stop(self):
        """Must end on SIGTERM, with status 0."""
        self.docker("stop", "--time", str(SAFETY_NET), self.name)
        status, log = self.inspect("{{.State.ExitCode}}"), self.log()
        self.remove()
        assert status == "0", f"exit status after SIGTERM: {status}\n{log[-2000:]}"

    def remove(self):
        self.docker.run("rm", "--force", self.name)
