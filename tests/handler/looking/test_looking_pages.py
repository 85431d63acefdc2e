"""Looking at accounts of many pages while others change them: a whole list, or an honest 503."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handler.ambient import REAL
from handler.upstream import transport
from local.cvm import Options, StandIn, serve
from local.in_process import Function, HttpAnswer, caller
from tests.doubles.clocks import SkippingClock
from tests.faults.wire import answers, server

LIST = "DescribeKeyPairs"
PAIRS = 330


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Serve an account of four pages."""
    with serve(Options(rate=0, quota=0)) as running:
        fill(running)
        yield running
        transport.forget()


def fill(running: StandIn) -> None:
    """Insert key pairs in an order that is not that of their names."""
    numbers = list(range(PAIRS))
    random.Random(1).shuffle(numbers)
    for number in numbers:
        running.account.insert(f"pair_{number:03}")


def look(cvm: StandIn | None, path: str = "/key-pairs", endpoint: str = "", **query: str) -> HttpAnswer:
    """Look, on a clock on which waiting takes no time."""
    clock = SkippingClock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    role = dict.fromkeys(("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY"), "x" * 40)
    environ = {**role, "TENCENTCLOUD_SESSIONTOKEN": "t", "CVM_ENDPOINT": endpoint} if endpoint else {}
    with Function(cvm, [caller(allow={"look": True})], ambient, environ) as function:
        return function.ask("GET", path, queryString=query)


def names(answer: HttpAnswer) -> list[str]:
    """Return the names of the listed key pairs."""
    return [pair["keyName"] for pair in answer.json["keyPairs"]]


def require_whole(answer: HttpAnswer, before: set[str], cvm: StandIn) -> None:
    """Assert that a list misses no key pair that was there all the time, and is in order without repeats."""
    listed, now = names(answer), set(cvm.account.key_pairs)
    assert listed == sorted(set(listed))
    assert before & now <= set(listed), "one that was there all the time is missing"
    assert {name for name in listed if not name.startswith("rival_")} <= before


def require_busy(answer: HttpAnswer) -> None:
    """Assert that an answer says that the same may succeed later, and shows nothing."""
    assert (answer.status, answer.json["code"], answer.json["retryable"]) == (503, "upstream-busy", True)
    assert int(answer.headers["Retry-After"]) == answer.json["retryAfter"] >= 1
    assert "pair_" not in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pair-added", "pair-deleted", "pair-swapped"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("times", [1, 2])
def test_what_others_do_meanwhile_hides_no_key_pair(kind: str, nth: int, times: int, cvm: StandIn) -> None:
    """A change in passing costs a page or a reading more; the list is whole."""
    before = set(cvm.account.key_pairs)
    cvm.fault(LIST, kind, nth=nth, times=times)
    answer = look(cvm)
    assert answer.status == 200
    require_whole(answer, before, cvm)
    assert len(cvm.calls) >= 4


@pytest.mark.parametrize("kind", ["pair-added", "pair-deleted", "pair-swapped"])
def test_a_list_that_never_stands_still_is_whole_or_busy(kind: str, cvm: StandIn) -> None:
    """At every page somebody changes something: no key pair that stays is ever left out in silence."""
    before = set(cvm.account.key_pairs)
    cvm.fault(LIST, kind, times=None)
    answer = look(cvm)
    if answer.status == 200:
        require_whole(answer, before, cvm)
    else:
        require_busy(answer)


def test_a_storm_of_changes_is_whole_or_busy(cvm: StandIn, scaled: Callable[[int], int]) -> None:
    """Twenty random sequences of changes; most lists are had, and none that is had is wrong."""
    statuses = []
    for number in range(scaled(20)):
        chance = random.Random(number)
        cvm.clear()
        fill(cvm)
        before = set(cvm.account.key_pairs)
        for _ in range(chance.randint(1, 4)):
            kind = chance.choice(["pair-added", "pair-deleted", "pair-swapped", "throttle", "drop-before"])
            cvm.fault(LIST, kind, nth=chance.randint(1, 5), times=chance.choice([1, 2, 40]))
        answer = look(cvm)
        statuses.append(answer.status)
        if answer.status == 200:
            require_whole(answer, before, cvm)
        else:
            assert answer.json["code"] in ("upstream-busy", "upstream-unreachable"), number
            assert "pair_" not in answer.text
    assert statuses.count(200) >= len(statuses) / 2


def pair(number: int) -> dict[str, Any]:
    """Return a key pair as CVM lists it."""
    return {
        "KeyId": f"skey-{number:08}", "KeyName": f"pair_{number}", "ProjectId": 0, "PublicKey": "",
        "AssociatedInstanceIds": [], "CreatedTime": None, "Tags": [],
    }  # fmt: skip


def page(*numbers: int, total: int) -> dict[str, Any]:
    """Return a page of a list."""
    return {"TotalCount": total, "KeyPairSet": [pair(number) for number in numbers]}


@pytest.mark.parametrize(
    "pages",
    [
        # The same page again and again, of a list that is said to be longer.
        [page(*range(100), total=150)],
        # An empty page where there should be fifty.
        [page(*range(100), total=150), page(total=150)],
        # A second page that repeats nothing of the first, wherever it begins.
        [page(*range(100), total=150), page(*range(200, 251), total=150)],
        # Nothing at all, of many.
        [page(total=5)],
        # One twice, so that another is missing.
        [page(1, 2, 2, total=3)],
    ],
)
@pytest.mark.parametrize("path", ["/key-pairs", "/key-pairs/pair_1"])
def test_pages_that_do_not_agree_are_never_shown(pages: list[dict[str, Any]], path: str) -> None:
    """Neither as a list nor as the one key pair, nor as its absence."""
    with server(answers(*pages)) as peer:
        require_busy(look(None, path, endpoint=f"http://{peer.host}"))


def test_a_name_that_is_made_anew_meanwhile_is_shown_once_as_it_is_now() -> None:
    """Deleted and imported again while the pages are read, it is not shown twice, nor as it was."""
    again = {**pair(200), "KeyName": "pair_5"}
    pages = [
        page(*range(100), total=101),
        page(100, total=101),
        {"TotalCount": 101, "KeyPairSet": [*(pair(number) for number in range(51, 101)), again]},
    ]
    with server(answers(*pages)) as peer:
        answer = look(None, endpoint=f"http://{peer.host}")
    assert [found["keyId"] for found in answer.json["keyPairs"] if found["keyName"] == "pair_5"] == [
        "skey-00000200"
    ]
    assert len(names(answer)) == len(set(names(answer))) == 101


def test_an_absent_key_pair_is_absent_from_a_whole_list(cvm: StandIn) -> None:
    """404 is said only of a list that was read to its end, also while it changes."""
    cvm.fault(LIST, "pair-swapped", nth=2)
    assert look(cvm, "/key-pairs/nobody").status == 404
    cvm.fault(LIST, "pair-swapped", nth=2)
    survivor = next(reversed(cvm.account.key_pairs))
    assert look(cvm, f"/key-pairs/{survivor}").status == 200


@pytest.mark.slow
def test_pages_of_ours_make_one_list(cvm: StandIn) -> None:
    """Followed by `after`, pages of any size are together what one page is."""
    whole = names(look(cvm))
    assert len(whole) == PAIRS
    for size in ("1000", "100", "7"):
        seen, after = [], ""
        while True:
            answer = look(cvm, limit=size, **({"after": after} if after else {}))
            seen += names(answer)
            after = answer.json.get("next", "")
            if not after or len(seen) > PAIRS:
                break
        assert seen == whole
