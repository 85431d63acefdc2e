"""Looking the account up: in a dry run, after a refusal, and to settle a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from handler import problems
from handler.deadline import Deadline
from handler.importing import importer
from handler.importing.account import CHANGING, Listing, Nonsense, Refused, Throttled
from handler.importing.ledger import Ledger
from handler.importing.order import Order, Region
from handler.importing.reading import Reading
from tests.doubles.account import (
    ABSENT,
    AFTER_A_WAIT_FOR_A_LOOK_UP,
    BLIND,
    CROWD,
    DENIED,
    DUPLICATE,
    FULL,
    NO_REPLY,
    NONSENSE,
    PRESENT,
    RENAMED,
    RETAKEN,
    STRANGE,
    UNREACHED,
    Slow,
    World,
)
from tests.faults.scene import HOME, order


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
    wanted = order(dry_run=True, tags={"a": "b"}, region=Region("ap-x", True))
    if answer in {"created", "unchanged"}:
        found = world.run(wanted)
        assert (found.result, found.cvm_request_id) == (answer, "r-list")
        assert found.key_id == ("" if answer == "created" else "skey-old")
        assert found.tags == ({"a": "b"} if answer == "created" else {})
    else:
        problem = world.problem(wanted)
        assert (problem.slug, problem.key_id, problem.cvm_request_id) == (answer, "skey-old", "r-list")
    assert (world.course, world.regions) == ("l", {("ap-x", True)})


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
    assert world.now <= 6.0
    if expected == "upstream-busy":
        assert problem.retry_after == (3 if outcome is CROWD else 1)
    if expected == "upstream-unreachable":
        assert problem.retry_after == 5
    assert world.course.count("w") == (before != "dry run")
    if expected not in {"upstream-busy", "misconfigured"} and not isinstance(outcome, (Refused, Throttled)):
        assert problem.cause == outcome.cause, "whoever runs it can see why"


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
    """Without a write in doubt, there is no reason to wait longer."""
    for world in (World([], [outcome]), World([DUPLICATE], [outcome])):
        world.problem(a_dry_run() if not world._scripts["write"] else None)
        assert world.course.count("l") == tries
        assert world.now < 1.0


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
    assert world.asked[-1][1] == pytest.approx(6.0 - AFTER_A_WAIT_FOR_A_LOOK_UP)
    refusal = outcome.problem if isinstance(outcome, Refused) else None
    assert problem.cvm_code == (refusal.cvm_code if refusal else "")
    assert problem.cvm_request_id == (refusal.cvm_request_id if refusal else "")


def test_in_doubt_a_wait_for_a_look_up_that_does_not_fit_is_cut_short() -> None:
    """A last look-up at the very end may still settle it."""
    world = World([NO_REPLY], [Throttled(500, 10, 0.0), PRESENT])
    assert world.run(budget=4.0).result == "unchanged"
    assert world.asked[-1][1] == pytest.approx(4.0 - AFTER_A_WAIT_FOR_A_LOOK_UP)


def test_in_doubt_a_look_up_that_fails_at_the_very_end_is_the_last() -> None:
    """There is no time left to wait, so nothing is waited for."""
    world = World([NO_REPLY], [Slow(UNREACHED, 1.81)])
    assert world.problem(budget=2.0).slug == "outcome-unknown"
    assert (world.course, world.sleeps) == ("wl", [])


def test_a_wait_that_just_fits_before_a_look_up_is_waited() -> None:
    """It is drawn to fit into what is left after the refusal, which took time itself."""
    world = World([], [Slow(BLIND, 0.5), ABSENT], drawn=1.0)
    assert world.run(a_dry_run(), budget=3.0).result == "created"
    assert world.sleeps == pytest.approx([3.0 - 0.5 - AFTER_A_WAIT_FOR_A_LOOK_UP])


def test_a_throttled_look_up_names_its_wait() -> None:
    """In a dry run and after a sure refusal alike."""
    for world, wanted in ((World([], [CROWD]), a_dry_run()), (World([DUPLICATE], [CROWD]), None)):
        problem = world.problem(wanted, budget=3.1)
        assert (problem.slug, problem.retry_after, world.sleeps) == ("upstream-busy", 3, [])
    world = World([], [CROWD, ABSENT])
    assert world.run(a_dry_run(), budget=3.001 + AFTER_A_WAIT_FOR_A_LOOK_UP).result == "created"


@pytest.mark.parametrize(("budget", "course"), [(0.14, ""), (0.15, "l")])
def test_no_look_up_starts_with_too_little_time_for_its_answer(budget: float, course: str) -> None:
    """The dry run is busy then."""
    world = World([], [ABSENT])
    if course:
        assert world.run(a_dry_run(), budget=budget).result == "created"
    else:
        problem = world.problem(a_dry_run(), budget=budget)
        assert (problem.slug, problem.retry_after, world.course) == ("upstream-busy", 1, "")


def fill(ledger: Ledger, world: World) -> None:
    """List the account for many orders, with ten seconds to go."""
    importer.look_up(ledger, HOME, Deadline(10.0, world.clock), world.ambient)


def test_a_list_for_many_orders_takes_at_most_half_the_time() -> None:
    """So that there is enough left to go on without it."""
    world = World([], [UNREACHED])
    with pytest.raises(problems.UpstreamUnreachable):
        fill(Ledger(world), world)
    assert 3.5 < world.now <= 5.0
    world = World([], [BLIND, PRESENT])
    ledger = Ledger(world)
    fill(ledger, world)
    assert ([pair.key_id for pair in ledger.near(order())], world.regions) == (["skey-old"], {HOME})


def test_an_unknown_outcome_tells_what_to_do() -> None:
    """The same request is safe to repeat, and CVM's last answer is named."""
    problem = World([NO_REPLY, DENIED], [DENIED]).problem()
    assert problem.detail.startswith("The import was sent to CVM, but no answer came that can be relied on, ")
    assert "looking for the key pair did not settle it" in problem.detail
    assert "Send the same request again" in problem.remedy
    assert problem.retryable
    assert problem.status == 504


class Reader(World):
    """An account of many pages, which notes from where each list is to go on."""

    def __init__(self, lists: Sequence[Any]) -> None:
        super().__init__([], lists, drawn=0.5)
        self.begun: list[Reading | None] = []

    def list_key_pairs(self, region: Region, deadline: Deadline, begun: Reading | None = None) -> Any:
        """Answer as the script has it."""
        self.begun.append(begun)
        return super().list_key_pairs(region, deadline, begun)


def pages(count: int) -> Reading:
    """Return a list of which so many pages have been read."""
    return Reading((ABSENT.pairs,) * count, count)


@pytest.mark.parametrize("outcome", [BLIND, CROWD, NO_REPLY, NONSENSE, UNREACHED])
def test_a_list_goes_on_from_the_page_where_it_was_broken_off(outcome: Any) -> None:
    """Whatever broke it off, also twice; where nothing was read, from the start."""
    world = Reader([outcome, outcome._replace(reading=pages(2)), outcome._replace(reading=pages(3)), ABSENT])
    assert world.run(a_dry_run()).result == "created"
    assert world.begun == [None, None, pages(2), pages(3)]


def test_a_page_further_is_no_crowd() -> None:
    """A list of many pages meets the limit once a second: each wait is the first one's, not a longer one."""
    stuck = Reader([BLIND._replace(reading=pages(1))] * 4 + [ABSENT])
    further = Reader([BLIND._replace(reading=pages(count)) for count in (1, 2, 3, 4)] + [ABSENT])
    assert further.run(a_dry_run()).result == stuck.run(a_dry_run()).result == "created"
    assert len(set(further.sleeps)) == 1
    assert further.sleeps[0] == stuck.sleeps[0] < stuck.sleeps[-1]


def test_nonsense_between_pages_is_not_in_a_row() -> None:
    """As long as each try brings a page more."""
    world = Reader([NONSENSE._replace(reading=pages(count)) for count in (1, 2, 3, 4)] + [ABSENT])
    assert world.run(a_dry_run()).result == "created"
    again = Reader([NONSENSE._replace(reading=pages(1))] * 4 + [ABSENT])
    again.problem(a_dry_run())


@pytest.mark.parametrize(("why", "slug"), [(CHANGING, "upstream-busy"), ("status 502", "upstream-error")])
def test_a_list_that_keeps_changing_may_be_had_later(why: str, slug: str) -> None:
    """CVM answers, and says what is true; nonsense of another kind is a fault of CVM."""
    problem = World([], [Nonsense(why)]).problem(a_dry_run())
    assert problem.slug == slug
    assert (problem.retry_after > 0) == (slug == "upstream-busy")
