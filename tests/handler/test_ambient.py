"""What the function takes from its surroundings."""

from __future__ import annotations

import os

import pytest

from handler.ambient import REAL, chance


def test_chance_is_spread_over_zero_to_one() -> None:
    """A thousand draws stay within [0, 1), differ, and fill both halves."""
    draws = [chance() for _ in range(1_000)]

    assert all(0 <= draw < 1 for draw in draws)
    assert len(set(draws)) == 1_000
    assert 0.4 < sum(draws) / 1_000 < 0.6


def test_chance_comes_from_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes from the system give the same number; there is no generator to copy."""
    taken: list[int] = []

    def zeros(count: int) -> bytes:
        taken.append(count)
        return bytes(count)

    monkeypatch.setattr(os, "urandom", zeros)

    assert chance() == 0
    assert taken == [7]


def test_the_real_environment_is_read_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that SCF writes before a call is seen by that call."""
    monkeypatch.setenv("ONLY_FOR_THIS_TEST", "yes")

    assert REAL.environ["ONLY_FOR_THIS_TEST"] == "yes"
