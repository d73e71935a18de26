"""The workflows stay thin, and what they call is there."""

import re
import subprocess

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


# ---- judge.yml, which others call -----------------------------------------------------------------------

JUDGE = yaml.safe_load((REPOSITORY / ".github/workflows/judge.yml").read_text())
INPUTS = JUDGE[True]["workflow_call"]["inputs"]  # to YAML "on" is a boolean
GUIDE = (REPOSITORY / "conformance/README.md").read_text()


def judged(folder, **given):
    """The commands of the job with these inputs, as `docker` is told them, in a folder of the caller's."""
    [job] = JUDGE["jobs"].values()
    values = {name: given.get(name.replace("-", "_"), entry["default"]) for name, entry in INPUTS.items()}
    environment = {name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], value) for name, value in job["env"].items()}
    (folder / "docker").write_text('#!/bin/sh\nfor word; do printf "%s " "$word"; done; echo\n')
    (folder / "docker").chmod(0o755)
    told = ""
    for step in job["steps"]:
        if "run" in step and (step.get("if") != "inputs.build != ''" or values["build"]):
            told += subprocess.run(["/bin/bash", "-e", "-c", step["run"]], cwd=folder, check=True, capture_output=True, text=True,
                                   env={**environment, "PATH": f"{folder}:/usr/bin:/bin"}).stdout
    return [f"docker {line.strip()}" for line in told.splitlines()]


def test_the_guide_names_every_input():
    assert set(re.findall(r"^\| `([\w-]+)` \|", GUIDE.split("| input |")[1].split("\n\n")[0], re.MULTILINE)) == set(INPUTS)
    [caller] = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)]
    [job] = caller["jobs"].values()
    assert job["uses"].partition("@")[0] == "OWNER/docker-socket-proxy/.github/workflows/judge.yml" and set(job["with"]) <= set(INPUTS)


def test_judges_as_the_guide_does(tmp_path):
    """Which tests/image/test_suite_image.py types."""
    [lines] = [block for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL) if "--target conformance" in block]
    typed = [re.sub(" +", " ", line.replace('"$PWD:/work"', f"{tmp_path}:/work")) for line in lines.replace("\\\n", "").splitlines()]
    assert judged(tmp_path, image="my-proxy:ci", build=".") == [*typed[:2], typed[2] + " --level required"]


def test_judges_what_it_is_told(tmp_path):
    [_, line] = judged(tmp_path, target="mine.json", image="unused", image_port="2375", families="access framing", baseline="known.tsv",
                       level="hardening", format="junit")
    assert line.partition(" run --target ")[2] == ("mine.json --family access --family framing --baseline known.tsv --junit conformance.xml "
                                                   "--level hardening")
    assert " run --image x:1 --image-port 2375 --html " in judged(tmp_path, image="x:1", image_port="2375")[1]


def test_every_target_of_the_matrix_is_there():
    whole = yaml.safe_load((REPOSITORY / ".github/workflows/conformance.yml").read_text())
    for target in whole["jobs"]["target"]["strategy"]["matrix"]["target"]:
        assert (REPOSITORY / f"conformance/targets/{target}.json").exists()
