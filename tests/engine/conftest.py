"""Fixtures: a private engine, proxies before it, and the command line pointed at them. See README.md."""

import itertools
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from docker_cli import Docker
from private_engine import REPOSITORY, CannotRun, PrivateEngine, PrivatePodman, busybox_root, make_root
from proxy_process import ALL_GRANTED, Direct, Proxy

OPTIONS = {  # option: (variable, default, help)
    "--engine": ("DSP_ENGINE", "debian", "debian: this machine's dockerd; sid: that of Debian sid; podman: Debian sid's Podman"),
    "--proxy": ("DSP_PROXY", str(REPOSITORY / "build/dev/proxy/docker-socket-proxy"),
                "the proxy's binary, or direct: no proxy, as a control"),
}

ENGINES = {"debian": PrivateEngine, "sid": PrivateEngine, "podman": PrivatePodman}


def pytest_addoption(parser):
    for option, (variable, default, text) in OPTIONS.items():
        parser.addoption(option, default=None, help=f"{text} (environment: {variable}; default: {default})")


def chosen(config, option):
    variable, default, _ = OPTIONS[option]
    return config.getoption(option, None) or os.environ.get(variable) or default


# What Podman does in another way than Docker, be it asked through the proxy or not: file or test, and what it does.
OTHERWISE_ON_PODMAN = {
    "test_mock_fidelity.py": "the mock daemon is like Docker's",
    "test_recovery.py": "it keeps the state of what ran when it was killed",
    "test_swarm.py": "it has no swarm",
    "test_attach_to_a_running_container_and_leave": "whoever comes back to a container finds its stdin ended",
    "test_build[tcp-buildkit]": "it has no BuildKit",
    "test_build[unix-buildkit]": "it has no BuildKit",
    "test_build_from_the_dockerfile_s_base[buildkit]": "it has no BuildKit",
    "test_build_that_fails_says_why[buildkit]": "it has no BuildKit",
    "test_builder_prune": "it has no BuildKit",
    "test_buildkit_asks_the_client_for_a_secret": "it has no BuildKit",
    "test_buildkit_needs_its_tunnels": "it has no BuildKit",
    "test_buildkit_sends_files_back": "it has no BuildKit",
    "test_tunnels_speak_http_2": "it has no BuildKit",
    "test_error_of_the_daemon_arrives": "other words",
    "test_pull_tells_the_daemon_s_error": "other words",
    "test_events": "an event 'init' before 'start'",
    "test_events_live": "an event 'init' before 'start'",
    "test_events_of_the_past": "it needs a moment until it knows its own events",
    "test_plugins": "it has no plugins",
    "test_save_and_load": "names with docker.io/library/ in front",
    "test_stats_live": "names without their first letter",
    "test_stats_once": "names without their first letter",
    "test_tag_history_inspect_rmi": "another order",
}


def pytest_collection_modifyitems(config, items):
    if chosen(config, "--engine") != "podman":
        return
    for item in items:
        for known in (item.path.name, item.name, item.name.partition("[")[0]):
            if known in OTHERWISE_ON_PODMAN and item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.skip(reason=f"Podman: {OTHERWISE_ON_PODMAN[known]}"))


def pytest_report_header(config):
    return [f"{option[2:]}: {chosen(config, option)}" for option in OPTIONS]


@pytest.fixture(scope="session")
def temporary():
    folder = Path(tempfile.mkdtemp(prefix="docker-tests-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def debian_root(temporary):
    """debian_root("sid"): a folder with that Debian; made anew unless DSP_TEST_CACHE names a folder to keep it in."""

    def make(kind):
        folder = Path(os.environ.get("DSP_TEST_CACHE") or temporary).absolute() / kind
        cannot_run_is_a_skip(make_root, kind, folder)
        return folder

    return make


@pytest.fixture(scope="session")
def engine_kind(request):
    kind = chosen(request.config, "--engine")
    if kind not in ENGINES:
        pytest.fail(f"no engine {kind!r}: {', '.join(ENGINES)}", pytrace=False)
    return kind


@pytest.fixture(scope="session")
def engine_root(engine_kind, debian_root):
    """None, or the folder of the Debian whose engine is used."""
    return None if engine_kind == "debian" else debian_root(engine_kind)


def cannot_run_is_a_skip(start, *arguments):
    try:
        return start(*arguments)
    except CannotRun as reason:
        if os.environ.get("DSP_REQUIRE_ENGINE") == "1":
            pytest.fail(f"DSP_REQUIRE_ENGINE=1, but {reason}", pytrace=False)
        pytest.skip(str(reason))


def started(kind, root):
    engine = ENGINES[kind](root)
    try:
        engine.start()
    except BaseException:
        engine.remove()
        raise
    return engine


@pytest.fixture(scope="session")
def engine(engine_kind, engine_root):
    """The engine: .socket, .version, .api_version, .docker (its command line), .log"""
    engine = cannot_run_is_a_skip(started, engine_kind, engine_root)
    yield engine
    engine.remove()


@pytest.fixture(scope="module")
def new_engine(engine_kind, engine_root):
    """new_engine(): one more, until the end of the file."""
    own = []

    def start():
        own.append(cannot_run_is_a_skip(started, engine_kind, engine_root))
        return own[-1]

    yield start
    for engine in own:
        engine.remove()


@pytest.fixture
def another_engine(engine_kind, engine_root):
    """One that a test may kill."""
    engine = cannot_run_is_a_skip(started, engine_kind, engine_root)
    yield engine
    engine.remove()


@pytest.fixture(scope="session")
def cli(temporary, engine_root):
    """A docker command line for a host: cli("tcp://127.0.0.1:2375")"""
    config = temporary / "docker-config"
    config.mkdir()
    binary = "/usr/bin/docker"
    if engine_root:
        binary = str(engine_root / "usr/bin/docker")
        plugins = engine_root / "usr/libexec/docker/cli-plugins"
        if plugins.exists():
            shutil.copytree(plugins, config / "cli-plugins")
    return lambda host: Docker(binary, host, config)


@pytest.fixture(scope="session")
def at_engine(engine, cli):
    """The command line at the engine itself, for what a test needs besides what it tests."""
    return cli(f"unix://{engine.socket}")


@pytest.fixture(scope="session")
def busybox(at_engine):
    """The name of an image of busybox, 2 MB."""
    at_engine("import", "-", "busybox:latest", input=busybox_root())
    return "busybox:latest"


@pytest.fixture(scope="session")
def debian(at_engine, debian_root, temporary):
    """The name of the image that the Dockerfile starts from, of debootstrap."""
    archive = temporary / "debian.tar"
    subprocess.run(["tar", "-C", debian_root("debian"), "-cf", archive, "."], check=True)
    with open(archive, "rb") as tar:
        at_engine("import", "-", "debian:bookworm-slim", input=tar)
    archive.unlink()
    return "debian:bookworm-slim"


# ---- Proxies ------------------------------------------------------------------------------------------

running = []  # those whose log a failure is reported with


@pytest.fixture(scope="session")
def is_direct(request):
    return chosen(request.config, "--proxy") == "direct"


@pytest.fixture(scope="session")
def proxy_binary(request):
    return binary_of(request.config)


def binary_of(config):
    binary = chosen(config, "--proxy")
    if binary != "direct" and not os.access(binary, os.X_OK):
        pytest.fail(f"no proxy at {binary}: build it, or give --proxy", pytrace=False)
    return binary


@contextmanager
def proxies(config):
    """start(socket path, {"CONTAINERS": "1"}); all end with the block."""
    binary = binary_of(config)
    kind = Direct if binary == "direct" else Proxy
    own = []

    def start(socket_path, grants):
        own.append(kind(binary, socket_path, grants))
        running.append(own[-1])
        return own[-1]

    yield start
    for each in own:
        running.remove(each)
        each.stop()


@pytest.fixture(scope="session")
def session_proxy(request, engine):  # the engine outlives it
    with proxies(request.config) as start:
        yield start


@pytest.fixture
def proxy(request, engine):
    """proxy(CONTAINERS="1"): one with these grants, for this test; socket_path is the engine's."""
    with proxies(request.config) as start:
        yield lambda socket_path=engine.socket, **grants: start(socket_path, grants)


@pytest.fixture(scope="session")
def open_proxy(session_proxy, engine):
    """One that grants everything."""
    return session_proxy(engine.socket, ALL_GRANTED)


@pytest.fixture(scope="session")
def default_proxy(session_proxy, engine, is_direct):
    """One without any setting."""
    if is_direct:
        pytest.skip("direct: nothing is denied")
    return session_proxy(engine.socket, {})


@pytest.fixture(scope="session")
def docker(open_proxy, cli):
    """The command line at a proxy that grants everything."""
    return cli(open_proxy.hosts["tcp"])


@pytest.fixture(params=["tcp", "unix"])
def docker_either_way(request, open_proxy, cli, is_direct):
    """The same, by TCP and by unix socket: for what is hijacked."""
    if is_direct and request.param == "tcp":
        pytest.skip("direct: the engine has no TCP listener")
    return cli(open_proxy.hosts[request.param])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        for proxy in running:
            report.sections.append((f"proxy at {proxy.hosts['tcp']}", proxy.log()[-4000:]))
        if "engine" in getattr(item, "funcargs", {}):
            report.sections.append(("engine", item.funcargs["engine"].log_tail()))


# ---- Containers ---------------------------------------------------------------------------------------

counter = itertools.count(1)


@pytest.fixture
def name(request, at_engine, busybox):
    """A name for a container; what has it is removed afterwards."""
    name = f"step-{next(counter)}"
    yield name
    at_engine.run("rm", "--force", "--volumes", name)


@pytest.fixture
def idle(name, at_engine, busybox):
    """The name of a container that runs and does nothing."""
    at_engine("run", "--detach", "--name", name, "--network", "none", busybox, "sleep", "100000")
    return name


@pytest.fixture
def echoing(name, at_engine, busybox):
    """The name of a container that says what is said to it: by say(), each time one line."""
    script = "mkfifo /line; echo ready; while read -r line; do echo \"$line\"; done <>/line"
    at_engine("run", "--detach", "--name", name, "--network", "none", busybox, "sh", "-c", script)
    with at_engine.stream("logs", "--follow", name) as log:
        assert log.line() == "ready"
    return name


@pytest.fixture
def say(echoing, at_engine):
    return lambda text: at_engine("exec", echoing, "sh", "-c", f"echo '{text}' >/line")
