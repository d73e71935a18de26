"""Images, networks and volumes by the command line, everything granted."""

import io
import json
import tarfile

import pytest

from private_engine import busybox_root


@pytest.fixture
def image(docker, idle, at_engine):
    """The name of an image of this test's own."""
    image = f"image-of-{idle}:mine"
    at_engine("exec", idle, "sh", "-c", "echo mine >/mine")
    docker("commit", "--message", "of a test", idle, image)
    yield image
    at_engine.run("rmi", "--force", image)


def mine(docker, image):
    return docker("run", "--rm", "--network", "none", image, "cat", "/mine")


def test_commit(docker, image):
    assert mine(docker, image) == "mine"


def test_import(docker, at_engine):
    docker("import", "-", "imported:latest", input=busybox_root())
    try:
        assert docker("run", "--rm", "--network", "none", "imported", "echo", "hello") == "hello"
    finally:
        at_engine("rmi", "--force", "imported:latest")


def test_save_and_load(docker, image):
    saved = docker.bytes("save", image)
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        [manifest] = json.load(tar.extractfile("manifest.json"))
        assert manifest["RepoTags"] == [image]
    docker("rmi", "--force", image)
    assert docker("images", "--quiet", image) == ""
    assert image in docker("load", input=saved)
    assert mine(docker, image) == "mine"


def test_tag_history_inspect_rmi(docker, image):
    other = image.replace(":mine", ":other")
    docker("tag", image, other)
    assert docker("images", "--format", "{{.Tag}}", image.partition(":")[0]).split() == ["mine", "other"]
    assert "of a test" in docker("history", image)
    [facts] = json.loads(docker("image", "inspect", other))
    assert sorted(facts["RepoTags"]) == [image, other]
    assert f"Untagged: {other}" in docker("rmi", other)


def test_names_with_registry_port_and_slashes(docker, image, at_engine):
    """The command line sends such names with slashes in the path."""
    name = "registry.example:5000/team/deep/app:1.0"
    docker("tag", image, name)
    try:
        [facts] = json.loads(docker("image", "inspect", name))
        assert name in facts["RepoTags"]
    finally:
        docker("rmi", name)


def test_pull_tells_the_daemon_s_error(docker):
    done = docker.run("pull", "127.0.0.1:1/no/such:image")
    assert done.status == 1 and "127.0.0.1:1" in done.err and "Error response from daemon" in done.err


def test_system_df(docker, busybox):
    assert "Images" in docker("system", "df")


def test_networks(docker, name, busybox, at_engine):
    network = f"network-of-{name}"
    docker("network", "create", "--driver", "bridge", network)
    try:
        assert network in docker("network", "ls", "--format", "{{.Name}}").split()
        docker("create", "--name", name, "--network", network, busybox, "true")
        docker("network", "disconnect", "--force", network, name)
        docker("network", "connect", "--alias", "friend", network, name)
        [facts] = json.loads(docker("inspect", name))
        assert "friend" in facts["NetworkSettings"]["Networks"][network]["Aliases"]
        [facts] = json.loads(docker("network", "inspect", network))
        assert facts["Driver"] == "bridge"
        docker("rm", name)
    finally:
        docker("network", "rm", network)
    assert docker.run("network", "inspect", network).status == 1


def test_volumes(docker, name, busybox):
    volume = f"volume-of-{name}"
    docker("volume", "create", "--label", "of=tests", volume)
    try:
        assert docker("volume", "ls", "--quiet", "--filter", f"name={volume}") == volume
        run = ["run", "--rm", "--network", "none", "--volume", f"{volume}:/v", busybox]
        docker(*run, "sh", "-c", "echo kept >/v/file")
        assert docker(*run, "cat", "/v/file") == "kept"
        [facts] = json.loads(docker("volume", "inspect", volume))
        assert facts["Labels"] == {"of": "tests"}
    finally:
        docker("volume", "rm", volume)
    assert docker.run("volume", "inspect", volume).status == 1


def test_plugins(docker):
    assert docker("plugin", "ls", "--quiet") == ""
