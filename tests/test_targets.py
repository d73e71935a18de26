"""The suite's adapters for proxies that are not to be had here, each with a stand-in that takes what the adapter gives.

That a stand-in conforms shows that the adapter starts it, gives it the right grants in the right form, and ends it.
"""

import json
import os
import subprocess

import pytest
from private_engine import REPOSITORY
from proxy_process import SECTIONS
from under_test import BUILD

SUITE = BUILD / "conformance/socket-proxy-conformance"
TARGETS = REPOSITORY / "conformance/targets"
STAND_IN = REPOSITORY / "tests/image/regex_proxy.py"
ASKING = REPOSITORY / "tests/image/asking_proxy.py"

pytestmark = pytest.mark.skipif(not SUITE.exists(), reason=f"the suite is not built in {BUILD}")


def conforms(target, ids, before=(), **environment):
    """Runs the access cases whose ids begin so; a deviation that is not in the target's baseline, or one in it that is
    none, is told."""
    done = subprocess.run([*before, SUITE, "run", "--target", target, "--id", ids], capture_output=True, text=True,
                          env={**os.environ, **environment})
    return "" if done.returncode == 0 else f"exit status {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"


# ---- Programs with flags ------------------------------------------------------------------------------


def with_program(name, program, folder):
    """The adapter as shipped, with a program in place of `image:…`, as conformance/targets/README.md says."""
    adapter = json.loads((TARGETS / f"{name}.json").read_text())
    script, image = adapter["command"]
    assert image.startswith("image:")
    adapter["command"] = [str(TARGETS / script), str(program)]
    file = folder / f"{name}.json"
    (folder / adapter["baseline"]).write_bytes((TARGETS / adapter["baseline"]).read_bytes())
    file.write_text(json.dumps(adapter))
    return file


@pytest.mark.parametrize("name, last", [("wollomatic", None), ("cetusguard", None), ("sockguard", "/etc/sockguard/sockguard.yaml")])
def test_a_container_is_of_the_image(name, last, tmp_path):
    """What `docker run` is told: options, then the image, then what is the proxy's; and of the environment the proxy's."""
    adapter = json.loads((TARGETS / f"{name}.json").read_text())
    script, *words = adapter["command"]
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    variables = {name: "0" for name in [*SECTIONS, "POST", "ALLOW_START", "ALLOW_STOP", "ALLOW_RESTARTS"]}
    told = subprocess.run([TARGETS / script, *words], check=True, capture_output=True, text=True,
                          env={**variables, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PORT": "99", "SOCKET_PATH": "/x/docker.sock",
                               "BIND_CONFIG": "127.0.0.1:99"}).stdout.splitlines()
    image = told.index(words[0].removeprefix("image:"))
    before, own = told[:image], told[image + 1:]
    given = [before[i + 1] for i, word in enumerate(before) if word == "--env"]
    before = [word for i, word in enumerate(before) if word != "--env" and before[i - 1:i] != ["--env"]]
    assert before == ["run", "--rm", "--network", "host", "--group-add", str(os.getgid()), "--mount", "type=bind,source=/x,target=/x"]
    assert own and own[-1] == (last or own[-1]) and "PATH" not in given
    assert ({"CONTAINERS", "POST", "SOCKGUARD_UPSTREAM_SOCKET"} <= set(given)) == (name == "sockguard")


@pytest.mark.parametrize("name", ["wollomatic", "cetusguard"])
class TestFlags:
    def test_with_known_deviations(self, name, tmp_path):
        """The GET that writes passes these proxies: where CONTAINERS is granted, as their baselines say."""
        assert conforms(with_program(name, STAND_IN, tmp_path), "access/on.CONTAINERS") == ""

    @pytest.mark.parametrize("ids", ["access/none", "access/on.ALLOW_STOP", "access/on.ALLOW_RESTARTS", "access/defaults"])
    def test_without(self, name, ids, tmp_path):
        target = with_program(name, STAND_IN, tmp_path)
        (tmp_path / f"{name}.baseline.tsv").write_text("id\treason\n")
        assert conforms(target, ids) == ""

    def test_is_looked_at(self, name, tmp_path):
        """A program that takes every path does not conform."""
        wrong = tmp_path / "wrong"
        more = {"wollomatic": "-allowGET=.*", "cetusguard": "-rules 'GET,HEAD .*'"}[name]
        wrong.write_text(f'#!/bin/sh\nexec "{STAND_IN}" "$@" {more}\n')
        wrong.chmod(0o755)
        assert "exit status 1" in conforms(with_program(name, wrong, tmp_path), "access/none.post0/ImageList")


# ---- One that asks the daemon by itself, and reads its answers ------------------------------------------


class TestAsking:
    """What the adapter names as the proxy's own question is answered as Docker would, and is no case's."""

    def adapter(self, folder, **changes):
        adapter = json.loads((TARGETS / "sockguard.json").read_text())
        adapter["command"] = [str(TARGETS / adapter["command"][0]), str(ASKING), "-"]
        adapter = {key: value for key, value in {**adapter, **changes}.items() if value is not None}
        (folder / adapter["baseline"]).write_bytes((TARGETS / adapter["baseline"]).read_bytes())
        (folder / "sockguard.json").write_text(json.dumps(adapter))
        return folder / "sockguard.json"

    @pytest.mark.parametrize("ids", ["access/on.EXEC.post1", "access/on.IMAGES.post0", "access/none.post0", "evasion/name-",
                                     "passthrough/method-as-sent"])
    def test_is_judged(self, ids, tmp_path):
        assert conforms(self.adapter(tmp_path), ids) == ""

    def test_what_it_asks_unnamed_is_no_cases(self, tmp_path):
        assert "requests without the field X-Conformance-Case" in conforms(
            self.adapter(tmp_path, asks=["GET /images/*/json"]), "access/on.EXEC.post1/ExecStart")

    def test_what_it_cannot_read_it_does_not_pass(self, tmp_path):
        assert "exit status 1" in conforms(self.adapter(tmp_path, answers=None), "access/on.IMAGES.post0/ImageList")


# ---- Images with a port of their own ------------------------------------------------------------------


# The image under test knows the variables that these images read; the linuxserver dialect's own ones it does not.
@pytest.mark.parametrize("name", ["tecnativa", "linuxserver"])
def test_image(name, bridged, image, tmp_path):
    engine, docker = bridged[0], bridged[1]()
    adapter = json.loads((TARGETS / f"{name}.json").read_text())
    docker("tag", image, adapter["image"])
    said = conforms(TARGETS / f"{name}.json", "access/on.IMAGES.post0/Image", docker.enter,
                    DOCKER_HOST=f"unix://{engine.socket}", DOCKER_CONFIG=str(tmp_path))
    docker("rmi", adapter["image"])
    assert said == ""
    assert docker("ps", "--all", "--quiet") == ""
