"""What an import answers, whatever the account says and however long it takes to say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import importer, problems
from handler.account import (
    Created,
    Duplicate,
    Full,
    KeyPair,
    Listing,
    Nonsense,
    NoReply,
    Refused,
    Throttled,
    Unreached,
)
from handler.ambient import Ambient
from handler.deadline import Deadline
from handler.decision import Imported
from handler.order import Order
from tests.faults.scene import key, order

CREATED = Created("skey-new", "r-created")
DUPLICATE = Duplicate("r-duplicate")
FULL = Full(problems.KeyPairQuota("d", "r", cvm_code="InvalidKeyPair.LimitExceeded"))
REFUSED = Refused(problems.UnknownProject("d", "r", cvm_code="InvalidProjectId.NotFound"))
DENIED = Refused(problems.Misconfigured("cause", cvm_code="AuthFailure.UnauthorizedOperation"))
STRANGE = Refused(problems.UpstreamError("d", "r", cvm_code="Strange"))
CROWD = Throttled(23, 10, 0.0)  # a wait of exactly 3 s
BLIND = Throttled(0, 0, 0.0)  # a wait of exactly 1 s, since nothing is drawn
UNREACHED = Unreached("refused")
NO_REPLY = NoReply("timeout")
NONSENSE = Nonsense("html")

ABSENT = Listing((KeyPair("skey-x", "somebody", 0, key(99).blob, {}),), "r-list")
PRESENT = Listing((*ABSENT.pairs, KeyPair("skey-old", "alice", 0, key(1).blob, {})), "r-list")
RENAMED = Listing((KeyPair("skey-old", "bob", 0, key(1).blob, {}),), "r-list")
RETAKEN = Listing((KeyPair("skey-old", "alice", 0, key(2).blob, {}),), "r-list")


class Slow(NamedTuple):
    """An outcome that takes so many seconds to come."""

    outcome: Any
    seconds: float


# What a wait must leave of the time, in seconds: for the call after it, and for waking up late.
AFTER_A_WAIT = importer.LEAST_FOR_AN_IMPORT + importer.WAKING
AFTER_A_WAIT_FOR_A_LOOK_UP = importer.LEAST_FOR_A_LOOK_UP + importer.WAKING


class World:
    """An account that answers from a script, and a clock that only it and sleeping move.

    The last line of a script is repeated for ever.
    """

    def __init__(self, writes: Sequence[Any] = (), lists: Sequence[Any] = (), drawn: float = 0.0) -> None:
        self.now = 1000.0
        self.asked: list[tuple[str, float]] = []
        self.sleeps: list[float] = []
        self.calls = 0
        self.seconds = 0.0
        self.regions: set[tuple[str, bool]] = set()
        self._scripts = {"write": list(writes), "list": list(lists)}
        self.ambient = Ambient(self.clock, self.clock, self.sleep, lambda: drawn, {})

    def clock(self) -> float:
        """Return seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds be over."""
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.now += seconds

    def import_key_pair(self, order: Order) -> Any:
        """Answer as the script has it."""
        self.regions.add((order.region, order.region_chosen))
        return self._next("write")

    def list_key_pairs(self, region: str, *, region_chosen: bool = False) -> Any:
        """Answer as the script has it."""
        self.regions.add((region, region_chosen))
        return self._next("list")

    def _next(self, what: str) -> Any:
        self.asked.append((what, self.now))
        script = self._scripts[what]
        outcome = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(outcome, Slow):
            self.now += outcome.seconds
            return outcome.outcome
        return outcome

    @property
    def course(self) -> str:
        """What was asked, in order: `w` for a write, `l` for a look-up."""
        return "".join(what[0] for what, _ in self.asked)

    def run(self, wanted: Order | None = None, budget: float = 20.0) -> Imported:
        """Import with so many seconds to go."""
        deadline = Deadline(self.now + budget, self.clock)
        return importer.import_key(wanted or order(), self, deadline, self.ambient, lambda _n, _p: True)

    def problem(self, wanted: Order | None = None, budget: float = 20.0) -> problems.Problem:
        """Return what an import raises."""
        with pytest.raises(problems.Problem) as raised:
            self.run(wanted, budget)
        return raised.value


def test_an_undisturbed_import_is_one_call() -> None:
    """It is `created` with what was asked for and the id that CVM gave."""
    world = World([CREATED])
    wanted = order(project_id=3, tags={"a": "b", "c": "d"}, region="ap-x", region_chosen=True)
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
    """Only who was surely refused is told that nothing was written."""
    world = World([outcome], [ABSENT])
    problem = world.problem()
    assert (problem.slug, world.course) == (slug, "wlwlwlwl")
    assert problem.retry_after == (1 if slug == "upstream-busy" else 0)


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
    assert (problem.slug, problem.retry_after) == ("upstream-unreachable", 5)
    assert set(world.course) == {"w"}
    assert world.now <= 1005.0
    assert world.now + world.sleeps[-1] * 2 > 1005.0 - AFTER_A_WAIT
    assert World([UNREACHED, UNREACHED, CREATED]).run().result == "created"


def test_what_came_last_is_said() -> None:
    """Reached at last and then throttled is busy, and the other way round."""
    assert World([UNREACHED, CROWD]).problem(budget=3.2).slug == "upstream-busy"
    assert World([BLIND, UNREACHED]).problem(budget=3.0).slug == "upstream-unreachable"


@pytest.mark.parametrize(("budget", "course"), [(0.0, ""), (0.29, ""), (0.31, "w")])
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
    assert world.asked[-1][1] == pytest.approx(1002.0 - AFTER_A_WAIT)
    assert World([NO_REPLY, CROWD], [ABSENT, PRESENT]).run(budget=2.0).result == "unchanged"
    assert World([NO_REPLY, UNREACHED], [ABSENT]).problem(budget=2.0).slug == "outcome-unknown"


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


def a_dry_run() -> Order:
    """Ask what a real import would do."""
    return order(dry_run=True)


@pytest.mark.parametrize(
    ("listing", "answer"),
    [
        (ABSENT, "created"),
        (PRESENT, "unchanged"),
        (RENAMED, "public-key-conflict"),
        (RETAKEN, "key-name-conflict"),
    ],
)
def test_a_dry_run_is_one_look_up_and_no_write(listing: Listing, answer: str) -> None:
    """It names the look-up's request, and no key id where there is none yet."""
    world = World([], [listing])
    wanted = order(dry_run=True, tags={"a": "b"})
    if answer in {"created", "unchanged"}:
        found = world.run(wanted)
        assert (found.result, found.cvm_request_id) == (answer, "r-list")
        assert found.key_id == ("" if answer == "created" else "skey-old")
        assert found.tags == ({"a": "b"} if answer == "created" else {})
    else:
        problem = world.problem(wanted)
        assert (problem.slug, problem.key_id, problem.cvm_request_id) == (answer, "skey-old", "r-list")
    assert world.course == "l"


# How a look-up fails for good; then the answer in a dry run, after a sure refusal, after a doubt.
FAILURES: dict[str, tuple[Any, str, str, str]] = {
    "throttled": (CROWD, "upstream-busy", "upstream-busy", "outcome-unknown"),
    "no connection": (UNREACHED, "upstream-unreachable", "upstream-busy", "outcome-unknown"),
    "no reply": (NO_REPLY, "upstream-unreachable", "upstream-busy", "outcome-unknown"),
    "nonsense": (NONSENSE, "upstream-error", "upstream-busy", "outcome-unknown"),
    "denied": (DENIED, "misconfigured", "misconfigured", "outcome-unknown"),
    "refused": (STRANGE, "upstream-error", "upstream-busy", "outcome-unknown"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("before", ["dry run", "duplicate", "full", "no reply", "nonsense"])
def test_what_is_said_where_no_look_up_can_be_had(failure: str, before: str) -> None:
    """It depends on what is sure: nothing written, or nothing sure at all."""
    outcome, dry, refused, doubt = FAILURES[failure]
    write = {"duplicate": DUPLICATE, "full": FULL, "no reply": NO_REPLY, "nonsense": NONSENSE}.get(before)
    world = World([write], [outcome])
    problem = world.problem(a_dry_run() if before == "dry run" else None, budget=6.0)
    expected = {"dry run": dry, "duplicate": refused, "full": refused}.get(before, doubt)
    assert problem.slug == expected
    assert world.now <= 1006.0
    if expected == "upstream-busy":
        assert problem.retry_after >= 1
    if expected == "upstream-unreachable":
        assert problem.retry_after == 5
    assert world.course.count("w") == (before != "dry run")


@pytest.mark.parametrize("failure", FAILURES)
def test_a_look_up_that_fails_in_passing_is_had_again(failure: str) -> None:
    """While a write is in doubt, even after a refusal: only a look-up can settle it."""
    outcome = FAILURES[failure][0]
    world = World([NO_REPLY], [outcome, outcome, PRESENT])
    assert world.run().result == "unchanged"
    assert world.course == "wlll"
    assert len(world.sleeps) == 2


@pytest.mark.parametrize(("outcome", "tries"), [(NONSENSE, 3), (DENIED, 1), (STRANGE, 1)])
def test_without_a_doubt_a_useless_answer_is_soon_believed(outcome: Any, tries: int) -> None:
    """Nothing hangs on it, so nobody is kept waiting."""
    for world in (World([], [outcome]), World([DUPLICATE], [outcome])):
        world.problem(a_dry_run() if not world._scripts["write"] else None)
        assert world.course.count("l") == tries
        assert world.now < 1001.0


def test_nonsense_counts_in_a_row() -> None:
    """Another failure in between is not the same one again."""
    world = World([], [NONSENSE, NONSENSE, UNREACHED, NONSENSE, NONSENSE, ABSENT])
    assert world.run(a_dry_run()).result == "created"


@pytest.mark.parametrize("outcome", [NONSENSE, DENIED, STRANGE, UNREACHED, NO_REPLY])
def test_in_doubt_a_look_up_is_asked_for_to_the_end_of_the_time(outcome: Any) -> None:
    """The last one starts when there is just time for it; what CVM said to it is named."""
    world = World([NO_REPLY], [outcome])
    problem = world.problem(budget=6.0)
    assert problem.slug == "outcome-unknown"
    assert world.asked[-1][1] == pytest.approx(1006.0 - AFTER_A_WAIT_FOR_A_LOOK_UP)
    assert problem.cvm_code == (outcome.problem.cvm_code if isinstance(outcome, Refused) else "")


def test_in_doubt_a_wait_for_a_look_up_that_does_not_fit_is_cut_short() -> None:
    """A last look-up at the very end may still settle it."""
    world = World([NO_REPLY], [Throttled(500, 10, 0.0), PRESENT])
    assert world.run(budget=4.0).result == "unchanged"
    assert world.asked[-1][1] == pytest.approx(1004.0 - AFTER_A_WAIT_FOR_A_LOOK_UP)


def test_a_throttled_look_up_names_its_wait() -> None:
    """In a dry run and after a sure refusal alike."""
    for world, wanted in ((World([], [CROWD]), a_dry_run()), (World([DUPLICATE], [CROWD]), None)):
        problem = world.problem(wanted, budget=3.1)
        assert (problem.slug, problem.retry_after, world.sleeps) == ("upstream-busy", 3, [])
    world = World([], [CROWD, ABSENT])
    assert world.run(a_dry_run(), budget=3.001 + AFTER_A_WAIT_FOR_A_LOOK_UP).result == "created"


@pytest.mark.parametrize(("budget", "course"), [(0.14, ""), (0.16, "l")])
def test_no_look_up_starts_with_too_little_time_for_its_answer(budget: float, course: str) -> None:
    """The dry run is busy then."""
    world = World([], [ABSENT])
    if course:
        assert world.run(a_dry_run(), budget=budget).result == "created"
    else:
        assert (world.problem(a_dry_run(), budget=budget).slug, world.course) == ("upstream-busy", "")


def test_a_list_for_many_orders_takes_at_most_half_the_time() -> None:
    """So that there is enough left to go on without it."""
    world = World([], [UNREACHED])
    with pytest.raises(problems.UpstreamUnreachable):
        importer.look_up(world, "ap-x", Deadline(1010.0, world.clock), world.ambient)
    assert 1003.5 < world.now <= 1005.0
    world = World([], [BLIND, PRESENT])
    pairs = importer.look_up(world, "ap-x", Deadline(1010.0, world.clock), world.ambient)
    assert (pairs, world.regions) == (PRESENT.pairs, {("ap-x", False)})


def test_an_unknown_outcome_tells_what_to_do() -> None:
    """The same request is safe to repeat, and CVM's last answer is named."""
    problem = World([NO_REPLY, DENIED], [DENIED]).problem()
    assert "Send the same request again" in problem.remedy
    assert problem.retryable
    assert problem.status == 504


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
    assert world.now <= 1000.0 + budget + 2.0
    assert all(moment <= 1000.0 + budget for _, moment in world.asked)


def _noting(function: Callable[..., Any], notes: list[Any]) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        notes.append(function(*arguments, **named))
        return notes[-1]

    return noted
