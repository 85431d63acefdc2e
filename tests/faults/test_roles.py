"""Every fault of STS before an import into another account, and roles that end while one is under way.

Assuming a role writes nothing. So an answer is that of the account, or says surely that nothing was written.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handler.upstream import sts
from local.api3 import kinds
from local.cvm import StandIn
from local.stand_in.credentials import OWN_ACCOUNT
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import OTHER, ROLE, Seen, environ, order, see, stand_in, store, uin
from tests.keys.many import key

ASSUME, IMPORT, LIST = "AssumeRole", "ImportKeyPair", "DescribeKeyPairs"

#: What the other account holds before, and what an undisturbed import then answers.
STATES = {"empty": "created", "there": "unchanged", "name taken": "key-name-conflict"}

#: Faults that are answers in themselves, as often as they come.
REFUSALS = {"token-expired": "misconfigured", "denied": "misconfigured"}

#: Faults after which the role is had all the same.
HARMLESS = {"delay-before", "delay-after", "dribbled", "content-type", "no-request-id"}

#: What STS may answer instead, and the answer to the import.
CODES = {
    "UnauthorizedOperation": "misconfigured",
    "ResourceNotFound.RoleNotFound": "misconfigured",
    "InvalidParameter.ParamError": "misconfigured",
    "InternalError.GetRoleError": "misconfigured",
    "InternalError.IllegalRole": "misconfigured",
    "AuthFailure.SignatureExpire": "misconfigured",
    "RequestLimitExceeded.UinLimitExceeded": "upstream-busy",
    "InternalError.DbError": "upstream-unreachable",
    "Unheard.Of": "upstream-error",
}


@pytest.fixture
def running() -> Iterator[StandIn]:
    """Run two accounts with STS; the own one holds the name under another key, which must not matter."""
    with stand_in() as made:
        made.account.insert("alice", key(2).line)
        yield made


def prepare(running: StandIn, state: str) -> None:
    """Bring the other account into a state."""
    if state != "empty":
        store(running, OTHER).insert("alice", key(1 if state == "there" else 2).line)


def judged(
    running: StandIn, budget: float = 20.0, dry_run: bool = False, external_id: str = ROLE.external_id
) -> Seen:
    """Import into the other account, and judge the answer."""
    other, own = store(running, OTHER), list(running.account)
    before, first = {pair.key_id: pair for pair in other}, len(running.calls)
    wanted = order("alice", 1, account=OTHER, dry_run=dry_run)
    credentials = {**environ(running.credentials), OTHER.external_id_env: external_id}
    seen = see(running.host, wanted, credentials, budget, SkippingClock(), sts_host=running.sts.host)
    truth.check(seen, running, wanted, before, running.calls[first:])
    assert list(running.account) == own
    assert {call.account for call in running.sts.calls if call.account} <= {OWN_ACCOUNT}
    return seen


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", kinds.KINDS)
def test_at_the_first_role(kind: str, state: str, dry_run: bool, running: StandIn) -> None:
    """What is lost or throttled on the way is had again; then the account answers."""
    prepare(running, state)
    running.sts.fault(ASSUME, kind, seconds=0.02)
    seen = judged(running, dry_run=dry_run)
    assert seen.answer == REFUSALS.get(kind, STATES[state])


@pytest.mark.parametrize("kind", sorted(set(kinds.KINDS) - HARMLESS))
def test_at_every_role(kind: str, running: StandIn) -> None:
    """Nobody ever signs, so nothing is asked of CVM, and the answer says that nothing was written."""
    running.sts.fault(ASSUME, kind, seconds=30.0, times=None)
    seen = judged(running, budget=4.0)
    answers = {**REFUSALS, "throttle": "upstream-busy"}
    assert seen.answer == answers.get(kind, "upstream-unreachable")
    assert running.calls == []
    assert list(store(running, OTHER)) == []


@pytest.mark.parametrize("code", CODES)
def test_at_every_code(code: str, running: StandIn) -> None:
    """Each has its own answer, and CVM is never asked."""
    running.sts.fault(ASSUME, "error-before", code=code, times=None)
    assert judged(running, budget=4.0).answer == CODES[code]
    assert running.calls == []


def test_a_slow_role_costs_no_more_than_the_time(running: StandIn) -> None:
    """A slow STS takes its time from the one deadline of the request."""
    running.sts.fault(ASSUME, "delay-before", seconds=5.0, times=None)
    assert judged(running, budget=0.6).answer == "upstream-unreachable"
    assert running.calls == []


@pytest.mark.parametrize("external_id", ["another-one", "shared-with-the-others"])
def test_a_wrong_external_id_opens_nothing(external_id: str, running: StandIn) -> None:
    """Not even while credentials that the right one opened are kept."""
    assert judged(running).answer == "created"
    store(running, OTHER).delete("alice")
    asked = len(running.calls)
    seen = judged(running, external_id=external_id)
    assert (seen.answer, len(running.calls)) == ("misconfigured", asked)
    assert judged(running).answer == "created"


def test_a_role_that_trusts_somebody_else_opens_nothing(running: StandIn) -> None:
    """As when the trust policy of the other account names another account than ours."""
    running.sts.roles[ROLE.arn] = ROLE._replace(trusts=("300000000003",))
    assert judged(running).answer == "misconfigured"
    assert running.calls == []


def expire_roles(running: StandIn) -> int:
    """Let the credentials of every role that is kept be expired at CVM; return how many they are."""
    for kept in sts._kept.values():
        running.keyring.expire(kept.credentials.secret_id)
    return len(sts._kept)


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_a_role_that_has_ended_is_assumed_again(state: str, dry_run: bool, running: StandIn) -> None:
    """CVM calls the kept credentials expired, and one AssumeRole later the account answers."""
    assert judged(running, dry_run=True).answer == "created"
    prepare(running, state)
    assert expire_roles(running) == 1
    assert judged(running, dry_run=dry_run).answer == STATES[state]
    assert [call.action for call in running.sts.calls] == [ASSUME] * 2


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lost", ["drop-after", "drop-before", "html-after", "internal-error-before"])
@pytest.mark.parametrize("then", ["", "drop-before", "throttle", "html-before"])
def test_a_role_that_ends_between_a_doubt_and_its_look_up(
    state: str, lost: str, then: str, running: StandIn
) -> None:
    """The look-up is signed anew; also where STS itself fails in passing, the doubt is settled."""
    prepare(running, state)
    running.fault(IMPORT, lost, account=uin(OTHER))
    running.fault(LIST, "token-expired", account=uin(OTHER))
    if then:
        running.sts.fault(ASSUME, then, nth=2)
    is_executed = state == "empty" and lost.endswith("-after")
    assert judged(running).answer == ("unchanged" if is_executed else STATES[state])


def test_a_role_that_cannot_be_assumed_again_leaves_the_doubt(running: StandIn) -> None:
    """A write may be there, and nothing can look: that is said, and a repeat settles it."""
    running.fault(IMPORT, "drop-after", account=uin(OTHER))
    running.fault(LIST, "token-expired", account=uin(OTHER), times=None)
    running.sts.fault(ASSUME, "denied", nth=2, times=None)
    assert judged(running, budget=4.0).answer == "outcome-unknown"
    running.clear_faults()
    running.sts.clear_faults()
    assert judged(running).answer == "unchanged"


def test_own_credentials_that_have_ended_open_no_role(running: StandIn) -> None:
    """STS calls them expired, and SCF has no others: ours to mend, and nothing was asked of CVM."""
    running.keyring.expire(running.credentials.secret_id)
    assert judged(running).answer == "misconfigured"
    assert running.calls == []
