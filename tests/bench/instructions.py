"""Instructions a request in user space, counted by callgrind: the same on a busy machine as on an idle one, blind to the kernel's part."""

import re
from pathlib import Path

import loads
from running import environment, freePort, started, awaitConnect

FEW, MANY = 200, 2200
UNCONFINED = {"CONFINE": "0"}  # valgrind makes calls of its own, at any time


def perRequest(peer, socketPath, folder, ask=loads.askRepeatedly, extra=()):
    """The slope between two runs of different length: what starting and stopping costs falls out."""
    few, many = (_total(peer, socketPath, folder, ask, count, extra) for count in (FEW, MANY))
    return {"instructions/request": (many - few) / (MANY - FEW), "wrong": int(not few or not many)}


def _total(peer, socketPath, folder, ask, count, extra):
    port, log = freePort(), f"{folder}/{peer.name}.valgrind"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}", *peer.command]
    variables = environment(port, socketPath, {**UNCONFINED, **dict(extra)})
    with open(f"{folder}/{peer.name}.err", "wb") as errors, started(command, errors, env=variables) as process:
        awaitConnect(process, ("127.0.0.1", port), errors.name)
        answered = ask(port, count)
    collected = re.search(r"Collected : (\d+)", Path(log).read_text())
    return int(collected[1]) if collected and answered == count else 0
