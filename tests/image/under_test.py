"""What the tests of this run are run against: an image on an engine, or the binary before the mock daemon.

Decided once, before the first test; whatever makes all tests pointless ends the run with one line.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from docker_cli import Docker
from engines import DEFAULT_SOCKET, EngineOnThisNetwork, is_socket, silence
from private_engine import REPOSITORY, CannotRun, busybox_root, make_root

IMAGE = "docker-socket-proxy:local"
BASE = "debian:bookworm-slim"
HELPER = "docker-socket-proxy-tests/busybox:latest"  # what the containers are of that the tests look at
BUILD = REPOSITORY / os.environ.get("DSP_BUILD", "build/dev")
PROXY = BUILD / "proxy/docker-socket-proxy"
MOCK = BUILD / "mockdocker/mockdockerd"


class Stop(Exception):
    """Why there is nothing to test, for people, in one line."""


@dataclass
class UnderTest:
    image: str = ""    # "": native
    socket: str = ""   # the engine's
    docker: str = ""   # the command line's binary
    private: bool = False
    why: str = ""      # native: what is missing for an engine

    def __str__(self):
        if not self.image:
            return f"the native {PROXY} before mockdockerd, for there is no engine here: {self.why}"
        whose = "a private engine" if self.private else "the engine"
        return f"containers of {self.image} on {whose} at {self.socket}"


def decide(native, prebuild, image, environment, cleanup, say):
    """An UnderTest whose engine answers and whose image is there, or raises Stop. `cleanup`: an ExitStack."""
    required = [word for word, is_set in (("--prebuild", prebuild),
                                          ("DSP_REQUIRE_ENGINE=1", environment.get("DSP_REQUIRE_ENGINE") == "1")) if is_set]
    if native:
        if required:
            raise Stop(f"--native is without an engine, and {required[0]} needs one: leave one of them away")
        return built("--native")
    socket = engine_of(environment)
    if socket:
        chosen = UnderTest(image, socket, command_line())
        cli = docker_at(chosen, cleanup)
        if prebuild:
            build(cli, image, say)
        elif cli.run("image", "inspect", image).status != 0:
            raise Stop(f"there is no image {image} on the engine at {socket}: build it with --prebuild, or name another "
                       "with --image or DOCKER_IMAGE_NAME")
        add_helper(cli, cleanup)
        return chosen
    try:
        return on_private_engine(image, cleanup, say)
    except CannotRun as reason:
        why = one_line(reason)
    if required:
        raise Stop(f"{required[0]} needs an engine, but none answers at {DEFAULT_SOCKET}, and {why}")
    return built(why)


def built(why):
    """The binary of this tree; `why` there is no engine."""
    for binary in (PROXY, MOCK):
        if not os.access(binary, os.X_OK):
            raise Stop(f"no engine ({why}), and no {binary} to test without one: cmake --preset dev && cmake --build "
                       "build/dev (or DSP_BUILD=FOLDER)")
    return UnderTest(why=why)


def engine_of(environment):
    """The socket of the engine that a docker command line would use; "" when there is none."""
    host = environment.get("DOCKER_HOST")
    if not host:
        return DEFAULT_SOCKET if is_socket(DEFAULT_SOCKET) and not silence(DEFAULT_SOCKET) else ""
    if not host.startswith("unix://"):
        raise Stop(f"DOCKER_HOST={host}: the tests look at processes and sockets of the engine's machine, so it must be "
                   "this one: unix:///path, or unset it")
    if why := silence(host.removeprefix("unix://")):
        raise Stop(f"no Docker engine answers at DOCKER_HOST={host} ({why}): start it, or unset DOCKER_HOST")
    return host.removeprefix("unix://")


def command_line():
    docker = shutil.which("docker")
    if not docker:
        raise Stop("the docker command line is not installed (Debian: docker.io)")
    return docker


def on_private_engine(image, cleanup, say):
    """With an image of its own: an engine that is new has none."""
    engine = EngineOnThisNetwork()
    cleanup.callback(engine.remove)
    engine.start()
    chosen = UnderTest(image, engine.socket, engine.docker, private=True)
    cli = docker_at(chosen, cleanup)
    say(f"a private engine has no images: making {BASE} with debootstrap, then {image}")
    add_base(cli)
    build(cli, image, say)
    add_helper(cli, cleanup)
    return chosen


def docker_at(chosen, cleanup):
    config = tempfile.mkdtemp(prefix="docker-config-")
    cleanup.callback(shutil.rmtree, config)
    return Docker(chosen.docker, f"unix://{chosen.socket}", config)


def add_base(cli):
    with tempfile.TemporaryDirectory(prefix="docker-base-") as folder:
        root = Path(os.environ.get("DSP_TEST_CACHE") or folder).absolute() / "debian"
        make_root("debian", root)
        archive = Path(folder) / "debian.tar"
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        with open(archive, "rb") as tar:
            cli("import", "-", BASE, input=tar)


def add_helper(cli, cleanup):
    """Left alone when it is there: another run may be using it."""
    if cli.run("image", "inspect", HELPER).status == 0:
        return
    cli("import", "-", HELPER, input=busybox_root())
    cleanup.callback(cli.run, "rmi", "--force", HELPER)


def builder():
    """Which one is to be used is said by whoever runs the tests."""
    return {name: os.environ[name] for name in ("DOCKER_BUILDKIT",) if name in os.environ}


def build(cli, image, say):
    """Streams nothing: the log is kept, and shown by its last line where it fails."""
    log = REPOSITORY / "build/pytest-image.log"
    log.parent.mkdir(exist_ok=True)
    say(f"building {image}; its output goes to {log.relative_to(REPOSITORY)}")
    with open(log, "wb") as output:
        done = subprocess.run([cli.binary, "build", "--network", "host", "--tag", image, str(REPOSITORY)],
                              env={**cli.environment, **builder()}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] or ["without a word"]
        telling = [line for line in lines if re.search("error|invalid|denied|cannot", line, re.IGNORECASE)] or lines
        raise Stop(f"the build of {image} failed: {one_line(telling[-1])} (all of it: {log})")


def one_line(text):
    return re.sub(r"\s+", " ", str(text)).strip()[-300:]
