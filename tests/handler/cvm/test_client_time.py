"""How long the account in CVM waits for a connection and for a reply.

The clock stands still, so the timeouts that are set are those that the rules ask for.
"""

from __future__ import annotations

import pytest

from handler.deadline import Deadline
from handler.importing.account import (
    Listing,
    Unanswered,
    Unreached,
)
from tests.faults.exchange import STILL, timeouts
from tests.faults.scene import HOME, LENT, NO_DEADLINE, account, environ, opened, order, stand_in
from tests.faults.wire import swallowing

#: Kept of the time for the answer (seconds).
ANSWER = 0.05


def test_a_connection_may_take_all_the_time_that_is_left() -> None:
    """Only a reply is awaited for less: before it, there is nothing to look up."""
    with swallowing() as port:
        for wanted in (True, False):
            held = account(f"127.0.0.1:{port}", LENT, 0.45, STILL)
            with timeouts() as waited:
                outcome = held.import_key_pair(order()) if wanted else held.list_key_pairs(HOME, NO_DEADLINE)
            assert isinstance(outcome, Unreached)
            assert waited == [pytest.approx(0.45 - ANSWER)]


def test_the_time_of_all_calls_is_added_up() -> None:
    """The time of all calls is added up for the log."""
    with stand_in() as running:
        held = opened(running)
        running.fault("*", "delay-after", seconds=0.1)
        held.import_key_pair(order())
        assert held.seconds > 0.1
        held.list_key_pairs(HOME, NO_DEADLINE)
        assert held.seconds > 0.1


@pytest.mark.parametrize("kind", ["delay-after", "delay-before"])
def test_a_write_s_reply_is_awaited_for_half_the_time_left(kind: str) -> None:
    """A write's reply is awaited for half the time left, so that a look-up still fits."""
    with stand_in() as running, timeouts() as waited:
        running.fault("ImportKeyPair", kind, seconds=60.0)
        assert isinstance(opened(running, 1.0, STILL).import_key_pair(order()), Unanswered)
    assert waited[-1] == pytest.approx((1.0 - ANSWER) / 2)


@pytest.mark.parametrize(
    ("budget", "awaited"), [(0.6, 0.6 - ANSWER), (2.0 + ANSWER, 2.0), (3.0, 2.0), (4.6, (4.6 - ANSWER) / 2)]
)
def test_a_list_s_reply_is_awaited_for_most_of_a_short_time_and_half_of_a_long_one(
    budget: float, awaited: float
) -> None:
    """A slow one may still settle a doubt, and where the first was lost another look-up fits."""
    with stand_in() as running, timeouts() as waited:
        running.fault("DescribeKeyPairs", "drop-after")
        assert isinstance(opened(running, budget, STILL).list_key_pairs(HOME, NO_DEADLINE), Unanswered)
    assert waited[-1] == pytest.approx(awaited)


def test_a_slow_list_is_one() -> None:
    """A list that comes late, but in time, is taken."""
    with stand_in() as running:
        running.fault("DescribeKeyPairs", "delay-after", seconds=0.3)
        assert isinstance(opened(running).list_key_pairs(HOME, NO_DEADLINE), Listing)


def test_a_list_ends_with_its_own_deadline_if_that_is_sooner() -> None:
    """Both connecting and the reply; the invocation's end counts all the same."""
    for own, whole, ends in ((0.3, 5.0, 0.3), (5.0, 0.35, 0.35 - ANSWER)):
        with stand_in() as running, swallowing() as port:
            running.fault("DescribeKeyPairs", "delay-after", seconds=60.0)
            for host, kind in ((running.host, Unanswered), (f"127.0.0.1:{port}", Unreached)):
                held = account(host, environ(running.credentials), whole, STILL)
                deadline = Deadline(STILL.monotonic() + own, STILL.monotonic)
                with timeouts() as waited:
                    assert isinstance(held.list_key_pairs(HOME, deadline), kind)
                assert waited[-1] == pytest.approx(ends)
