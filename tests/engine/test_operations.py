"""Operations by name, as the engine routes them: whatever of an operation's spellings the engine knows, DENY_OPERATIONS
closes and ALLOW_OPERATIONS opens. What it does not know it answers itself: "page not found"."""

import itertools
import json
import re

import pytest

from private_engine import REPOSITORY, UnixHTTPConnection
from proxy_process import ALL_GRANTED

TABLE = [line.rstrip("\n").split("\t") for line in open(REPOSITORY / "conformance/tables/operations.tsv")
         if line.strip() and not line.startswith("#")]
OPERATIONS = {row["operation_id"]: row for row in (dict(zip(TABLE[0], row)) for row in TABLE[1:])
              if row["method"] != "OPTIONS"  # of any path
              and "moby.buildkit" not in row["path"] and "containerd" not in row["path"] and "opentelemetry" not in row["path"]}
SLOW = {"debugPprofProfile": "?seconds=1", "debugPprofTrace": "?seconds=1"}


def number(version):
    return [int(part) for part in version.removeprefix("<=").split(".")]


def encoded(path):
    """The first letter of each segment in %XX."""
    return re.sub(r"(?<=/)[\w.]", lambda letter: f"%{ord(letter[0]):02X}", path)


def spellings(operation, api_version):
    row = OPERATIONS[operation]
    variables = row["path"].count("{")
    # Behind two names slashes are another operation's: DELETE /containers/a/checkpoints/b/c is ContainerDelete.
    names = ["no-such"] if variables != 1 else ["no-such", "no/such", "no%2Fsuch", "no.such:1", "json", "no/start"]
    paths = dict.fromkeys(re.sub(r"\{\w+\}", name, row["path"]) for name in names)
    prefixes = ["", f"/v{api_version}", "/v1.24", f"/v%31.{number(api_version)[1]}"]
    for prefix, path, write in itertools.product(prefixes, paths, [str, encoded]):
        yield prefix + write(path) + SLOW.get(operation, "")


def ask(connection, method, target):
    """Status, and of errors that have one the message; nothing of a stream but its head."""
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        body = answer.read() if answer.status >= 400 else b""
        try:
            return answer.status, json.loads(body)["message"]
        except ValueError:
            return answer.status, ""
    finally:
        connection.close()


@pytest.fixture(scope="module")
def its_own(engine_kind, new_engine):
    """The engine: some of what is asked prunes."""
    if engine_kind == "podman":
        pytest.skip("Podman routes in its own way")
    return new_engine()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_named_operation(operation, its_own, proxy, is_direct):
    row = OPERATIONS[operation]
    api = number(its_own.api_version)
    if not number(row["since"]) <= api or (row["until"] != "current" and number(row["until"]) < api):
        pytest.skip(f"not of API {its_own.api_version}")

    def is_routed(target):
        return ask(UnixHTTPConnection(its_own.socket), row["method"], target)[1] != "page not found"

    routed = [target for target in spellings(operation, its_own.api_version) if is_routed(target)]
    assert re.sub(r"\{\w+\}", "no-such", row["path"]) + SLOW.get(operation, "") in routed
    if is_direct:
        return
    denying = proxy(its_own.socket, **ALL_GRANTED, DENY_OPERATIONS=operation)
    allowing = proxy(its_own.socket, EVENTS="0", PING="0", VERSION="0", ALLOW_OPERATIONS=operation)
    for target in routed:
        status, message = ask(denying.connection(), row["method"], target)
        assert status == 403 and (row["method"] == "HEAD" or f"docker-socket-proxy: {operation} (" in message), (target, status, message)
        status, message = ask(allowing.connection(), row["method"], target)
        assert status != 403 and "docker-socket-proxy: " not in message, (target, status, message)
