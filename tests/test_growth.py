"""Quadratic readers are told from linear ones on whatever machine this is."""

from __future__ import annotations

import hashlib
import re

from tests import growth

QUADRATIC = re.compile("a+b")


def _text(size: int) -> str:
    return "a" * size


def test_a_linear_reader_is_nearly_linear() -> None:
    """One look at each character is an exponent of about 1."""
    assert growth.exponent(lambda text: sum(map(ord, text)), _text, 65536) < growth.NEARLY_LINEAR


def test_a_quadratic_reader_is_found() -> None:
    """A pattern that starts over at every character is an exponent of about 2."""
    assert growth.exponent(QUADRATIC.search, _text, 65536) > 1.7


def test_a_quadratic_step_beside_a_linear_one_is_found() -> None:
    """The steps that are as they should be do not hide the one that is not."""

    def read(text: str) -> None:
        sum(map(ord, text))
        QUADRATIC.search(text)

    assert growth.exponent(read, _text, 65536) >= growth.NEARLY_LINEAR


def test_work_is_compared_with_a_yardstick() -> None:
    """Ten times the work costs about ten times as much."""
    assert 5 < growth.ratio(lambda: _spin(100_000), lambda: _spin(10_000), 20) < 20


def test_calls_are_counted_by_name() -> None:
    """Functions of Python and of C count alike, and nothing else does."""
    found = growth.calls(lambda: _spin(1) or [hashlib.sha256(b"") for _ in range(3)])

    assert found["_hashlib.openssl_sha256"] == 3
    assert found[f"{__name__}._spin"] == 1
    assert not any("setprofile" in name for name in found)


def _spin(count: int) -> int:
    for _ in range(count):
        pass
    return 0
