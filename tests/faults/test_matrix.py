"""Every fault of the stand-in, at every position of the exchange, for every state of the account."""

from __future__ import annotations

import pytest

from local.cvm import StandIn, faults
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import Seen, environ, order, see, stand_in
from tests.keys.many import key

IMPORT, LIST = "ImportKeyPair", "DescribeKeyPairs"

#: What the account holds before, and what an undisturbed import then answers.
STATES = {
    "empty": "created",
    "there": "unchanged",
    "under another name": "public-key-conflict",
    "name taken": "key-name-conflict",
    "full": "key-pair-quota",
    "full and there": "unchanged",
}

REFUSALS = {"token-expired": "misconfigured", "denied": "misconfigured"}

#: Every fault but those that change the list of an account between two pages; `test_long_lists` has these.
KINDS = [kind for kind in faults.KINDS if not kind.startswith("pair-")]

#: Faults after which the write is there and its reply is not.
EXECUTED = {kind for kind in KINDS if kind.endswith("-after") and kind != "delay-after"} | {
    "truncated",
    "no-key-id",
}
PRECEDENCE = ["unchanged", "public-key-conflict", "key-name-conflict", "key-pair-quota", "created"]
RIVALS = {"rival-name": "key-name-conflict", "rival-key": "public-key-conflict", "rival-pair": "unchanged"}

QUOTA = 3


def prepare(running: StandIn, state: str) -> None:
    """Bring the account into a state."""
    account = running.account
    if "there" in state:
        account.insert("alice", key(1).line)
    if state == "under another name":
        account.insert("bob", key(1).line)
    if state == "name taken":
        account.insert("alice", key(2).line)
    if "full" in state:
        while len(account) < QUOTA:
            account.insert(f"filler_{len(account)}")


def judged(running: StandIn, budget: float = 20.0, dry_run: bool = False) -> Seen:
    """Import, and judge the answer."""
    before = {pair.key_id: pair for pair in running.account}
    wanted = order("alice", 1, dry_run=dry_run)
    seen = see(running.host, wanted, environ(running.credentials), budget, SkippingClock())
    truth.check(seen, running, wanted, before, running.calls)
    return seen


def expected(kind: str, state: str) -> str:
    """Return the answer when this happens to a write."""
    if kind in REFUSALS:
        return REFUSALS[kind]
    if kind in RIVALS and (state != "name taken" or kind == "rival-key"):
        return min(RIVALS[kind], STATES[state], key=PRECEDENCE.index)
    return "unchanged" if state == "empty" and kind in EXECUTED else STATES[state]


@pytest.mark.parametrize("state", STATES)
def test_undisturbed_it_takes_one_call_or_two(state: str) -> None:
    """One if the key pair is new, a look-up more if something is in the way."""
    with stand_in(quota=QUOTA) as running:
        prepare(running, state)
        seen = judged(running)
    assert (seen.answer, seen.calls) == (STATES[state], 1 if state == "empty" else 2)
    assert seen.sleeps == ()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_at_the_first_write(kind: str, state: str) -> None:
    """The answer is that of the account, unless the fault is an answer in itself."""
    with stand_in(quota=QUOTA) as running:
        prepare(running, state)
        running.fault(IMPORT, kind, seconds=0.02)
        assert judged(running).answer == expected(kind, state)


@pytest.mark.parametrize("state", ["empty", "there", "name taken"])
@pytest.mark.parametrize("kind", KINDS)
def test_at_the_write_after_a_doubt(kind: str, state: str) -> None:
    """The first write was lost on the way, so a second one follows where nothing is there."""
    with stand_in(quota=QUOTA) as running:
        prepare(running, state)
        running.fault(IMPORT, "drop-before")
        running.fault(IMPORT, kind, nth=2, seconds=0.02)
        answer = judged(running).answer
    assert answer == (expected(kind, state) if state == "empty" else STATES[state])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("rival")])
def test_at_the_look_up_after_a_doubt(kind: str, state: str) -> None:
    """A look-up that fails in passing is had again: it alone can settle the doubt."""
    with stand_in(quota=QUOTA) as running:
        prepare(running, state)
        running.fault(IMPORT, "drop-after")
        running.fault(LIST, kind, seconds=0.02)
        answer = judged(running).answer
    assert answer == ("unchanged" if state == "empty" else STATES[state])


LASTING = sorted(set(KINDS) - {"delay-before", "delay-after", "dribbled", "content-type", "no-request-id"})
LASTING = [kind for kind in LASTING if kind != "no-key-id" and not kind.startswith("rival")]


@pytest.mark.parametrize("kind", LASTING)
def test_at_every_look_up_after_a_doubt(kind: str) -> None:
    """Nothing else can be said than that it is not known."""
    with stand_in() as running:
        running.fault(IMPORT, "drop-after")
        running.fault(LIST, kind, seconds=0.02, times=None)
        seen = judged(running, budget=4.0)
    assert seen.answer == "outcome-unknown"
    assert [call.action for call in running.calls].count(IMPORT) == 1


@pytest.mark.parametrize("kind", LASTING)
def test_at_every_look_up_after_a_duplicate(kind: str) -> None:
    """Nothing was written, so it is busy, or ours to mend."""
    with stand_in() as running:
        prepare(running, "there")
        running.fault(LIST, kind, seconds=0.02, times=None)
        seen = judged(running, budget=4.0)
    assert seen.answer == REFUSALS.get(kind, "upstream-busy")


@pytest.mark.parametrize("kind", LASTING)
def test_at_every_write(kind: str) -> None:
    """Some are answers in themselves; some leave a doubt for ever; the executed ones are found."""
    with stand_in() as running:
        running.fault(IMPORT, kind, seconds=30.0, times=None)
        seen = judged(running, budget=4.0)
    answers = {**REFUSALS, "throttle": "upstream-busy", **dict.fromkeys(EXECUTED, "unchanged")}
    assert seen.answer == answers.get(kind, "outcome-unknown")
    if seen.answer == "outcome-unknown":
        assert seen.calls == 9, "four writes, a look-up after each, and one more at the end"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("rival")])
@pytest.mark.parametrize("state", ["empty", "there"])
def test_at_the_look_up_of_a_dry_run(kind: str, state: str) -> None:
    """Had again where it may help."""
    with stand_in() as running:
        prepare(running, state)
        running.fault(LIST, kind, seconds=0.02)
        seen = judged(running, dry_run=True)
    assert seen.answer == REFUSALS.get(kind, STATES[state])


@pytest.mark.parametrize("kind", LASTING)
def test_at_every_look_up_of_a_dry_run(kind: str) -> None:
    """Throttled, denied, no reply and nonsense are told apart."""
    with stand_in() as running:
        running.fault(LIST, kind, seconds=0.02, times=None)
        seen = judged(running, budget=4.0, dry_run=True)
    answers = {**REFUSALS, "throttle": "upstream-busy"}
    for lost in ("drop-before", "drop-after", "reset-before", "reset-after", "truncated", "late-write"):
        answers[lost] = "upstream-unreachable"
    assert seen.answer == answers.get(kind, "upstream-error")


@pytest.mark.parametrize("action", [IMPORT, LIST])
def test_silence(action: str) -> None:
    """A reply that never comes costs no more than the time there is."""
    with stand_in() as running:
        if action == LIST:
            running.fault(IMPORT, "drop-after")
        running.fault(action, "delay-after", seconds=5.0)
        seen = judged(running, budget=1.0)
    assert seen.answer == ("unchanged" if action == IMPORT else "outcome-unknown")


def test_a_stored_key_that_does_not_decode_is_another_key() -> None:
    """Its name is taken, its key is nobody's."""
    with stand_in() as running:
        running.account.insert("alice", "ssh-rsa AAAA_this_is_no_base64")
        assert judged(running).answer == "key-name-conflict"


def test_more_than_a_hundred_key_pairs_are_all_looked_at() -> None:
    """The one that matters is on the last page."""
    with stand_in(quota=300) as running:
        for number in range(230):
            running.account.insert(f"pair_{number}")
        running.account.insert("alice", key(1).line)
        seen = judged(running)
    assert (seen.answer, seen.calls) == ("unchanged", 4)


def test_a_kept_connection_that_has_gone_silent_costs_half_the_time_and_no_truth() -> None:
    """The network forgot it, and nobody said so: the write gets no reply, a new connection tells."""
    with stand_in() as running:
        judged(running)
        running.account.delete("alice")
        running.fault(IMPORT, "delay-before", seconds=30.0)
        seen = judged(running, budget=1.6)
        connections = {call.connection for call in running.calls}
    assert seen.answer == "created"
    assert len(connections) == 2


def test_one_key_may_be_there_twice_where_cvm_allows_it() -> None:
    """Whether CVM enforces one name for one key is not proved, so both worlds must do."""
    with stand_in(same_key_twice=True) as running:
        running.account.insert("bob", key(1).line)
        assert judged(running).answer == "created"
        assert judged(running).answer == "unchanged"
        assert len(running.account) == 2
