"""The credentials that SCF lends."""

from __future__ import annotations

import itertools

import pytest

from handler.cvm import credentials
from handler.problems import Misconfigured

LENT = {
    "TENCENTCLOUD_SECRETID": "AKIDexample",
    "TENCENTCLOUD_SECRETKEY": "example-key",
    "TENCENTCLOUD_SESSIONTOKEN": "example-token==",
}


def test_the_three_variables_of_scf_are_read() -> None:
    """Only SCF's three variables are read, not those of the SDK or of tccli."""
    others = {"TENCENTCLOUD_SECRET_ID": "no", "TENCENTCLOUD_SECRET_KEY": "no", "TENCENTCLOUD_TOKEN": "no"}
    role = credentials.from_environment({**others, **LENT})
    assert tuple(role) == ("AKIDexample", "example-key", "example-token==")


def test_every_printable_character_may_be_in_one() -> None:
    """Every printable character but the blank may be in a credential; a token may be as long as a header."""
    printable = "".join(chr(code) for code in range(0x21, 0x7F))
    longest = (printable * 100)[:8192]
    environ = {**LENT, "TENCENTCLOUD_SECRETKEY": printable, "TENCENTCLOUD_SESSIONTOKEN": longest}
    assert tuple(credentials.from_environment(environ)) == ("AKIDexample", printable, longest)


@pytest.mark.parametrize("name", LENT)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_one_is_named(name: str, value: str | None) -> None:
    """Also where the other two are there: a token left out is no permanent credential."""
    environ = {**LENT, name: value or ""}
    if value is None:
        del environ[name]
    with pytest.raises(Misconfigured) as raised:
        credentials.from_environment(environ)
    assert raised.value.cause.startswith(f"{name} is not set")


@pytest.mark.parametrize("name", LENT)
@pytest.mark.parametrize(
    "value",
    ["two words", "line\nend", "line\r\nX-Other: 1", "tab\t", "schlüssel", "x" * 8193],
    ids=itertools.count(),
)
def test_one_that_cannot_be_a_credential_is_named_without_its_value(name: str, value: str) -> None:
    """A value that would break a header is refused, and the cause names only its variable."""
    with pytest.raises(Misconfigured) as raised:
        credentials.from_environment({**LENT, name: value})
    assert raised.value.cause.startswith(f"{name} is wrong")
    assert value not in f"{raised.value.cause} {raised.value.detail} {raised.value!r}"


def test_printing_credentials_shows_nothing_secret() -> None:
    """Printed credentials show no secret, in traces and in messages."""
    role = credentials.from_environment(LENT)
    assert f"{role} {role!r}" == "Credentials(...) Credentials(...)"
