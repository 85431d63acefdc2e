"""HTTP becomes the event that each front door of SCF builds, and what comes of it becomes HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.gateway import EventOutcome, Options, failures
from local.gateway.shapes import SHAPES
from local.http1 import Reply, Request

OPTIONS = Options()


def event(shape: str, **parts: Any) -> Any:
    """Return the event of a request, which is `POST /p` unless told otherwise."""
    request = Request("POST", "/p", "", (("host", "example.com"),), b"text", True)._replace(**parts)
    made = SHAPES[shape].event(request, "198.51.100.7", OPTIONS)
    return json.loads(json.dumps(made))


def answer(shape: str, value: object) -> Reply:
    """Return the HTTP reply to what a function has returned."""
    return SHAPES[shape].answer(EventOutcome("an-id", json.dumps(value)))


def test_a_function_url_event_has_five_members() -> None:
    """Body, headers with the client's address, method, path and query, and nothing else."""
    assert event("function-url", query="a=1") == {
        "body": "text",
        "headers": {"host": "example.com", "x-scf-remote-addr": "198.51.100.7"},
        "httpMethod": "POST",
        "path": "/p",
        "queryString": {"a": "1"},
    }


def test_a_client_cannot_forge_its_address() -> None:
    """What the platform adds replaces what a client sends under that name."""
    headers = (("x-scf-remote-addr", "192.0.2.1"),)
    assert event("function-url", headers=headers)["headers"] == {"x-scf-remote-addr": "198.51.100.7"}


def test_repeated_headers_become_one_value() -> None:
    """Values are joined as RFC 9110 allows, cookies as RFC 6265 wants."""
    headers = (("a", "1"), ("a", "2"), ("cookie", "x=1"), ("cookie", "y=2"))
    seen = event("function-url", headers=headers)["headers"]
    assert (seen["a"], seen["cookie"]) == ("1, 2", "x=1; y=2")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("flag", {"flag": True}),
        ("flag&flag=1", {"flag": [True, "1"]}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a+b=c%20d+e&%E4%BD%A0=%FF", {"a b": "c d e", "你": "\ufffd"}),
        ("&&a=1&", {"a": "1"}),
    ],
)
def test_a_query_is_text_lists_or_true(query: str, expected: object) -> None:
    """One value is text, several are a list, a name without `=` is true."""
    assert event("function-url", query=query)["queryString"] == expected
    assert event("api-gateway", query=query)["queryString"] == expected


def test_a_binary_body_of_a_function_url_is_damaged_text() -> None:
    """The event has no flag for base64, so bytes that are no UTF-8 are replaced."""
    seen = event("function-url", body=b"a\xff\xfeb")
    assert seen["body"] == "a\ufffd\ufffdb"
    assert "isBase64Encoded" not in seen


def test_an_api_gateway_event_looks_like_captured_ones() -> None:
    """`ANY` as configured method, an empty identity, lower-case headers, the platform's own among them."""
    seen = event("api-gateway", method="PUT")
    assert seen["requestContext"]["httpMethod"] == "ANY"
    assert seen["requestContext"]["identity"] == {}
    assert seen["requestContext"]["sourceIp"] == "198.51.100.7"
    assert seen["httpMethod"] == "PUT"
    assert seen["body"] == "text"
    assert seen["stageVariables"] == {"stage": "release"}
    assert len(seen["headers"]["x-api-requestid"]) == 32
    assert "isBase64Encoded" not in seen
    for name in ("headerParameters", "pathParameters", "queryStringParameters"):
        assert seen[name] == {}


def test_an_api_gateway_event_without_a_body_has_no_body_member() -> None:
    """That is how a GET was captured."""
    assert "body" not in event("api-gateway", method="GET", body=b"")


@pytest.mark.parametrize("shape", ["api-gateway", "cloudbase"])
def test_a_binary_body_comes_as_base64_where_there_is_a_flag(shape: str) -> None:
    """The flag is a boolean, and true."""
    seen = event(shape, body=b"\xff\xfe")
    assert (seen["body"], seen["isBase64Encoded"]) == ("//4=", True)


def test_a_cloudbase_event_has_the_documented_members() -> None:
    """Text headers and lists of them, query parameters, a request context, a boolean flag."""
    seen = event("cloudbase", query="a=1&b", headers=(("host", "example.com"), ("a", "1"), ("a", "2")))
    assert seen["queryStringParameters"] == {"a": "1", "b": ""}
    assert seen["headers"]["a"] == "1, 2"
    assert seen["multiValueHeaders"]["a"] == ["1", "2"]
    assert seen["requestContext"]["envId"]
    assert seen["requestContext"]["appId"] == 1250000000
    assert (seen["body"], seen["isBase64Encoded"]) == ("text", False)


INTEGRATED = {
    "isBase64Encoded": False,
    "statusCode": 201,
    "headers": {"Content-Type": "text/plain", "X-Many": ["1", "2"], "Content-Length": "99"},
    "body": "é",
}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_an_integrated_response_is_taken_over(shape: str) -> None:
    """Status, headers (lists as repeated ones, framing left out) and body, plus the platform's id."""
    response = answer(shape, INTEGRATED)
    assert (response.status, response.body) == (201, "é".encode())
    *own, (_, request_id) = response.headers
    assert own == [("Content-Type", "text/plain"), ("X-Many", "1"), ("X-Many", "2")]
    assert request_id == "an-id"


@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_base64_reply_is_decoded(shape: str) -> None:
    """Bytes come out when the reply says that its body is base64."""
    assert answer(shape, {"statusCode": 200, "body": "//4=", "isBase64Encoded": True}).body == b"\xff\xfe"


@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_reply_needs_no_headers_and_no_body(shape: str) -> None:
    """An absent Content-Type is JSON, an absent body is empty."""
    response = answer(shape, {"statusCode": 204})
    assert (response.status, response.headers[0], response.body) == (
        204,
        ("Content-Type", "application/json"),
        b"",
    )


@pytest.mark.parametrize("value", [{"a": "é"}, [1], "text", 1, None, True, {}])
def test_a_function_url_answers_any_other_value_whole(value: object) -> None:
    """JSON without a status code is a 200 with the whole value, as JSON, for a body."""
    response = answer("function-url", value)
    assert response.status == 200
    assert response.headers[0] == ("Content-Type", "application/json")
    assert json.loads(response.body) == value


MALFORMED = [
    {"statusCode": "200", "body": ""},
    {"statusCode": True, "body": ""},
    {"statusCode": 99, "body": ""},
    {"statusCode": 200, "body": {"a": 1}},
    {"statusCode": 200, "body": "x", "isBase64Encoded": "true"},
    {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
    {"statusCode": 200, "body": "", "headers": {"A": 1}},
    {"statusCode": 200, "body": "", "headers": {"A": "1\r\nB: 2"}},
    {"statusCode": 200, "body": "", "headers": {"A b": "1"}},
    {"statusCode": 200, "body": "", "headers": []},
]


@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_integrated_response_is_403(value: object) -> None:
    """The three front doors each say so in their own form, and nothing of the reply gets through."""
    url, gateway, cloudbase = (answer(shape, value) for shape in SHAPES)
    assert (url.status, json.loads(url.body)["statusCode"]) == (403, 403)
    assert gateway.status == 403
    assert json.loads(gateway.body) == {
        "errno": 403,
        "error": "Invalid scf response format. please check your scf response format.",
    }
    assert (cloudbase.status, json.loads(cloudbase.body)["requestId"]) == (500, "an-id")


@pytest.mark.parametrize("value", [{"a": 1}, "text", None, [1]])
def test_api_gateway_takes_integrated_responses_only(value: object) -> None:
    """A plain value, fine on a Function URL, is error 403 there."""
    assert answer("api-gateway", value).status == 403


@pytest.mark.parametrize(
    ("value", "kind", "body"),
    [
        ("text", "text/plain; charset=utf-8", b"text"),
        (1, "text/plain; charset=utf-8", b"1"),
        ({"a": 1}, "application/json", b'{"a": 1}'),
        (True, "application/json", b"true"),
    ],
)
def test_cloudbase_answers_text_as_text(value: object, kind: str, body: bytes) -> None:
    """Text and numbers are plain text, everything else is JSON."""
    response = answer("cloudbase", value)
    assert (response.status, response.headers[0][1], response.body) == (200, kind, body)


@pytest.mark.parametrize(
    "failure", [failures.user_code_exception("Traceback"), failures.over_quota("f", 128)]
)
def test_the_platforms_errors_on_each_front_door(failure: failures.Failure) -> None:
    """A Function URL answers the code as status, API Gateway error 403, CloudBase 500."""
    outcome = EventOutcome("an-id", failure=failure)
    url, gateway, cloudbase = (shape.answer(outcome) for shape in SHAPES.values())
    assert (url.status, json.loads(url.body)["statusCode"]) == (failure.status, failure.status)
    assert (gateway.status, json.loads(gateway.body)["errno"]) == (403, 403)
    assert (cloudbase.status, json.loads(cloudbase.body)["code"]) == (500, "FUNCTIONS_EXECUTE_FAIL")


def test_a_timeout_behind_api_gateway_is_a_200() -> None:
    """A function that runs out of its own time gives the client a 200 with the error as its body."""
    response = SHAPES["api-gateway"].answer(EventOutcome("an-id", failure=failures.timed_out(3)))
    assert response.status == 200
    assert json.loads(response.body)["errorMessage"] == "Invoking task timed out after 3 seconds"
