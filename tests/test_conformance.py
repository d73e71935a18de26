"""The conformance suite's cases, each a test: against containers of the image, or natively before the mock daemon.

They are C++ (conformance/), listed and judged by the module socket_proxy_conformance (conformance/python/). It gives
  families()                        the names of the case families
  run(family, command, environment) a list of (case id, verdict, why): "pass", "fail", "error" or "skip"
and runs `command` with the variables of each case added to `environment`.
"""

import sys

import pytest
from under_test import BUILD

sys.path.append(str(BUILD / "conformance/python"))
suite = pytest.importorskip("socket_proxy_conformance", reason="conformance/python is not built: cmake --build build/dev")
