"""The published reports of other proxies: every deviation has its words, every word its deviation, and what cannot be read is told
before a page is written. script/field's work is conformance/field/page.py."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from private_engine import REPOSITORY
from under_test import BUILD

FIELD = REPOSITORY / "conformance/field"
SUITE = BUILD / "conformance/socket-proxy-conformance"
sys.path.append(str(FIELD))
import page  # noqa: E402

PEERS = page.field()
built = pytest.mark.skipif(not SUITE.exists(), reason=f"the suite is not built in {BUILD}")


@pytest.mark.parametrize("peer, target", PEERS, ids=[peer["name"] for peer, _ in PEERS])
def test_every_deviation_is_told_in_words(peer, target):
    explained, rest = page.remarks(peer, target)
    assert rest == []
    assert [row["cases"] for row, cases in explained if cases == 0] == []
    assert target["summary"] == page.tally(target)


def test_every_remark_is_of_a_peer():
    assert {row["peer"] for row in page.table("remarks.tsv")} == {peer["name"] for peer, _ in PEERS}
    assert {row["level"] for row in page.table("remarks.tsv")} <= set(page.LEVELS)


def test_the_readme_holds_the_table():
    """script/field --table prints it."""
    assert page.readme_table(PEERS) in (REPOSITORY / "README.md").read_text()


def test_passed_cases_take_no_room():
    for path in FIELD.glob("*.json.gz"):
        assert path.stat().st_size < 120_000, path
        assert [case["id"] for case in page.read(path)[1]["cases"] if case["status"] == "pass" and case.keys() & set(page.OCTETS)] == []


# ---- On a copy ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FIELD, tmp_path / "field", ignore=shutil.ignore_patterns("__pycache__"))


def typed(folder, *words):
    done = subprocess.run(["/usr/bin/python3", "-B", folder / "page.py", *map(str, words)], capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout + done.stderr


def render(folder, tmp_path):
    return typed(folder, "render", SUITE, tmp_path / "field.html", tmp_path / "cases.html")


@built
def test_the_page(folder, tmp_path):
    status, said = render(folder, tmp_path)
    assert status == 0, said
    text = (tmp_path / "field.html").read_text()
    for peer, target in PEERS:
        assert f"{peer['title']}</th>" in text and target["version"] in text and target["began"][:10] in text
        for name in page.left_out(target):
            assert name in text
    assert "default-src 'none'" in text and not re.search(r"(src|<link[^>]*href)=\"(?!data:)", text)
    assert '<a href="cases.html">' in text and "<html" in (tmp_path / "cases.html").read_text()


def packed(report):
    return gzip.compress(json.dumps(report).encode())


def rewritten(folder, **changes):
    run, target = page.read(folder / "tecnativa.json.gz")
    target.update({key: value for key, value in changes.items() if key != "format"})
    return packed({**run, "format": changes.get("format", run["format"])})


BAD = {
    "cut-off": lambda folder: (folder / "tecnativa.json.gz").read_bytes()[:30_000],
    "no-gzip": lambda folder: b"{}",
    "no-json": lambda folder: gzip.compress(b'{"format": '),
    "another-format": lambda folder: rewritten(folder, format="socket-proxy-conformance 2"),
    "of-another": lambda folder: rewritten(folder, name="linuxserver"),
    "a-case-is-gone": lambda folder: rewritten(folder, cases=[]),
    "an-unknown-level": lambda folder: rewritten(folder, dialect="klingon"),
}


@built
@pytest.mark.parametrize("damage", BAD.values(), ids=BAD.keys())
def test_what_is_damaged_is_told_and_the_page_stays(folder, tmp_path, damage):
    (folder / "tecnativa.json.gz").write_bytes(damage(folder))
    (tmp_path / "field.html").write_text("the former page")
    status, said = render(folder, tmp_path)
    assert status == 2 and "tecnativa.json" in said and "Traceback" not in said
    assert (tmp_path / "field.html").read_text() == "the former page" and not list(tmp_path.glob("*.part"))


def test_a_stranger_is_told(folder, tmp_path):
    shutil.copy(folder / "tecnativa.json.gz", folder / "tecnativa2.json.gz")
    status, said = typed(folder, "table")
    assert status == 2 and "tecnativa2.json.gz: no row of peers.tsv" in said


# ---- Taking a report over -----------------------------------------------------------------------------


def two_runs(tmp_path, change):
    """A report with octets everywhere, and another run of the same, changed."""
    run, target = page.read(FIELD / "cetusguard.json.gz")
    for case in target["cases"]:
        case["sent"] = "GET / HTTP/1.1"
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps(run))
    change(target)
    second.write_text(json.dumps(run))
    return first, second


def test_what_two_runs_disagree_in_is_left_out(folder, tmp_path):
    def change(target):
        [case] = [one for one in target["cases"] if one["id"] == "stream/build-both-ways"]
        assert case["status"] == "fail"
        case["status"] = "pass"

    before = page.left_out(page.read(folder / "cetusguard.json.gz")[1])
    status, said = typed(folder, "add", *two_runs(tmp_path, change))
    assert status == 0, said
    target = page.read(folder / "cetusguard.json.gz")[1]
    assert sorted(page.left_out(target)) == sorted([*before, "stream/build-both-ways"])
    assert target["summary"] == page.tally(target)
    assert {case["status"] for case in target["cases"] if "sent" in case} == {"fail"}


def test_other_access_verdicts_are_refused(folder, tmp_path):
    def change(target):
        [cell] = [one for one in target["cells"] if (one["variable"], one["operation"]) == ("CONTAINERS", "ContainerList")]
        cell["went"][0][1] += 1

    status, said = typed(folder, "add", *two_runs(tmp_path, change))
    assert status == 2 and "b.json: its access verdicts are not those of" in said


@pytest.mark.parametrize("key", ["name", "version"])
def test_two_runs_of_one_target_are_needed(folder, tmp_path, key):
    status, said = typed(folder, "add", *two_runs(tmp_path, lambda target: target.update({key: "other"})))
    assert status == 2 and "b.json" in said and "other" in said
