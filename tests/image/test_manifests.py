"""The examples for Kubernetes and Swarm: well-formed, as weak as they can be, and what they start serves what they say.

No cluster is asked: what Kubernetes takes is written down here, as far as the manifest goes; the stack is read by docker itself.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml
from private_engine import REPOSITORY
from test_examples import MEANS, folder  # noqa: F401: a fixture
from under_test import PROXY

KUBERNETES = REPOSITORY / "examples/kubernetes/daemonset.yaml"
STACK = REPOSITORY / "examples/swarm/stack.yaml"

# ---- What Kubernetes takes, of API apps/v1, v1 and networking.k8s.io/v1 -------------------------------

TEXT, NUMBER, TRUTH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
PATH = {"type": "string", "pattern": "^/"}
LABELS = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "pattern": "^[\\w.-]{1,63}$"}}
QUANTITY = {"type": "string", "pattern": "^[0-9]+(m|Ki|Mi|Gi)?$"}
PORT = {"oneOf": [NAME, {"type": "integer", "minimum": 1, "maximum": 65535}]}


def fields(must="", **known):
    return {"type": "object", "properties": known, "required": must.split(), "additionalProperties": False}


def many(item):
    return {"type": "array", "items": item, "minItems": 1}


METADATA = fields("name", name=NAME, namespace=NAME, labels=LABELS)
SELECTOR = fields(matchLabels=LABELS)
SECCOMP = fields("type", type={"enum": ["RuntimeDefault", "Unconfined", "Localhost"]})
CONTAINER = fields(
    "name image", name=NAME, image=TEXT, args=TEXTS, env=many(fields("name value", name=TEXT, value=TEXT)),
    ports=many(fields("containerPort", name={**NAME, "maxLength": 15}, containerPort=NUMBER, protocol=TEXT)),
    readinessProbe=fields("exec", exec=fields("command", command=TEXTS), periodSeconds=NUMBER, timeoutSeconds=NUMBER),
    securityContext=fields(allowPrivilegeEscalation=TRUTH, readOnlyRootFilesystem=TRUTH, privileged=TRUTH,
                           capabilities=fields(drop=TEXTS, add=TEXTS)),
    resources=fields(requests=fields(cpu=QUANTITY, memory=QUANTITY), limits=fields(cpu=QUANTITY, memory=QUANTITY)),
    volumeMounts=many(fields("name mountPath", name=NAME, mountPath=PATH, readOnly=TRUTH)))
POD = fields(
    "containers", automountServiceAccountToken=TRUTH, enableServiceLinks=TRUTH, containers=many(CONTAINER),
    securityContext=fields(runAsNonRoot=TRUTH, runAsUser=NUMBER, runAsGroup=NUMBER, supplementalGroups={"type": "array", "items": NUMBER},
                           seccompProfile=SECCOMP),
    volumes=many(fields("name hostPath", name=NAME, hostPath=fields("path", path=PATH, type={
        "enum": ["Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"]}))))
KINDS = {
    ("v1", "Namespace"): fields("metadata", apiVersion=TEXT, kind=TEXT, metadata=METADATA),
    ("apps/v1", "DaemonSet"): fields(
        "metadata spec", apiVersion=TEXT, kind=TEXT, metadata=METADATA,
        spec=fields("selector template", selector=SELECTOR, template=fields("metadata spec", metadata=fields(labels=LABELS), spec=POD))),
    ("v1", "Service"): fields(
        "metadata spec", apiVersion=TEXT, kind=TEXT, metadata=METADATA,
        spec=fields("selector ports", selector=LABELS, internalTrafficPolicy={"enum": ["Cluster", "Local"]},
                    ports=many(fields("port", name=NAME, port=NUMBER, targetPort=PORT)))),
    ("networking.k8s.io/v1", "NetworkPolicy"): fields(
        "metadata spec", apiVersion=TEXT, kind=TEXT, metadata=METADATA,
        spec=fields("podSelector", podSelector=SELECTOR, policyTypes={"type": "array", "items": {"enum": ["Ingress", "Egress"]}},
                    ingress=many(fields(ports=many(fields("port", port=PORT)),
                                        **{"from": many(fields(namespaceSelector={"type": "object"}, podSelector=SELECTOR))})))),
}

DOCUMENTS = list(yaml.safe_load_all(KUBERNETES.read_text()))


def of_kind(kind):
    [document] = [document for document in DOCUMENTS if document["kind"] == kind]
    return document["spec"]


def pod():
    return of_kind("DaemonSet")["template"]["spec"]


def proxy_container():
    [container] = pod()["containers"]
    return container


def kubernetes_variables():
    return {row["name"]: row["value"] for row in proxy_container()["env"]}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["kind"])
def test_kubernetes_takes_it(document):
    jsonschema.Draft7Validator(KINDS[document["apiVersion"], document["kind"]]).validate(document)


def test_the_schema_notices():
    """What is misspelled, and what is of another type."""
    container = {"name": "a", "image": "b"}
    for wrong in ({"readOnlyRootFilesystem": True}, {"env": [{"name": "A", "value": 1}]}, {"securityContext": {"dropped": ["ALL"]}}):
        assert not jsonschema.Draft7Validator(CONTAINER).is_valid({**container, **wrong})
    assert jsonschema.Draft7Validator(CONTAINER).is_valid(container)


def test_the_parts_find_each_other():
    labels = of_kind("DaemonSet")["template"]["metadata"]["labels"]
    assert of_kind("DaemonSet")["selector"]["matchLabels"] == of_kind("Service")["selector"] == labels
    assert of_kind("NetworkPolicy")["podSelector"]["matchLabels"] == labels
    [port] = [port for port in proxy_container()["ports"] if port["name"] == of_kind("Service")["ports"][0]["targetPort"]]
    assert port["containerPort"] == of_kind("Service")["ports"][0]["port"] == 2375
    assert {mount["name"] for mount in proxy_container()["volumeMounts"]} == {volume["name"] for volume in pod()["volumes"]}
    namespaces = {document["metadata"].get("namespace", document["metadata"]["name"]) for document in DOCUMENTS}
    assert len(namespaces) == 1


def test_the_pod_may_do_nothing_else():
    assert pod()["securityContext"] == {"runAsNonRoot": True, "runAsUser": 65534, "runAsGroup": 999,
                                        "seccompProfile": {"type": "RuntimeDefault"}}
    assert proxy_container()["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                    "capabilities": {"drop": ["ALL"]}}
    assert not pod()["automountServiceAccountToken"] and not pod()["enableServiceLinks"]
    assert all(mount["readOnly"] for mount in proxy_container()["volumeMounts"])
    assert "egress" not in of_kind("NetworkPolicy"), "none is allowed"


# ---- The stack ----------------------------------------------------------------------------------------


def stack():
    return yaml.safe_load(STACK.read_text())


def command_line_that_knows(*words):
    """Debian's of this machine, or of the sid that the real-engine tests keep."""
    cached = Path(os.environ.get("DSP_TEST_CACHE", "/nowhere")) / "sid/usr/bin/docker"
    for docker in filter(None, [shutil.which("docker"), shutil.which("docker", path="/usr/bin"), str(cached)]):
        if Path(docker).exists() and subprocess.run([docker, *words, "--help"], capture_output=True).returncode == 0:
            if f"docker {' '.join(words)}" in subprocess.run([docker, *words, "--help"], capture_output=True, text=True).stdout:
                return docker
    return pytest.skip(f"no docker here knows {' '.join(words)}")


def test_docker_takes_the_stack():
    """All of it: what it does not know it refuses, and what a swarm cannot do it would tell."""
    docker = command_line_that_knows("stack", "config")
    done = subprocess.run([docker, "stack", "config", "--compose-file", STACK], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    read = yaml.safe_load(done.stdout)["services"]["docker-socket-proxy"]
    assert (read["read_only"], read["cap_drop"], read["user"]) == (True, ["ALL"], "65534:999")
    assert read["deploy"]["placement"]["constraints"] == ["node.role == manager"]


def test_docker_refuses_a_stack_that_is_wrong(tmp_path):
    docker = command_line_that_knows("stack", "config")
    wrong = tmp_path / "stack.yaml"
    wrong.write_text(STACK.read_text().replace("read_only: true\n    cap_drop", "readonly: true\n    cap_drop"))
    assert wrong.read_text() != STACK.read_text()
    assert subprocess.run([docker, "stack", "config", "--compose-file", wrong], capture_output=True).returncode != 0


# ---- What they grant, and what they start -------------------------------------------------------------

VARIABLES = {KUBERNETES: kubernetes_variables(), STACK: stack()["services"]["docker-socket-proxy"]["environment"]}


@pytest.mark.parametrize("file", VARIABLES, ids=lambda file: file.stem)
def test_head_tells_what_is_granted(file):
    if not PROXY.exists():
        pytest.skip(f"{PROXY} is not built")
    head = " ".join(line.lstrip("# ") for line in file.read_text().splitlines() if line.startswith("#"))
    [can] = re.findall(r" can: ([^.]*)\.", head)
    calls = {call for words in can.split(", ") for call in MEANS[words]}
    explained = {call: subprocess.run([PROXY, "--explain", *call.split()], env=VARIABLES[file], capture_output=True, text=True).stdout
                 for call in calls}
    assert {call: told for call, told in explained.items() if not told.startswith("allowed")} == {}
    named = {re.search("^operation: (.*)$", told, re.MULTILINE)[1] for told in explained.values()}
    assert set(VARIABLES[file]["ALLOW_OPERATIONS"].split()) == named - {"SystemEvents"}
    checked = subprocess.run([PROXY, "--check"], env=VARIABLES[file], capture_output=True, text=True)
    assert checked.returncode == 0 and "not known" not in checked.stderr


def test_pod_serves_whoever_makes_the_socket_anew(container, stand_in, folder):  # noqa: F811
    """A container with the pod's restrictions and its mount of the folder; the daemon goes, and comes again."""
    if os.geteuid() != 0:
        pytest.skip("root only: sockets of other owners")
    identity = pod()["securityContext"]
    flags = ["--user", f"{identity['runAsUser']}:{identity['runAsGroup']}", "--read-only", "--security-opt", "no-new-privileges",
             "--cap-drop", "ALL", "--volume", f"{folder}:/host/run:ro"]
    variables = kubernetes_variables()
    call = ["GET", "/containers/json"]
    daemon = stand_in(folder / "docker.sock", uid=0, gid=identity["runAsGroup"])
    proxy = container(variables, flags, socket=None)
    assert proxy.request(*call)[0] == 200 and proxy.request("GET", "/images/json")[0] == 403
    assert proxy.status["Uid"] == ["65534"] * 4 and proxy.status["CapBnd"] == ["0" * 16]
    daemon.end()
    assert proxy.request(*call)[0] == 503
    again = stand_in(folder / "docker.sock", uid=0, gid=identity["runAsGroup"])
    assert proxy.request(*call)[0] == 200 and again.asked == ["GET /containers/json"]
