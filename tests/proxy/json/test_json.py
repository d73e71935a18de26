"""Python's json, as a second reading of what the reader reads: READ_FILTER names the program read_filter.

Random objects, what becomes of them with an octet or two changed, and every beginning of some.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "tests/proxy/mask"))
from test_mask import Writer, mutant  # noqa: E402

READ_FILTER = os.environ.get("READ_FILTER", str(REPOSITORY / "build/dev/tests/proxy/json/read_filter"))
DOCUMENTS = 3000
MUTANTS = 8  # of each

pytestmark = pytest.mark.skipif(not os.access(READ_FILTER, os.X_OK), reason=f"{READ_FILTER} is not built")


class Objects(Writer):
    """Objects, whose keys seldom meet, for otherwise hardly one would be taken."""

    def document(self):
        return self.blank() + self.object(0) + self.blank()

    def object(self, depth):
        if self.chance.randrange(3) == 0:
            return super().object(depth)
        member = [self.string(f"{'Ké0 '[i % 4]}{i}") + self.blank() + ":" + self.blank() + self.value(depth + 1)
                  for i in range(self.chance.randrange(6))]
        return self.between("{", member, "}")


# ---- The second reading ------------------------------------------------------------------------------


class Number(str):
    pass


def refuse(_):
    raise ValueError


def text(value):
    if any(0xD800 <= ord(c) <= 0xDFFF or c == "\0" for c in value):
        raise ValueError("half a character, or none")
    return value


def checked(value, depth):
    if depth > 64 and isinstance(value, (dict, list)):
        raise ValueError("too deep")
    if isinstance(value, dict):
        return {key: checked(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [checked(each, depth + 1) for each in value]
    return value if isinstance(value, Number) or not isinstance(value, str) else text(value)


def members(pairs):
    if len({key for key, _ in pairs}) < len(pairs) or any(c < " " for key, _ in pairs for c in text(key)):
        raise ValueError("a key twice, or a control character in it")
    return dict(pairs)


def read(octets):
    """The object, with numbers as they are written; None: not taken."""
    try:
        value = json.loads(octets.decode("utf-8"), parse_constant=refuse, object_pairs_hook=members, parse_int=Number,
                           parse_float=Number)
        return checked(value, 1) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


# ---- Tests -------------------------------------------------------------------------------------------


def run_filter(documents):
    """[(fault, the object or None), …]"""
    sent = b"".join(b"%d\n%s" % (len(document), document) for document in documents)
    got = subprocess.run([READ_FILTER], input=sent, stdout=subprocess.PIPE, timeout=120, check=True).stdout
    answers = [line.partition(b" ") for line in got.split(b"\n")[:-1]]
    assert len(answers) == len(documents)
    return [(fault.decode(), json.loads(rest, parse_int=Number, parse_float=Number) if rest else None)
            for fault, _, rest in answers]


def compare(documents):
    taken = 0
    for document, (fault, found) in zip(documents, run_filter(documents)):
        expected = read(document)
        assert (fault == "none") == (expected is not None), (document, fault)
        assert found == expected, document
        taken += expected is not None
    return taken


def objects(seed, count):
    chance = random.Random(seed)
    return [Objects(chance).document().encode() for _ in range(count)]


def test_random_objects_are_read_alike():
    assert compare(objects(8259, DOCUMENTS)) > DOCUMENTS // 4


def test_changed_objects_are_read_alike():
    chance = random.Random(3629)
    documents = [mutant(document, chance) for document in objects(8259, DOCUMENTS) for _ in range(MUTANTS)]
    assert compare(documents) > DOCUMENTS // 4


def test_no_beginning_of_an_object_is_one():
    beginnings = [document[:cut] for document in objects(1, 200) for cut in range(len(document.rstrip()))]
    assert compare(beginnings) == 0


@pytest.mark.parametrize("depth", [63, 64, 65])
def test_depth(depth):
    compare([b'{"a":' * depth + b"0" + b"}" * depth, b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"])
