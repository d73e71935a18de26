"""What makes all tests pointless ends the run with one line, before the first test."""

import os
import subprocess
import sys

import pytest
from private_engine import REPOSITORY


def run(*arguments, **environment):
    base = {name: value for name, value in os.environ.items()
            if name not in ("DOCKER_HOST", "DOCKER_IMAGE_NAME", "DSP_REQUIRE_ENGINE") and not name.startswith("PYTEST_")}
    return subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments, "tests/image/test_image.py"],
                          cwd=REPOSITORY, env={**base, **environment}, capture_output=True, text=True)


def assert_one_line(done, *parts):
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    said = [line for line in lines if all(part in line for part in parts)]
    assert len(said) == 1, done.stdout + done.stderr
    assert len(lines) <= 3, "nothing but that line, and what was begun"
    assert done.returncode == 4


@pytest.mark.parametrize("host, why", [
    ("unix:///no/such.sock", "no Docker engine answers at DOCKER_HOST=unix:///no/such.sock"),
    ("tcp://192.0.2.1:2375", "must be this one"),
])
def test_engine_that_is_not_there(host, why):
    assert_one_line(run("--prebuild", DOCKER_HOST=host), why, "unset")


def test_engine_that_is_not_there_in_parallel():
    pytest.importorskip("xdist")
    assert_one_line(run("-n", "2", DOCKER_HOST="unix:///no/such.sock"), "no Docker engine answers")


@pytest.mark.parametrize("arguments, environment, word", [
    (["--prebuild"], {}, "--prebuild"),
    ([], {"DSP_REQUIRE_ENGINE": "1"}, "DSP_REQUIRE_ENGINE=1"),
], ids=["prebuild", "required"])
def test_no_engine_and_an_engine(arguments, environment, word):
    assert_one_line(run("--native", *arguments, **environment), "--native is without an engine", word)


@pytest.fixture
def engine_host(under_test, image):
    return f"unix://{under_test.socket}"


@pytest.mark.parametrize("arguments, environment", [
    (["--image", "no/such:image"], {}),
    ([], {"DOCKER_IMAGE_NAME": "no/such:image"}),
], ids=["option", "environment"])
def test_image_that_does_not_exist(engine_host, arguments, environment):
    done = run(*arguments, DOCKER_HOST=engine_host, **environment)
    assert_one_line(done, "there is no image no/such:image", "--prebuild", "DOCKER_IMAGE_NAME")


def test_build_that_fails(engine_host):
    done = run("--prebuild", "--image", "Not/A/Valid:Name", DOCKER_HOST=engine_host)
    assert_one_line(done, "the build of Not/A/Valid:Name failed", "all of it:")


def test_python_without_the_packages():
    done = run(PYTHONPATH=str(REPOSITORY / "tests/image/without-packages"))
    assert_one_line(done, "lacks what Debian calls python3-docker python3-yaml")
