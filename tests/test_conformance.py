"""The conformance suite's cases, each a test with the suite's own id: against containers of the image, or, without an
engine, the native binary.

They are C++ (conformance/), listed and judged by the module socket_proxy_conformance (conformance/python/). Of what is
selected, the cases of a family, or of access and operations those of a settings vector, are judged together when the first of them is
due, and the verdicts kept: `-k` costs what it selects.
"""

import json
import os
import sys

import pytest
from under_test import BUILD, PROXY

sys.path.append(str(BUILD / "conformance/python"))
suite = pytest.importorskip("socket_proxy_conformance", reason="conformance/python is not built: cmake --build build/dev")

VERDICTS = pytest.StashKey()


def together(case_id):
    """What is judged at once with this case: its family, of access and operations its settings vector."""
    parts = case_id.split("/")
    return "/".join(parts[:2]) if parts[0] in ("access", "operations") else parts[0]


def adapter(under_test):
    common = {"environment": {"LOG_LEVEL": "warning"}, "capabilities": ["operations", "doors", "mask", "guard"]}
    if under_test.image:
        return {"name": "image", "image": under_test.image, "ready_within": 60, "stop_within": 60, **common}
    return {"name": "native", "command": [str(PROXY)], **common}


@pytest.fixture(scope="module")
def at_the_engine(under_test):
    """The suite starts containers by the command line `docker` in its PATH."""
    with pytest.MonkeyPatch.context() as patch:
        if under_test.image:
            patch.setenv("DOCKER_HOST", f"unix://{under_test.socket}")
            patch.setenv("PATH", os.path.dirname(under_test.docker), prepend=os.pathsep)
        yield


def verdicts_of(unit, session, under_test):
    """{case id: (verdict, why)} of the selected cases of one unit, judged once."""
    kept = session.stash.setdefault(VERDICTS, {})
    if unit not in kept:
        ids = [item.callspec.params["case"].id for item in session.items
               if getattr(item, "originalname", "") == "test_conforms" and item.path.name == "test_conformance.py"]
        ids = [case_id for case_id in ids if together(case_id) == unit]
        kept[unit] = {case_id: (verdict, why)
                      for case_id, verdict, why in suite.run(json.dumps(adapter(under_test)), ids)}
    return kept[unit]


@pytest.mark.parametrize("case", suite.cases(), ids=lambda case: case.id)
@pytest.mark.usefixtures("at_the_engine")
def test_conforms(case, request, under_test):
    verdict, why = verdicts_of(together(case.id), request.session, under_test)[case.id]
    if verdict in ("skip", "disabled"):
        pytest.skip(why)
    assert verdict == "pass", f"the proxy {case.sentence}\n{why}"


def test_an_unknown_case_is_named(under_test):
    with pytest.raises(ValueError, match="there is no case 'nonsense/none'"):
        suite.run(json.dumps({"name": "native", "command": [str(PROXY)]}), ["nonsense/none"])


def test_a_broken_adapter_is_named():
    with pytest.raises(ValueError, match="adapter"):
        suite.run('{"nmae": "x"}', [])
