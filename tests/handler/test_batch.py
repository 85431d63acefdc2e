"""Many items at once, seen from outside: what each is answered, and what CVM was asked."""

from __future__ import annotations

import itertools
import json
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import batch, callers, chat, invocation
from handler.ambient import REAL
from handler.deadline import Deadline
from handler.decide import Asked, Rejected
from handler.problems import KeyPairQuota, UpstreamBusy
from handler.sentence import Sentence
from local.cvm import Options, serve
from local.in_process import Json
from tests.doubles.clocks import StandingClock
from tests.doubles.function import Function
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

KEYS = public_keys(120)
ALICE, BOB, CAROL, DAVE = requests(KEYS[:4])


@pytest.fixture
def function() -> Iterator[Function]:
    """Yield an account for three key pairs, asked as fast as one likes."""
    with serve(Options(quota=3, rate=0)) as cvm, Function(cvm) as function:
        yield function


def endings(function: Function, *items: object, **options: Any) -> list[str]:
    """Return `created`, `unchanged` or a problem's code for each of these items, sent at once."""
    answer = function({"items": list(items)}, **options)
    assert [result["index"] for result in answer["results"]] == list(range(len(items)))
    return [_word(result["body"]) for result in answer["results"]]


def _word(body: Json) -> str:
    return str(body.get("result") or body["code"])


def test_the_account_is_listed_once(function: Function) -> None:
    """One list for all, then one call for each that is not in it, and none for those that are."""
    function.cvm.account.insert("key_1", BOB["publicKey"])
    assert endings(function, ALICE, BOB, CAROL) == ["created", "unchanged", "created"]
    assert function.asked() == ["DescribeKeyPairs", "ImportKeyPair", "ImportKeyPair"]
    assert function.fields("attempts") == [(2,), (None,), (1,)]
    assert all((line.get("upstreamMs") is None) == (line.get("attempts") is None) for line in function.audit)


def test_nothing_is_asked_for_items_that_never_get_that_far(function: Function) -> None:
    """What is refused by schema, key or policy costs no call, not even the list."""
    bad = [{}, {**ALICE, "publicKey": "ssh-ed25519 AAAA"}, {**ALICE, "projectId": "x"}]
    assert endings(function, *bad) == ["invalid-request", "invalid-public-key", "invalid-request"]
    function.let_in("invoke", keyNames=["none"])
    assert endings(function, ALICE, BOB) == ["forbidden"] * 2
    assert function.asked() == []


def test_repeats_are_answered_by_the_first_of_them(function: Function) -> None:
    """The same again is `unchanged` with the same ids, taken names and keys are conflicts: without a call."""
    answer = function({"items": [ALICE, ALICE, {**BOB, "keyName": "key_0"}, {**ALICE, "keyName": "again"}]})
    bodies = [result["body"] for result in answer["results"]]
    assert [_word(body) for body in bodies] == [
        "created",
        "unchanged",
        "key-name-conflict",
        "public-key-conflict",
    ]
    assert {body["keyId"] for body in bodies} == {bodies[0]["keyId"]}
    assert bodies[1]["cvmRequestId"] == bodies[0]["cvmRequestId"]
    assert function.asked() == ["DescribeKeyPairs", "ImportKeyPair"]


def test_a_repeat_tells_its_differences(function: Function) -> None:
    """A repeat that asks for other tags or another project learns what the first one got."""
    again = {**ALICE, "tags": {"team": "web"}}
    answer = function({"items": [{**ALICE, "tags": {"team": "infra"}}, again, ALICE]})
    assert answer["results"][1]["body"]["differences"] == [
        {"pointer": "/tags/team", "requested": "web", "stored": "infra"}
    ]
    assert answer["results"][2]["body"]["differences"] == []


def test_dry_runs_change_nothing_for_later_items(function: Function) -> None:
    """The name and the key of a dry run are as free as before, and it costs no call beside the list."""
    dry = {**ALICE, "dryRun": True}
    assert endings(function, dry, {**dry, "keyName": "other"}, ALICE, dry) == [
        "created",
        "created",
        "created",
        "unchanged",
    ]
    assert function.asked() == ["DescribeKeyPairs", "ImportKeyPair"]


def test_once_the_account_is_full_nobody_else_asks(function: Function) -> None:
    """Only the first order asks; absent ones get its answer, present ones `unchanged`, dry runs go on."""
    items = [ALICE, BOB, CAROL, DAVE, *requests(KEYS[4:6], start=4), ALICE, {**DAVE, "dryRun": True}]
    assert endings(function, *items) == ["created"] * 3 + ["key-pair-quota"] * 3 + ["unchanged", "created"]
    assert function.asked() == ["DescribeKeyPairs"] + ["ImportKeyPair"] * 4 + ["DescribeKeyPairs"]


def test_without_a_list_each_looks_for_itself(function: Function) -> None:
    """A role that may only import still imports, one order at a time."""
    function.cvm.account.insert("key_1", BOB["publicKey"])
    function.cvm.fault("DescribeKeyPairs", "denied", times=None)
    assert endings(function, ALICE, BOB, CAROL, ALICE) == ["created", "misconfigured", "created", "unchanged"]


def test_a_later_look_up_serves_the_rest(function: Function) -> None:
    """If the first list fails, the one that a duplicate calls for answers all that follow."""
    function.cvm.account.insert("key_1", BOB["publicKey"])
    function.cvm.account.insert("key_2", CAROL["publicKey"])
    function.cvm.fault("DescribeKeyPairs", "denied")
    assert endings(function, BOB, CAROL, BOB, {**ALICE, "dryRun": True}) == ["unchanged"] * 3 + ["created"]
    assert function.asked() == ["DescribeKeyPairs", "ImportKeyPair", "DescribeKeyPairs"]


def test_a_region_that_does_not_exist_is_one_items_matter(function: Function) -> None:
    """The list is had in the next item's region; one bad region does not spoil it for the others."""
    function.cvm.account.insert("key_1", BOB["publicKey"])
    nowhere = {**ALICE, "region": "ap-nowhere"}
    assert endings(function, nowhere, nowhere, BOB, CAROL) == ["upstream-refused"] * 2 + [
        "unchanged",
        "created",
    ]
    assert function.asked() == [
        "DescribeKeyPairs",
        "ImportKeyPair",
        "ImportKeyPair",
        "DescribeKeyPairs",
        "ImportKeyPair",
    ]


@pytest.mark.parametrize("fault", ["drop-after", "html-after", "internal-error-after", "no-key-id"])
def test_a_lost_reply_costs_nobody_else(function: Function, fault: str) -> None:
    """The look-up finds it; it is there once, and its repeat needs no call."""
    function.cvm.fault("ImportKeyPair", fault, nth=2)
    assert endings(function, ALICE, BOB, CAROL, BOB) == ["created", "unchanged", "created", "unchanged"]
    assert function.asked().count("ImportKeyPair") == 3
    assert list(function.cvm.account.key_pairs) == ["key_0", "key_1", "key_2"]


@pytest.mark.parametrize("budget", ["20000", "20200"])
def test_what_does_not_fit_into_the_time_comes_back(function: Function, budget: str) -> None:
    """Once a throttled item has used it up nothing is sent any more, and a repeat gets further.

    Every wait is a second here; of 20.2 seconds 1.2 are left, which is enough for one more wait but not
    for a call after it.
    """
    function.environ["TIME_BUDGET_MS"] = budget
    clock = StandingClock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep, random=lambda: 0.0)
    function.cvm.fault("ImportKeyPair", "throttle", nth=2, times=None)
    answer = function({"items": [ALICE, BOB, CAROL, {}]}, ambient)
    assert [_word(result["body"]) for result in answer["results"]] == [
        "created",
        *["upstream-busy"] * 2,
        "invalid-request",
    ]
    waits = [result["body"]["retryAfter"] for result in answer["results"][1:3]]
    assert waits[0] >= waits[1] >= 1
    assert 18 <= clock.skipped <= 20
    assert [attempts for (attempts,) in function.fields("attempts")][2:] == [None, None]
    function.cvm.clear_faults()
    assert endings(function, ALICE, BOB, CAROL) == ["unchanged", "created", "created"]


def test_an_unreachable_account_is_not_tried_again_for_each(function: Function) -> None:
    """The first item finds out; the others neither wait nor knock."""
    clock = StandingClock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    function.environ["CVM_ENDPOINT"] = "http://127.0.0.1:1"
    answer = function({"items": requests(KEYS[:50])}, ambient)
    words = [_word(result["body"]) for result in answer["results"]]
    assert words == ["upstream-unreachable", *["upstream-busy"] * 49]
    assert [attempts for (attempts,) in function.fields("attempts")][1:] == [None] * 49


@pytest.fixture
def crowded() -> Iterator[Function]:
    """Yield an account of which somebody else lists the key pairs 900 times a second."""
    with serve(Options(rate=10)) as cvm, Function(cvm) as function:
        cvm.fault("DescribeKeyPairs", "throttle", asked=900, times=None)
        yield function


def test_a_crowd_of_lists_holds_no_import_back(crowded: Function) -> None:
    """CVM counts each action apart: what needs a list comes back, the rest is imported."""
    crowded.cvm.account.insert("key_0", KEYS[0])
    assert endings(crowded, ALICE, BOB, CAROL) == ["upstream-busy", "created", "created"]


def test_a_crowd_of_lists_holds_dry_runs_back(crowded: Function) -> None:
    """The first dry run finds out, the next ones do not ask; imports go on."""
    dry = [{**item, "dryRun": True} for item in (ALICE, BOB)]
    answer = crowded({"items": [*dry, CAROL]})
    bodies = [result["body"] for result in answer["results"]]
    assert [_word(body) for body in bodies] == ["upstream-busy", "upstream-busy", "created"]
    assert crowded.asked() == ["DescribeKeyPairs", "DescribeKeyPairs", "ImportKeyPair"]
    assert bodies[0]["retryAfter"] >= bodies[1]["retryAfter"] > 20


def test_a_defect_ends_one_item(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is an internal error of one item; only the log says where it was."""
    from handler.key_gate import public_key

    parse = public_key.parse

    def broken(text: str, min_bits: int) -> public_key.PublicKey:
        if text == BOB["publicKey"]:
            raise ValueError(text)
        return parse(text, min_bits)

    monkeypatch.setattr(public_key, "parse", broken)
    assert endings(function, ALICE, BOB, CAROL) == ["created", "internal-error", "created"]
    assert function.audit[1]["cause"].startswith("ValueError at test_batch.py:")
    assert BOB["publicKey"][50:90] not in function.output


def test_items_are_taken_as_they_are_decided(function: Function) -> None:
    """Of any number of items no more than two are taken ahead, so their number costs no memory."""
    taken = 0

    def endless() -> Iterator[Rejected]:
        nonlocal taken
        while True:
            taken += 1
            yield Rejected(UpstreamBusy(Sentence("a"), Sentence("b")), None, {})

    call = invocation.begin({}, REAL._replace(environ=function.environ))
    answers = batch.answers(endless(), call, Deadline(call.started + 20, REAL.monotonic))
    ahead = []
    for decided in range(1, 6):
        next(answers)
        ahead.append(taken - decided)
    assert max(ahead) == 1
    answers.close()  # type: ignore[attr-defined] # it is a generator


def test_a_problem_that_many_share_does_not_grow(function: Function) -> None:
    """The same exception is raised for each of them, and yet holds no more of them than the last."""
    shared = UpstreamBusy(Sentence("a"), Sentence("b"))
    call = invocation.begin({}, REAL._replace(environ=function.environ))
    items = [Rejected(shared, None, {})] * 50
    assert {answer.outcome for answer in batch.answers(items, call, call.deadline(20.0))} == {shared}
    assert len(list(traceback.walk_tb(shared.__traceback__))) < 5

    function.let_in("invoke")
    known = callers.load(call.configured(), function.environ, chat.schemes).known[0].caller
    wanted = (Asked(request, known, "", {}) for request in requests(KEYS[:50]))
    full = [answer.outcome for answer in batch.answers(wanted, call, call.deadline(20.0))][3:]
    assert full[0] is full[-1]
    assert isinstance(full[0], KeyPairQuota)
    assert len(list(traceback.walk_tb(full[0].__traceback__))) < 5


def test_one_alone_is_read_whatever_the_time(function: Function) -> None:
    """A single item has no other item before it, so it learns its own fault and not that it is late."""
    minutes = itertools.count(step=60.0)
    ambient = REAL._replace(monotonic=lambda: next(minutes))
    assert function({"keyName": "alice"}, ambient)["code"] == "invalid-request"
    assert function(ALICE, ambient)["code"] == "upstream-busy"
    assert endings(function, {}, ambient=ambient) == ["invalid-request"]
    assert endings(function, {}, {}, ambient=ambient) == ["upstream-busy"] * 2


def test_nothing_at_all_is_nothing(function: Function) -> None:
    """Without items there are no answers and no calls."""
    call = invocation.begin({}, REAL._replace(environ=function.environ))
    assert list(batch.answers([], call, call.deadline(1.0))) == []


ITEM = st.builds(
    lambda name, key, dry, tags: {
        "keyName": f"key_{name}",
        "publicKey": KEYS[key],
        **({"dryRun": True} if dry else {}),
        **({"tags": {"team": tags}} if tags else {}),
    },
    st.integers(0, 4),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from(["", "web", "infra"]),
)
NOT_ALIKE = ("requestId", "cvmRequestId")


def _alike(body: Json, ids: dict[str, str]) -> Json:
    """Return what two accounts must agree about: ids by the order in which they were first seen."""
    seen = {name: value for name, value in body.items() if name not in NOT_ALIKE}
    if "keyId" in seen:
        seen["keyId"] = ids.setdefault(seen["keyId"], f"skey-{len(ids)}")
    return seen


@pytest.mark.slow
@pytest.mark.fuzz
@given(
    items=st.lists(ITEM, min_size=2, max_size=9), there=st.lists(st.integers(0, 4), max_size=2, unique=True)
)
def test_a_batch_is_decided_as_if_sent_one_after_another(
    function: Function, items: list[Json], there: list[int]
) -> None:
    """Every answer of a batch is what the same item gets when it is sent alone in its turn."""
    outcomes = []
    for at_once in (True, False):
        function.cvm.clear()
        for number in there:
            function.cvm.account.insert(f"key_{number}", KEYS[4 - number])
        sent = function({"items": items})["results"] if at_once else []
        bodies = [result["body"] for result in sent] if at_once else [function(item) for item in items]
        ids: dict[str, str] = {}
        outcomes.append([_alike(json.loads(json.dumps(body)), ids) for body in bodies])
        outcomes.append([(pair.key_name, dict(pair.tags)) for pair in function.cvm.account])  # type: ignore[misc]
    assert outcomes[0] == outcomes[2]
    assert outcomes[1] == outcomes[3]


def test_a_dry_run_after_a_doubt_is_not_answered_from_a_list_before_it(function: Function) -> None:
    """The key pair may be there by now; to look anew, as it would alone, no time is left."""
    function.environ["TIME_BUDGET_MS"] = "5000"
    clock = StandingClock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    function.cvm.fault("ImportKeyPair", "drop-after")
    # The list before is had; no later one is, so the doubt cannot be settled.
    function.cvm.fault("DescribeKeyPairs", "denied", nth=2, times=None)
    answer = function({"items": [ALICE, {**ALICE, "dryRun": True}]}, ambient)
    assert [_word(result["body"]) for result in answer["results"]] == ["outcome-unknown", "upstream-busy"]
    assert list(function.cvm.account.key_pairs) == ["key_0"]


def test_a_list_that_never_comes_leaves_half_of_the_time(function: Function) -> None:
    """A list that never comes takes half of the time, so orders are still imported without it."""
    function.environ["TIME_BUDGET_MS"] = "1500"
    function.cvm.fault("DescribeKeyPairs", "delay-before", seconds=10.0, times=None)
    assert endings(function, ALICE, BOB, CAROL) == ["created"] * 3
    assert function.asked() == ["DescribeKeyPairs"] + ["ImportKeyPair"] * 3


def test_a_list_that_fails_for_want_of_time_is_not_tried_in_every_region(function: Function) -> None:
    """Each try would take half of the time that is left; without it, it goes item by item."""
    function.environ["TIME_BUDGET_MS"] = "2000"
    clock = StandingClock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    function.cvm.fault("DescribeKeyPairs", "throttle", asked=900, times=None)
    regions = ("ap-guangzhou", "ap-shanghai", "ap-beijing")
    items = [{**item, "region": region} for item, region in zip((ALICE, BOB, CAROL), regions, strict=True)]
    answer = function({"items": items}, ambient)
    assert [_word(result["body"]) for result in answer["results"]] == ["created"] * 3
    assert function.asked() == ["DescribeKeyPairs"] + ["ImportKeyPair"] * 3


def test_answers_that_may_not_fit_into_a_reply_are_refused_before_any_write(function: Function) -> None:
    """SCF returns 6 MB at most; the caller would get the platform's error, with all key pairs imported."""
    tags = {f"own-{number}": "\u4e2d" * 200 for number in range(45)}
    function.let_in("invoke")
    callers_file = Path(function.environ["CALLERS_FILE"])
    (entry,) = json.loads(callers_file.read_text(encoding="utf-8"))["callers"]
    callers_file.write_text(json.dumps({"callers": [{**entry, "tags": tags}]}), encoding="utf-8")
    answer = function({"items": [*itertools.islice(itertools.cycle([ALICE, BOB]), 100)]})
    assert (answer["code"], answer["status"]) == ("payload-too-large", 413)
    assert function.asked() == []
