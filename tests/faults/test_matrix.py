"""Every fault of the stand-in, at every position of the exchange, for every state of either account."""

from __future__ import annotations

import pytest

from handler.importing.order import OWN, Target
from local.cvm import StandIn, faults
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import ACCOUNTS, OTHER, Seen, environ, order, see, stand_in, store, uin
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

every_account = pytest.mark.parametrize("where", ACCOUNTS, ids=lambda account: str(account.name))


def prepare(running: StandIn, state: str, where: Target) -> None:
    """Bring an account into a state; the other one holds the same name and key, and must not matter."""
    other = next(account for account in ACCOUNTS if account != where)
    store(running, other).insert("alice", key(2).line)
    store(running, other).insert("carol", key(1).line)
    account = store(running, where)
    if "there" in state:
        account.insert("alice", key(1).line)
    if state == "under another name":
        account.insert("bob", key(1).line)
    if state == "name taken":
        account.insert("alice", key(2).line)
    if "full" in state:
        while len(account) < QUOTA:
            account.insert(f"filler_{len(account)}")


def judged(running: StandIn, where: Target = OWN, budget: float = 20.0, dry_run: bool = False) -> Seen:
    """Import, and judge the answer; what the other account holds stays as it is."""
    (aside,) = (store(running, account) for account in ACCOUNTS if account != where)
    before, others = {pair.key_id: pair for pair in store(running, where)}, list(aside)
    wanted = order("alice", 1, dry_run=dry_run, account=where)
    credentials = environ(running.credentials)
    seen = see(running.host, wanted, credentials, budget, SkippingClock(), sts_host=running.sts.host)
    truth.check(seen, running, wanted, before, running.calls)
    assert list(aside) == others
    return seen


def assuming(where: Target) -> int:
    """Return how many calls it takes to get the credentials for an account."""
    return 1 if where == OTHER else 0


def is_renewed(kind: str, where: Target) -> bool:
    """Say whether another try follows with other credentials: a role is assumed once more."""
    return kind == "token-expired" and where == OTHER


def seconds(kind: str) -> float:
    """Return how long a fault takes: a write that lands late must not land before the answer is there.

    When it lands between two calls, both answers are true; the sequences are judged by that.
    """
    return 3600.0 if kind == "late-write" else 0.02


def expected(kind: str, state: str, where: Target) -> str:
    """Return the answer when this happens to a write."""
    if is_renewed(kind, where):
        return STATES[state]
    if kind in REFUSALS:
        return REFUSALS[kind]
    if kind in RIVALS and (state != "name taken" or kind == "rival-key"):
        return min(RIVALS[kind], STATES[state], key=PRECEDENCE.index)
    return "unchanged" if state == "empty" and kind in EXECUTED else STATES[state]


@pytest.mark.parametrize("state", STATES)
@every_account
def test_undisturbed_it_takes_one_call_or_two(state: str, where: Target) -> None:
    """One if the key pair is new, a look-up more if something is in the way."""
    with stand_in(quota=QUOTA) as running:
        prepare(running, state, where)
        seen = judged(running, where)
    calls = 1 if state == "empty" else 2
    assert (seen.answer, seen.calls) == (STATES[state], calls + assuming(where))
    assert seen.sleeps == ()


@pytest.mark.parametrize("kind", KINDS)
@every_account
def test_at_the_first_write(kind: str, where: Target) -> None:
    """The answer is that of the account, unless the fault is an answer in itself."""
    for state in STATES:
        with stand_in(quota=QUOTA) as running:
            prepare(running, state, where)
            running.fault(IMPORT, kind, seconds=seconds(kind), account=uin(where))
            assert judged(running, where).answer == expected(kind, state, where), state


@pytest.mark.parametrize("kind", KINDS)
@every_account
def test_at_the_write_after_a_doubt(kind: str, where: Target) -> None:
    """The first write was lost on the way, so a second one follows where nothing is there."""
    for state in ("empty", "there", "name taken"):
        with stand_in(quota=QUOTA) as running:
            prepare(running, state, where)
            running.fault(IMPORT, "drop-before", account=uin(where))
            running.fault(IMPORT, kind, nth=2, seconds=seconds(kind), account=uin(where))
            answer = judged(running, where).answer
        assert answer == (expected(kind, state, where) if state == "empty" else STATES[state]), state


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("rival")])
@every_account
def test_at_the_look_up_after_a_doubt(kind: str, where: Target) -> None:
    """A look-up that fails in passing is had again: it alone can settle the doubt."""
    for state in STATES:
        with stand_in(quota=QUOTA) as running:
            prepare(running, state, where)
            running.fault(IMPORT, "drop-after", account=uin(where))
            running.fault(LIST, kind, seconds=0.02, account=uin(where))
            answer = judged(running, where).answer
        assert answer == ("unchanged" if state == "empty" else STATES[state]), state


LASTING = sorted(set(KINDS) - {"delay-before", "delay-after", "dribbled", "content-type", "no-request-id"})
LASTING = [kind for kind in LASTING if kind != "no-key-id" and not kind.startswith("rival")]


@pytest.mark.parametrize("kind", LASTING)
@every_account
def test_at_every_look_up_after_a_doubt(kind: str, where: Target) -> None:
    """If no look-up after a doubtful write succeeds, the answer is `outcome-unknown`."""
    with stand_in() as running:
        running.fault(IMPORT, "drop-after", account=uin(where))
        running.fault(LIST, kind, seconds=0.02, times=None, account=uin(where))
        seen = judged(running, where, budget=4.0)
    assert seen.answer == "outcome-unknown"
    assert [call.action for call in running.calls].count(IMPORT) == 1


@pytest.mark.parametrize("kind", LASTING)
@every_account
def test_at_every_look_up_after_a_duplicate(kind: str, where: Target) -> None:
    """Nothing was written, so it is busy, or ours to mend."""
    with stand_in() as running:
        prepare(running, "there", where)
        running.fault(LIST, kind, seconds=0.02, times=None, account=uin(where))
        seen = judged(running, where, budget=4.0)
    assert seen.answer == REFUSALS.get(kind, "upstream-busy")


@pytest.mark.parametrize("kind", LASTING)
@every_account
def test_at_every_write(kind: str, where: Target) -> None:
    """Some are answers in themselves; some leave a doubt for ever; the executed ones are found."""
    with stand_in() as running:
        running.fault(IMPORT, kind, seconds=30.0, times=None, account=uin(where))
        seen = judged(running, where, budget=4.0)
    answers = {**REFUSALS, "throttle": "upstream-busy", **dict.fromkeys(EXECUTED, "unchanged")}
    assert seen.answer == answers.get(kind, "outcome-unknown")
    if seen.answer == "outcome-unknown":
        assert seen.calls == 9 + assuming(where), "four writes, a look-up after each, and one at the end"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("rival")])
@pytest.mark.parametrize("state", ["empty", "there"])
@every_account
def test_at_the_look_up_of_a_dry_run(kind: str, state: str, where: Target) -> None:
    """A failed look-up is repeated where that may help."""
    with stand_in() as running:
        prepare(running, state, where)
        running.fault(LIST, kind, seconds=0.02, account=uin(where))
        seen = judged(running, where, dry_run=True)
    assert seen.answer == (STATES[state] if is_renewed(kind, where) else REFUSALS.get(kind, STATES[state]))


@pytest.mark.parametrize("kind", LASTING)
@every_account
def test_at_every_look_up_of_a_dry_run(kind: str, where: Target) -> None:
    """Throttled, denied, no reply and nonsense have different answers."""
    with stand_in() as running:
        running.fault(LIST, kind, seconds=0.02, times=None, account=uin(where))
        seen = judged(running, where, budget=4.0, dry_run=True)
    answers = {**REFUSALS, "throttle": "upstream-busy"}
    for lost in ("drop-before", "drop-after", "reset-before", "reset-after", "truncated", "late-write"):
        answers[lost] = "upstream-unreachable"
    assert seen.answer == answers.get(kind, "upstream-error")


@pytest.mark.parametrize("action", [IMPORT, LIST])
@every_account
def test_silence(action: str, where: Target) -> None:
    """A reply that never comes costs no more than the time there is."""
    with stand_in() as running:
        if action == LIST:
            running.fault(IMPORT, "drop-after", account=uin(where))
        running.fault(action, "delay-after", seconds=5.0, account=uin(where))
        seen = judged(running, where, budget=1.0)
    assert seen.answer == ("unchanged" if action == IMPORT else "outcome-unknown")


@every_account
def test_a_stored_key_that_does_not_decode_is_another_key(where: Target) -> None:
    """Its name is taken, and its key equals no other."""
    with stand_in() as running:
        store(running, where).insert("alice", "ssh-rsa AAAA_this_is_no_base64")
        assert judged(running, where).answer == "key-name-conflict"


@every_account
def test_more_than_a_hundred_key_pairs_are_all_looked_at(where: Target) -> None:
    """A key pair on the last page is found."""
    with stand_in(quota=300) as running:
        for number in range(230):
            store(running, where).insert(f"pair_{number}")
        store(running, where).insert("alice", key(1).line)
        seen = judged(running, where)
    assert (seen.answer, seen.calls) == ("unchanged", 4 + assuming(where))


@every_account
def test_a_kept_connection_that_has_gone_silent_costs_half_the_time_and_no_truth(where: Target) -> None:
    """The write on it gets no reply, and a look-up on a new connection decides."""
    with stand_in() as running:
        judged(running, where)
        store(running, where).delete("alice")
        running.fault(IMPORT, "delay-before", seconds=30.0, account=uin(where))
        seen = judged(running, where, budget=1.6)
        connections = {call.connection for call in running.calls}
    assert seen.answer == "created"
    assert len(connections) == 2


@every_account
def test_one_key_may_be_there_twice_where_cvm_allows_it(where: Target) -> None:
    """Whether CVM enforces one name for one key is not proved, so both worlds must do."""
    with stand_in(same_key_twice=True) as running:
        store(running, where).insert("bob", key(1).line)
        assert judged(running, where).answer == "created"
        assert judged(running, where).answer == "unchanged"
        assert len(store(running, where)) == 2
