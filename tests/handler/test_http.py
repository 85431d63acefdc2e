"""HTTP events to one record."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import http, strict_json
from handler.http import Body, HttpRequest
from handler.problems import MalformedJson, MalformedRequest, PayloadTooLarge, UnsupportedMediaType

KIB = 1024


def event(**fields: Any) -> dict[str, Any]:
    """Return the least HTTP event with these fields in it."""
    return {"httpMethod": "POST", "headers": {}, **fields}


def test_a_function_url_event_is_read() -> None:
    """Method, path, headers, query and body arrive where they belong."""
    request = http.from_event(
        {
            "body": '{"a":1}',
            "headers": {"accept": "*/*", "x-scf-remote-addr": "192.0.2.7"},
            "httpMethod": "POST",
            "path": "/key-pairs",
            "queryString": {"a": "1", "b": ["2", "3"], "c": True},
        }
    )

    assert request == HttpRequest(
        "POST",
        "/key-pairs",
        {"accept": ("*/*",), "x-scf-remote-addr": ("192.0.2.7",)},
        {"a": ("1",), "b": ("2", "3"), "c": ("",)},
        '{"a":1}',
        encoded=False,
    )


def test_the_real_method_is_on_top() -> None:
    """API Gateway says ANY in its context; the method that was used stands on top."""
    read = http.from_event(
        event(httpMethod="post", requestContext={"httpMethod": "ANY", "path": "/{any}"}, path="/x")
    )

    assert (read.method, read.path) == ("POST", "/x")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"Authorization": "a"}, {"authorization": ("a",)}),
        ({"AUTHORIZATION": ["a", "b"]}, {"authorization": ("a", "b")}),
        ({"X-A": "1", "x-a": "2"}, {"x-a": ("1", "2")}),
        ({"X-A": "1", "x-a": None}, {"x-a": ()}),
        ({"X-A": 5, "x-a": "2"}, {"x-a": ()}),
        ({"x-a": ["1", 2]}, {"x-a": ()}),
        ({"x-a": True}, {"x-a": ()}),
        ({"x-a": {}}, {"x-a": ()}),
        ({"x-a": []}, {"x-a": ()}),
        ({5: "a"}, {"5": ("a",)}),
        (None, {}),
        ("text", {}),
        ([], {}),
    ],
)
def test_headers_come_in_any_case_and_any_shape(sent: object, read: object) -> None:
    """Names are folded, values kept in order, and what is not text leaves no value at all."""
    assert http.from_event(event(headers=sent)).headers == read


@pytest.mark.parametrize("flag", [None, False, "false", "False", "", 0, 1, "yes", [True]])
def test_a_body_is_text_unless_the_flag_says_otherwise(flag: object) -> None:
    """The text "false" is not true, and nothing but true means base64."""
    assert http.body(http.from_event(event(body="YQ==", isBase64Encoded=flag)), KIB) == Body(b"YQ==", b"YQ==")


@pytest.mark.parametrize("flag", [True, "true", "True", "TRUE"])
def test_a_base64_body_is_decoded(flag: object) -> None:
    """True means base64, as a truth value and as a text."""
    assert http.body(http.from_event(event(body="YQ==", isBase64Encoded=flag)), KIB) == Body(b"a", b"a")


@pytest.mark.parametrize("wrong", ["a", "YQ", "YQ==\n", "Y Q=", "YQ==YQ==", "é", "\ud800", "%%%%"])
def test_bad_base64_is_malformed(wrong: str) -> None:
    """What is not base64 is not guessed at."""
    with pytest.raises(MalformedRequest):
        http.body(http.from_event(event(body=wrong, isBase64Encoded=True)), KIB)


@pytest.mark.parametrize("absent", [{}, {"body": None}, {"body": ""}])
def test_no_body_is_an_empty_one(absent: dict[str, Any]) -> None:
    """A body that is absent, null or empty has no bytes in it."""
    assert http.body(http.from_event(event(**absent)), KIB) == Body(b"", b"")


@pytest.mark.parametrize("parsed", [{"a": 1}, [1], 5, True, {"é": "\ud800"}, {}])
def test_a_parsed_body_has_no_bytes_to_sign(parsed: object) -> None:
    """A gateway that parses JSON leaves something to read, but nothing to prove."""
    body = http.body(http.from_event(event(body=parsed)), KIB)

    assert body.raw is None
    assert json.loads(body.text) == parsed


def test_a_parsed_body_beyond_reason_is_still_read() -> None:
    """A body nested without end, or of what JSON has no word for, becomes a text that is refused later."""
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]

    assert http.body(http.from_event(event(body=deep)), KIB).text.startswith(b"[" * 33)
    assert http.body(http.from_event(event(body={"a": {1, 2}})), KIB).text.startswith(b"[" * 33)
    with pytest.raises(MalformedJson) as problem:
        strict_json.loads(http.body(http.from_event(event(body=deep)), KIB).text)
    assert "32 levels" in problem.value.detail


def test_text_becomes_bytes_even_where_it_is_not_unicode() -> None:
    """Half of a surrogate pair passes as its own three bytes; UTF-8 readers refuse them later."""
    assert http.body(http.from_event(event(body="é\ud800")), KIB).raw == b"\xc3\xa9\xed\xa0\x80"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"body": "x" * KIB}, id="text"),
        pytest.param({"body": "é" * (KIB // 2)}, id="two bytes each"),
        pytest.param({"body": base64.b64encode(bytes(KIB)).decode(), "isBase64Encoded": True}, id="base64"),
        pytest.param({"body": "x" * (KIB - 2) and ["x" * (KIB - 4)]}, id="parsed"),
    ],
)
def test_the_largest_body_passes(content: dict[str, Any]) -> None:
    """The limit itself is not too much, after base64."""
    assert len(http.body(http.from_event(event(**content)), KIB).text) == KIB


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"body": "x" * (KIB + 1)}, id="text"),
        pytest.param({"body": "é" * (KIB // 2) + "x"}, id="two bytes each"),
        pytest.param(
            {"body": base64.b64encode(bytes(KIB + 1)).decode(), "isBase64Encoded": True}, id="base64"
        ),
        pytest.param({"body": "%" * 6_000_000, "isBase64Encoded": True}, id="large before it is bad base64"),
        pytest.param({"body": ["x" * (KIB - 3)]}, id="parsed"),
    ],
)
def test_a_byte_more_is_too_large(content: dict[str, Any]) -> None:
    """One byte more than the limit is refused, and size is judged before base64."""
    with pytest.raises(PayloadTooLarge) as problem:
        http.body(http.from_event(event(**content)), KIB)

    assert "1 KiB" in problem.value.detail


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"content-type": ("",)},
        {"content-type": ("application/json",)},
        {"content-type": ("Application/JSON",)},
        {"content-type": ("application/json; charset=utf-8",)},
        {"content-type": ('application/json;charset="UTF-8"',)},
        {"content-type": ("application/json ; Charset = utf8; x=y",)},
        {"content-type": ("application/cloudevents+json",)},
        {"content-type": ("application/vnd.api+json; profile=x",)},
    ],
)
def test_json_media_types_pass(sent: dict[str, tuple[str, ...]]) -> None:
    """JSON under any of its names passes, in UTF-8, and so does no name at all."""
    http.require_json(sent)


@pytest.mark.parametrize(
    "sent",
    [
        {"content-type": ("text/plain",)},
        {"content-type": ("application/x-www-form-urlencoded",)},
        {"content-type": ("application/jsonp",)},
        {"content-type": ("text/json",)},
        {"content-type": ("+json",)},
        {"content-type": ("/+json",)},
        {"content-type": ("application/+json",)},
        {"content-type": ("a/b/c+json",)},
        {"content-type": ("application/json; charset=utf-16",)},
        {"content-type": ("application/json; charset=",)},
        {"content-type": ("application/json, text/plain",)},
        {"content-type": ("application/json", "text/plain")},
        {"content-type": ("é",)},
        {"content-type": ()},
    ],
)
def test_other_media_types_are_refused_with_the_header_to_add(sent: dict[str, tuple[str, ...]]) -> None:
    """Everything else is 415, and the remedy is the -H to add."""
    with pytest.raises(UnsupportedMediaType) as problem:
        http.require_json(sent)

    assert "-H 'Content-Type: application/json'" in problem.value.remedy


@pytest.mark.parametrize(
    ("coding", "named"),
    [
        (("gzip",), "with gzip, as Content-Encoding says"),
        (("BR",), "with br"),
        (("made-up",), "by its Content-Encoding"),
    ],
)
def test_a_compressed_body_is_refused_by_the_name_of_what_was_done(
    coding: tuple[str, ...], named: str
) -> None:
    """A Content-Encoding is 415 that names it; one that says nothing was done passes."""
    with pytest.raises(UnsupportedMediaType) as refused:
        http.require_json({"content-encoding": coding, "content-type": ("application/json",)})
    assert named in refused.value.detail
    assert "made-up" not in refused.value.detail
    assert "Content-Encoding" in refused.value.remedy
    for encoding in ("", "identity"):
        http.require_json({"content-encoding": (encoding,)})


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("sent", "trace"),
    [
        ((f"00-{TRACE}-00f067aa0ba902b7-01",), TRACE),
        ((f"00-{TRACE}-00f067aa0ba902b7-ff",), TRACE),
        ((f"cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later",), TRACE),
        ((f"00-{TRACE}-00f067aa0ba902b7-01-more",), ""),
        ((f"ff-{TRACE}-00f067aa0ba902b7-01",), ""),
        ((f"00-{'0' * 32}-00f067aa0ba902b7-01",), ""),
        ((f"00-{TRACE}-{'0' * 16}-01",), ""),
        ((f"00-{TRACE.upper()}-00f067aa0ba902b7-01",), ""),
        ((f"00-{TRACE}-00f067aa0ba902b7-01\n",), ""),
        ((f"00-{TRACE}-00f067aa0ba902b7",), ""),
        ((f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-01"), ""),
        ((), ""),
        (("",), ""),
    ],
)
def test_a_trace_id_is_taken_from_a_valid_header_only(sent: tuple[str, ...], trace: str) -> None:
    """An invalid `traceparent` is ignored as a whole."""
    assert http.trace_id({"traceparent": sent}) == trace


def test_no_traceparent_is_no_trace() -> None:
    """Without the header there is no trace id."""
    assert http.trace_id({}) == ""


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {"httpMethod": _json, "headers": _json},
        optional={
            "path": _json,
            "body": _json,
            "isBase64Encoded": _json,
            "queryString": _json,
            "queryStringParameters": _json,
        },
    )
)
def test_no_event_makes_reading_fail(sent: dict[str, Any]) -> None:
    """Whatever stands in the fields, the event is read."""
    request = http.from_event(sent)

    assert request.path
    assert request.method == request.method.upper()
    assert all(name == name.lower() for name in request.headers)
