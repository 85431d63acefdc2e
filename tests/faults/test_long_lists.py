"""Accounts of many pages, under CVM's ten a second and with others at work: the answer stays true."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.conftest import LONG
from tests.doubles.clocks import SkippingClock
from tests.faults import truth
from tests.faults.scene import environ, order, see, stand_in
from tests.keys.many import key

LIST = "DescribeKeyPairs"


#: Every message with every length under `make long`.
LONG_LISTS = [("count", 10_000), ("limit+1", 2_500), ("limit+1", 1_001)]
if LONG:
    LONG_LISTS = list(itertools.product(["count", "limit+1"], [1_001, 2_500, 10_000]))


@pytest.mark.parametrize(("message", "count"), LONG_LISTS)
def test_a_long_list_is_read_under_ten_calls_a_second(message: str, count: int) -> None:
    """A name that is there is `unchanged`, within the budget; the pages read before a throttle are kept."""
    clock = SkippingClock()
    with stand_in(lambda: time.time() + clock.skipped, quota=0, rate=10, rate_message=message) as running:
        for number in range(count - 1):
            running.account.insert(f"pair_{number}")
        running.account.insert("alice", key(1).line)
        before = {pair.key_id: pair for pair in running.account}
        wanted = order("alice", 1)
        seen = see(running.host, wanted, environ(running.credentials), 20.0, clock)
        truth.check(seen, running, wanted, before, running.calls)
        assert seen.answer == "unchanged"
        pages = -(-(count - 1) // 99)
        throttled = sum(call.code.startswith("RequestLimit") for call in running.calls)
        assert len(running.calls) - throttled == pages + 1


@pytest.mark.parametrize("kind", ["pair-added", "pair-deleted", "pair-swapped"])
@pytest.mark.parametrize("nth", [2, 3, 4])
def test_what_others_do_between_two_pages_hides_no_pair(kind: str, nth: int) -> None:
    """A dry run of a name that is there never says `created`, wherever it slips to."""
    for at in (98, 99, 100, 101, 198, 199, 250):
        with stand_in(quota=0) as running:
            for number in range(300):
                if number == at:
                    running.account.insert("alice", key(1).line)
                running.account.insert(f"pair_{number}")
            before = {pair.key_id: pair for pair in running.account}
            running.fault(LIST, kind, nth=nth)
            wanted = order("alice", 1, dry_run=True)
            seen = see(running.host, wanted, environ(running.credentials), 20.0, SkippingClock())
            assert before
            assert seen.answer == "unchanged"
