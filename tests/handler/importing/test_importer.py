"""The answer of an import for every outcome and delay of the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import problems
from handler.importing.account import Refused, Throttled
from handler.importing.decision import Imported
from handler.importing.order import Region
from tests.doubles.account import (
    ABSENT,
    AFTER_A_WAIT,
    BLIND,
    CREATED,
    CROWD,
    DENIED,
    DUPLICATE,
    FULL,
    NO_REPLY,
    NONSENSE,
    PRESENT,
    REFUSED,
    RENAMED,
    RETAKEN,
    STRANGE,
    UNREACHED,
    Slow,
    World,
)
from tests.faults.scene import order


def test_an_undisturbed_import_is_one_call() -> None:
    """It is `created` with what was asked for and the id that CVM gave."""
    world = World([CREATED])
    wanted = order(project_id=3, tags={"a": "b", "c": "d"}, region=Region("ap-x", True))
    assert world.run(wanted) == Imported("created", "skey-new", 3, {"a": "b", "c": "d"}, (), "r-created")
    assert (world.course, world.sleeps, world.regions) == ("w", [], {("ap-x", True)})


LOOKED_UP = {"unchanged": PRESENT, "public-key-conflict": RENAMED, "key-name-conflict": RETAKEN}


@pytest.mark.parametrize("answer", LOOKED_UP)
@pytest.mark.parametrize("outcome", [DUPLICATE, FULL, NO_REPLY, NONSENSE], ids=lambda o: type(o).__name__)
def test_a_look_up_settles_what_a_write_leaves_open(outcome: Any, answer: str) -> None:
    """After a duplicate, the quota and every doubt, at once; its request id is the one that is named."""
    world = World([outcome], [LOOKED_UP[answer]])
    if answer == "unchanged":
        assert world.run() == Imported("unchanged", "skey-old", 0, {}, (), "r-list")
    else:
        problem = world.problem()
        assert (problem.slug, problem.cvm_request_id) == (answer, "r-list")
    assert (world.course, world.sleeps) == ("wl", [])


def test_the_quota_is_said_where_a_full_account_holds_neither_name_nor_key() -> None:
    """CVM's own answer is passed on, code and all."""
    world = World([FULL], [ABSENT])
    assert world.problem() is FULL.problem
    assert world.course == "wl"


@pytest.mark.parametrize("outcome", [DUPLICATE, NO_REPLY, NONSENSE], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_is_not_there_after_all_is_imported_again(outcome: Any, times: int) -> None:
    """Up to three times more, with a pause before each that lets things settle."""
    world = World([*[outcome] * times, CREATED], [ABSENT])
    assert world.run().result == "created"
    assert world.course == "wl" * times + "w"
    assert world.sleeps == pytest.approx([0.1, 0.2, 0.4][:times])


@pytest.mark.parametrize(
    ("outcome", "slug"),
    [(DUPLICATE, "upstream-busy"), (NO_REPLY, "outcome-unknown"), (NONSENSE, "outcome-unknown")],
)
def test_after_four_imports_without_a_result_it_gives_up(outcome: Any, slug: str) -> None:
    """Only a sure refusal is answered with "nothing was written"."""
    world = World([outcome], [ABSENT])
    problem = world.problem()
    assert (problem.slug, world.course) == (slug, "wlwlwlwll")
    assert problem.retry_after == (1 if slug == "upstream-busy" else 0)


@pytest.mark.parametrize("outcome", [DUPLICATE, NO_REPLY])
def test_what_lands_after_the_last_import_is_found(outcome: Any) -> None:
    """No import is left then, but one more look after the pause."""
    world = World([outcome], [*[ABSENT] * 4, PRESENT])
    assert world.run() == Imported("unchanged", "skey-old", 0, {}, (), "r-list")
    assert world.course == "wlwlwlwll"
    assert World([outcome], [*[ABSENT] * 4, RETAKEN]).problem().slug == "key-name-conflict"


def test_a_doubt_is_never_forgotten() -> None:
    """A duplicate after it settles nothing by itself."""
    assert World([NO_REPLY, DUPLICATE], [ABSENT]).problem().slug == "outcome-unknown"


@pytest.mark.parametrize("outcome", [REFUSED, DENIED, STRANGE])
def test_a_refusal_without_a_doubt_is_the_answer(outcome: Refused) -> None:
    """Nothing was written, so nothing is looked up."""
    world = World([outcome])
    assert world.problem() is outcome.problem
    assert world.course == "w"


@pytest.mark.parametrize("outcome", [REFUSED, STRANGE, FULL])
def test_after_a_doubt_a_refusal_is_the_answer_only_if_nothing_is_there(outcome: Any) -> None:
    """One more look-up tells; what it finds is the answer."""
    world = World([NO_REPLY, outcome], [ABSENT])
    assert world.problem() is outcome.problem
    assert world.course == "wlwl"
    late = World([NO_REPLY, outcome], [ABSENT, PRESENT])
    assert late.run().result == "unchanged"
    assert World([NO_REPLY, outcome], [ABSENT, RETAKEN]).problem().slug == "key-name-conflict"


@pytest.mark.parametrize("throttles", [1, 2, 3])
def test_a_throttled_import_waits_and_tries_again(throttles: int) -> None:
    """It was surely not executed, so no look-up is needed."""
    world = World([*[BLIND] * throttles, CREATED])
    assert world.run().result == "created"
    assert (world.course, world.sleeps) == ("w" * (throttles + 1), [1.0] * throttles)


def test_a_wait_that_just_fits_is_waited() -> None:
    """What must be left after it is the least time for an import."""
    world = World([CROWD, CREATED])
    assert world.run(budget=3.001 + AFTER_A_WAIT).result == "created"
    assert pytest.approx(0.35) == AFTER_A_WAIT, "0.3 s for the import, and 0.05 s to wake up late"


def test_a_wait_that_does_not_fit_is_the_retry_after() -> None:
    """Rounded up to whole seconds, and not waited first."""
    world = World([CROWD])
    problem = world.problem(budget=3.2)
    assert (problem.slug, problem.retry_after) == ("upstream-busy", 3)
    assert (world.course, world.sleeps) == ("w", [])
    assert World([Throttled(24, 10, 0.0)]).problem(budget=3.2).retry_after == 4
    assert World([Throttled(14, 10, 0.2)]).problem(budget=0.4).retry_after == 1, "at least one second"


def test_a_wait_is_drawn_to_fit_into_what_is_left_after_the_refusal() -> None:
    """The refusal itself took time."""
    world = World([Slow(BLIND, 0.5), CREATED], drawn=1.0)
    assert world.run(budget=3.0).result == "created"
    assert world.sleeps == pytest.approx([3.0 - 0.5 - AFTER_A_WAIT])


def test_a_connection_that_never_comes_up_is_tried_while_time_is_left() -> None:
    """Then CVM is unreachable, and nothing was written."""
    world = World([UNREACHED])
    problem = world.problem(budget=5.0)
    assert (problem.slug, problem.retry_after, problem.cause) == ("upstream-unreachable", 5, "refused")
    assert set(world.course) == {"w"}
    assert world.now <= 5.0
    assert world.now + world.sleeps[-1] * 2 > 5.0 - AFTER_A_WAIT
    assert World([UNREACHED, UNREACHED, CREATED]).run().result == "created"


def test_what_came_last_is_said() -> None:
    """Reached at last and then throttled is busy, and the other way round."""
    assert World([UNREACHED, CROWD]).problem(budget=3.2).slug == "upstream-busy"
    assert World([BLIND, UNREACHED]).problem(budget=3.0).slug == "upstream-unreachable"


@pytest.mark.parametrize(("budget", "course"), [(0.0, ""), (0.29, ""), (0.3, "w")])
def test_nothing_is_sent_with_too_little_time_for_its_answer(budget: float, course: str) -> None:
    """It would only be in doubt."""
    world = World([CREATED])
    if course:
        assert world.run(budget=budget).result == "created"
    else:
        problem = world.problem(budget=budget)
        assert (problem.slug, problem.retry_after) == ("upstream-busy", 1)
    assert world.course == course


def test_after_a_doubt_a_throttle_that_does_not_fit_is_waited_for_with_a_last_look_up() -> None:
    """The write in doubt may still land; the end of the time is when most is known."""
    world = World([NO_REPLY, CROWD], [ABSENT])
    problem = world.problem(budget=2.0)
    assert (problem.slug, world.course) == ("outcome-unknown", "wlwl")
    short = World([NO_REPLY, CROWD], [ABSENT])
    assert short.problem(budget=0.2 + AFTER_A_WAIT).slug == "outcome-unknown"
    assert short.sleeps == pytest.approx([0.1, 0.1])
    assert world.asked[-1][1] == pytest.approx(2.0 - AFTER_A_WAIT)
    assert World([NO_REPLY, CROWD], [ABSENT, PRESENT]).run(budget=2.0).result == "unchanged"
    assert World([NO_REPLY, UNREACHED], [ABSENT]).problem(budget=2.0).slug == "outcome-unknown"


def test_a_refusal_that_came_at_the_very_end_is_followed_by_no_wait() -> None:
    """Nor is a pause made that would leave too little time for another import."""
    world = World([NO_REPLY, Slow(CROWD, 1.7)], [ABSENT])
    assert world.problem(budget=2.0).slug == "outcome-unknown"
    assert (world.course, world.sleeps) == ("wlwl", [0.1, 0.0])
    world = World([Slow(NO_REPLY, 1.68), CREATED], [ABSENT])
    assert world.run(budget=2.0).result == "created"
    assert world.sleeps == [0.0]


def test_a_doubt_with_no_time_left_is_an_unknown_outcome() -> None:
    """Not busy, not unreachable: those say that nothing was written."""
    world = World([Slow(NO_REPLY, 4.95)], [PRESENT])
    assert world.problem(budget=5.0).slug == "outcome-unknown"
    assert world.course == "w"


def test_between_imports_no_more_is_waited_than_there_is() -> None:
    """The pause leaves the least time for another import."""
    world = World([Slow(NO_REPLY, 1.5), CREATED], [ABSENT])
    assert world.run(budget=1.53 + AFTER_A_WAIT).result == "created"
    assert world.sleeps == pytest.approx([0.03])


SETBACKS = [BLIND, CROWD, DENIED, UNREACHED, NO_REPLY, NONSENSE]
WRITES = st.sampled_from([CREATED, DUPLICATE, FULL, REFUSED, *SETBACKS])
LISTS = st.sampled_from([ABSENT, PRESENT, RENAMED, RETAKEN, STRANGE, *SETBACKS])


def slowly(outcomes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Let each outcome take up to two seconds."""
    return st.builds(Slow, outcomes, st.floats(0, 2))


@given(
    st.lists(slowly(WRITES), min_size=1, max_size=8),
    st.lists(slowly(LISTS), min_size=1, max_size=8),
    st.floats(0, 1),
    st.floats(0.1, 20),
    st.booleans(),
)
def test_no_course_of_events_makes_it_lie(
    writes: list[Any], lists: list[Any], drawn: float, budget: float, dry: bool
) -> None:
    """An id was given to this very request, what is there was seen, 503 is said of no write in doubt."""
    world = World(writes, lists, drawn)
    given_out: list[Any] = []
    seen: list[Any] = []
    world.import_key_pair = _noting(world.import_key_pair, given_out)  # type: ignore[method-assign] # to watch
    world.list_key_pairs = _noting(world.list_key_pairs, seen)  # type: ignore[method-assign] # to watch
    try:
        answer = world.run(order(dry_run=dry), budget).result
    except problems.Problem as problem:
        answer = problem.slug
    doubt = any(outcome in (NO_REPLY, NONSENSE) for outcome in given_out)
    if answer == "created":
        assert (seen[-1] == ABSENT and not given_out) if dry else given_out[-1] == CREATED
    if answer == "unchanged":
        assert seen[-1] == PRESENT
    if answer in {"upstream-busy", "upstream-unreachable"}:
        assert not doubt
    if answer == "outcome-unknown":
        assert doubt
    if dry:
        assert not given_out
    # One answer may still be on its way when the time is up; CVM's adapter bounds that one.
    assert world.now <= budget + 2.0
    assert all(moment <= 0.0 + budget for _, moment in world.asked)


def _noting(function: Callable[..., Any], notes: list[Any]) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        notes.append(function(*arguments, **named))
        return notes[-1]

    return noted
