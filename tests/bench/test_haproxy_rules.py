"""The HAProxy that script/bench measures against must decide by the documented rules, or the comparison is worth nothing."""

import http.client
import shutil
import sys
from contextlib import ExitStack

import pytest

import running

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed (tests/bench/packages.txt)")

SECTIONS = ("_ping auth build commit configs containers distribution events exec grpc images info networks nodes plugins secrets "
            "services session swarm system tasks version volumes").split()
READ = {"CONTAINERS": "1", "EVENTS": "1", "PING": "1", "VERSION": "1"}
WRITE = {**READ, "POST": "1"}
START = {"POST": "1", "ALLOW_START": "1"}

ALLOW, DENY = 200, 403
# The row's name, the settings, the request, the verdict. The step is that of the documented rules: first match decides.
CASES = [
    ("step1-get", READ, "GET", "/containers/json", ALLOW),
    ("step1-head", READ, "HEAD", "/_ping", ALLOW),
    ("step1-post-revoked", READ, "POST", "/containers/create", DENY),
    ("step1-put-revoked", READ, "PUT", "/containers/x/archive", DENY),
    ("step1-delete-revoked", READ, "DELETE", "/containers/x", DENY),
    ("step1-post-granted", WRITE, "POST", "/containers/create", ALLOW),
    ("step1-put-granted", WRITE, "PUT", "/containers/x/archive", ALLOW),
    ("step1-delete-granted", WRITE, "DELETE", "/v1.41/containers/x", ALLOW),
    ("step1-before-allow", {"ALLOW_START": "1"}, "POST", "/containers/x/start", DENY),
    ("step1-post-zero", {**READ, "POST": "0"}, "POST", "/containers/create", DENY),
    ("step2-stop", {"POST": "1", "ALLOW_RESTARTS": "1"}, "POST", "/v1.41/containers/x/stop", ALLOW),
    ("step2-restart", {"POST": "1", "ALLOW_RESTARTS": "1"}, "POST", "/v1.41/containers/x/restart?t=5", ALLOW),
    ("step2-kill", {"POST": "1", "ALLOW_RESTARTS": "1"}, "POST", "/containers/x/kill", ALLOW),
    ("step2-not-start", {"POST": "1", "ALLOW_RESTARTS": "1"}, "POST", "/containers/x/start", DENY),
    ("step3-start", START, "POST", "/containers/my.name_1-a/start", ALLOW),
    ("step3-start-get", START, "GET", "/containers/x/start", ALLOW),
    ("step3-start-encoded", START, "POST", "/containers/x/%73tart", ALLOW),
    ("step3-not-stop", START, "POST", "/containers/x/stop", DENY),
    ("step3-not-longer", START, "POST", "/containers/x/start/exec", DENY),
    ("step3-not-json", START, "GET", "/containers/json", DENY),
    ("step3-stop", {"POST": "1", "ALLOW_STOP": "1"}, "POST", "/containers/x/stop", ALLOW),
    ("step3-stop-not-kill", {"POST": "1", "ALLOW_STOP": "1"}, "POST", "/containers/x/kill", DENY),
    ("step4-prefix", READ, "GET", "/v1.41/containers/json", ALLOW),
    ("step4-query", READ, "GET", "/containers/json?all=1", ALLOW),
    ("step4-bare", READ, "GET", "/version", ALLOW),
    ("step4-encoded", READ, "GET", "/c%6Fntainers/json", ALLOW),
    ("step4-sub-resource", READ, "GET", "/containers/x/logs", ALLOW),
    ("step4-value-zero", {"CONTAINERS": "0"}, "GET", "/containers/json", DENY),
    ("step4-value-empty", {"CONTAINERS": ""}, "GET", "/containers/json", DENY),
    ("step4-prefix-twice", READ, "GET", "/v1.41/v1.41/containers/json", DENY),
    ("step4-query-only", READ, "GET", "/images/json?x=/containers", DENY),
    ("step4-segment-only", READ, "GET", "/containersfoo", DENY),
    ("step5-secrets", READ, "GET", "/v1.41/secrets", DENY),
    ("step5-root", READ, "GET", "/", DENY),
    ("step5-unknown", WRITE, "GET", "/debug/vars", DENY),
    ("step5-libpod", WRITE, "GET", "/libpod/containers/json", DENY),
    *((f"section-{name}-granted", {name.strip("_").upper(): "1"}, "GET", f"/v1.41/{name}", ALLOW) for name in SECTIONS),
    *((f"section-{name}-revoked", {each.strip("_").upper(): "1" for each in SECTIONS if each != name}, "GET", f"/{name}", DENY)
      for name in SECTIONS),
]


@pytest.fixture(scope="module")
def proxyWith(tmp_path_factory):
    """The port of a HAProxy with these settings; one for all cases that share them."""
    folder = str(tmp_path_factory.mktemp("rules"))
    daemon, ports = f"{folder}/daemon.sock", {}
    peer = running.Peer("haproxy-rules", "", running.haproxy("haproxy-rules"))
    with ExitStack() as stack:
        errors = stack.enter_context(open(f"{folder}/daemon.err", "wb"))
        process = stack.enter_context(running.started([sys.executable, str(running.HERE / "standin.py"), daemon], errors))
        running.awaitConnect(process, daemon, errors.name)

        def port(settings):
            # Nothing is granted by default here: a row says all it needs.
            every = {**dict.fromkeys(running.GRANTS, "0"), **settings}
            key = tuple(sorted(every.items()))
            if key not in ports:
                ports[key] = stack.enter_context(running.proxied(peer, daemon, 0, folder, every)).port
            return ports[key]

        yield port


@pytest.mark.parametrize("settings, method, target, verdict", [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_verdict(proxyWith, settings, method, target, verdict):
    connection = http.client.HTTPConnection("127.0.0.1", proxyWith(settings), timeout=10)
    connection.request(method, target)
    assert connection.getresponse().status == verdict
    connection.close()
