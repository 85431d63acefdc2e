"""What is written down of an account as it passes by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handler.ambient import REAL
from handler.cvm import client as cvm
from handler.deadline import Deadline
from handler.importing.account import Created, Duplicate, Listing, Refused, Throttled
from handler.importing.ledger import Ledger
from handler.importing.order import Order, Region
from handler.key_gate.public_key import parse
from handler.settings import Settings
from handler.upstream import transport
from local.cvm import Options, StandIn, serve
from tests.faults.scene import HOME, NO_DEADLINE
from tests.keys.many import public_keys

ONE, TWO = public_keys(2)


@pytest.fixture
def account() -> Iterator[StandIn]:
    """Yield an account that takes the same key under two names."""
    with serve(Options(rate=0, same_key_twice=True)) as stand_in:
        yield stand_in
        transport.forget()


def opened(account: StandIn) -> Ledger:
    """Return a ledger in front of an account."""
    credentials = dict(zip(("ID", "KEY"), account.credentials, strict=False))
    environ = {f"TENCENTCLOUD_SECRET{name}": value for name, value in credentials.items()}
    environ["TENCENTCLOUD_SESSIONTOKEN"] = account.credentials.token
    deadline = Deadline(REAL.monotonic() + 20, REAL.monotonic)
    settings = Settings(cvm_scheme="http", cvm_host=account.host)
    return Ledger(cvm.open_account(settings, deadline, REAL._replace(environ=environ)))


def order(name: str, key: str) -> Order:
    """Return an order for that name and key."""
    return Order(name, parse(key, 2048), 0, HOME, {}, {"team": "infra"}, False)


def test_a_new_ledger_knows_nothing(account: StandIn) -> None:
    """It asks for nothing by itself."""
    ledger = opened(account)
    assert ledger.near(order("alice", ONE)) == ()
    assert not ledger.complete
    assert (ledger.calls, ledger.seconds) == (0, 0.0)


def test_what_is_created_is_known(account: StandIn) -> None:
    """By its name and by its key, as it was ordered, with CVM's answer as proof."""
    ledger = opened(account)
    outcome = ledger.import_key_pair(order("alice", ONE))
    assert isinstance(outcome, Created)
    (pair,) = ledger.near(order("alice", ONE))
    assert (pair.key_id, pair.key_name, pair.project_id, pair.tags) == (
        outcome.key_id,
        "alice",
        0,
        {"team": "infra"},
    )
    assert ledger.near(order("alice", TWO)) == ledger.near(order("bob", ONE)) == (pair,)
    assert ledger.near(order("bob", TWO)) == ()
    assert pair.cvm_request_id == outcome.request_id
    assert not ledger.complete
    assert ledger.calls == 1
    assert ledger.seconds > 0


def test_a_list_makes_it_complete(account: StandIn) -> None:
    """It then knows what the list knows, also a key pair whose text does not decode, by its name alone."""
    account.account.insert("alice", ONE)
    account.account.insert("alice_again", ONE)
    account.account.insert("ruin", "ssh-rsa AAAA")
    ledger = opened(account)
    listing = ledger.list_key_pairs(HOME, NO_DEADLINE)
    assert isinstance(listing, Listing)
    assert ledger.complete
    assert [pair.key_name for pair in ledger.near(order("alice", ONE))] == ["alice", "alice_again"]
    assert [pair.key_name for pair in ledger.near(order("ruin", ONE))] == ["alice", "alice_again", "ruin"]
    assert {pair.cvm_request_id for pair in ledger.near(order("ruin", ONE))} == {listing.request_id}


def test_a_list_is_the_truth(account: StandIn) -> None:
    """A key pair that is not in the list is gone, even if it was known before."""
    ledger = opened(account)
    assert isinstance(ledger.import_key_pair(order("alice", ONE)), Created)
    account.account.delete("alice")
    ledger.list_key_pairs(HOME, NO_DEADLINE)
    assert ledger.near(order("alice", ONE)) == ()


def test_what_comes_to_nothing_is_passed_on(account: StandIn) -> None:
    """Refusals teach nothing."""
    account.account.insert("alice", TWO)
    ledger = opened(account)
    assert isinstance(ledger.import_key_pair(order("alice", ONE)), Duplicate)
    account.fault("DescribeKeyPairs", "throttle")
    assert isinstance(ledger.list_key_pairs(HOME, NO_DEADLINE), Throttled)
    slugs = []
    for refused in (
        ledger.list_key_pairs(Region("ap-nowhere", False), NO_DEADLINE),
        ledger.list_key_pairs(Region("ap-nowhere", True), NO_DEADLINE),
    ):
        assert isinstance(refused, Refused)
        slugs.append(refused.problem.slug)
    assert slugs == ["misconfigured", "upstream-refused"]
    assert ledger.near(order("alice", ONE)) == ()
    assert not ledger.complete


@pytest.mark.parametrize("fault", ["", "throttle", "denied"])
def test_a_sure_refusal_leaves_it_complete(account: StandIn, fault: str) -> None:
    """Nothing was written, so the list is still all there is."""
    account.account.insert("alice", TWO)
    ledger = opened(account)
    ledger.list_key_pairs(HOME, NO_DEADLINE)
    if fault:
        account.fault("ImportKeyPair", fault)
    assert not isinstance(ledger.import_key_pair(order("alice", ONE)), Created)
    assert ledger.complete


@pytest.mark.parametrize("fault", ["drop-after", "html-before"])
def test_a_doubt_makes_it_incomplete_until_the_next_list(account: StandIn, fault: str) -> None:
    """What it does not hold may have been written since."""
    ledger = opened(account)
    ledger.list_key_pairs(HOME, NO_DEADLINE)
    account.fault("ImportKeyPair", fault)
    ledger.import_key_pair(order("alice", ONE))
    assert (ledger.listed, ledger.complete) == (True, False)
    ledger.list_key_pairs(HOME, NO_DEADLINE)
    assert (ledger.listed, ledger.complete) == (True, True)
