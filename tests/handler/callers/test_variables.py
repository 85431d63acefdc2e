"""Secrets out of the environment: skipped where unset, refused where malformed, never repeated."""

from __future__ import annotations

import re

import pytest

from handler.callers import variables
from handler.problems import Misconfigured

OWNER = 'callers[1] "ops"'


def read(*names: str, **environ: str) -> tuple[bytes, ...]:
    """Return the secrets that these variables hold, of visible ASCII."""
    return variables.secrets(names, OWNER, environ, variables.visible_ascii(1), "a token")


def test_unset_and_empty_variables_are_skipped() -> None:
    """Of several variables those that are set count, in the order of the file."""
    assert read("B", "A", "C", "D", A="1", B="2", C="", E="5") == (b"2", b"1")


def test_none_set_names_those_that_would_do() -> None:
    """Where none is set, the sentence says which, and what belongs there."""
    with pytest.raises(Misconfigured) as raised:
        read("ONE", "TWO", TWO="", THREE="x")
    assert raised.value.cause == (
        'callers[1] "ops": none of the environment variables ONE, TWO is set; it must hold a token.'
    )
    with pytest.raises(Misconfigured) as raised:
        read("ONE")
    assert (
        raised.value.cause
        == 'callers[1] "ops": the environment variable ONE is not set; it must hold a token.'
    )


def test_name_that_may_be_a_secret_is_not_told() -> None:
    """A secret in place of its variable's name is not repeated when there is no such variable."""
    with pytest.raises(Misconfigured) as raised:
        read("a8f742231b10e8888abcd99yyyzzz85a5")
    assert raised.value.cause == (
        'callers[1] "ops": the environment variable that its auth names is not set; it must hold a token.'
    )
    with pytest.raises(Misconfigured) as raised:
        read("a8f742231b10e8888abcd99yyyzzz85a5", "TOKEN")
    assert "variables TOKEN is set" in raised.value.cause


@pytest.mark.parametrize("value", [" ", "a b", "a\n", "\ta", "é", "a\0", "\ud800", "a\x7f"])
def test_malformed_value_names_its_variable_and_not_itself(value: str) -> None:
    """A malformed variable is `misconfigured`, even if the others are right."""
    with pytest.raises(Misconfigured) as raised:
        read("ONE", "TWO", ONE="good", TWO=value)
    assert raised.value.cause == 'callers[1] "ops": the environment variable TWO must hold a token.'


def test_visible_ascii_is_a_secret() -> None:
    """Every visible ASCII character may stand in a secret."""
    every = "".join(map(chr, range(33, 127)))
    assert variables.visible_ascii(94)(every) == every.encode()


def test_a_shorter_secret_is_none() -> None:
    """What has fewer characters than the platform makes is none of its secrets."""
    assert variables.visible_ascii(6)("12345") is None
    assert variables.visible_ascii(6)("123456") == b"123456"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("SLACK_SIGNING_SECRET", True),
        ("HOME_TOKEN", True),
        ("PATH2", True),
        ("token", True),
        *((name, False) for name in ("PATH", "HOME", "USER", "PWD", "LANG", "TZ", "SCF_X", "TENCENTCLOUD_X")),
        *((name, False) for name in ("QCLOUD_X", "_", "_X", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH")),
        *((name, False) for name in ("LOG_LEVEL", "CVM_ENDPOINT", "FEISHU_ENDPOINT", "whsec_x")),
    ],
)
def test_a_variable_that_everybody_can_guess_holds_no_secret(name: str, good: bool) -> None:
    """What the runtime, the platform or this function keeps in a variable opens no door."""
    assert (re.fullmatch(variables.NAME.pattern, name) is not None) == good
