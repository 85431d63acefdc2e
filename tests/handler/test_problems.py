"""The tree of problems."""

from __future__ import annotations

import re

from handler import problems
from handler.problems import InternalError, Problem
from handler.sentence import Sentence


def tree() -> list[type[Problem]]:
    """Return every class of the tree, the root first."""
    found = [Problem]
    for each in found:
        found += each.__subclasses__()
    return found


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    """Each class stands in the drawing with its own status, below its own parent."""
    drawn: dict[str, tuple[int, str]] = {}
    for line in (problems.__doc__ or "").splitlines():
        if match := re.match(r"    ([│ ]*[├└]── )?(\w+)( +\d{3})?", line):
            drawn[match[2]] = (len(match[1] or ""), (match[3] or "").strip())

    for each in tree():
        depth, status = drawn[each.__name__]
        assert depth == 4 * (len(each.__mro__) - len(Problem.__mro__))
        assert status == ("" if each.__subclasses__() else str(each.status))


def test_no_two_problems_share_a_slug_or_a_title() -> None:
    """Programs go by the slug, people by the title; both are unique among what is raised."""
    raised = [each for each in tree() if not each.__subclasses__()]

    assert len({each.slug for each in raised}) == len({each.title for each in raised}) == len(raised) == 24


def test_only_our_own_faults_are_retryable() -> None:
    """What the caller sent, or CVM judged, does not change by itself."""
    retryable = {each.slug for each in tree() if each.retryable and not each.__subclasses__()}

    assert retryable == {
        "misconfigured",
        "upstream-error",
        "upstream-busy",
        "upstream-unreachable",
        "outcome-unknown",
    }


def test_an_unforeseen_exception_leaves_its_kind_and_place_only() -> None:
    """The log learns what kind of exception it was and where; its text may hold anything."""
    try:
        _ = dict[str, int]()["S3CRET"]
    except KeyError as error:
        problem = InternalError.from_exception(error)

    assert re.fullmatch(r"KeyError at test_problems\.py:\d+", problem.cause)
    assert "S3CRET" not in problem.detail + problem.remedy


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    """Without a trace there is no place to name."""
    assert InternalError.from_exception(ValueError("S3CRET")).cause == "ValueError"


def test_a_problem_shows_its_slug_and_nothing_else() -> None:
    """What an exception prints is its slug, wherever it may be printed."""
    assert str(problems.Forbidden(Sentence("D."), Sentence("R."), cause="S3CRET")) == "forbidden"
