"""The list of key pairs that the account in CVM returns: its pages, and answers that are no list."""

from __future__ import annotations

from typing import Any

import pytest

from handler.importing.account import (
    Listing,
    Nonsense,
    Refused,
    Throttled,
)
from handler.problems import UpstreamError
from tests.faults.scene import HOME, LENT, NO_DEADLINE, account, opened, stand_in
from tests.faults.wire import answers, server
from tests.handler.sentences import assert_well_put
from tests.keys.many import key


def test_all_key_pairs_are_listed_page_by_page() -> None:
    """A hundred at a time, whatever their number, without a filter, each page from the last pair on."""
    with stand_in(quota=300) as running:
        for number in range(250):
            running.account.insert(f"pair_{number}")
        running.account.insert("alice", key(1).line, 0, {"a": "b"})
        held = opened(running)
        listing = held.list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(listing, Listing)
        assert len(listing.pairs) == 251
        found = next(pair for pair in listing.pairs if pair.key_name == "alice")
        assert (found.blob, found.tags) == (key(1).blob, {"a": "b"})
        assert [call.parameters for call in running.calls] == [
            {"Limit": 100, "Offset": offset} for offset in (0, 99, 198)
        ]
        assert listing.request_id == running.calls[-1].request_id
        assert held.calls == 3


@pytest.mark.parametrize("count", [0, 1, 99, 100])
def test_up_to_a_hundred_key_pairs_are_one_page(count: int) -> None:
    """A list of up to a hundred key pairs takes one call."""
    with stand_in() as running:
        for number in range(count):
            running.account.insert(f"pair_{number}")
        listing = opened(running).list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(listing, Listing)
        assert (len(listing.pairs), len(running.calls)) == (count, 1)


def pairs(*numbers: int, total: int) -> dict[str, Any]:
    """Return a page with these key pairs."""
    rows = [{"KeyId": f"skey-{number}", "KeyName": f"n{number}", "PublicKey": ""} for number in numbers]
    return {"TotalCount": total, "KeyPairSet": rows}


def listed(*contents: dict[str, Any]) -> tuple[Any, int]:
    """List key pairs from these answers; return the outcome and how many calls it took."""
    with server(answers(*contents)) as running:
        held = account(running.host, LENT)
        return held.list_key_pairs(HOME, NO_DEADLINE), held.calls


def test_pages_that_never_add_up_are_nonsense() -> None:
    """After three readings; `test_reading` shows what does add up."""
    assert listed(pairs(1, total=150)) == (Nonsense("key pairs that keep changing"), 9)
    assert listed(pairs(1, 1, total=2)) == (Nonsense("key pairs that keep changing"), 3)


def test_a_list_goes_on_where_it_was_broken_off() -> None:
    """One throttled page costs one call more, and not the pages before it."""
    with stand_in(quota=0) as running:
        for number in range(250):
            running.account.insert(f"pair_{number}")
        held = opened(running)
        running.fault("DescribeKeyPairs", "throttle", nth=3)
        broken_off = held.list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(broken_off, Throttled)
        listing = held.list_key_pairs(HOME, NO_DEADLINE, broken_off.reading)
        assert isinstance(listing, Listing)
        assert len(listing.pairs) == 250
        assert [call.parameters.get("Offset") for call in running.calls] == [0, 99, None, 198]


@pytest.mark.parametrize(("total", "calls"), [(10_000, 3), (10_001, 1), (10**30, 1)])
def test_an_impossible_number_of_key_pairs_is_nonsense(total: int, calls: int) -> None:
    """An impossible total is nonsense, and no further page is asked for."""
    outcome, made = listed(pairs(total=total))
    kept = "key pairs that keep changing" if total == 10_000 else "more key pairs than an account can hold"
    assert (outcome, made) == (Nonsense(kept), calls)


@pytest.mark.parametrize("code", ["InvalidKeyPair.LimitExceeded", "InvalidPublicKey.Duplicate"])
def test_a_list_that_is_refused_for_an_import_s_reason_is_an_unexpected_answer(code: str) -> None:
    """A code of imports in the answer to a list does not mean that the account is full."""
    outcome, _ = listed({"Error": {"Code": code, "Message": ""}})
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.problem, UpstreamError)
    assert outcome.problem.detail.startswith("CVM refused to list the key pairs")
    assert outcome.problem.remedy.startswith("Send the same request again")
    assert_well_put(outcome.problem)
    assert (outcome.problem.cvm_code, outcome.problem.cvm_request_id) == (code, "r-1")


def test_a_list_that_cannot_be_read_is_nonsense() -> None:
    """A list is nonsense if it is no answer or no list."""
    assert isinstance(listed({"KeyPairSet": []})[0], Nonsense)
    assert isinstance(listed({"Error": {"Code": "InternalError"}})[0], Nonsense)


def test_a_list_has_room_for_the_largest_keys() -> None:
    """A hundred of 16384 bits, with all their tags, and no more than that."""
    assert isinstance(listed({**pairs(1, total=1), "More": "x" * 8_000_000})[0], Listing)
    assert isinstance(listed({**pairs(1, total=1), "More": "x" * 9_000_000})[0], Nonsense)
