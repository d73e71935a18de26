"""The image itself: small, complete, nothing in it but the program and what it is linked to."""

import io
import json
import os
import re
import subprocess
import tarfile

import pytest
from private_engine import REPOSITORY

MIB = 1 << 20
SECTIONS = ("AUTH BUILD COMMIT CONFIGS CONTAINERS DISTRIBUTION EVENTS EXEC GRPC IMAGES INFO NETWORKS NODES PING PLUGINS "
            "SECRETS SERVICES SESSION SWARM SYSTEM TASKS VERSION VOLUMES").split()
SWITCHES = ["ALLOW_RESTARTS", "ALLOW_START", "ALLOW_STOP", "POST"]
GRANTED = {"EVENTS", "PING", "VERSION"}


@pytest.fixture(scope="module")
def facts(at_engine, image):
    return json.loads(at_engine("image", "inspect", image))[0]


@pytest.fixture(scope="module")
def files(at_engine, image):
    """Those of the image's own layer: what `docker export` adds to a container is not in it."""
    saved = at_engine.bytes("save", image)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(saved)) as outer:
        [manifest] = json.load(outer.extractfile("manifest.json"))
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(layer)) as tar:
                found.update({"/" + entry.name.strip("/"): entry for entry in tar if not entry.isdir()})
    return found


def test_is_small(facts):
    assert facts["Size"] <= 14 * MIB


def test_is_one_layer(facts):
    assert len(facts["RootFS"]["Layers"]) == 1


def test_holds_the_program_and_its_libraries_only(files):
    assert "/docker-socket-proxy" in files
    for name in set(files) - {"/docker-socket-proxy"}:
        assert re.fullmatch(r"(/usr)?/lib(64)?/(\S+-linux-gnu\w*/)?(lib|ld-)[\w.+-]+\.so(\.\d+)*", name), name


def test_holds_nothing_that_gives_privileges(files):
    assert [name for name, entry in files.items() if entry.mode & 0o7000 or entry.mode & 0o022] == []


def test_needs_every_library_it_holds(container, at_engine, files):
    """What the kernel mapped is what was shipped."""
    proxy = container()
    with open(f"/proc/{proxy.inspect('{{.State.Pid}}')}/maps", encoding="utf-8") as maps:
        mapped = {line.split()[5] for line in maps if len(line.split()) > 5 and line.split()[5].startswith("/")}
    assert {os.path.basename(name) for name in mapped} == {os.path.basename(name) for name in files}


def test_documents_every_default(facts):
    variables = dict(entry.split("=", 1) for entry in facts["Config"]["Env"])
    variables.pop("PATH", None)
    expected = {name: "1" if name in GRANTED else "0" for name in [*SECTIONS, *SWITCHES]}
    expected |= {"BIND_CONFIG": "[::]:2375 v4v6", "CONFINE": "1", "DISABLE_IPV6": "0", "LOG_FORMAT": "text", "LOG_LEVEL": "info",
                 "MAX_CONNECTIONS": "", "METRICS_BIND": "", "SHUTDOWN_GRACE": "5", "SOCKET_PATH": "/var/run/docker.sock",
                 "ALLOW_OPERATIONS": "", "DENY_OPERATIONS": "", "DIALECT": "tecnativa", "LEARN": "0", "MASK_ENV": "0",
                 "GUARD": "0", "GUARD_BINDS": "", "GUARD_HOST": "", "GUARD_CAPS": "", "GUARD_DEVICES": "", "GUARD_NETWORKS": "",
                 "GUARD_EXEC": "0", "GUARD_CP": "0", "GUARD_BUILD": "0", "GUARD_BODY_LIMIT": "4m"}
    assert variables == expected


def test_documented_defaults_are_the_program_s(image, at_engine, facts):
    """With every variable taken away it says the same."""
    def effective(*flags):
        text = at_engine("run", "--rm", "--network", "none", *flags, image, "--check")
        return [line.split(None, 1) for line in text.splitlines()]

    # `--env NAME` without a value takes away what is not set here.
    away = [word for entry in facts["Config"]["Env"] for word in ("--env", entry.partition("=")[0])]
    without = effective(*away)
    assert {origin for origin, _ in without} == {"default"}
    assert [setting for _, setting in without] == [setting for _, setting in effective()]


def test_config(facts):
    config = facts["Config"]
    assert config["Entrypoint"] == ["/docker-socket-proxy"] and not config["Cmd"]
    assert list(config["ExposedPorts"]) == ["2375/tcp"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/docker-socket-proxy", "--healthcheck"]
    assert config["StopSignal"] == "SIGTERM"
    assert config["User"] == "" and not config.get("Volumes")
    assert config["Labels"]["org.opencontainers.image.title"] == "docker-socket-proxy"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_explains(at_engine, image):
    done = at_engine.run("run", "--rm", "--network", "none", image, "--explain", "GET", "/v1.41/containers/json")
    assert done.status == 1 and "CONTAINERS=1" in done.text


@pytest.mark.parametrize("words", [["sh"], ["/bin/sh", "-c", "true"], ["--no-such"]])
def test_runs_nothing_else(at_engine, image, words):
    done = at_engine.run("run", "--rm", "--network", "none", image, *words)
    assert done.status == 64 and "unknown argument" in done.err


def test_wrong_settings_end_it_with_every_mistake(at_engine, image):
    done = at_engine.run("run", "--rm", "--network", "none", "--env", "POST=maybe", "--env", "LOG_LEVEL=loud",
                         "--env", "GUARD=yes", "--env", "GUARD_BINDS=/srv/../etc", image)
    assert done.status == 78
    assert 'POST="maybe"' in done.err and 'LOG_LEVEL="loud"' in done.err and 'GUARD_BINDS="/srv/../etc"' in done.err


def test_dockerfile_names_no_architecture():
    text = (REPOSITORY / "Dockerfile").read_text()
    assert not re.search(r"x86|amd64|aarch64|arm64|linux-gnu", text)


@pytest.mark.skipif(os.environ.get("DSP_REQUIRE_ENGINE") != "1", reason="minutes: with DSP_REQUIRE_ENGINE=1 only")
@pytest.mark.parametrize("builder", ["0", "1"], ids=["classic", "buildkit"])
def test_either_builder_makes_the_same(at_engine, image, files, builder):
    name = f"docker-socket-proxy-tests/builder:{builder}"
    done = subprocess.run([at_engine.binary, "build", "--network", "host", "--tag", name, str(REPOSITORY)],
                          env={**at_engine.environment, "DOCKER_BUILDKIT": builder}, stdin=subprocess.DEVNULL,
                          capture_output=True)
    try:
        assert done.returncode == 0, done.stderr[-2000:].decode()
        [facts] = json.loads(at_engine("image", "inspect", name))
        assert facts["Size"] == sum(entry.size for entry in files.values())
    finally:
        at_engine.run("rmi", "--force", name)
