"""The suite's image, as conformance/README.md tells maintainers to use it, on an engine with a bridge."""

import json
import os
import re
import subprocess

import pytest
from private_engine import REPOSITORY, SAFETY_NET
from under_test import builder

SUITE = "socket-proxy-conformance"
BUILT = "docker-socket-proxy-tests/conformance:latest"  # on an engine that may be somebody's
THEIRS = "my-proxy:ci"
FEW = "--id access/defaults --id framing/bare --id passthrough/"  # all take a minute
[GUIDE] = [block.replace("\\\n", " ").splitlines()
           for block in re.findall(r"^```sh\n(.*?)^```$", (REPOSITORY / "conformance/README.md").read_text(), re.MULTILINE | re.DOTALL)
           if "--target conformance" in block]
[BUILD_LINE, _, RUN_LINE] = [re.sub(" +", " ", line) for line in GUIDE]


@pytest.fixture(scope="module")
def facts(under_test, at_engine):
    """What is built in the first line, of this tree and with the labels of a release."""
    assert f" -t {SUITE} https://" in BUILD_LINE
    line = re.sub(r" -t .*", f" -t {BUILT} --network host --build-arg RELEASE=1.2.3 --build-arg REVISION=abc {REPOSITORY}", BUILD_LINE)
    built = subprocess.run([at_engine.binary, *line.split()[1:]], env={**at_engine.environment, **builder()},
                           stdin=subprocess.DEVNULL, capture_output=True)
    assert built.returncode == 0, built.stderr[-2000:].decode() + built.stdout[-2000:].decode()
    yield json.loads(at_engine("image", "inspect", BUILT))[0]
    if not under_test.private:
        at_engine.run("rmi", BUILT)


@pytest.fixture(scope="module")
def suite(facts, bridged, at_engine, image):
    """suite(line, folder): the status and what it says, typed where that engine is; no container stays."""
    engine, cli = bridged
    docker = cli()
    docker("load", input=at_engine.bytes("save", BUILT))
    docker("tag", BUILT, SUITE)
    docker("tag", image, THEIRS)

    def typed(line, folder):
        os.chown(folder, 1234, 1234)
        done = subprocess.run([*docker.enter, "/bin/bash", "-c", line.replace("docker ", f"{docker.binary} ", 1)], cwd=folder, text=True,
                              env={**docker.environment, "DOCKER_HOST": f"unix://{engine.socket}"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SAFETY_NET)
        assert docker("ps", "--all", "--quiet") == ""
        return done.returncode, done.stdout

    return typed


def test_config(facts):
    config = facts["Config"]
    labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items()}
    assert config["Entrypoint"] == [SUITE] and not config["Cmd"]
    assert labels["title"] == SUITE and labels["licenses"] == "Apache-2.0"
    assert labels["version"] == "1.2.3" and labels["revision"] == "abc"


def test_as_the_guide_says(suite, tmp_path):
    status, said = suite(f"{RUN_LINE} {FEW}", tmp_path)
    assert status == 0, said
    assert said.startswith(f"{THEIRS} sha256:") and "\n  conforms\n" in said
    reports = sorted(tmp_path.iterdir())
    assert [report.name for report in reports] == ["conformance.html", "conformance.json", "conformance.xml"]
    assert {(report.stat().st_uid, report.stat().st_gid) for report in reports} == {(1234, 1234)}
    assert "<html" in reports[0].read_text() and "<testcase" in reports[2].read_text()
    assert json.loads(reports[1].read_text())["targets"][0]["name"] == THEIRS


def test_by_an_adapter(suite, tmp_path):
    """With a port of its own, and a deviation that is found: nothing is there that was to be known."""
    (tmp_path / "mine.json").write_text(json.dumps({"name": "mine", "image": THEIRS, "image_port": 2375}))
    (tmp_path / "known.tsv").write_text("id\treason\naccess/defaults/SystemPing/GET/*\ta mistake\n")
    line = f"{RUN_LINE.replace(f'--image {THEIRS}', '--target mine.json')} --baseline known.tsv --id access/defaults"
    status, said = suite(line, tmp_path)
    assert status == 1 and "access/defaults/SystemPing/GET/*" in said, said


def test_an_image_that_is_an_ordinary_user(suite, bridged, tmp_path):
    docker = bridged[1]()
    docker("build", "--tag", "my-proxy:user", "-", input=f"FROM {THEIRS}\nUSER 1234:1234\n".encode())
    status, said = suite(f"{RUN_LINE.replace(THEIRS, 'my-proxy:user')} --id access/defaults", tmp_path)
    docker("rmi", "my-proxy:user")
    assert status == 0, said


def test_adapters_come_with_it(suite, tmp_path):
    line = RUN_LINE.replace(f"--image {THEIRS}", "--target haproxy --id access/defaults/ImageList")
    assert suite(line, tmp_path)[0] == 0
    status, said = suite(line.replace("haproxy", "nothere"), tmp_path)
    names = sorted(path.stem for path in (REPOSITORY / "conformance/targets").glob("*.json") if "docker-socket" not in path.stem)
    assert status == 2 and said.endswith(f"one of these names: {' '.join(names)}\n")


@pytest.mark.parametrize("left_away, told", [
    ("-v /var/run/docker.sock:/var/run/docker.sock", "In a container the suite needs its socket: -v /var/run/docker.sock"),
    ("-v /tmp/conformance:/tmp/conformance", "shares it by the same name: -v /tmp/conformance:/tmp/conformance"),
    ("--network host", "In a container the suite needs --network host"),
], ids=["socket", "folder", "network"])
def test_what_is_missing_is_told(suite, tmp_path, left_away, told):
    (tmp_path / "mine.json").write_text(json.dumps({"name": "mine", "image": THEIRS, "ready_within": 2}))
    assert left_away in RUN_LINE
    status, said = suite(RUN_LINE.replace(left_away, "").replace(f"--image {THEIRS}", "--target mine.json"), tmp_path)
    assert status == 2 and told in said, said


def test_an_image_that_is_not_there(suite, tmp_path):
    status, said = suite(RUN_LINE.replace(THEIRS, "nobody/nothing:1"), tmp_path)
    assert status == 2 and "build it there" in said, said
