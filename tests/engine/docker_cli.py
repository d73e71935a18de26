"""The docker command line, pointed at one host, and its streams."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from dataclasses import dataclass

from private_engine import SAFETY_NET


@dataclass
class Result:
    status: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()

    def __str__(self):
        return f"status {self.status}\n{self.out[-2000:].decode(errors='replace')}\n{self.err[-2000:]}"


class Stream:
    """A running command line. End it by leaving its `with`."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self._watchdog = threading.Timer(SAFETY_NET, self.process.kill)
        self._watchdog.start()

    def line(self):
        """The next line of output, without its end; empty when there is none any more."""
        return self.process.stdout.readline().decode().rstrip("\r\n")

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def finish(self):
        """Closes its standard input and awaits its own end."""
        out, err = self.process.communicate()
        return Result(self.process.returncode, out, err.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Terminal:
    """A command line that has a terminal of 30 rows and 100 columns."""

    def __init__(self, command, environment):
        self._terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(command, env=environment, stdin=inner, stdout=inner, stderr=inner,
                                        start_new_session=True)
        os.close(inner)
        self._watchdog = threading.Timer(SAFETY_NET, self.process.kill)
        self._watchdog.start()
        self.seen = b""

    def send(self, text):
        os.write(self._terminal, text.encode())

    def read_until(self, text):
        """Everything shown so far; fails when the end comes before `text`."""
        while text.encode() not in self.seen:
            try:
                piece = os.read(self._terminal, 65536)
            except OSError:  # the last holder of the other side is gone
                piece = b""
            assert piece, f"ended before {text!r}: {self.seen!r}"
            self.seen += piece
        return self.seen.decode(errors="replace")

    def finish(self):
        """Awaits its end and gives its exit status."""
        while True:
            try:
                piece = os.read(self._terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            self.seen += piece
        return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._terminal)


class Docker:
    """docker("ps", "-a") gives its output; a status other than 0 fails the test."""

    def __init__(self, binary, host, config):
        self.binary = binary
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(config), "DOCKER_CONFIG": str(config),
                            "DOCKER_HOST": host, "DOCKER_CLI_HINTS": "false", "TERM": "dumb"}

    def command(self, arguments):
        return [self.binary, *(str(argument) for argument in arguments)]

    def run(self, *arguments, input=b"", **environment):
        """Whatever its status is; keywords are added to its environment."""
        source = {"stdin": input} if hasattr(input, "fileno") else {"input": input}
        done = subprocess.run(self.command(arguments), env={**self.environment, **environment},
                              capture_output=True, timeout=SAFETY_NET, **source)
        return Result(done.returncode, done.stdout, done.stderr.decode())

    def bytes(self, *arguments, input=b"", **environment):
        result = self.run(*arguments, input=input, **environment)
        assert result.status == 0, f"docker {' '.join(map(str, arguments))}: {result}"
        return result.out

    def __call__(self, *arguments, input=b"", **environment):
        return self.bytes(*arguments, input=input, **environment).decode().strip()

    def stream(self, *arguments):
        return Stream(self.command(arguments), self.environment)

    def terminal(self, *arguments):
        return Terminal(self.command(arguments), {**self.environment, "TERM": "xterm"})


class Podman(Docker):
    """podman --remote of the Debian in `root`, pointed at one host."""

    def __init__(self, root, host, config):
        super().__init__(root / "usr/bin/podman", host, config)
        [self.loader] = root.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*")  # its libraries are newer than this machine's

    def command(self, arguments):
        return [str(self.loader), "--library-path", str(self.loader.parent), str(self.binary), "--remote",
                "--url", self.environment["DOCKER_HOST"], *map(str, arguments)]
