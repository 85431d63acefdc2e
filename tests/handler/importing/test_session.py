"""The orders of one invocation: what each has cost, when time is up, and which lists are still asked for."""

from __future__ import annotations

import pytest

from handler.deadline import Deadline
from handler.importing.order import OWN, Order, Target
from handler.importing.session import Session, Spent
from handler.problems import Problem, UpstreamBusy
from tests.doubles.account import ABSENT, BLIND, CREATED, UNREACHED, World
from tests.faults.scene import HOME, OTHER, order
from tests.handler.sentences import assert_well_put


def session(worlds: dict[Target, World], seconds: float = 20.0, *, several: bool = True) -> Session:
    """Return the session of an invocation with so many seconds to go, by the first account's clock."""
    first = worlds[OWN]
    return Session(worlds.__getitem__, Deadline(seconds, first.clock), first.ambient, several=several)


def settled(held: Session, wanted: Order) -> str:
    """Settle an order, and return its result or the slug of its problem."""
    try:
        return held.settle(wanted, lambda _name, _project: True).result
    except Problem as problem:
        return problem.slug


def test_what_one_order_has_cost_is_not_the_next_ones() -> None:
    """Calls and seconds are counted from the moment before it; nothing is said where no call was made."""
    assert Spent(3, 1.75).since(Spent(1, 0.5)) == Spent(2, 1.25)
    assert Spent(3, 1.75).since(Spent(3, 1.75)) is None


def test_once_time_is_up_many_orders_are_told_so() -> None:
    """Nothing was sent, and a repeat gets further; a single order is always tried."""
    world = World([CREATED], [ABSENT])
    with pytest.raises(UpstreamBusy) as refused:
        session({OWN: world}, 0.0).require_time()
    assert_well_put(refused.value)
    assert refused.value.detail.startswith("The time was used up by the items before this one")
    assert refused.value.remedy.startswith("Send the same again: ")
    assert refused.value.remedy.endswith("a repeat gets further.")
    assert refused.value.retry_after == 1
    session({OWN: world}, 0.0, several=False).require_time()
    session({OWN: world}, 0.1).require_time()
    assert world.asked == []


@pytest.mark.parametrize(("outcome", "course"), [(UNREACHED, ""), (BLIND, "l")])
def test_an_account_that_nobody_reaches_is_a_reason_to_list_no_other(outcome: object, course: str) -> None:
    """The network is at fault then; a throttle is a matter of one account alone."""
    worlds = {OWN: World([CREATED], [outcome]), OTHER: World([CREATED], [ABSENT])}
    held = session(worlds)
    assert settled(held, order()) == "created"
    assert settled(held, order("bob", 2, account=OTHER)) == "created"
    assert worlds[OTHER].course == f"{course}w"


@pytest.mark.parametrize("outcome", [UNREACHED, BLIND])
def test_a_list_that_was_not_had_is_not_asked_for_in_the_next_region(outcome: object) -> None:
    """It would take another half of the time."""
    world = World([CREATED], [outcome])
    held = session({OWN: world})
    settled(held, order())
    asked = world.course.count("l")
    assert settled(held, order("bob", 2, region=HOME._replace(name="ap-shanghai"))) == "created"
    assert world.course.count("l") == asked


def test_one_order_alone_needs_no_list() -> None:
    """The undisturbed import is one call."""
    world = World([CREATED], [ABSENT])
    assert settled(session({OWN: world}, several=False), order()) == "created"
    assert world.course == "w"
