"""Forms."""

from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import form
from handler.problems import MalformedRequest

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(_TEXT, _TEXT))
def test_what_a_form_says_is_read(fields: dict[str, str]) -> None:
    """Every field that an independent encoder writes comes out as it went in, blanks and signs included."""
    read = form.parse(urllib.parse.urlencode(fields).encode())

    assert {name: read.text(name) for name in fields} == fields


@given(st.binary())
def test_any_bytes_are_a_form(content: bytes) -> None:
    """Nothing makes the reader fail, and it reads what the standard library reads where both do."""
    read = form.parse(content)

    if content.isascii():
        pairs = urllib.parse.parse_qsl(content.decode(), keep_blank_values=True, errors="surrogateescape")
        expected: dict[bytes, list[bytes]] = {}
        for name, value in pairs:
            octets = [text.encode("utf-8", "surrogateescape") for text in (name, value)]
            expected.setdefault(octets[0], []).append(octets[1])
        assert {**read.fields, b"": []} == {**expected, b"": []}


def test_an_absent_field_is_empty() -> None:
    """A field that is not there, or has no value, is the empty text."""
    read = form.parse(b"a&b=&c=%")

    assert [read.text(name) for name in "abcd"] == ["", "", "%", ""]


def test_a_repeated_field_is_refused() -> None:
    """Of two values neither is taken: another reader might take the other one."""
    read = form.parse(b"text=import+a&user=alice&te%78t=import+b")

    assert read.octets("text") == b""
    with pytest.raises(MalformedRequest) as refused:
        read.text("text")
    assert "more than once" in refused.value.detail
    assert read.text("user") == "alice"


def test_a_field_that_is_not_utf_8_is_refused() -> None:
    """Bytes that are no text are refused; the other fields can still be read."""
    read = form.parse(b"text=%ff&user=alice")

    with pytest.raises(MalformedRequest) as refused:
        read.text("text")
    assert "UTF-8" in refused.value.detail
    assert read.text("user") == "alice"


def test_a_hostile_form_is_read_in_no_time() -> None:
    """64 KiB of separators or of half escapes are no work."""
    for content in (b"&" * 65536, b"=&" * 32768, b"%" * 65536, b"a&" * 32768, b"%41=%4" * 10922):
        assert form.parse(content).octets("text") == b""


def test_too_many_fields_are_not_read() -> None:
    """A form of more than a thousand fields has none, and who reads a text of it learns why."""
    assert form.parse(b"a=1" + b"&b" * 999).text("a") == "1"
    crowded = form.parse(b"a=1" + b"&b" * 1000)
    assert crowded.octets("a") == b""
    with pytest.raises(MalformedRequest, match="malformed-request") as raised:
        crowded.text("a")
    assert "more than 1000 fields" in raised.value.detail
