"""What the tests of the image and of the tree share: --prebuild, --native, --image, and the proxy under test.

With an engine (that of DOCKER_HOST or /var/run/docker.sock, else, for root, a private one) they are run against
containers of the image; without one, those that can be, against the native binary before the mock daemon.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
IMAGE = TESTS / "image"
sys.path += [str(IMAGE), str(TESTS / "engine")]

from under_test import MOCK  # noqa: E402: from the folder just added

os.environ.setdefault("MOCKDOCKERD", str(MOCK))  # tests/mockdocker reads it

MODULES = {"docker": "python3-docker", "yaml": "python3-yaml"}
UNDER_TEST = pytest.StashKey()


def pytest_addoption(parser):
    group = parser.getgroup("image", "the image under test")
    group.addoption("--native", action="store_true", help="test the binary before the mock daemon, whatever engine is there")
    group.addoption("--prebuild", action="store_true", help="build the image first")
    group.addoption("--image", metavar="NAME", help="the image to test, and to build with --prebuild (environment: "
                                                    "DOCKER_IMAGE_NAME; default: docker-socket-proxy:local)")


def is_wanted(config):
    """Whether the run has tests of this folder or of image/: those of the other folders do without an image."""
    if config.option.collectonly:
        return False
    places = [(config.invocation_params.dir / str(place).split("::")[0]).resolve() for place in config.args]
    return any(place in (TESTS, IMAGE, *TESTS.parents) or (place.parent in (TESTS, IMAGE) and place.is_file()) for place in places)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    config = session.config
    if hasattr(config, "workerinput"):  # pytest-xdist: the first process has decided
        given = config.workerinput.get("under_test")
        if given:
            from under_test import UnderTest
            config.stash[UNDER_TEST] = UnderTest(**json.loads(given))
        return
    if not is_wanted(config):
        return
    missing = [package for module, package in MODULES.items() if not importable(module)]
    if missing:
        raise pytest.UsageError(f"{sys.executable} lacks what Debian calls {' '.join(missing)}: use Debian's python3 "
                                "(script/setup installs all), or install them for this one")
    from under_test import IMAGE as DEFAULT, Stop, decide
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    cleanup = contextlib.ExitStack()
    config.add_cleanup(cleanup.close)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # timeout(1) ends a run as Ctrl-C does: an engine goes with it
    image = config.option.image or os.environ.get("DOCKER_IMAGE_NAME") or DEFAULT
    try:
        chosen = decide(config.option.native, config.option.prebuild, image, os.environ, cleanup, terminal.write_line)
    except Stop as reason:
        raise pytest.UsageError(str(reason)) from None  # one line, where pytest.exit() would print two
    terminal.write_line(f"testing {chosen}")
    config.stash[UNDER_TEST] = chosen


def pytest_collection_modifyitems(items):
    """A tree that is not built still tests the image."""
    program = os.environ["MOCKDOCKERD"]
    if not os.access(program, os.X_OK):
        for item in items:
            if item.path.parent == TESTS / "mockdocker":
                item.add_marker(pytest.mark.skip(reason=f"{program} is not built"))


def importable(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    if UNDER_TEST in node.config.stash:
        node.workerinput["under_test"] = json.dumps(asdict(node.config.stash[UNDER_TEST]))


# ---- What is under test -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def under_test(request):
    return request.config.stash[UNDER_TEST]


@pytest.fixture(scope="session")
def image(under_test):
    """The image's name; whoever asks for it needs an engine."""
    if not under_test.image:
        pytest.skip(f"no engine: {under_test.why}")
    return under_test.image


@pytest.fixture(scope="session")
def cli(under_test, image):
    """A docker command line for a host: cli("tcp://127.0.0.1:2375")"""
    from docker_cli import Docker
    config = tempfile.mkdtemp(prefix="docker-config-")
    yield lambda host: Docker(under_test.docker, host, config)
    shutil.rmtree(config)


@pytest.fixture(scope="session")
def at_engine(under_test, cli):
    """The command line at the engine itself, for what a test needs besides what it tests."""
    return cli(f"unix://{under_test.socket}")


@pytest.fixture(scope="session")
def bridged(at_engine, image):
    """(engine, cli): one with a bridge, that has the image, also by the name in files and READMEs; see
    engines.with_bridge."""
    from engines import with_bridge
    from under_test import IMAGE
    with with_bridge(at_engine, image) as (engine, cli):
        cli()("tag", image, IMAGE)
        yield engine, cli


@pytest.fixture(scope="session")
def daemon_socket(under_test):
    """The engine's socket, or that of a mock daemon."""
    if under_test.image:
        yield under_test.socket
        return
    with tempfile.TemporaryDirectory(prefix="docker-mock-") as folder:
        socket = f"{folder}/docker.sock"
        with subprocess.Popen([MOCK, "--socket", socket], stdout=subprocess.PIPE) as mock:
            assert b"listening on" in mock.stdout.readline()
            yield socket
            mock.send_signal(signal.SIGTERM)


@pytest.fixture(scope="session")
def session_proxies(under_test, daemon_socket, request):
    """start(CONTAINERS="1"): one proxy for all tests that want the same variables."""
    from proxies import NativeProxy, ProxyContainer
    started = {}

    def start(**variables):
        key = tuple(sorted(variables.items()))
        if key not in started:
            if under_test.image:
                engine = request.getfixturevalue("at_engine")
                started[key] = ProxyContainer(engine, under_test.image, daemon_socket, variables)
            else:
                started[key] = NativeProxy(daemon_socket, variables)
        return started[key]

    yield start
    with contextlib.ExitStack() as stack:
        for proxy in started.values():
            stack.callback(proxy.stop)


@pytest.fixture
def proxied(session_proxies):
    """proxied(CONTAINERS="1"): a proxy with these variables: .port, .host, .request(method, target), .denies(…)"""
    return session_proxies


@pytest.fixture
def container(under_test, at_engine, image):
    """container(variables={}, flags=[]): a proxy of this test's own, whatever it takes."""
    from proxies import ProxyContainer, new_name
    with contextlib.ExitStack() as stack:
        def start(variables=None, flags=(), socket=under_test.socket, network="host"):
            name = new_name()
            stack.callback(at_engine.run, "rm", "--force", "--volumes", name)
            return ProxyContainer(at_engine, image, socket, variables, flags, network, name)

        yield start


@pytest.fixture
def helper(at_engine, request):
    """The name of a container that runs, does nothing, and is removed afterwards."""
    from under_test import HELPER
    name = f"helper-{os.getpid()}-{abs(hash(request.node.nodeid))}"
    at_engine("run", "--detach", "--name", name, "--network", "none", HELPER, "sleep", "100000")
    yield name
    at_engine.run("rm", "--force", "--volumes", name)


@pytest.fixture
def stand_in():
    """stand_in(path): a daemon that answers everything with 200 and an empty object, and tells what it was asked."""
    from stand_in import StandIn
    with contextlib.ExitStack() as stack:
        yield lambda path, **more: stack.enter_context(StandIn(path, **more))
