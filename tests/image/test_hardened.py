"""The shipped program's ELF file: what would help whoever finds a flaw in it is not there, and what hinders him is.

The image's program; natively, that of build/release.
"""

import platform
import re
import subprocess

import pytest
from private_engine import REPOSITORY

RELEASE = REPOSITORY / "build/release/proxy/docker-socket-proxy"


@pytest.fixture(scope="module")
def shipped(under_test, request, tmp_path_factory):
    if not under_test.image:
        if not RELEASE.exists():
            pytest.skip("build/release is not built")
        return RELEASE
    engine, path = request.getfixturevalue("at_engine"), tmp_path_factory.mktemp("shipped") / "docker-socket-proxy"
    container = engine("create", under_test.image).strip()
    try:
        engine("cp", f"{container}:/docker-socket-proxy", str(path))
    finally:
        engine.run("rm", "--force", container)
    return path


@pytest.fixture(scope="module")
def readelf(shipped):
    """readelf(flag): lines"""
    def run(flag):
        return subprocess.run(["readelf", "--wide", flag, shipped], env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, check=True,
                              capture_output=True, text=True).stdout.splitlines()
    return run


@pytest.fixture(scope="module")
def dynamic(readelf):
    """{tag: value}, of tags that stand there once."""
    return {match[1]: match[2] for line in readelf("--dynamic") if (match := re.match(r"\s*0x\w+ \((\w+)\)\s+(.*)", line))}


@pytest.fixture(scope="module")
def segments(readelf):
    """[(type, flags)], flags as "R E"."""
    return [(match[1], match[2]) for line in readelf("--segments")
            if (match := re.match(r"\s+(\w+)\s+(?:0x\w+\s+){5}([R ][W ][E ])\s", line))]


@pytest.fixture(scope="module")
def symbols(readelf):
    """{name: whether it is defined here}, of those that the loader sees."""
    rows = (line.split() for line in readelf("--dyn-syms"))
    return {row[7].partition("@")[0]: row[6] != "UND" for row in rows if len(row) > 7 and row[0].rstrip(":").isdigit()}


@pytest.fixture(scope="module")
def code(shipped, readelf):
    """The octets of .text."""
    [place] = [match for line in readelf("--sections") if (match := re.search(r" \.text +PROGBITS +\w+ (\w+) (\w+) ", line))]
    offset, size = (int(number, 16) for number in place.groups())
    return shipped.read_bytes()[offset:offset + size]


def test_is_position_independent(readelf, dynamic):
    assert [line for line in readelf("--file-header") if re.search(r"Type:\s+DYN ", line)]
    assert "PIE" in dynamic["FLAGS_1"].split()


def test_relocations_are_read_only_before_it_runs(segments, dynamic):
    assert "GNU_RELRO" in dict(segments)
    assert "NOW" in dynamic["FLAGS_1"].split()


def test_no_memory_is_written_and_executed(segments, dynamic):
    assert "E" not in dict(segments)["GNU_STACK"]
    assert [segment for segment in segments if "W" in segment[1] and "E" in segment[1]] == []
    assert "TEXTREL" not in dynamic


def test_looks_for_libraries_where_the_loader_does(dynamic):
    assert not {"RPATH", "RUNPATH"} & set(dynamic)


def test_stack_is_guarded(symbols):
    assert symbols["__stack_chk_fail"] is False


def test_lengths_are_checked(symbols):
    assert [name for name in symbols if re.fullmatch(r"__\w+_chk", name)] != []


def test_exports_nothing_of_its_own(symbols):
    assert [name for name, defined in symbols.items() if defined and re.search(r"\d(proxy|confine|policy|relay)\d?", name)] == []


def test_jumps_and_returns_are_protected(code, readelf):
    """Landing pads, endbr64; or signed return addresses, paciasp. Some hundred functions have them."""
    mark = {"x86_64": bytes.fromhex("f30f1efa"), "aarch64": bytes.fromhex("3f2303d5")}.get(platform.machine())
    if not mark:
        pytest.skip(f"{platform.machine()} has neither")
    assert code.count(mark) > 200
    if platform.machine() == "x86_64":
        assert [line for line in readelf("--notes") if "SHSTK" in line], "it says that it bears a shadow stack"


def test_large_frames_are_probed(code):
    """No frame steps over the page that guards the stack: x86-64 touches each page by `orq $0x0,(%rsp)`."""
    if platform.machine() != "x86_64":
        pytest.skip("other architectures probe in other ways")
    assert bytes.fromhex("48830c2400") in code
