"""script/soak in a short form: that it works, and that the proxy holds its limits at a hundredth of the load."""

import subprocess

from private_engine import REPOSITORY
from under_test import PROXY


def test_short_form():
    done = subprocess.run(["/usr/bin/python3", REPOSITORY / "tests/soak/soak.py", "--minutes", "0.1", "--scale", "0.01", PROXY],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert len(told) >= 9 and told[1].startswith("round 1: ") and all(line.startswith("ok ") for line in told[-7:])
