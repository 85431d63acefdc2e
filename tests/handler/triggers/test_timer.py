"""What a timer brings."""

from __future__ import annotations

import json

import pytest

from tests.doubles.function import Function
from tests.handler.triggers.samples import requests, timer
from tests.keys.many import public_keys

ONE, TWO, THREE = public_keys(3)
REQUEST = {"keyName": "alice", "publicKey": ONE}


def test_a_message_holds_one_request(function: Function) -> None:
    """It is imported, and the line says which timer it was."""
    assert function(timer(json.dumps(REQUEST))) == {"created": 1}
    assert function.fields("trigger", "source", "caller", "keyName", "result", "index") == [
        ("timer", "timer:nightly", "caller-3", "alice", "created", None)
    ]


def test_a_message_holds_several_requests(function: Function) -> None:
    """Each of `items` is decided by itself and logged with its index."""
    items = [*requests([ONE, TWO]), {}, requests([TWO], start=7)[0]]
    assert function(timer(json.dumps({"items": items}))) == {"created": 2, "refused": 2}
    assert function.fields("index", "result", "code") == [
        (0, "created", None),
        (1, "created", None),
        (2, None, "invalid-request"),
        (3, None, "public-key-conflict"),
    ]


def test_the_next_night_changes_nothing(function: Function) -> None:
    """The same message every night is one call a night."""
    function(timer(json.dumps({"items": requests([ONE, TWO])})))
    before = len(function.asked())
    assert function(timer(json.dumps({"items": requests([ONE, TWO])}))) == {"unchanged": 2}
    assert function.asked()[before:] == ["DescribeKeyPairs"]


def test_a_message_that_is_parsed_already(function: Function) -> None:
    """An object is as good as its text."""
    assert function(timer(REQUEST)) == {"created": 1}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "malformed-json"),
        ("user define msg body", "malformed-json"),
        (None, "invalid-request"),
        (json.dumps([REQUEST]), "invalid-request"),
        (json.dumps({"items": []}), "invalid-request"),
        (json.dumps({"items": REQUEST}), "invalid-request"),
        (json.dumps({"items": [REQUEST] * 101}), "invalid-request"),
        (json.dumps({"items": [REQUEST], "dryRun": True}), "invalid-request"),
        (json.dumps({"items": [REQUEST], **REQUEST}), "invalid-request"),
        (json.dumps({"items": [[REQUEST]]}), "invalid-request"),
    ],
)
def test_a_message_that_holds_no_request(function: Function, message: object, code: str) -> None:
    """It is logged once and done; a `dryRun` beside `items` never becomes a real import."""
    assert function(timer(message)) == {"refused": 1}
    assert function.fields("code") == [(code,)]
    assert function.asked() == []


@pytest.mark.parametrize("name", ["daily", "", None, 5, ["nightly"]])
def test_a_timer_that_nobody_listed(function: Function, name: object) -> None:
    """It is refused before its message is read, and not raised."""
    event = {**timer("{"), "TriggerName": name}
    assert function(event) == {"refused": 1}
    assert function.fields("code", "cause") == [("unauthenticated", "unlisted-source")]
