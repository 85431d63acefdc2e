"""JSON text to a value, strictly."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import strict_json
from handler.problems import MalformedJson
from tests import growth


def deep(levels: int) -> str:
    """Return an array nested so many levels deep."""
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, "x", true, null]}', {"a": [1, "x", True, None]}),
        ('{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
        ("  377.0\n", 377),
        ("1e3", 1000),
        ("1200e-2", 12),
        ("12.50e2", 1250),
        ("-0.0", 0),
        ("0e99", 0),
        ("9007199254740992.0", 2**53),
        ("-9007199254740992.0", -(2**53)),
        ("9223372036854775807", 2**63 - 1),
        ("9" * 32, int("9" * 32)),
        (b'"\xe4\xb8\xad"', "中"),
        (r'"\ud800"', "\ud800"),
        (deep(32), json.loads(deep(32))),
        ('{"a":' * 31 + "[]" + "}" * 31, None),
    ],
)
def test_json_is_read(text: bytes | str, value: object) -> None:
    """What RFC 8259 means and every reader agrees on is read."""
    read = strict_json.loads(text)

    assert value is None or (read == value and type(read) is type(value))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b" \r\n\t", "is empty", id="blanks"),
        pytest.param("{", "line 1, column 2", id="cut"),
        pytest.param("{'a': 1}", "line 1, column 2", id="single quotes"),
        pytest.param('{"a": 1,}', "line 1, column ", id="trailing comma"),
        pytest.param('{"a": 1} x', "line 1, column 10", id="something behind"),
        pytest.param('{\n"a": tru}', "line 2, column 6", id="half a word"),
        pytest.param('"a\nb"', "line 1, column 3", id="raw line feed in a text"),
        pytest.param("01", "line 1, column 2", id="leading zero"),
        pytest.param("\u0661", "line 1, column 1", id="another script's digit"),
        pytest.param(b"\xff\xfe{\x00}\x00", "not UTF-8", id="UTF-16"),
        pytest.param(b'"\xed\xa0\x80"', "not UTF-8", id="half of a surrogate pair as bytes"),
        pytest.param(b"\xef\xbb\xbf{}", "byte order mark", id="byte order mark"),
        pytest.param('{"a": 1, "a": 1}', "same member twice", id="repeated member"),
        pytest.param(
            '[{"b": {"a": 1, "\\u0061": 2}}]', "same member twice", id="repeated deep down, escaped"
        ),
        pytest.param("NaN", "NaN", id="NaN"),
        pytest.param('{"a": -Infinity}', "NaN and Infinity", id="infinity"),
        pytest.param("1" * 33, "32 characters", id="33 digits"),
        pytest.param("1." + "0" * 31, "32 characters", id="33 characters with a fraction"),
        pytest.param("1" * 1_000_000, "32 characters", id="a million digits"),
        pytest.param(deep(33), "32 levels", id="33 levels"),
        pytest.param('{"a":' * 32 + "[]" + "}" * 32, "32 levels", id="33 levels of both kinds"),
        pytest.param(deep(10_000), "32 levels", id="ten thousand levels"),
        pytest.param("[" * 500_000, "32 levels", id="half a million levels, unclosed"),
    ],
)
def test_what_readers_disagree_about_is_refused(text: bytes | str, says: str) -> None:
    """Everything else is `malformed-json`, with the place or the rule in the detail."""
    with pytest.raises(MalformedJson) as problem:
        strict_json.loads(text)

    assert says in problem.value.detail
    assert problem.value.remedy
    assert problem.value.__cause__ is None


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?([eE][-+]?[0-9]{1,3})?", fullmatch=True))
def test_a_number_is_whole_only_if_it_is_exactly_whole(literal: str) -> None:
    """A fraction or exponent is taken for a whole number exactly if it is one, up to 2**53."""
    value = strict_json.loads(literal)
    exact = Fraction(literal)

    if exact.denominator == 1 and abs(exact) <= 2**53:
        assert value == exact
        assert type(value) is int
    else:
        assert isinstance(value, strict_json.Inexact)
        assert not value.is_integer()


@pytest.mark.parametrize("literal", ["1e16", "9007199254740993.0", "1e999", "1e-400", "0." + "9" * 25])
def test_what_rounds_to_a_whole_number_is_not_one(literal: str) -> None:
    """A number that only floating point makes whole is not whole here."""
    value = strict_json.loads(literal)

    assert isinstance(value, float)
    assert not value.is_integer()


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_nothing_else_is_ever_raised(text: bytes | str) -> None:
    """Any bytes and any text are read or refused, never worse."""
    with contextlib.suppress(MalformedJson):
        strict_json.loads(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda size: "[" + ",".join(["[]"] * size) + "]", id="empty arrays"),
        pytest.param(lambda size: "{" + ",".join(f'"{n}":0' for n in range(size)) + "}", id="members"),
        pytest.param(lambda size: "1" * size, id="digits"),
        pytest.param(lambda size: "0." + "1" * size, id="digits of a fraction"),
        pytest.param(lambda size: "[" * size, id="levels, unclosed"),
        pytest.param(deep, id="levels"),
        pytest.param(lambda size: '"' + "\\u0041" * size, id="escapes, unclosed"),
        pytest.param(lambda size: " " * size, id="blanks"),
    ],
)
def test_a_long_text_costs_what_its_length_asks_for(make: Callable[[int], str]) -> None:
    """Read or refused, twice the text costs twice as much."""

    def read(text: str) -> None:
        with contextlib.suppress(MalformedJson):
            strict_json.loads(text)

    assert growth.exponent(read, make, 100_000) < growth.NEARLY_LINEAR
