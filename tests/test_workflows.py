"""The workflows stay thin, and what they call is there."""

import re

import pytest
import yaml
from private_engine import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))


def runs(workflow):
    """The commands, a job's matrix of them filled in."""
    whole = yaml.safe_load(workflow.read_text())
    commands = []
    for job in whole["jobs"].values():
        of_matrix = "\n".join(job.get("strategy", {}).get("matrix", {}).get("command", []))
        commands += [step["run"].replace("${{ matrix.command }}", of_matrix) for step in job["steps"] if "run" in step]
    return commands


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_calls_what_is_there(workflow):
    whole = yaml.safe_load(workflow.read_text())
    assert whole["permissions"] == {"contents": "read"}
    assert len(runs(workflow)) <= 4
    for name in re.findall(r"(?<![\w/.])(?:script|\.ci|conformance/targets)/[\w./-]+(?!.*\$)", "\n".join(runs(workflow))):
        assert (REPOSITORY / name).exists(), name


def test_all_that_is_to_be_run_is_run():
    called = "\n".join(run for workflow in WORKFLOWS for run in runs(workflow))
    for part in (".ci/run", "script/test --engine sid", "script/test --sanitize asan", "pytest --prebuild", "socket-proxy-conformance run"):
        assert part in called


def test_every_target_of_the_matrix_is_there():
    whole = yaml.safe_load((REPOSITORY / ".github/workflows/conformance.yml").read_text())
    for target in whole["jobs"]["target"]["strategy"]["matrix"]["target"]:
        assert (REPOSITORY / f"conformance/targets/{target}.json").exists()
