"""The engine is the oracle: what it made of thousands of requests that passed a guarded door is looked at directly at the engine,
by a checker that knows nothing of the guard's tables. And that checker notices what an unguarded door lets through.
"""

from collections import Counter

import pytest

from guard_oracle import DOORS, Oracle, Worker, generated, shown
from guard_profile import Profile
from guard_requests import dangerous_alone
from proxy_process import ALL_GRANTED

SEED, COUNT = "1", 2000

# What no engine shows or applies, so that nothing can be noticed: (kind, path): why.
NOT_SHOWN = {
    ("create", "HostConfig.Capabilities"): "of one engine, 19.03",
    ("create", "HostConfig.InitPath"): "of engines up to API 1.27",
    ("create", "HostConfig.Annotations"): "since API 1.43",
    ("create", "HostConfig.CgroupnsMode"): "with control groups of version 1 host is the default",
    ("create", "HostConfig.BlkioWeightDevice"): "not with every kernel",
    ("exec", "WorkingDir"): "not told by an inspection",
    **{("update", path): "an update does not apply it" for path in (
        "Devices", "DeviceCgroupRules", "CgroupParent", "OomKillDisable", "BlkioDeviceReadBps", "Privileged", "Binds", "PidMode", "HostConfig")},
}


@pytest.fixture(scope="module")
def its_own(engine_kind, new_engine):
    if engine_kind == "podman":
        pytest.skip("Podman: its bodies are judged as Docker's, and mean the same or less")
    return new_engine()


@pytest.fixture
def through(its_own, proxy, is_direct):
    """through({name: (settings, profile)}): an Oracle behind doors with these settings."""

    def make(doors):
        made = {name: (proxy(its_own.socket, **ALL_GRANTED, **settings), profile) for name, (settings, profile, *_) in doors.items()}
        return Oracle(its_own, made)

    return make


def kinds(tally):
    return Counter(what for what, *_ in tally.violations)


def one_by_one(oracle, door, requests):
    """(what it was, its Tally) of each."""
    worker = Worker(oracle, None)
    for kind, path, value, number, request in requests:
        tally = worker.tallies[door] = type(worker.tallies[door])()
        worker.one(number, door, request)
        yield (kind, path), value, tally


def test_what_passes_stays_within_the_profile(through, is_direct):
    if is_direct:
        pytest.skip("direct: nothing is guarded")
    tallies = through(DOORS).run(generated(SEED, range(COUNT)), threads=6)
    for name, tally in tallies.items():
        print(f"{name}: {tally}")
    violations = [each for tally in tallies.values() for each in tally.violations]
    assert not violations, "\n".join(map(shown, violations[:10]))
    assert sum(tally.total for tally in tallies.values()) == COUNT
    assert not tallies["baseline"].hindered
    # It says something only where enough is let through and enough is refused, for many reasons.
    baseline = tallies["baseline"]
    assert sum(baseline.made.values()) > baseline.total / 4 and len(baseline.made) >= 8, baseline
    assert sum(baseline.refused.values()) > baseline.total / 4 and len(baseline.refused) > 40, baseline
    assert tallies["widened"].made["create"] > 40 and tallies["restricted"].made["create"] > 40, tallies
    assert sum(tally.run for tally in tallies.values()) > 4


def test_without_a_guard_it_notices(through):
    """The control: the same requests, no guard."""
    oracle = through({"open": ({}, Profile())})
    requests = (each for each in generated(SEED, range(400), "open") if b"evil" not in each[2].body)  # awaited for 15 s by the engine
    noticed = kinds(oracle.run(requests, threads=6)["open"])
    assert len(noticed) > 25 and {"Privileged", "SecurityOpt", "MaskedPaths"} <= set(noticed), noticed


def test_without_a_guard_each_dangerous_value_is_noticed(through):
    missed = []
    oracle = through({"open": ({}, Profile())})
    requests = (each for each in dangerous_alone() if b"evil" not in each[4].body)
    for what, value, tally in one_by_one(oracle, "open", requests):
        if not tally.violations and not tally.engine and what not in NOT_SHOWN:
            missed.append((what, value))
    assert not missed


@pytest.mark.parametrize("profile", ["baseline", "restricted"])
def test_each_dangerous_value_is_refused_by_name(profile, through, is_direct):
    """And not by a rule of JSON's."""
    if is_direct:
        pytest.skip("direct: nothing is guarded")
    wrong = []
    for what, value, tally in one_by_one(through({profile: DOORS[profile]}), profile, dangerous_alone()):
        rule = next(iter(tally.refused), "none")
        by_name = not rule.startswith("guard.json.") or what in NOT_SHOWN
        if not rule.startswith("guard.") or not by_name or tally.violations:
            wrong.append((what, value, rule))
    assert not wrong
