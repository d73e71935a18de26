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


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned(workflow):
    """By commit, with the version for people; the same action at the same commit everywhere."""
    used = re.findall(r"uses: (\S+)@(.*)$", workflow.read_text(), re.MULTILINE)
    assert used and [action for action, pin in used if not re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin)] == []
    everywhere = {pair for path in WORKFLOWS for pair in re.findall(r"uses: (\S+)@(.*)$", path.read_text(), re.MULTILINE)}
    assert len({action for action, _ in everywhere}) == len(everywhere)


def test_only_the_release_may_write():
    for workflow in WORKFLOWS:
        for name, job in yaml.safe_load(workflow.read_text())["jobs"].items():
            writes = {what for what, may in job.get("permissions", {}).items() if may != "read"}
            assert writes == {("release", "image"): {"packages"}, ("release", "publish"): {"packages", "id-token"}}.get(
                (workflow.stem, name), set())


def test_all_that_is_to_be_run_is_run():
    called = "\n".join(run for workflow in WORKFLOWS for run in runs(workflow))
    for part in (".ci/run", "script/test --engine sid", "script/test --sanitize asan", "pytest --prebuild", "socket-proxy-conformance run",
                 "script/release $KIND --push", "script/release $KIND --publish", "script/package"):
        assert part in called


def test_every_target_of_the_matrix_is_there():
    whole = yaml.safe_load((REPOSITORY / ".github/workflows/conformance.yml").read_text())
    for target in whole["jobs"]["target"]["strategy"]["matrix"]["target"]:
        assert (REPOSITORY / f"conformance/targets/{target}.json").exists()
