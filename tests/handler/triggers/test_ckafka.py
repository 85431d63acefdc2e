"""Messages of CKafka."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doubles.function import Function
from tests.handler.triggers.samples import ckafka, requests
from tests.keys.many import public_keys

ONE, TWO, THREE = public_keys(3)
REQUEST = {"keyName": "alice", "publicKey": ONE}


def test_every_message_is_decided_and_logged_with_where_it_stands(function: Function) -> None:
    """One line a message, in order, with topic, partition and offset; the account then holds them all."""
    assert function(ckafka(requests([ONE, TWO, THREE]))) == {"created": 3}
    assert function.fields("trigger", "topic", "partition", "offset", "keyName", "result", "caller") == [
        ("ckafka", "new-hires", 1, 36, "key_0", "created", "caller-1"),
        ("ckafka", "new-hires", 1, 37, "key_1", "created", "caller-1"),
        ("ckafka", "new-hires", 1, 38, "key_2", "created", "caller-1"),
    ]
    assert list(function.cvm.account.key_pairs) == ["key_0", "key_1", "key_2"]


def test_the_caller_is_named_by_its_topic(function: Function) -> None:
    """A batch may mix topics; each message is of the caller that lists its own."""
    function.let_in("ckafka:leavers", "ckafka:new-hires")
    event = ckafka([REQUEST])
    event["Records"] += ckafka([{"keyName": "bob", "publicKey": TWO}], topic="leavers")["Records"]
    event["Records"] += ckafka([{"keyName": "eve", "publicKey": THREE}], topic="elsewhere")["Records"]
    assert function(event) == {"created": 2, "refused": 1}
    assert function.fields("source", "caller", "code", "cause") == [
        ("ckafka:new-hires", "caller-2", None, None),
        ("ckafka:leavers", "caller-1", None, None),
        ("ckafka:elsewhere", None, "unauthenticated", "unlisted-source"),
    ]


@pytest.mark.parametrize(
    ("change", "partition", "offset"),
    [
        ({"partition": 7}, 7, 36),
        ({"partition": None, "Partition": 1}, None, 36),
        ({"partition": "12", "offset": "9223372036854775807"}, 12, 9223372036854775807),
        ({"partition": "", "offset": -1}, None, None),
        ({"partition": True, "offset": 1.5}, None, None),
        ({"msgKey": "a key"}, 1, 36),
        ({"msgKey": None}, 1, 36),
    ],
)
def test_the_place_in_the_topic_varies(
    function: Function, change: dict[str, Any], partition: int | None, offset: int | None
) -> None:
    """What is a number is logged as one, what is none is left out, and the message counts all the same."""
    event = ckafka([REQUEST])
    event["Records"][0]["Ckafka"].update(change)
    assert function(event) == {"created": 1}
    assert function.fields("partition", "offset") == [(partition, offset)]


def test_the_other_spelling_of_partition(function: Function) -> None:
    """One page of the documentation has a capital P."""
    event = ckafka([REQUEST])
    message = event["Records"][0]["Ckafka"]
    message["Partition"] = message.pop("partition")
    function(event)
    assert function.fields("partition") == [(1,)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "malformed-json"),
        ("hello", "malformed-json"),
        ('{"keyName": "a", "keyName": "b"}', "malformed-json"),
        ("\ufeff{}", "malformed-json"),
        ("[" * 40 + "]" * 40, "malformed-json"),
        ("NaN", "malformed-json"),
        ("null", "invalid-request"),
        ('"text"', "invalid-request"),
        ("[]", "invalid-request"),
        (json.dumps([REQUEST]), "invalid-request"),
        (json.dumps({"items": [REQUEST]}), "invalid-request"),
        ("{}", "invalid-request"),
        (json.dumps({"keyName": "alice", "publicKey": "ssh-ed25519 AAAA"}), "invalid-public-key"),
    ],
)
def test_a_poison_message_costs_one_line(function: Function, body: str, code: str) -> None:
    """What can never succeed is logged and done; its neighbours are imported and nothing is raised."""
    event = ckafka([*requests([TWO]), body, *requests([THREE], start=1)])
    assert function(event) == {"created": 2, "refused": 1}
    assert function.fields("offset", "result", "code") == [
        (36, "created", None),
        (37, None, code),
        (38, "created", None),
    ]


@pytest.mark.parametrize("message", [None, [], "text", 5, {}, {"topic": ["new-hires"]}, {"topic": "x" * 200}])
def test_a_message_of_no_known_form_costs_one_line(function: Function, message: object) -> None:
    """It names no listed topic, so it is refused as anybody unknown."""
    event = ckafka(requests([ONE, TWO]))
    event["Records"].insert(1, {"Ckafka": message})
    assert function(event) == {"created": 2, "refused": 1}
    assert function.fields("code") == [(None,), ("unauthenticated",), (None,)]


def test_a_body_that_is_parsed_already(function: Function) -> None:
    """An object is as good as its text, and not less strictly read."""
    event = ckafka(["", "", ""])
    for record, body in zip(
        event["Records"],
        [REQUEST, {**REQUEST, "projectId": float(2**53 + 2)}, {**REQUEST, "projectId": float("nan")}],
        strict=True,
    ):
        record["Ckafka"]["msgBody"] = body
    assert function(event) == {"created": 1, "refused": 2}
    assert function.fields("code") == [(None,), ("invalid-request",), ("malformed-json",)]


def test_a_message_without_a_body(function: Function) -> None:
    """A tombstone of Kafka holds no request."""
    event = ckafka([""])
    del event["Records"][0]["Ckafka"]["msgBody"]
    assert function(event) == {"refused": 1}
    assert function.fields("code") == [("invalid-request",)]
