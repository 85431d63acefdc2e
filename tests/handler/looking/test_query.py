"""The query of a look: forms and bounds of its parameters, and how a wrong one is named."""

from __future__ import annotations

import pytest

from handler.looking import query
from handler.looking.query import LookQuery
from handler.problems import FieldError, InvalidRequest

SHA256, MD5 = "SHA256:" + "Ab+/" * 10 + "abc", "MD5:" + ":".join(["0f"] * 16)


def parsed(**parameters: str) -> LookQuery:
    """Return what a list's parameters ask for."""
    return query.parse_query({name: (value,) for name, value in parameters.items()}, query.LIST_PARAMETERS)


def errors(**parameters: str) -> tuple[FieldError, ...]:
    """Return what is wrong with them."""
    with pytest.raises(InvalidRequest) as refused:
        parsed(**parameters)
    return refused.value.errors


def test_what_is_not_asked_for_does_not_matter() -> None:
    """Without parameters everything is wanted, a thousand key pairs at a time."""
    assert parsed() == LookQuery("", "", "", "", "", 1000, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keyName", "a" * 25),
        ("after", "_"),
        ("fingerprint", SHA256),
        ("fingerprint", MD5),
        ("account", "a" * 32),
        ("region", "ap-" + "a" * 29),
        ("expiresBefore", "2028-02-29"),
        ("limit", "1"),
        ("limit", "999"),
        ("limit", "1000"),
    ],
)
def test_the_bounds_of_a_form_are_in_it(name: str, value: str) -> None:
    """The longest, the least and the most."""
    found = parsed(**{name: value})._asdict()
    member = {"keyName": "key_name", "expiresBefore": "expires_before"}.get(name, name)
    assert str(found[member]) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keyName", "a" * 26),
        ("keyName", "a\n"),
        ("after", ""),
        ("fingerprint", SHA256[:-1]),
        ("fingerprint", SHA256 + "="),
        ("fingerprint", MD5[:-3]),
        ("fingerprint", MD5.upper()),
        ("fingerprint", MD5 + "\n"),
        ("account", "a" * 33),
        ("region", "ap-" + "a" * 30),
        ("region", "ap"),
        ("expiresBefore", "2027-02-29"),
        ("expiresBefore", "2027-02-28T00:00:00Z"),
        ("limit", "0"),
        ("limit", "01"),
        ("limit", "1001"),
        ("limit", "-1"),
        ("limit", "1.0"),
    ],
)
def test_beyond_them_a_parameter_is_wrong(name: str, value: str) -> None:
    """It is named."""
    assert [error.pointer for error in errors(**{name: value})] == [f"/{name}"]


def test_an_unknown_parameter_is_named_by_its_position() -> None:
    """Counted from one; all that is wrong is said at once."""
    unknown, wrong = errors(keyName="a", colour="red", limit="0")
    assert unknown.detail.startswith("Parameter 2 is not known; known are keyName, fingerprint,")
    assert "colour" not in unknown.detail
    assert wrong.pointer == "/limit"
