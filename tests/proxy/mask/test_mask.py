"""Python's json, as a second reading of what the mask reads: MASK_FILTER names the program mask_filter.

Random documents go through it whole, octet by octet and in pieces; then what they became with an octet or two changed.
"""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
MASK_FILTER = os.environ.get("MASK_FILTER", str(REPOSITORY / "build/dev/tests/proxy/mask/mask_filter"))
DOCUMENTS = 1500
MUTANTS = 6  # of each

pytestmark = pytest.mark.skipif(not os.access(MASK_FILTER, os.X_OK), reason=f"{MASK_FILTER} is not built")


# ---- Random documents: as text, for there are many to one value ---------------------------------------

KEYS = ["Env", "Env", "Env", "env", "ENV", "En", "Envs", "Environment", "Name", "Name", "Value", "Value", "Description",
        "Settable", "name", "value", "", "a", "E=nv", "\u00c9nv", "Labels",
        "CreateCommand", "createCommand", "Create", "created_by", "CreatedBy", "Created_Ba", "OnBuild"]
CHARACTERS = list("ABCab01 =====\"\"\\\\/*{}[]:,'\b\f\n\r\t\x00\x1f\x7f") + ["\u00e9", "\u0145", "\u20ac", "\ufeff",
                                                                           "\U0001f600"]
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
NUMBERS = ["0", "-0", "7", "-120", "3.140", "1e5", "2E-07", "-0.0e+0", "12345678901234567890"]


class Writer:
    def __init__(self, chance):
        self.chance = chance

    def document(self):
        return self.blank() + self.value(0) + self.blank()

    def value(self, depth):
        kinds = ["text"] * 4 + ["number", "literal"] + (["array", "object"] * 3 if depth < 5 else [])
        return getattr(self, self.chance.choice(kinds))(depth)

    def array(self, depth):
        return self.between("[", [self.value(depth + 1) for _ in range(self.chance.randrange(5))], "]")

    def object(self, depth):
        member = [self.string(self.chance.choice(KEYS)) + self.blank() + ":" + self.blank() + self.value(depth + 1)
                  for _ in range(self.chance.randrange(5))]
        return self.between("{", member, "}")

    def between(self, begin, parts, end):
        return begin + self.blank() + (self.blank() + "," + self.blank()).join(parts) + self.blank() + end

    def text(self, _):
        size = self.chance.choice([0, 1, 2, 3, 5, 8, 13, 40])
        return self.string("".join(self.chance.choice(CHARACTERS) for _ in range(size)))

    def string(self, text):
        return '"' + "".join(map(self.character, text)) + '"'

    def character(self, character):
        units = character.encode("utf-16-be")
        escaped = "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
        if self.chance.randrange(12) == 0:
            return escaped.upper().replace("U", "u") if self.chance.randrange(2) else escaped
        if character in SHORT and (character != "/" or self.chance.randrange(2)):
            return SHORT[character]
        return escaped if character < " " else character

    def number(self, _):
        return self.chance.choice(NUMBERS)

    def literal(self, _):
        return self.chance.choice(["true", "false", "null"])

    def blank(self):
        return self.chance.choice(["", "", "", "", "", " ", "\n", "\t\r\n  "])


def mutant(document, chance):
    octets = bytearray(document)
    for _ in range(chance.choice([1, 1, 2])):
        at = chance.randrange(len(octets) + 1)
        # What means something to the grammar is more likely to change it than any octet.
        octet = chance.choice([chance.randrange(256), *b'{}[]:,"\\-+.eE01ntfu \n\x00\xc3\xa9\xed\xf0'])
        change = chance.randrange(5)
        if change == 0:
            octets[at:at + 1] = bytes([octet])
        elif change == 1:
            octets[at:at] = bytes([octet])
        elif change == 2:
            del octets[at:at + 1]
        elif change == 3:
            del octets[at:]
        else:
            octets[at:at] = octets[at:at + chance.randrange(1, 9)]
    return bytes(octets)


# ---- The second reading ------------------------------------------------------------------------------


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def read(octets):
    """The value, with objects as lists of pairs and numbers as they are written; None: not JSON."""
    try:
        return (json.loads(octets.decode("utf-8"), parse_constant=no_constant, object_pairs_hook=Members,
                           parse_int=Number, parse_float=Number),)
    except ValueError:
        return None


class Members(list):
    """[(key, value), …]"""


class Number(str):
    pass


def whole(value):
    if isinstance(value, Members):
        return Members((key, whole(each)) for key, each in value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    return hidden(value, "") if isinstance(value, str) else value


def behind_equals(value):
    return hidden(value, "".join(value.partition("=")[:2])) if isinstance(value, str) else value


def hidden(value, kept):
    """What is compared with what came out: the number of asterisks depends on how the rest was written."""
    if isinstance(value, Number):
        return Number("".join("1" if c.isdigit() else c for c in value))
    return (kept, len(kept) < len(value))


def environment(value):
    if isinstance(value, Members):
        return whole(value)
    return [entry(each) for each in value] if isinstance(value, list) else behind_equals(value)


def entry(value):
    if isinstance(value, Members):
        kept = ("Name", "Description", "Settable")
        return Members((key, environment(each) if key in kept else whole(each)) for key, each in value)
    return whole(value) if isinstance(value, list) else behind_equals(value)


def masked(value):
    if isinstance(value, Members):
        return Members((key, environment(each) if is_env(key) else masked(each)) for key, each in value)
    return [masked(each) for each in value] if isinstance(value, list) else value


def is_env(key):
    return key.isascii() and key.lower() in ("env", "createcommand", "created_by", "createdby", "onbuild")


def same(expected, found):
    if isinstance(expected, Members):
        return (isinstance(found, Members) and [key for key, _ in expected] == [key for key, _ in found] and
                all(same(one, other) for (_, one), (_, other) in zip(expected, found)))
    if isinstance(expected, list):
        return (isinstance(found, list) and not isinstance(found, Members) and len(expected) == len(found) and
                all(map(same, expected, found)))
    if isinstance(expected, tuple):
        kept, more = expected
        rest = found[len(kept):]
        return isinstance(found, str) and found.startswith(kept) and rest == "*" * len(rest) and bool(rest) == more
    return type(expected) is type(found) and expected == found


# ---- Tests -------------------------------------------------------------------------------------------


def run_filter(records):
    """[(verdict, document), …] of [(document, octets a piece), …]"""
    sent = b"".join(b"%d %d\n%s" % (len(document), piece, document) for document, piece in records)
    got = subprocess.run([MASK_FILTER], input=sent, stdout=subprocess.PIPE, timeout=120, check=True).stdout
    answers = []
    at = 0
    for _ in records:
        end = got.index(b"\n", at)
        verdict, size = got[at:end].split()
        answers.append((verdict.decode(), got[end + 1:end + 1 + int(size)]))
        at = end + 1 + int(size)
    assert at == len(got)
    return answers


def documents():
    chance = random.Random(8259)
    return [Writer(chance).document().encode() for _ in range(DOCUMENTS)]


def check(document, answer):
    verdict, out = answer
    value = read(document)
    assert (verdict == "none") == (value is not None), (verdict, document)
    if value is None:
        return
    assert len(out) == len(document), document
    assert all(a == b or b in b"*1" for a, b in zip(document, out)), (document, out)
    assert same(masked(value[0]), read(out)[0]), (document, out)


def test_a_document_is_masked_as_python_reads_it():
    chance = random.Random(3629)
    all_of_them = documents()
    in_one = run_filter([(document, len(document)) for document in all_of_them])
    for document, answer in zip(all_of_them, in_one):
        check(document, answer)
    changed = sum(document != out for document, (_, out) in zip(all_of_them, in_one))
    assert changed > DOCUMENTS // 10, "the documents hold too few environments to be worth a look"
    assert run_filter([(document, 1) for document in all_of_them]) == in_one
    assert run_filter([(document, chance.randrange(1, 20)) for document in all_of_them]) == in_one


def test_what_is_not_json_to_python_is_a_fault():
    chance = random.Random(7159)
    mutants = [mutant(document, chance) for document in documents() for _ in range(MUTANTS)]
    answers = run_filter([(each, len(each) + 1) for each in mutants])
    for each, answer in zip(mutants, answers):
        check(each, answer)
    verdicts = {verdict for verdict, _ in answers}
    assert verdicts == {"none", "mask.json.syntax", "mask.json.utf8", "mask.json.trailing", "mask.json.incomplete"}
    assert run_filter([(each, 1) for each in mutants]) == answers
    assert run_filter([(each, chance.randrange(1, 20)) for each in mutants]) == answers


@pytest.mark.parametrize("name", ["container-inspect", "plugin-inspect", "service-list"])
def test_an_answer_of_the_daemon_is_masked(name):
    """The corpus' files begin with the octet that says how the fuzz target cuts."""
    document = (REPOSITORY / "tests/fuzz/corpus/mask" / name).read_bytes()[1:]
    answer, = run_filter([(document, 4096)])
    check(document, answer)
    assert b"hunter2" in document and b"hunter2" not in answer[1]
