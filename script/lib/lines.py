"""lines.py TOP ROOM …: reads what gcov tells (its JSON), and prints for each of these folders of TOP/proxy how many lines
ran, and which of those of HELD did not. Exit status: 0 where enough of each of HELD did."""

import json
import sys
from pathlib import Path

HELD = ("http", "policy", "guard", "relay")
ENOUGH = 0.98


def counts(told, top):
    """{file of the proxy, below top: {line: how often it ran}}; a header's are its most of any unit that has it."""
    found = {}
    for unit in map(json.loads, told):
        for file in unit["files"]:
            path = (Path(unit["current_working_directory"]) / file["file"]).resolve()
            if not path.is_relative_to(top / "proxy") or not path.exists():
                continue
            lines = found.setdefault(path.relative_to(top), {})
            for line in file["lines"]:
                number = line["line_number"]
                lines[number] = max(lines.get(number, 0), line["count"])
    return found


def main(top, *rooms):
    top = Path(top).resolve()
    found = counts(sys.stdin, top)
    low = False
    for room in rooms:
        ran = [count > 0 for file, lines in found.items() if file.parts[1] == room for count in lines.values()]
        low |= room in HELD and (not ran or sum(ran) < ENOUGH * len(ran))
        print(f"proxy/{room}: {sum(ran)} of {len(ran)} lines, {100 * sum(ran) / max(len(ran), 1):.2f} %")
    for file, lines in sorted(found.items()):
        text = (top / file).read_text().splitlines()
        for number in sorted(number for number, count in lines.items() if count == 0 and file.parts[1] in HELD):
            print(f"{file}:{number}: {text[number - 1].strip()}")
    return low


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
