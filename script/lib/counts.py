"""counts.py FILE …: how many of the tests in these JUnit files passed, failed and were skipped, as three numbers."""

import sys
from xml.etree import ElementTree


def outcome(test):
    if test.find("failure") is not None or test.find("error") is not None:
        return "failed"
    skipped = test.find("skipped")
    if skipped is None:
        return "skipped" if test.get("status") == "disabled" else "passed"
    # To ctest a program that it cannot start is "notrun", as one that has skipped itself is.
    is_missing = test.get("status") == "notrun" and not skipped.get("message", "").startswith("SKIP_")
    return "failed" if is_missing else "skipped"


def counts(files):
    found = [outcome(test) for file in files for test in ElementTree.parse(file).iter("testcase")]
    return [found.count(name) for name in ("passed", "failed", "skipped")]


if __name__ == "__main__":
    print(*counts(sys.argv[1:]))
