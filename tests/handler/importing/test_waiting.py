"""How long to wait, and how crowds get through."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest

from bench import throttle_simulation as simulation
from bench.throttle_simulation import Burst
from handler.importing.account import Throttled
from handler.importing.waiting import Waits


class _Chance:
    """A clock and a generator with fixed values."""

    def __init__(self, drawn: float = 0.0) -> None:
        self.now = 100.0
        self.drawn = drawn

    def waits(self) -> Waits:
        return Waits(lambda: self.drawn, lambda: self.now)


NO_COUNT = Throttled(0, 0, 0.0)


@pytest.mark.parametrize(("drawn", "first", "later"), [(0.0, 1.0, 1.0), (0.5, 2.5, 4.0), (1.0, 4.0, 7.0)])
@pytest.mark.parametrize("throttled", [NO_COUNT, Throttled(11, 10, 0.0)])
def test_without_a_count_that_tells_anything_the_wait_is_drawn_from_a_few_seconds(
    throttled: Throttled, drawn: float, first: float, later: float
) -> None:
    """Never less than CVM's second; a count of limit + 1 tells nothing, since some replies always say so."""
    waits = _Chance(drawn).waits()
    assert waits.after_throttle(throttled, 20) == pytest.approx(first)
    assert waits.after_throttle(throttled, 20) == pytest.approx(later)
    assert waits.after_throttle(throttled, 20) == pytest.approx(later)


def test_a_drawn_wait_is_drawn_to_fit() -> None:
    """As long as the least one fits; if not, it is returned all the same, for Retry-After."""
    waits = _Chance(1.0).waits()
    assert waits.after_throttle(NO_COUNT, 2.5) == pytest.approx(2.5)
    assert waits.after_throttle(NO_COUNT, 0.2) == pytest.approx(1.0)
    assert waits.after_throttle(NO_COUNT, -1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("count", "wait"),
    [(12, 1 + 2 / 6.5), (36, 1 + 4.0), (37, 1 + 4.0 + 1 / 9), (100, 1 + 4.0 + 64 / 9)],
)
def test_a_count_is_a_place_in_a_queue(count: int, wait: float) -> None:
    """Its slots ask for 65 in 100 of what CVM allows in the first four seconds, then for 90."""
    assert _Chance(0.7).waits().after_throttle(Throttled(count, 10, 0.0), 20) == pytest.approx(wait)


def test_the_queue_moves_at_the_speed_of_the_limit_that_is_named() -> None:
    """Another account may be allowed 40 a second."""
    assert _Chance().waits().after_throttle(Throttled(66, 40, 0.0), 20) == pytest.approx(2.0)
    assert _Chance().waits().after_throttle(Throttled(216, 40, 0.0), 20) == pytest.approx(7.0)


def test_a_slot_that_does_not_fit_is_returned_all_the_same() -> None:
    """It becomes the Retry-After, up to ten minutes."""
    assert _Chance().waits().after_throttle(Throttled(540, 10, 0.0), 20) == pytest.approx(61.0)
    assert _Chance().waits().after_throttle(Throttled(900_000, 10, 0.0), 20) == 600


@pytest.mark.parametrize(("drawn", "wait"), [(0.0, 1 + 4 / 6.5), (1.0, 1 + 4 / 6.5 + 3.0)])
def test_a_second_refusal_stretches_the_wait_by_the_time_so_far(drawn: float, wait: float) -> None:
    """Two crowds overlap; what is free comes after both."""
    chance = _Chance(drawn)
    waits = chance.waits()
    waits.after_throttle(Throttled(37, 10, 0.0), 20)
    chance.now += 5.0
    assert waits.after_throttle(Throttled(14, 10, 0.0), 15) == pytest.approx(wait)
    assert waits.after_throttle(Throttled(14, 10, 0.0), 1.8) == pytest.approx(1.8 if drawn else 1 + 4 / 6.5)
    assert waits.after_throttle(Throttled(14, 10, 0.0), 0.5) == pytest.approx(1 + 4 / 6.5)


def test_once_a_reply_has_counted_limit_plus_one_is_a_place_too() -> None:
    """That CVM counts is remembered for the request."""
    waits = _Chance().waits()
    waits.after_throttle(Throttled(37, 10, 0.0), 20)
    assert waits.after_throttle(Throttled(11, 10, 0.0), 15) == pytest.approx(1 + 1 / 6.5)
    assert waits.after_throttle(NO_COUNT, 15) == pytest.approx(1.0), "and a reply without one tells nothing"


@pytest.mark.parametrize(("drawn", "wait"), [(0.0, 0.4), (1.0, 0.5)])
def test_who_fills_the_second_alone_waits_for_its_end(drawn: float, wait: float) -> None:
    """As when many keys are imported one after another; only the first time, since it may be wrong."""
    waits = _Chance(drawn).waits()
    assert waits.after_throttle(Throttled(11, 10, 0.4), 20) == pytest.approx(wait)
    assert waits.after_throttle(Throttled(11, 10, 0.4), 20) >= 1


def test_pauses_double_up_to_two_seconds() -> None:
    """After no connection or a useless reply; at least half of each is waited."""
    least, most = _Chance(0.0).waits(), _Chance(1.0).waits()
    assert [least.after_failure() for _ in range(6)] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])
    assert [most.after_failure() for _ in range(6)] == pytest.approx([0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


@pytest.mark.parametrize(("counts_up", "longest", "calls"), [(True, 15.0, 2.1), (False, 18.0, 3.2)])
def test_a_hundred_at_one_instant_all_succeed_in_time(counts_up: bool, longest: float, calls: float) -> None:
    """In 20 simulated crowds of 100 against 10 a second, the ideal being 10 s."""
    results = simulation.runs(Burst(100, counts_up))
    assert {result.succeeded for result in results} == {100}
    assert statistics.mean(result.calls / 100 for result in results) <= calls
    assert max(result.last for result in results) <= longest


@pytest.mark.parametrize("width", [0.0, 0.3, 0.6])
def test_a_crowd_around_the_end_of_a_second_costs_hardly_more(width: float) -> None:
    """It is two crowds with a queue each; no run of 50 asks more than 2.15 times on average."""
    results = simulation.runs(Burst(100, True, width=width), 50)
    assert {result.succeeded for result in results} == {100}
    assert max(result.calls / 100 for result in results) <= 2.15
    assert max(result.last for result in results) <= 15.0


@pytest.mark.parametrize("counts_up", [True, False])
def test_a_small_burst_does_not_wait_as_long_as_a_large_one(counts_up: bool) -> None:
    """Twelve are through in four seconds on average."""
    results = simulation.runs(Burst(12, counts_up), 100)
    assert {result.succeeded for result in results} == {12}
    assert statistics.mean(result.last for result in results) <= 4.0


@pytest.mark.parametrize("counts_up", [True, False])
def test_a_crowd_that_cannot_all_be_served_still_fills_what_there_is(counts_up: bool) -> None:
    """Of a thousand, at least eight tenths of what CVM could take in 20 s get through."""
    assert min(result.succeeded for result in simulation.runs(Burst(1000, counts_up), 5)) >= 160


@pytest.mark.parametrize("counts_up", [True, False])
def test_somebody_else_with_the_same_account_costs_time_but_no_import(counts_up: bool) -> None:
    """Three calls a second of theirs count, too."""
    results = simulation.runs(Burst(100, counts_up, others=3.0))
    assert {result.succeeded for result in results} == {100}


@pytest.mark.slow
def test_the_table_of_the_simulation_is_printed(
    capsys: pytest.CaptureFixture[str], scaled: Callable[[int], int]
) -> None:
    """One line for each size of crowd in each of four settings."""
    simulation.main(["--crowds", str(scaled(1))])
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if "| counts up" in line or "| limit + 1" in line]) == 44
