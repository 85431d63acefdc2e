"""Until when an answer must leave."""

from __future__ import annotations

import pytest

from handler.deadline import Deadline, set_out


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(30_000, 20.0, id="budget is less"),
        pytest.param(20_400, 19.9, id="platform less half a second is less"),
        pytest.param(3_000, 2.5, id="the default limit of SCF"),
        pytest.param(3, 2.5, id="a local runner says seconds"),
        pytest.param(1, 0.5, id="one second"),
        pytest.param(999, 20.0, id="the last number that is seconds"),
        pytest.param(1_000, 0.5, id="the first number that is milliseconds"),
        pytest.param(0, 20.0, id="none"),
        pytest.param(-5, 20.0, id="less than none"),
        pytest.param(None, 20.0, id="missing"),
        pytest.param("3000", 20.0, id="a text"),
        pytest.param(True, 20.0, id="a truth value"),
        pytest.param(float("nan"), 20.0, id="not a number"),
        pytest.param(float("inf"), 20.0, id="endless"),
        pytest.param(10**400, 20.0, id="beyond every fraction"),
    ],
)
def test_the_platform_and_the_budget_bound_the_time(limit: object, expected: float) -> None:
    """Whatever is less ends the time: the budget, or the platform's limit less half a second."""
    deadline = set_out(20.0, 100.0, {"time_limit_in_ms": limit}, lambda: 100.0, None)

    assert deadline.left() == pytest.approx(expected)


def test_no_limit_in_the_context_leaves_the_budget() -> None:
    """A context without a limit leaves the budget alone."""
    assert set_out(2.0, 5.0, {}, lambda: 5.0, None).left() == 2.0


@pytest.mark.parametrize(
    ("loaded", "expected"),
    [
        pytest.param(None, 20.0, id="a warm instance starts at entry"),
        pytest.param(99.0, 19.0, id="a new one starts when it was loaded"),
        pytest.param(50.0, 17.0, id="but never more than three seconds before entry"),
        pytest.param(101.0, 20.0, id="and never after it"),
    ],
)
def test_a_first_call_counts_from_loading(loaded: float | None, expected: float) -> None:
    """The caller of a new instance has been waiting since it was loaded."""
    assert set_out(20.0, 100.0, {}, lambda: 100.0, loaded).left() == pytest.approx(expected)


def test_the_platform_counts_from_the_call() -> None:
    """Loading takes nothing from the platform's own limit, which starts at the call."""
    assert set_out(20.0, 100.0, {"time_limit_in_ms": 5_000}, lambda: 100.0, 98.0).left() == pytest.approx(4.5)


def test_what_is_left_is_never_negative() -> None:
    """A deadline that has passed leaves nothing, not less than nothing."""
    assert Deadline(10.0, lambda: 11.0).left() == 0.0


def test_the_time_starts_at_entry_and_not_when_it_is_asked_for() -> None:
    """Reading a large body and proving the caller take from the same time as importing does."""
    assert set_out(20.0, 100.0, {"time_limit_in_ms": 30_000}, lambda: 103.0, None).left() == 17.0
