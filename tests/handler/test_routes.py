"""The HTTP contract, from an event to a reply, with the real SDK and a stand-in for CVM."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from handler import callers
from handler.callers import standard_webhooks
from local.cvm import StandIn
from local.in_process import API_KEY, REQUEST_ID, Answer, Function, caller, public_keys

ALICE, BOB, CAROL, *_ = public_keys()
GOOD = {"keyName": "alice", "publicKey": ALICE}


@pytest.fixture
def function(cvm: StandIn) -> Iterator[Function]:
    """Yield the function with one caller, who has an API key."""
    with Function(cvm) as made:
        yield made


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Return the problem in an answer, once it is sure that it is this one."""
    assert (answer.status, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["requestId"] == answer.headers["X-Request-Id"] == REQUEST_ID
    found: dict[str, Any] = answer.json
    return found


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


def test_every_reply_has_the_same_headers(function: Function) -> None:
    """Content type, request id and no-store are on every reply; header values are texts, the body ASCII."""
    answers = [
        function.post(GOOD),
        function.post([GOOD]),
        function.post("{"),
        function.ask("GET", "/health"),
        function.ask("GET", "/openapi.json"),
        function.ask("OPTIONS", "/"),
        function.ask("HEAD", "/health"),
        function.ask("GET", "/é"),
    ]

    for answer in answers:
        assert answer.headers["X-Request-Id"] == REQUEST_ID
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"]
        assert all(type(value) is str for value in answer.headers.values())
        assert answer.text.isascii()


@pytest.mark.parametrize("path", ["/", "/key-pairs", ""])
def test_keys_are_taken_at_two_paths(path: str, function: Function) -> None:
    """The root and /key-pairs are the same route."""
    assert function.ask("POST", path, GOOD).status == 201


@pytest.mark.parametrize(
    "path",
    [
        "/keypairs",
        "/key-pairs/",
        "//",
        "/health/",
        "/chat",
        "/chat/",
        "/chat/irc",
        "/KEY-PAIRS",
        "/%2F",
        "*",
    ],
)
def test_other_paths_are_not_found(path: str, function: Function) -> None:
    """Nothing else is there, a slash at the end included."""
    problem(function.ask("POST", path, GOOD), 404, "not-found")


def test_routes_stand_below_the_base_path(cvm: StandIn) -> None:
    """With a base path every route is below it, and nothing is above."""
    with Function(cvm, environ={"BASE_PATH": "/keys"}) as function:
        assert function.ask("POST", "/keys/key-pairs", GOOD).status == 201
        assert function.ask("POST", "/keys/", GOOD).status == 200
        assert function.ask("POST", "/keys", GOOD).status == 200
        assert function.ask("GET", "/keys/health").status == 200
        for above in ("/key-pairs", "/", "/keyskey-pairs", "/keysx"):
            problem(function.ask("POST", above, GOOD), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/key-pairs", "GET, POST, HEAD, OPTIONS"),
        ("POST", "/key-pairs/alice", "GET, HEAD, OPTIONS"),
        ("GET", "/", "POST, OPTIONS"),
        ("HEAD", "/", "POST, OPTIONS"),
        ("PUT", "/", "POST, OPTIONS"),
        ("DELETE", "/health", "GET, HEAD, OPTIONS"),
        ("POST", "/openapi.json", "GET, HEAD, OPTIONS"),
        ("GET", "/chat/slack", "POST, OPTIONS"),
        ("PUT", "/chat/wecom", "GET, POST, HEAD, OPTIONS"),
        ("TRACE", "/", "POST, OPTIONS"),
        ("", "/", "POST, OPTIONS"),
    ],
)
def test_other_methods_are_not_allowed(method: str, path: str, allow: str, function: Function) -> None:
    """A route says which methods it takes, in the order of the contract."""
    answer = function.ask(method, path, GOOD)

    assert answer.headers["Allow"] == allow
    if method != "HEAD":
        problem(answer, 405, "method-not-allowed")
    assert answer.status == 405


@pytest.mark.parametrize(
    "path", ["/", "/key-pairs", "/health", "/openapi.json", "/chat/slack", "/chat/wecom"]
)
def test_options_says_what_is_allowed(path: str, function: Function) -> None:
    """OPTIONS needs no caller and has no body."""
    answer = function.ask("OPTIONS", path, headers={})

    assert (answer.status, answer.text) == (204, "")
    assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_head_follows_get(path: str, function: Function) -> None:
    """HEAD is GET without the body."""
    head, get = function.ask("HEAD", path), function.ask("GET", path)

    assert (head.status, head.headers, head.text) == (get.status, get.headers, "")
    assert get.text


def test_the_contract_is_served(function: Function) -> None:
    """Anybody may read the contract."""
    answer = function.ask("GET", "/openapi.json", headers={})

    assert answer.status == 200
    assert answer.json["openapi"] == "3.1.0"


def test_health_needs_no_caller_and_asks_nobody(function: Function, cvm: StandIn) -> None:
    """A function that is set up is healthy, without an upstream call and without an audit line."""
    answer = function.ask("GET", "/health", headers={})

    assert (answer.status, answer.json["status"]) == (200, "pass")
    assert answer.headers["Content-Type"] == "application/health+json"
    assert cvm.calls == []
    assert function.log == []


@pytest.mark.parametrize(
    "broken",
    [
        {"MIN_RSA_BITS": "many"},
        {"BASE_PATH": "health"},
        {"CALLERS_FILE": "/nowhere/callers.json"},
        {"TENCENTCLOUD_SECRETID": ""},
        {"TENCENTCLOUD_SECRETKEY": ""},
        {"TENCENTCLOUD_SESSIONTOKEN": ""},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_health_fails_without_detail(broken: dict[str, str], function: Function) -> None:
    """Where something is missing, health is 503 for everybody and the cause is in the log alone."""
    function.environ |= broken
    answer = function.ask("GET", "/health", headers={})
    (name,) = broken

    assert (answer.status, answer.json["status"]) == (503, "fail")
    assert name not in answer.text
    assert name in function.log[0]["cause"] or "callers" in function.log[0]["cause"]


# Each request breaks its own rule and all that come after it, so the order shows.
MANY = "x" * (1 << 20) + "x"
KNOWN = {"authorization": f"Bearer {API_KEY}"}
TEXT = {"content-type": "text/plain"}
BROKEN = {"MIN_RSA_BITS": "many"}
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("method", "path", "fields", "environ", "status", "code"),
    [
        ("PUT", "/x", {"body": MANY, "headers": {}}, BROKEN, 404, "not-found"),
        ("PUT", "/", {"body": MANY, "headers": {}}, BROKEN, 405, "method-not-allowed"),
        ("POST", "/", {"body": MANY + "%", "isBase64Encoded": True, "headers": {}}, BROKEN, 413, None),
        (
            "POST",
            "/",
            {"body": "%", "isBase64Encoded": True, "headers": {}},
            BROKEN,
            400,
            "malformed-request",
        ),
        ("POST", "/", {"body": "{", "headers": TEXT}, BROKEN, 500, "misconfigured"),
        ("POST", "/", {"body": "{", "headers": TEXT}, {}, 401, "unauthenticated"),
        ("POST", "/", {"body": "{", "headers": {**KNOWN, **TEXT}}, {}, 415, "unsupported-media-type"),
        ("POST", "/", {"body": "{"}, {}, 400, "malformed-json"),
        (
            "POST",
            "/",
            {"body": {"keyName": "root", "publicKey": PRIVATE, "x": 1}},
            {},
            422,
            "invalid-request",
        ),
        ("POST", "/", {"body": {"keyName": "root", "publicKey": PRIVATE}}, {}, 422, "invalid-public-key"),
        ("POST", "/", {"body": {"keyName": "root", "publicKey": ALICE}}, {}, 403, "forbidden"),
        (
            "POST",
            "/",
            {"body": {"keyName": "alice", "publicKey": ALICE, "projectId": 7}},
            {},
            422,
            "unknown-project",
        ),
    ],
)
def test_the_first_check_that_applies_answers(
    method: str,
    path: str,
    fields: dict[str, Any],
    environ: dict[str, str],
    status: int,
    code: str | None,
    cvm: StandIn,
) -> None:
    """The order of checks is the contract's, so that a refusal tells nothing that comes after it."""
    if isinstance(fields["body"], str) and fields["body"].startswith(MANY):
        fields = {**fields, "body": base64.b64encode(MANY.encode()).decode() + "%%%%"}
    with Function(cvm, [caller(allow={"keyNames": ["alice"]})], environ=environ) as function:
        answer = function.ask(method, path, **fields)

    problem(answer, status, code or "payload-too-large")
    assert len(cvm.calls) == (code == "unknown-project")


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


def test_a_decision_leaves_one_audit_line(function: Function) -> None:
    """The line of an import says who, what, from where, what became of it and what it cost."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = function.post(GOOD, headers={**KNOWN, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    (line,) = function.audit

    assert line == {
        "log": "audit",
        "requestId": REQUEST_ID,
        "cold": line["cold"],
        "trigger": "http",
        "traceId": trace,
        "caller": "onboarding",
        "keyName": "alice",
        "fingerprint": answer.json["fingerprint"],
        "bits": 3072,
        "result": "created",
        "keyId": answer.json["keyId"],
        "cvmRequestId": answer.json["cvmRequestId"],
        "attempts": 1,
        "upstreamMs": line["upstreamMs"],
        "totalMs": line["totalMs"],
    }


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (GOOD, {}, {"code": "unauthenticated", "cause": "no-credentials"}),
        (
            "{",
            KNOWN,
            {
                "code": "malformed-json",
                "caller": "onboarding",
                "cause": "It stops being JSON at line 1, column 2.",
            },
        ),
        (
            {**GOOD, "projectId": -1},
            KNOWN,
            {"code": "invalid-request", "caller": "onboarding", "keyName": "alice"},
        ),
        (
            {**GOOD, "publicKey": ""},
            KNOWN,
            {"code": "invalid-public-key", "reason": "empty", "caller": "onboarding", "keyName": "alice"},
        ),
    ],
)
def test_a_refusal_leaves_one_audit_line(
    body: object, headers: dict[str, str], expected: dict[str, str], function: Function
) -> None:
    """A refusal is on record as far as it came."""
    function.post(body, headers=headers)
    (line,) = function.audit
    common = {"log", "requestId", "cold", "trigger", "totalMs"}

    assert {name: value for name, value in line.items() if name not in common} == expected


def test_the_audit_line_of_a_conflict_names_what_is_in_the_way(function: Function, cvm: StandIn) -> None:
    """It has the id of the key pair that is there, and of the answer of CVM that showed it."""
    function.post(GOOD)
    answer = function.post({**GOOD, "keyName": "bob"})
    problem(answer, 409, "public-key-conflict")
    line = function.audit[-1]

    assert (line["keyName"], line["fingerprint"][:7], line["bits"]) == ("bob", "SHA256:", 3072)
    assert line["keyId"] == answer.json["keyId"] == cvm.account.key_pairs["alice"].key_id
    assert line["cvmRequestId"] == answer.json["cvmRequestId"]


def test_a_caller_reads_what_is_misconfigured_only_if_known(cvm: StandIn) -> None:
    """Who is recognised learns the cause of a 500; who is not learns that there is one."""
    with Function(cvm, environ={"TENCENTCLOUD_SECRETKEY": ""}) as function:
        known = problem(function.post(GOOD), 500, "misconfigured")
    with Function(cvm, environ={"LOG_LEVEL": "loud"}) as function:
        unknown = problem(function.post(GOOD, headers={}), 500, "misconfigured")

    assert "TENCENTCLOUD_SECRETKEY" in known["detail"]
    assert "LOG_LEVEL" not in json.dumps(unknown)
    assert "LOG_LEVEL" in function.audit[0]["cause"]
    assert cvm.calls == []


def test_the_problem_base_url_is_in_front_of_the_slug(cvm: StandIn) -> None:
    """A type is where its page is, if one says where the pages are."""
    with Function(cvm, environ={"PROBLEM_BASE_URL": "https://keys.example.com/problems/"}) as function:
        assert function.post("{").json["type"] == "https://keys.example.com/problems/malformed-json"


def test_what_nobody_foresaw_leaves_no_trace(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours is a 500 that says nothing of the exception; the log has its kind and place."""

    def broken(*_: object) -> None:
        raise KeyError("S3CRET")

    monkeypatch.setattr(callers, "load", broken)
    answer = function.post(GOOD)

    problem(answer, 500, "internal-error")
    assert "S3CRET" not in answer.text + json.dumps(function.log)
    assert function.audit[0]["cause"].startswith("KeyError at test_routes.py:")


def test_a_context_of_any_shape_will_do(function: Function) -> None:
    """Without a usable context the function makes a request id of its own."""
    event = {"httpMethod": "GET", "headers": {}, "path": "/health"}
    contexts: list[object] = [
        "none",
        [],
        {},
        {"request_id": 5},
        {"request_id": "é"},
        {"request_id": "x" * 129},
    ]
    ids = [function.answer(event, context).headers["X-Request-Id"] for context in contexts]

    assert len(set(ids)) == len(ids)
    assert all(len(each) == 36 for each in ids)
