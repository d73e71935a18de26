"""script/release --dry-run, for real: on an engine, what it builds and says."""

import os
import re
import subprocess

from private_engine import REPOSITORY


def test_dry_run(under_test, at_engine, image):
    """The layers but for the labels are those of the image under test, where that was built here."""
    done = subprocess.run([REPOSITORY / "script/release", "--edge", "--dry-run"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "DOCKER_HOST": f"unix://{under_test.socket}",
                               "PATH": f"{os.path.dirname(under_test.docker)}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout
    print(done.stdout)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.strip()
    assert f"\norg.opencontainers.image.revision={revision}\n" in done.stdout
    assert re.search(r"^org\.opencontainers\.image\.version=edge of \d+\.\d+\.\d+$", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("release: would push docker-socket-proxy:edge\nrelease: nothing was pushed\n")
    assert "dry-run" not in at_engine("images", "--format", "{{.Tag}}")
