"""Compose files, brought up by Compose itself: `docker compose`, or the docker-compose of Debian 12."""

import shutil
import subprocess

import pytest
from private_engine import SAFETY_NET

# Stands in for an application's image: it waits, whatever it is told, and calls are made in it.
WAITS = ["--change", 'ENTRYPOINT ["/bin/sh", "-c", "exec sleep 100000"]']


def compose_command(docker):
    if docker.run("compose", "version").status == 0:
        return [docker.binary, "compose"]
    alone = shutil.which("docker-compose")
    return [alone] if alone else pytest.skip("neither docker compose nor docker-compose is installed")


class Project:
    """One file, which lies in a folder of its own. Leave the `with`, and nothing of it is left."""

    def __init__(self, docker, file):
        self.docker, self.file = docker, file
        self.command = [*compose_command(docker), "--project-name", file.stem, "--file", str(file)]

    def __call__(self, *arguments):
        done = subprocess.run([*self.command, *arguments], env={**self.docker.environment, "COMPOSE_INTERACTIVE_NO_CLI": "1"},
                              cwd=self.file.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SAFETY_NET)
        assert done.returncode == 0, f"{self.command} {arguments}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def container(self, service):
        return self.docker("ps", "--quiet", "--filter", f"label=com.docker.compose.project={self.file.stem}",
                           "--filter", f"label=com.docker.compose.service={service}")

    def up(self, proxy):
        """Ready when it returns."""
        self("up", "--detach")
        with self.docker.stream("logs", "--follow", self.container(proxy)) as log:
            while " listening on " not in (line := log.line()):
                assert line, f"{proxy} ended: {self.docker.run('logs', self.container(proxy))}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self("down", "--volumes", "--timeout", "2")
