"""What POST /key-pairs takes and answers: one request or many, in every form that a body has."""

from __future__ import annotations

import base64
import json
import time

import pytest

from handler.callers import standard_webhooks
from local.cvm import StandIn
from local.in_process import Function, caller
from tests.handler.scene import ALICE, BOB, GOOD, KNOWN, PRIVATE, problem


def test_a_key_is_imported_once(function: Function, cvm: StandIn) -> None:
    """The first request creates the key pair with one upstream call, the second finds it unchanged."""
    first = function.post({**GOOD, "tags": {"team": "infra"}})
    calls = len(cvm.calls)
    second = function.post({**GOOD, "tags": {"team": "infra"}})

    assert calls == 1
    assert (first.status, first.json["result"]) == (201, "created")
    assert (second.status, second.json["result"]) == (200, "unchanged")
    assert first.json["keyId"] == second.json["keyId"] == cvm.account.key_pairs["alice"].key_id
    assert second.json["differences"] == []


def test_too_many_tags_are_told_before_a_bad_key(cvm: StandIn) -> None:
    """Tags that are too many with the caller's own break the request, which comes before its key."""
    sent = {f"tag-{number}": "x" for number in range(50)}
    with Function(cvm, [caller(tags={"imported-by": "onboarding"})]) as function:
        answer = function.post({"keyName": "alice", "publicKey": PRIVATE, "tags": sent})

    assert problem(answer, 422, "invalid-request")["errors"][0]["pointer"] == "/tags"


BAD_BODIES = {
    "nothing": (None, 400, "malformed-json"),
    "not JSON": ("hello", 400, "malformed-json"),
    "repeated members": ('{"keyName": "a", "keyName": "b"}', 400, "malformed-json"),
    "NaN": ('{"keyName": NaN}', 400, "malformed-json"),
    "six megabytes": ("x" * 6_000_000, 413, "payload-too-large"),
    "ten thousand levels": ("[" * 10_000 + "]" * 10_000, 400, "malformed-json"),
    "a million digits": ('{"projectId": ' + "1" * 1_000_000 + "}", 400, "malformed-json"),
    "wrong types": ('{"keyName": 1, "publicKey": [], "tags": 5}', 422, "invalid-request"),
    "a line feed in the name": (json.dumps({"keyName": "abc\n", "publicKey": ALICE}), 422, "invalid-request"),
    "binary": ("\x00\udcff\x01", 400, "malformed-json"),
    "an empty array": ("[]", 422, "invalid-request"),
    "a hundred and one": (json.dumps([GOOD] * 101), 422, "invalid-request"),
    "a text": ('"keyName"', 422, "invalid-request"),
    "an ed25519 key": (json.dumps({**GOOD, "publicKey": "ssh-ed25519 AAAA"}), 422, "invalid-public-key"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_bad_input_gets_its_documented_problem(
    body: str | None, status: int, code: str, function: Function, cvm: StandIn
) -> None:
    """Whatever is wrong with a body, the answer says it, and nothing goes upstream."""
    answer = function.post(body)

    problem(answer, status, code)
    assert cvm.calls == []


def test_a_body_may_come_as_base64_or_parsed(function: Function) -> None:
    """A gateway may encode the body, or parse it; an API key covers both."""
    encoded = base64.b64encode(json.dumps(GOOD).encode()).decode()

    assert function.ask("POST", "/", encoded, isBase64Encoded="true").status == 201
    assert function.answer({"httpMethod": "POST", "headers": KNOWN, "body": GOOD}).status == 200


def test_a_caller_may_be_held_to_larger_keys(cvm: StandIn) -> None:
    """A key that the function takes and this caller's `minBits` does not is too small, dry run or not."""
    with Function(cvm, [caller(allow={"minBits": 4096})]) as function:
        for request in (GOOD, {**GOOD, "dryRun": True}):
            refused = problem(function.post(request), 422, "weak-public-key")
            assert refused["reason"] == "too-small"
        many = function.post([GOOD, GOOD])

    assert [item["body"]["reason"] for item in many.json["results"]] == ["too-small", "too-small"]
    assert cvm.calls == []


def test_a_signature_holds_for_bytes_alone(cvm: StandIn) -> None:
    """A signed body may come encoded; one that the platform has parsed has no bytes, however written out."""
    secret = b"0123456789abcdef01234567"
    text = json.dumps(GOOD).encode()
    stamp = str(int(time.time()))
    signature = standard_webhooks.sign(secret, b".".join((b"msg_1", stamp.encode(), text))).decode()
    signed = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    entry = {"id": "onboarding", "auth": {"scheme": "standard-webhooks", "secretEnv": ["SECRET"]}}
    environ = {"SECRET": f"whsec_{base64.b64encode(secret).decode()}"}
    event = {"httpMethod": "POST", "path": "/", "headers": signed}
    with Function(cvm, [entry], environ=environ) as function:
        encoded = function.answer({**event, "body": base64.b64encode(text).decode(), "isBase64Encoded": True})
        parsed = function.answer({**event, "body": GOOD})

    assert encoded.status == 201
    problem(parsed, 401, "unauthenticated")
    assert function.audit[-1]["cause"] == "body-not-text"


def test_the_counterpart_of_an_api_call_is_imported(function: Function, cvm: StandIn) -> None:
    """A project as digits in text, as the API's own example has it, is a project."""
    answer = function.post({"projectId": "0", "keyName": "operation_key", "publicKey": f"{ALICE} skey_45071"})

    assert (answer.status, answer.json["projectId"]) == (201, 0)
    assert cvm.account.key_pairs["operation_key"].key_id == answer.json["keyId"]


def test_only_our_own_line_is_sent(function: Function, cvm: StandIn) -> None:
    """What CVM gets is rebuilt from the checked numbers, without the comment."""
    function.post({**GOOD, "publicKey": f"  {' '.join(ALICE.split()[:2])}   a comment \r\n"})

    assert cvm.account.key_pairs["alice"].public_key.split()[1] == ALICE.split()[1]
    assert "comment" not in cvm.account.key_pairs["alice"].public_key


def test_an_array_is_answered_one_by_one(function: Function, cvm: StandIn) -> None:
    """Each request of an array has its own answer, in the order sent, from one list of the account."""
    items = [GOOD, GOOD, {**GOOD, "keyName": "again"}, {"keyName": "b-b", "publicKey": BOB}, 5]
    answer = function.post(items)
    results = answer.json["results"]

    assert answer.status == 207
    assert [item["index"] for item in results] == [0, 1, 2, 3, 4]
    assert [item["status"] for item in results] == [201, 200, 409, 422, 422]
    assert results[0]["body"]["keyId"] == results[1]["body"]["keyId"]
    assert results[2]["body"]["code"] == "public-key-conflict"
    assert results[3]["body"]["errors"][0]["pointer"] == "/keyName"
    assert [call.action for call in cvm.calls] == ["DescribeKeyPairs", "ImportKeyPair"]
    assert [(line["index"], line["caller"]) for line in function.audit] == [
        (index, "onboarding") for index in range(5)
    ]


def test_a_hundred_is_not_too_many(function: Function) -> None:
    """The limit itself is still good."""
    answer = function.post([{"keyName": "a", "publicKey": "x"}] * 100)

    assert (answer.status, len(answer.json["results"])) == (207, 100)


def test_one_in_an_array_is_still_an_array(function: Function) -> None:
    """An array of one is answered as an array."""
    assert function.post([GOOD]).json["results"][0]["status"] == 201
