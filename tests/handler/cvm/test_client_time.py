"""How long the account in CVM waits for a connection and for a reply."""

from __future__ import annotations

import time

import pytest

from handler.deadline import Deadline
from handler.importing.account import (
    Listing,
    Unanswered,
    Unreached,
)
from tests.faults.exchange import GRACE
from tests.faults.scene import HOME, LENT, NO_DEADLINE, account, environ, opened, order, stand_in
from tests.faults.wire import swallowing


def test_a_connection_may_take_all_the_time_that_is_left() -> None:
    """Only a reply is awaited for less: before it, there is nothing to look up."""
    with swallowing() as port:
        for wanted in (True, False):
            held = account(f"127.0.0.1:{port}", LENT, 0.45)
            begun = time.monotonic()
            outcome = held.import_key_pair(order()) if wanted else held.list_key_pairs(HOME, NO_DEADLINE)
            assert isinstance(outcome, Unreached)
            assert 0.35 < time.monotonic() - begun < 0.45 + GRACE


def test_the_time_of_all_calls_is_added_up() -> None:
    """The log shows what CVM took."""
    with stand_in() as running:
        held = opened(running)
        running.fault("*", "delay-after", seconds=0.1)
        held.import_key_pair(order())
        assert held.seconds > 0.1
        held.list_key_pairs(HOME, NO_DEADLINE)
        assert held.seconds > 0.1


@pytest.mark.parametrize("kind", ["delay-after", "delay-before"])
def test_a_write_s_reply_is_awaited_for_half_the_time_left(kind: str) -> None:
    """So that a look-up still fits."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind, seconds=1.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 1.0).import_key_pair(order()), Unanswered)
        assert 0.4 < time.monotonic() - begun < 0.8


def test_a_list_s_reply_is_awaited_for_most_of_a_short_time() -> None:
    """A slow one may still settle a doubt, and a lost one leaves no time for another anyway."""
    with stand_in() as running:
        running.fault("DescribeKeyPairs", "delay-after", seconds=1.4)
        assert isinstance(opened(running, 2.2).list_key_pairs(HOME, NO_DEADLINE), Listing)
        running.fault("DescribeKeyPairs", "delay-after", seconds=2.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 0.6).list_key_pairs(HOME, NO_DEADLINE), Unanswered)
        assert 0.4 < time.monotonic() - begun < 0.6, "and not beyond the end"


def test_a_list_ends_with_its_own_deadline_if_that_is_sooner() -> None:
    """Both connecting and the reply; the invocation's end counts all the same."""
    for own, whole, ends in ((0.4, 5.0, 0.4), (5.0, 0.45, 0.4)):
        with stand_in() as running, swallowing() as port:
            running.fault("DescribeKeyPairs", "delay-after", seconds=3.0)
            for host, kind in ((running.host, Unanswered), (f"127.0.0.1:{port}", Unreached)):
                held = account(host, environ(running.credentials), whole)
                begun = time.monotonic()
                deadline = Deadline(begun + own, time.monotonic)
                assert isinstance(held.list_key_pairs(HOME, deadline), kind)
                assert ends - 0.1 < time.monotonic() - begun < ends + GRACE


def test_a_list_s_reply_is_awaited_for_half_of_a_long_time() -> None:
    """So that another look-up fits where the first was lost."""
    with stand_in() as running:
        running.fault("DescribeKeyPairs", "delay-after", seconds=5.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 4.6).list_key_pairs(HOME, NO_DEADLINE), Unanswered)
        assert 2.1 < time.monotonic() - begun < 2.6
