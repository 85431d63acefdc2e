"""Random sequences of faults, edits behind our back and slow replies; no answer to any may be untrue.

400 of them, 40,000 under LONG=1. The number of a sequence is enough to repeat it.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from local.cvm import StandIn
from local.cvm.faults import KINDS
from tests.conftest import LONG
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import Seen, environ, order, see, stand_in
from tests.keys.many import key

SEQUENCES = 40_000 if LONG else 400

#: Seconds after which a reply may come too late for the shortest budgets.
SLOW = 0.4

#: Codes that CVM may answer instead of executing; some leave a doubt.
CODES = [
    "InternalError",
    "ServiceUnavailable",
    "InvalidProjectId.NotFound",
    "InvalidParameterValue",
    "InvalidKeyPair.LimitExceeded",
    "InvalidKeyPairName.Duplicate",
    "RequestLimitExceeded.UinLimitExceeded",
    "AuthFailure.SignatureExpire",
    "Unheard.Of",
]
ACTIONS = ["ImportKeyPair", "ImportKeyPair", "DescribeKeyPairs", "*"]
SINGLE = sorted(set(KINDS) - {"error-after"})
QUOTA = 4


class Meddling(SkippingClock):
    """A clock on which somebody else edits the account while we sleep."""

    def __init__(self, chance: random.Random, running: StandIn) -> None:
        super().__init__()
        self._chance = chance
        self._running = running

    def sleep(self, seconds: float) -> None:
        """Pass this many seconds."""
        super().sleep(seconds)
        if self._chance.random() < 0.25:
            meddle(self._chance, self._running)


def meddle(chance: random.Random, running: StandIn) -> None:
    """Insert, delete or rename a key pair, as somebody else would."""
    account = running.account
    with account.lock:
        names = [pair.key_name for pair in account]
        what = chance.choice(["insert", "delete", "rename"])
        new = chance.choice(["alice", "bob", "carol"])
        if what == "insert" and new not in names:
            account.insert(new, chance.choice([key(1).line, key(2).line, "", "ssh-rsa broken"]))
        if what == "delete" and names:
            account.delete(chance.choice(names))
        if what == "rename" and names and new not in names:
            account.rename(chance.choice(names), new)


def faults(chance: random.Random, running: StandIn) -> bool:
    """Order up to five faults, now and then one that does not end; tell whether one of them is slow."""
    slow = False
    for _ in range(chance.choice([0, 1, 1, 2, 3, 5])):
        action = chance.choice(ACTIONS)
        kinds = [kind for kind in SINGLE if action == "ImportKeyPair" or not kind.startswith("rival")]
        kind = chance.choice(kinds)
        if chance.random() < 0.2 and kind not in {"late-write", "throttle", "token-expired", "denied"}:
            kind += "+" + chance.choice(["content-type", "no-request-id", "delay-before"])
        ordered = running.fault(
            action,
            kind,
            nth=chance.randint(1, 3),
            times=None if chance.random() < 0.1 else chance.randint(1, 2),
            seconds=SLOW if chance.random() < 0.02 else chance.choice([0.001, 0.005, 0.02]),
            code=chance.choice(CODES),
            asked=chance.choice([11, 12, 37, 150, 900]),
            status=chance.choice([301, 403, 429, 500, 503]),
        )
        slow = slow or ordered.seconds == SLOW
    return slow


def judged(number: int) -> str:
    """Play one sequence and return its answer; a failure names the sequence."""
    # A stand-in of its own for each: writes that land late must not land in the next one.
    with stand_in(quota=QUOTA) as running:
        try:
            return play(number, running).answer
        except AssertionError as error:
            raise AssertionError(f"sequence {number}: {error}") from error


def play(number: int, running: StandIn) -> Seen:
    """Play one sequence, and judge its answer."""
    chance = random.Random(number)
    for _ in range(chance.choice([0, 0, 1, 2])):
        meddle(chance, running)
    if chance.random() < 0.15:
        while len(running.account) < QUOTA:
            running.account.insert(f"filler_{len(running.account)}")
    slow = faults(chance, running)
    before = {pair.key_id: pair for pair in running.account}
    wanted = order("alice", 1, dry_run=chance.random() < 0.1)
    clock = Meddling(chance, running)
    clock.skipped = 1.0 * number
    budget = chance.choice([0.5, 2.0, 20.0])
    seen = see(running.host, wanted, environ(running.credentials), budget, clock)
    calls = running.calls
    running.clear_faults()
    truth.check(seen, running, wanted, before, calls, slow)
    writes = [call for call in calls if call.action == "ImportKeyPair"]
    if seen.answer == "outcome-unknown":
        # Either there was no time for another look-up, or all writes were used up.
        open_ended = [c for c in writes if not truth.is_heard(c, slow) or "Duplicate" in c.code]
        assert seen.left < 0.6 or len(open_ended) >= 4, "unknown, and a look-up could have settled it"
    # A machine that stood still for half of the time has disturbed it, too.
    in_time = seen.left > budget / 2
    if in_time and not any(call.fault for call in calls) and not before and not wanted.dry_run:
        assert (seen.answer, seen.calls) == ("created", 1), "undisturbed"
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_no_sequence_of_faults_makes_it_lie(block: int) -> None:
    """Each answer is true by what the stand-in knows, in time, and settled where that was possible."""
    size = SEQUENCES // 4
    answers = Counter(judged(number) for number in range(block * size, (block + 1) * size))
    rare = {"created", "unchanged", "outcome-unknown", "upstream-busy", "misconfigured", "key-name-conflict"}
    assert rare <= set(answers), "the sequences reach every kind of answer"


def test_two_callers_with_the_same_key_at_once_make_one_key_pair() -> None:
    """One answer says that it was created, the other that it is there."""
    # Two processes, as two instances are: one instance never serves two calls at once.
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with stand_in() as running:
        role = environ(running.credentials)
        for fault in ("", "drop-after", "delay-before"):
            running.clear()
            if fault:
                running.fault("ImportKeyPair", fault, seconds=0.05)
            barrier, results = context.Barrier(2), context.Queue()
            callers = [
                context.Process(target=_caller, args=(running.host, role, barrier, results)) for _ in range(2)
            ]
            for caller in callers:
                caller.start()
            answers = sorted(results.get(timeout=30) for _ in callers)
            for caller in callers:
                caller.join()
            held = list(running.account)
            assert len(held) == 1
            assert {key_id for _, key_id in answers} == {held[0].key_id}
            assert [answer for answer, _ in answers].count("created") <= 1
            assert {answer for answer, _ in answers} <= {"created", "unchanged"}


def _caller(host: str, role: dict[str, str], barrier: Any, results: Any) -> None:
    barrier.wait(30)
    seen = see(host, order("alice", 1), role)
    results.put((seen.answer, seen.imported.key_id if seen.imported else ""))
