"""script/release: what must agree, which tags there are, and what is pushed and signed; docker and cosign only tell what they were
asked."""

import os
import re
import shutil
import subprocess

import pytest
from private_engine import REPOSITORY

FILES = {
    "CMakeLists.txt": "project(docker-socket-proxy VERSION 1.1.0 LANGUAGES CXX\n",
    "pyproject.toml": '[tool.poetry]\nversion = "1.1.0"\n',
    "CHANGELOG.md": "# Changelog\n\n## [1.1.0] - 2026-11-26\n\n## [1.0.0] - 2026-11-25\n",
}
IMAGE = "ghcr.io/owner/docker-socket-proxy"
DIGEST = {name: "sha256:" + letter * 64 for name, letter in (("amd64", "a"), ("arm64", "b"), ("both", "c"))}
# What it asks of docker, and what that answers; whether the version is published, and what the program in the image says.
DOCKER = """#!/bin/sh
echo "docker $*" >>"$DEEDS"
case "$*" in
    "run "*) echo "docker-socket-proxy ${BUILT:-1.1.0}" ;;
    "buildx build "*)
        while [ $# != 0 ]; do [ "$1" != --metadata-file ] || printf '{\\n  "containerimage.digest": "%s"\\n}\\n' "$DIGEST" >"$2"; shift; done ;;
    "buildx imagetools inspect --format "*) echo "$DIGEST" ;;
    "buildx imagetools inspect "*) [ -n "$PUBLISHED" ] ;;
    "login "*) cat >/dev/null ;;
esac
"""
TELLS = '#!/bin/sh\necho "${0##*/} $*" >>"$DEEDS"\n'


@pytest.fixture
def tree(tmp_path):
    """A clone of what script/release reads: tree(words, files={}, tags={}, **environment): (exit status, output, [what was done])"""
    top = tmp_path / "tree"
    for name in ("script/release", "script/lib/common.sh"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, top / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {"docker": DOCKER, "cosign": TELLS, "dpkg": "#!/bin/sh\necho amd64\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    deeds = tmp_path / "deeds"

    def git(*words):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words], cwd=top, check=True, capture_output=True)

    def run(words, files=(), tags=(), **environment):
        for name, text in {**FILES, **dict(files)}.items():
            (top / name).write_text(text)
        git("init", "--quiet")
        git("commit", "--quiet", "--allow-empty", "-m", "before")
        for tag in tags:
            git("tag", tag)
        git("add", ".")
        git("commit", "--quiet", "--allow-empty", "-m", "now")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "REGISTRY_", "GIT_"))}
        done = subprocess.run([top / "script/release", *words.split()], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**clean, "PATH": f"{programs}:{os.environ['PATH']}", "DEEDS": str(deeds), "DIGEST": DIGEST["both"],
                                   "PUBLISHED": "", **environment})
        return done.returncode, done.stdout, deeds.read_text().splitlines() if deeds.exists() else []

    run.top = top
    return run


def test_this_tree_agrees():
    """As it is, on its way to a release; whether the tag may be set is asked when it is released."""
    texts = {name: (REPOSITORY / name).read_text() for name in FILES}
    [version] = re.findall(r"^project\(docker-socket-proxy VERSION (\S+)", texts["CMakeLists.txt"], re.MULTILINE)
    assert f'\nversion = "{version}"\n' in texts["pyproject.toml"]
    headings = re.findall(r"^## \[(.*)\] - \d{4}-\d\d-\d\d$", texts["CHANGELOG.md"], re.MULTILINE)
    assert headings[0] == version and "1.0.0" in headings


@pytest.mark.parametrize("files, more, says", [
    ({"pyproject.toml": 'version = "1.0.0"\n'}, {}, "CMakeLists.txt says version 1.1.0, but pyproject.toml says 1.0.0: make them agree"),
    ({"CHANGELOG.md": "## [1.0.0] - 2026-11-25\n"}, {}, "but the first heading of CHANGELOG.md says 1.0.0"),
    ({"CHANGELOG.md": "## [Unreleased]\n\n## [1.1.0] - 2026-11-26\n"}, {}, "but the first heading of CHANGELOG.md says nothing"),
    ({"CHANGELOG.md": "## [1.1.0] - soon\n"}, {}, "but the first heading of CHANGELOG.md says nothing"),
    ({"CHANGELOG.md": ""}, {}, "but the first heading of CHANGELOG.md says nothing"),
    ({"CMakeLists.txt": "project(docker-socket-proxy VERSION 1.1 LANGUAGES CXX\n"}, {}, "no version of three numbers, but '1.1'"),
    ({}, {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.2.0"}, "but the tag that this run is for says 1.2.0"),
    ({}, {"tags": ["v1.1.0"]}, "the tag v1.1.0 exists, and is of "),
], ids=["pyproject", "changelog", "unreleased", "no-date", "no-changelog", "two-numbers", "another-tag", "tag-exists"])
@pytest.mark.parametrize("action", ["--check", "--dry-run", f"--push {IMAGE}", f"--publish {IMAGE}"], ids=lambda words: words.split()[0])
def test_what_disagrees_is_told_before_anything_happens(tree, action, files, more, says):
    status, said, deeds = tree(action, files, **more)
    assert (status, deeds) == (1, []) and said.count("\n") == 1 and said.startswith("release: ") and says in said


@pytest.mark.parametrize("words, tags, wanted", [
    ("", [], "1.1.0 1.1 latest"),
    ("", ["v1.9.0"], "1.10.0 1.10 latest"),
    ("", ["v1.0.0", "v0.9.0"], "1.1.0 1.1 latest"),
    ("", ["v1.2.0"], "1.1.0 1.1"),
    ("", ["v1.1.10"], "1.1.0"),
    ("--edge ", ["v1.1.0"], "edge"),
], ids=["first", "by-numbers", "newest", "fix-of-an-older-minor", "fix-of-an-older-fix", "edge"])
def test_tags(tree, words, tags, wanted):
    version = wanted.split()[0] if wanted != "edge" else "1.1.0"
    files = {name: text.replace("1.1.0", version) for name, text in FILES.items()}
    assert tree(f"{words}--check", files, tags)[1].strip().endswith(f"; tags: {wanted}")


def test_tag_of_this_very_commit(tree):
    """In the run that the tag has started."""
    tree("--check")
    subprocess.run(["git", "tag", "v1.1.0"], cwd=tree.top, check=True)
    done = subprocess.run([tree.top / "script/release", "--check"], env={**os.environ, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1.1.0"})
    assert done.returncode == 0


def test_edge_is_of_a_branch(tree):
    changelog = {"CHANGELOG.md": "## [Unreleased]\n\n## [1.0.0] - 2026-11-25\n"}
    assert tree("--edge --check", changelog, GITHUB_REF_TYPE="branch", GITHUB_REF_NAME="main")[0] == 0


def test_dry_run_builds_and_pushes_nothing(tree):
    status, said, deeds = tree("--dry-run")
    assert status == 0 and [line.split()[1:] for line in said.splitlines() if "would push" in line] == [
        ["would", "push", f"docker-socket-proxy:{tag}"] for tag in ("1.1.0", "1.1", "latest")]
    [build] = [deed for deed in deeds if deed.startswith("docker build ")]
    assert "--build-arg RELEASE=1.1.0 " in build and re.search("--build-arg REVISION=[0-9a-f]{40} ", build)
    assert not any("push" in deed or "cosign" in deed or "login" in deed for deed in deeds)


def test_dry_run_asks_the_program(tree):
    status, said, _ = tree("--dry-run", BUILT="1.0.0")
    assert status == 1 and "but the program in the image says 1.0.0" in said


def test_push(tree):
    status, said, deeds = tree(f"--push {IMAGE}", REGISTRY_USER="me", REGISTRY_TOKEN="secret")
    assert status == 0, said
    assert deeds[0] == "docker login --username me --password-stdin ghcr.io" and "secret" not in said
    [build] = [deed for deed in deeds if deed.startswith("docker buildx build ")]
    for words in ("--platform linux/amd64 ", "--sbom=true", "--provenance=mode=max", "push-by-digest=true", f"name={IMAGE},"):
        assert words in build
    assert "--tag" not in build and (tree.top / "build/release/amd64").read_text().strip() == DIGEST["both"]


@pytest.fixture
def pushed(tree):
    (tree.top / "build/release").mkdir(parents=True)
    for architecture in ("amd64", "arm64"):
        (tree.top / "build/release" / architecture).write_text(DIGEST[architecture] + "\n")
    return tree


def test_publish_names_and_signs_what_was_pushed(pushed):
    status, said, deeds = pushed(f"--publish {IMAGE}")
    assert status == 0, said
    tags = " ".join(f"--tag {IMAGE}:{tag}" for tag in ("1.1.0", "1.1", "latest"))
    assert f"docker buildx imagetools create {tags} {IMAGE}@{DIGEST['amd64']} {IMAGE}@{DIGEST['arm64']}" in deeds
    assert deeds[-1] == f"cosign sign --yes --recursive {IMAGE}@{DIGEST['both']}", "a digest, for a tag may move"


def test_what_is_published_is_not_changed(pushed):
    status, said, deeds = pushed(f"--publish {IMAGE}", PUBLISHED="yes")
    assert status == 1 and f"{IMAGE}:1.1.0 is published already" in said
    assert not any("create" in deed or "cosign" in deed for deed in deeds)
    assert pushed(f"--edge --publish {IMAGE}", PUBLISHED="yes")[0] == 0, "edge moves"


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_publish_wants_both_architectures(pushed, architecture):
    (pushed.top / "build/release" / architecture).write_text("")
    status, said, deeds = pushed(f"--publish {IMAGE}")
    assert (status, deeds) == (1, []) and f"no digest for {architecture}" in said
