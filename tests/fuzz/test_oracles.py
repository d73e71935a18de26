"""Whatever proxy/http takes for a message, two others take for the same one: python3-h11, and node's llhttp.

Over the committed corpora, and over messages that chance puts together and then breaks. HTTP_FILTER names the program
http_filter. What the others refuse although it is taken here stands in DIFFERENCES, each with its reason; what they read
otherwise stands nowhere.
"""

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

h11 = pytest.importorskip("h11")

FOLDER = Path(__file__).resolve().parent
HTTP_FILTER = os.environ.get("HTTP_FILTER", str(FOLDER.parents[1] / "build/dev/tests/fuzz/http_filter"))
NODE = shutil.which("node")
GENERATED = 3000
MUTANTS = 4  # of each

pytestmark = pytest.mark.skipif(not os.access(HTTP_FILTER, os.X_OK), reason=f"{HTTP_FILTER} is not built")

# Who refuses it, with which words, what of the message is the reason, and why we take it.
DIFFERENCES = [
    ("node", "HPE_INVALID_METHOD", rb"", "llhttp knows the registered methods only; a method is any token (RFC 9110, 9.1)"),
    ("node", "HPE_INVALID_CONTENT_LENGTH", rb"(?i)Content-Length:[^\r]*\t\r\n", "a tab behind a value is blank as well (RFC 9110, 5.5)"),
    ("node", "HPE_STRICT|in the body", rb"\r\n[0-9A-Fa-f]+;", "chunk extensions mean nothing: any text that holds no line's end"),
    ("h11", "no request line received", rb"^\r\n", "an empty line in front of a request is skipped (RFC 9112, 2.2)"),
]


# ---- The messages ------------------------------------------------------------------------------------


def corpus(name):
    """As they are, and without the octet by which a target chooses."""
    inputs = [path.read_bytes() for path in sorted((FOLDER / "corpus" / name).iterdir())]
    return inputs + [each[1:] for each in inputs]


class Chance(random.Random):
    def word(self, alphabet="abcXYZ019-_.!", most=8):
        return "".join(self.choice(alphabet) for _ in range(self.randrange(1, most + 1)))

    def fields(self):
        blank = self.choice(["", " ", "\t", "  "])
        values = ["", "a", "b c", "é", "a,b", '"q"', "=?*"]
        return [f"{self.word()}:{blank}{self.choice(values)}{blank}" for _ in range(self.randrange(4))]

    def framed(self):
        """A field that frames, and the body."""
        body = self.word("ab\r\n0", 40)
        kind = self.randrange(4)
        if kind == 0:
            return [], ""
        if kind == 1:
            return [f"{self.choice(['Content-Length', 'content-length'])}: {len(body)}"], body
        if kind == 2:
            return [f"Content-Length: {len(body) + self.randrange(-1, 2)}"], body
        ends = ["0\r\n\r\n", "000\r\n\r\n", "0;a=b\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\r\n"]
        size = self.choice([f"{len(body):x}", f"{len(body):X}", f"0{len(body):x}"])
        extension = self.choice(["", ";a", ";a=b", ';a="b"'])
        return ["Transfer-Encoding: " + self.choice(["chunked", "Chunked"])], f"{size}{extension}\r\n{body}\r\n{self.choice(ends)}"

    def written(self, first, fields):
        framing, body = self.framed()
        lines = fields + framing + self.fields()
        self.shuffle(lines)
        return ("\r\n".join([first, *lines]) + "\r\n\r\n" + body).encode("latin1")

    def request(self):
        method = self.choice(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
        target = self.choice(["/", "/a/%2F?b=c", "*", "http://d/a", "/" + self.word("aZ0%25~!$&'()*+,;=:@/?")])
        extra = self.choice([[], ["Connection: close"], ["Expect: 100-continue"], ["Connection: Upgrade", "Upgrade: tcp"]])
        return self.written(f"{method} {target} HTTP/1.{self.choice('1110')}", ["Host: d", *extra])

    def answer(self):
        status = self.choice(["200 OK", "204 ", "304 Not Modified", "404 é", "101 UP", "100 Continue", "500"])
        return self.written(f"HTTP/1.{self.choice('1110')} {status}", self.choice([[], ["Connection: close"]]))

    def broken(self, message):
        octets = bytearray(message)
        for _ in range(self.randrange(1, 3)):
            at = self.randrange(len(octets))
            octets[at:at + self.randrange(2)] = self.choice([b"", b"\r", b"\n", b" ", b"\0", b":", b"\t", b"0", b",", b"\r\n", b";", b"\x80"])
        return bytes(octets)


def generated(kind):
    chance = Chance(112)
    for _ in range(GENERATED):
        message = chance.request() if kind == "q" else chance.answer()
        yield message
        for _ in range(MUTANTS):
            yield chance.broken(message)


def chunks_in_requests():
    head = b"POST /images/load HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head + body for body in corpus("chunked")]


MESSAGES = {
    "corpus-requests": ("q", lambda: corpus("request")),
    "corpus-chunks": ("q", chunks_in_requests),
    "corpus-answers": ("a", lambda: corpus("response")),
    "corpus-answers-to-head": ("h", lambda: corpus("response")),
    "requests": ("q", lambda: generated("q")),
    "answers": ("a", lambda: generated("a")),
    "answers-to-head": ("h", lambda: generated("h")),
}


# ---- The readers -------------------------------------------------------------------------------------


def filtered(program, kind, messages):
    records = b"".join(b"%s %d\n%s" % (kind.encode(), len(each), each) for each in messages)
    done = subprocess.run(program, input=records, capture_output=True, timeout=120, check=True)
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(messages)
    return [read(line) for line in lines]


def read(line):
    """(outcome, size, first, target, fields, body, open), or (outcome,)"""
    outcome, *rest = line.split(" ")
    if outcome not in ("complete", "partial") or not rest:
        return (" ".join([outcome, *rest]),)
    size, first, target, fields, body, ended = rest
    words = [bytes.fromhex(word) for word in fields.split(",")[:-1]]
    return outcome, int(size), bytes.fromhex(first), bytes.fromhex(target), pairs(zip(words[::2], words[1::2])), bytes.fromhex(body), ended


def pairs(fields):
    """h11 gives names and this value in lower case."""
    return [(name.lower(), value.lower() if name.lower() == b"transfer-encoding" else value) for name, value in fields]


def read_by_h11(kind, message):
    reader = h11.Connection(h11.SERVER if kind == "q" else h11.CLIENT, max_incomplete_event_size=1 << 20)
    head, body, outcome = None, b"", "partial"
    try:
        if kind != "q":
            reader.send(h11.Request(method="HEAD" if kind == "h" else "GET", target="/",
                                    headers=[("Host", "d"), ("Upgrade", "tcp"), ("Connection", "upgrade")]))
            reader.send(h11.EndOfMessage())
        reader.receive_data(message)
        event = reader.next_event()
        closed = False
        while event not in (h11.PAUSED,):
            if event is h11.NEED_DATA:
                if closed or kind == "q" or head is None:
                    break
                reader.receive_data(b"")
                closed = True
            elif isinstance(event, (h11.Request, h11.Response, h11.InformationalResponse)):
                head = event
                if isinstance(event, h11.InformationalResponse):
                    return described(kind, "complete", message, head, b"", "")
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                outcome = "complete"
                break
            event = reader.next_event()
    except h11.RemoteProtocolError as error:
        if head is None or not closed_early(error):
            return (f"refused {error}",)
    if head is None:
        return ("partial",)
    return described(kind, outcome, message, head, body, "open" if outcome == "complete" and closed else "")


def closed_early(error):
    return "peer closed connection" in str(error)


def described(kind, outcome, message, head, body, ended):
    first = head.method if kind == "q" else str(head.status_code).encode()
    return outcome, len(message), first, head.target if kind == "q" else b"", pairs(head.headers), body, ended


# ---- They agree --------------------------------------------------------------------------------------


def explained(reader, words, message):
    return any(reader == who and re.search(said, words) and re.search(because, message) for who, said, because, _ in DIFFERENCES)


def disagreements(reader, messages, ours, theirs):
    for message, mine, other in zip(messages, ours, theirs):
        if len(mine) == 1 or mine == other or (len(other) == 1 and explained(reader, other[0], message)):
            continue
        yield message, mine, other


def hold(reader, kind, messages, read_all):
    messages = list(messages)
    ours = filtered([HTTP_FILTER], kind, messages)
    taken = [i for i, mine in enumerate(ours) if len(mine) > 1]
    assert len(taken) >= 3, "hardly anything is taken: that tells nothing"
    messages, ours = [messages[i][:ours[i][1]] for i in taken], [ours[i] for i in taken]
    found = list(disagreements(reader, messages, ours, read_all(kind, messages)))
    assert not found, f"{len(found)} of {len(taken)}; the first:\n" + "\n".join(map(repr, found[0]))


@pytest.mark.parametrize("name", MESSAGES)
def test_h11_reads_the_same(name):
    kind, messages = MESSAGES[name]
    hold("h11", kind, messages(), lambda kind, taken: [read_by_h11(kind, each) for each in taken])


@pytest.mark.skipif(NODE is None, reason="there is no node")
@pytest.mark.parametrize("name", MESSAGES)
def test_node_reads_the_same(name):
    kind, messages = MESSAGES[name]
    hold("node", kind, messages(), lambda kind, taken: filtered([NODE, FOLDER / "node_filter.js"], kind, taken))
