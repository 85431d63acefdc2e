"""The HTTP contract, from an event to a reply, with the real SDK and a stand-in for CVM."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from handler import __version__, callers, routes
from local.cvm import StandIn
from local.in_process import REQUEST_ID, Function, caller
from tests.handler.scene import ALICE, GOOD, KNOWN, PRIVATE, problem


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


def test_health_names_the_package_that_answers(
    function: Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version alone where the code was not packed, else what the package says that it is."""
    assert function.ask("GET", "/health").json["releaseId"] == __version__
    (tmp_path / "release").write_text(f"{__version__}+0123abcd\n", encoding="ascii")
    monkeypatch.setattr(routes, "_RELEASE", str(tmp_path / "release"))
    assert function.ask("GET", "/health").json["releaseId"] == f"{__version__}+0123abcd"


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
TEXT = {"content-type": "text/plain"}
BROKEN = {"MIN_RSA_BITS": "many"}


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
