"""Parameters are found in bodies and queries alike and held against the action's shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.api3.messages import TEXTS, ApiError
from local.api3.parameters import conform, from_body, from_query

SHAPE = {"Name!": str, "Count": int, "Names": [str], "Tags": [{"Key!": str, "Value": int}]}


def refusal(value: Any, strict: bool = False) -> str:
    """Give the refusal of a value as `CODE NAME`."""
    with pytest.raises(ApiError) as caught:
        conform(value, SHAPE, strict)
    return f"{caught.value.code} {caught.value.message(TEXTS, 'en-US').split('`')[1]}"


def test_reads_bodies() -> None:
    """A body is an object; no body is an empty one."""
    assert from_body(b"") == {}
    assert from_body(b'{"a": [1]}') == {"a": [1]}


@pytest.mark.parametrize(
    "body",
    [b"[]", b"1", b"null", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 1_000_000 + b"}"],
    ids=["list", "number", "null", "half", "bytes", "deep", "long number"],
)
def test_refuses_other_bodies(body: bytes) -> None:
    """Anything else is refused, however big."""
    with pytest.raises(ApiError, match="InvalidParameter#json"):
        from_body(body)


def test_reads_queries() -> None:
    """Dotted names stand for members and, where they are numbers, for the items of lists in their order."""
    query = "A=x+y%21&B.2=c&B.0=a&B.10=k&C.0.D=1&C.0.E.0=2&F="

    assert from_query(query) == {
        "A": "x y!",
        "B": ["a", "c", "k"],
        "C": [{"D": "1", "E": ["2"]}],
        "F": "",
    }
    assert from_query("") == {}


@pytest.mark.parametrize("query", ["A", "A&B=1", "=&="])
def test_refuses_broken_queries(query: str) -> None:
    """A query consists of names and values, or is told so."""
    if query == "=&=":
        assert from_query(query) == {"": ""}
        return
    with pytest.raises(ApiError) as caught:
        from_query(query)

    assert caught.value.message(TEXTS, "en-US") == "Url key and value should be splited by `=`."


def test_refuses_contradictions_in_queries() -> None:
    """A name cannot stand for text and for a list."""
    with pytest.raises(ApiError, match="InvalidParameter#type"):
        from_query("A=1&A.0=2")


def test_deep_queries_end_somewhere() -> None:
    """A name of thousands of levels costs nothing."""
    assert refusal(from_query("A" + ".0" * 10_000 + "=1")) == "UnknownParameter A"


def test_conforms() -> None:
    """Good values pass, null counts as absent, and integers in text become integers."""
    sent = {"Name": "n", "Count": "7", "Names": None, "Tags": [{"Key": "k", "Value": -1}]}

    assert conform(sent, SHAPE, strict=False) == {
        "Name": "n",
        "Count": 7,
        "Tags": [{"Key": "k", "Value": -1}],
    }


@pytest.mark.parametrize("count", ["7x", "", " 7", "٧", True, 1.0, [], {}, 2**63, str(2**63), -(2**63) - 1])
def test_refuses_what_is_no_integer(count: object) -> None:
    """An integer has 64 bits and no fraction, and true is none."""
    assert refusal({"Name": "n", "Count": count}) == "InvalidParameter Count"


def test_strict() -> None:
    """The strict check refuses integers in text."""
    assert refusal({"Name": "n", "Count": "7"}, strict=True) == "InvalidParameter Count"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"Name": 1}, "InvalidParameter Name"),
        ({"Name": "n", "Names": "x"}, "InvalidParameter Names"),
        ({"Name": "n", "Names": ["x", 1]}, "InvalidParameter Names.1"),
        ({"Name": "n", "Tags": {}}, "InvalidParameter Tags"),
        ({"Name": "n", "Tags": [1]}, "InvalidParameter Tags.0"),
        ({"Name": "n", "Tags": [{"Key": 1}]}, "InvalidParameter Tags.0.Key"),
        ({"Name": "n", "Tags": [{"Key": "k"}, {"Value": 1}]}, "MissingParameter Tags.1.Key"),
        ({"Name": "n", "Tags": [{"Key": "k", "Z": 1}]}, "UnknownParameter Tags.0.Z"),
        ({}, "MissingParameter Name"),
        ({"Name": None}, "MissingParameter Name"),
        ({"name": "n"}, "UnknownParameter name"),
        ({"Other": 1, "Count": []}, "InvalidParameter Count"),
    ],
    ids=json.dumps,
)
def test_names_what_is_wrong(sent: object, expected: str) -> None:
    """The type is judged first, then unknown names, then missing ones; the name says where."""
    assert refusal(sent) == expected
