"""Direct Invoke: the caller gets the contract's own objects, and never an exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.doubles.function import Function
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

ONE, TWO, THREE = public_keys(3)
REQUEST = {"keyName": "alice", "publicKey": ONE}
SCHEMAS = Path(__file__).parents[3] / "schemas"


def conforms(body: object, schema: str) -> bool:
    """Say whether a body keeps to the contract, also once SCF has written it out."""
    text = (SCHEMAS / schema).read_text(encoding="utf-8")
    return bool(Draft202012Validator(json.loads(text)).is_valid(json.loads(json.dumps(body))))


def test_the_result_itself_comes_back(function: Function) -> None:
    """First `created`, then `unchanged` with the same key id."""
    first, second = function(REQUEST), function(REQUEST)
    assert conforms(first, "import-key-pair.result.json")
    assert (first["result"], second["result"]) == ("created", "unchanged")
    assert first["keyId"] == second["keyId"]
    assert first["requestId"] == "request-1"
    assert function.fields("trigger", "source", "caller", "keyName", "index") == [
        ("invoke", "invoke", "caller-4", "alice", None)
    ]


def test_one_key_is_one_call(function: Function) -> None:
    """The undisturbed case asks CVM once."""
    function(REQUEST)
    assert function.asked() == ["ImportKeyPair"]


def test_several_come_back_as_they_do_over_http(function: Function) -> None:
    """`items` gives the body of a 207: by index, with status and body."""
    answer = function({"items": [*requests([ONE, TWO]), requests([ONE])[0], {"keyName": "x y"}]})
    assert [(result["index"], result["status"]) for result in answer["results"]] == [
        (0, 201),
        (1, 201),
        (2, 200),
        (3, 422),
    ]
    assert answer["results"][2]["body"]["result"] == "unchanged"
    assert conforms(answer["results"][3]["body"], "problem.json")
    assert answer["requestId"] == "request-1"
    assert function.fields("index") == [(0,), (1,), (2,), (3,)]


def test_one_of_several_is_still_several(function: Function) -> None:
    """Whoever sends `items` gets `results`, also with one in it, also with one that is wrong."""
    assert [result["status"] for result in function({"items": [REQUEST]})["results"]] == [201]
    assert [result["status"] for result in function({"items": [None]})["results"]] == [422]
    assert [result["status"] for result in function({"items": [float("nan")]})["results"]] == [400]


@pytest.mark.parametrize(
    "event",
    [
        {"items": []},
        {"items": None},
        {"items": {"0": REQUEST}},
        {"items": [REQUEST] * 101},
        {"items": [REQUEST], "dryRun": True},
        {**REQUEST, "items": [REQUEST]},
        {"keyName": "alice"},
        {**REQUEST, "unknown": 1},
    ],
)
def test_what_is_wrong_as_a_whole_is_one_problem(function: Function, event: Any) -> None:
    """It is returned, not raised, and nothing is asked of CVM."""
    answer = function(event)
    assert conforms(answer, "problem.json")
    assert (answer["status"], answer["code"], bool(answer["errors"])) == (422, "invalid-request", True)
    assert len(function.audit) == 1
    assert function.asked() == []


def test_a_hundred_are_not_too_many(function: Function) -> None:
    """100 items are decided."""
    answer = function({"items": [{**REQUEST, "dryRun": True}] * 100})
    assert [result["status"] for result in answer["results"]] == [200] * 100


def test_who_may_not_invoke(function: Function) -> None:
    """Without a caller `invoke` in the file it is the one body of every 401; the log has the cause."""
    function.let_in("timer:nightly")
    for event in (REQUEST, {"items": [REQUEST]}, {"items": 5}):
        answer = function(event)
        assert conforms(answer, "problem.json")
        assert (answer["status"], answer["code"]) == (401, "unauthenticated")
        assert "unlisted" not in json.dumps(answer)
        assert function.fields("cause") == [("unlisted-source",)]


def test_the_rules_of_the_caller_hold(function: Function) -> None:
    """A caller of this kind is bound by `allow` as any other."""
    function.let_in("invoke", keyNames=["onb_*"])
    assert function(REQUEST)["code"] == "forbidden"
    assert function({**REQUEST, "keyName": "onb_alice"})["result"] == "created"


def test_our_own_faults_are_returned_too(function: Function) -> None:
    """Settings, callers, role: the caller learns that it may succeed later, and nobody raises."""
    function.environ["MIN_RSA_BITS"] = "many"
    assert (function(REQUEST)["code"], function(REQUEST)["retryable"]) == ("misconfigured", True)
    assert "MIN_RSA_BITS" not in json.dumps(function(REQUEST)), "somebody unknown may not know the cause"
    function.environ["MIN_RSA_BITS"] = "2048"
    del function.environ["TENCENTCLOUD_SECRETID"]
    answer = function({"items": [REQUEST, REQUEST]})
    assert [result["body"]["code"] for result in answer["results"]] == ["misconfigured"] * 2
    assert "TENCENTCLOUD_SECRETID" in answer["results"][0]["body"]["detail"], "a known caller may know"
    function.environ["CALLERS_FILE"] = "nowhere.json"
    answer = function({"items": [REQUEST]})
    assert answer["code"] == "misconfigured"
    assert "CALLERS_FILE" not in json.dumps(answer)
    assert "CALLERS_FILE" in function.fields("cause")[-1][0]


def test_what_is_nested_beyond_reason(function: Function) -> None:
    """It is refused as malformed, whether the platform's parser has swallowed it or not."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert function({"keyName": "alice", "publicKey": deep})["code"] == "malformed-json"
    assert function({"items": [REQUEST, {"keyName": deep}]})["results"][1]["body"]["code"] == "malformed-json"
    while deep:
        # Freed step by step: taking it down at once would be as deep.
        deep = deep.pop()
