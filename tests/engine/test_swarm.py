"""Swarm by the command line, everything granted."""

import pytest


@pytest.fixture(scope="module")
def swarm(docker, at_engine, busybox):
    """A swarm of one node: the id of the node."""
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    yield docker("info", "--format", "{{.Swarm.NodeID}}")
    at_engine("swarm", "leave", "--force")


@pytest.fixture(scope="module")
def service(docker, swarm, busybox):
    """A service that runs; its name."""
    docker("service", "create", "--detach=false", "--quiet", "--no-resolve-image", "--network", "host",
           "--stop-signal", "KILL", "--name", "served", busybox, "sh", "-c", "echo served; exec sleep 100000")
    containers = docker("ps", "--quiet", "--filter", "label=com.docker.swarm.service.name=served").split()
    with docker.stream("wait", *containers) as ended:
        yield "served"
        docker("service", "rm", "served")
        ended.finish()


def test_node_ls(docker, swarm):
    assert docker("node", "ls", "--format", "{{.ID}} {{.ManagerStatus}}") == f"{swarm} Leader"
    assert docker("node", "inspect", "self", "--format", "{{.Status.State}}") == "ready"


def test_join_token(docker, swarm):
    assert docker("swarm", "join-token", "--quiet", "worker").startswith("SWMTKN-")


def test_service(docker, service):
    assert docker("service", "ls", "--format", "{{.Name}} {{.Replicas}}") == f"{service} 1/1"
    assert docker("service", "ps", "--format", "{{.CurrentState}}", service).startswith("Running")
    assert docker("service", "inspect", "--format", "{{.Spec.Name}}", service) == service


def test_service_logs_follow(docker, service):
    with docker.stream("service", "logs", "--raw", "--follow", service) as logs:
        assert logs.line() == "served"


def test_service_update(docker, service):
    docker("service", "update", "--quiet", "--detach", "--label-add", "of=tests", service)
    assert docker("service", "inspect", "--format", "{{.Spec.Labels.of}}", service) == "tests"


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_secret_and_config(docker, swarm, kind):
    docker(kind, "create", "--label", "of=tests", "mine", "-", input=b"the content")
    try:
        assert docker(kind, "ls", "--format", "{{.Name}}") == "mine"
        assert docker(kind, "inspect", "--format", "{{.Spec.Labels.of}}", "mine") == "tests"
    finally:
        docker(kind, "rm", "mine")
    assert docker(kind, "ls", "--quiet") == ""
