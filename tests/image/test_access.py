"""What the variables open and leave shut: by plain requests, by docker-py, by the command line.

Before an engine, or natively before the mock daemon. The conformance suite tries every operation; here is one of each
section, by the programs that people use.
"""

import contextlib

import docker
import docker.errors
import pytest
from proxy_process import ALL_GRANTED

# Section: a GET of it that asks nothing of a registry and ends at once.
PATHS = {
    "AUTH": "/auth", "BUILD": "/build", "COMMIT": "/commit", "CONFIGS": "/configs", "CONTAINERS": "/containers/json",
    "DISTRIBUTION": "/distribution", "EVENTS": "/events?until=1", "EXEC": "/exec/none/json", "GRPC": "/grpc",
    "IMAGES": "/images/json", "INFO": "/info", "NETWORKS": "/networks", "NODES": "/nodes", "PING": "/_ping",
    "PLUGINS": "/plugins", "SECRETS": "/secrets", "SERVICES": "/services", "SESSION": "/session", "SWARM": "/swarm",
    "SYSTEM": "/system/df", "TASKS": "/tasks", "VERSION": "/version", "VOLUMES": "/volumes",
}
BY_DEFAULT = {"EVENTS", "PING", "VERSION"}

# Section: a command line that needs no other than it, and those granted by default.
COMMANDS = {
    "CONTAINERS": ["ps"], "EVENTS": ["events", "--since", "1", "--until", "2"], "IMAGES": ["images"], "NETWORKS": ["network", "ls"],
    "PLUGINS": ["plugin", "ls"], "SYSTEM": ["system", "df"], "VERSION": ["version"], "VOLUMES": ["volume", "ls"],
}

BY_DOCKER_PY = {
    "CONTAINERS": lambda client: client.containers.list(all=True),
    "IMAGES": lambda client: client.images.list(),
    "INFO": lambda client: client.info(),
    "NETWORKS": lambda client: client.networks.list(),
    "PING": lambda client: client.ping(),
    "PLUGINS": lambda client: client.api.plugins(),
    "SYSTEM": lambda client: client.df(),
    "VERSION": lambda client: client.version(),
    "VOLUMES": lambda client: client.volumes.list(),
}


def client_of(proxy):
    return contextlib.closing(docker.DockerClient(base_url=proxy.host, version="1.41"))


def is_denied(call, client):
    try:
        call(client)
    except docker.errors.APIError as error:
        assert error.status_code == 403 and "is not granted" in error.explanation
        return True
    return False


# ---- sections -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/v1.41"])
def test_default_permissions(proxied, prefix):
    proxy = proxied()
    assert {name for name, path in PATHS.items() if not proxy.denies("GET", prefix + path)} == BY_DEFAULT


@pytest.mark.parametrize("section", PATHS)
def test_each_section_alone(proxied, section):
    alone = dict.fromkeys(BY_DEFAULT, "0") | {section: "1"}
    proxy = proxied(**alone)
    assert {name for name, path in PATHS.items() if not proxy.denies("GET", path)} == {section}
    with client_of(proxy) as client:
        assert {name for name, call in BY_DOCKER_PY.items() if not is_denied(call, client)} == {section} & set(BY_DOCKER_PY)


@pytest.mark.parametrize("section", COMMANDS)
def test_command_line(proxied, cli, section):
    granted = cli(proxied(**{section: "1"}).host)
    revoked = cli(proxied(**{section: "0"}).host)
    granted(*COMMANDS[section])
    done = revoked.run(*COMMANDS[section])
    assert done.status != 0 and f"{section}=1" in done.err


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_need_post(proxied, method):
    everything = {**ALL_GRANTED, "POST": "0"}
    assert proxied(**everything).denies(method, "/containers/no-such-container")
    assert not proxied(**ALL_GRANTED).denies(method, "/containers/no-such-container")


def test_post_alone_opens_nothing(proxied):
    proxy = proxied(POST="1")
    assert proxy.denies("POST", "/containers/create") and proxy.denies("GET", "/containers/json")


def test_a_denial_leaves_the_connection_usable(proxied):
    with client_of(proxied()) as client:
        for _ in range(3):
            assert is_denied(BY_DOCKER_PY["CONTAINERS"], client)
            assert client.ping()


# ---- on a real engine ---------------------------------------------------------------------------------


@pytest.fixture
def state(at_engine, helper):
    return lambda: at_engine("inspect", "--format", "{{.State.Status}}", helper)


def test_post_creates_and_removes(proxied, cli, at_engine, helper):
    reader, writer = (cli(proxied(CONTAINERS="1", IMAGES="1", POST=value).host) for value in "01")
    image = at_engine("inspect", "--format", "{{.Config.Image}}", helper)
    name = f"{helper}-made"
    done = reader.run("create", "--name", name, image, "true")
    assert done.status == 1 and "POST=1" in done.err
    writer("create", "--name", name, image, "true")
    done = reader.run("rm", name)
    assert done.status == 1 and "POST=1" in done.err
    assert name in reader("ps", "--all", "--format", "{{.Names}}").split()
    writer("rm", name)


ACTIONS = {  # variable: the actions it allows
    "ALLOW_START": {"start"},
    "ALLOW_STOP": {"stop"},
    "ALLOW_RESTARTS": {"stop", "restart", "kill"},
}


@pytest.mark.parametrize("variable", ACTIONS)
def test_actions(proxied, cli, at_engine, helper, state, variable):
    """Each from where it changes something; CONTAINERS stays revoked."""
    docker_line = cli(proxied(**{variable: "1", "POST": "1"}).host)
    before = {"start": "stop", "stop": "start", "restart": "start", "kill": "start"}
    after = {"start": "running", "stop": "exited", "restart": "running", "kill": "exited"}
    for action, opposite in before.items():
        at_engine(opposite, *(["--time", "0"] if opposite == "stop" else []), helper)
        unchanged = state()
        done = docker_line.run(action, *(["--time", "0"] if action in ("stop", "restart") else []), helper)
        if action in ACTIONS[variable]:
            assert done.status == 0 and state() == after[action], f"{action}: {done}"
        else:
            assert done.status == 1 and "is not granted" in done.err and state() == unchanged, f"{action}: {done}"
    assert docker_line.run("ps").status == 1


@pytest.mark.parametrize("variable", ACTIONS)
def test_actions_need_post(proxied, cli, helper, state, variable):
    docker_line = cli(proxied(**{variable: "1"}).host)
    for action in ("start", "stop", "restart", "kill"):
        done = docker_line.run(action, helper)
        assert done.status == 1 and "POST=1" in done.err
    assert state() == "running"


def test_exec(proxied, cli, helper):
    assert cli(proxied(CONTAINERS="1", EXEC="1", POST="1").host)("exec", helper, "echo", "hello") == "hello"
    for revoked in ({"EXEC": "0"}, {"POST": "0"}, {"CONTAINERS": "0"}):
        variables = {"CONTAINERS": "1", "EXEC": "1", "POST": "1", **revoked}
        done = cli(proxied(**variables).host).run("exec", helper, "echo", "hello")
        assert done.status == 1 and "hello" not in done.text


def test_exec_by_docker_py(proxied, helper):
    with client_of(proxied(CONTAINERS="1", EXEC="1", POST="1")) as client:
        done = client.containers.get(helper).exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
        assert (done.exit_code, done.output) == (3, (b"out\n", b"err\n"))


def test_networks(proxied, cli, helper):
    reader, writer = (cli(proxied(NETWORKS="1", POST=value).host) for value in "01")
    name = f"network-of-{helper}"
    assert "none" in reader("network", "ls", "--format", "{{.Name}}").split()
    done = reader.run("network", "create", "--driver", "null", name)
    assert done.status == 1 and "POST=1" in done.err
    created = writer.run("network", "create", "--internal", name)
    assert "is not granted" not in created.err, "whatever the engine says to it, it was asked"
    if created.status == 0:
        writer("network", "rm", name)
    done = cli(proxied(POST="1").host).run("network", "ls")
    assert done.status == 1 and "NETWORKS=1" in done.err
