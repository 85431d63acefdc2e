"""Globs: full match, nothing special but `*` and `?`, and never slow."""

from __future__ import annotations

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.callers.glob import matches
from tests import growth


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("onb_*", ["onb_", "onb_alice", "onb_*"], ["onb", "xonb_", "ONB_a", "", "on_b_"]),
        ("*_key", ["_key", "a_key", "_key_key"], ["_keys", "key", "a_keyx"]),
        ("a?c", ["abc", "a_c"], ["ac", "abbc", "abcd", "xabc"]),
        ("?", ["a", "_"], ["", "ab"]),
        ("*", ["", "a", "anything"], []),
        ("**", ["", "a"], []),
        ("?*", ["a", "ab"], [""]),
        ("*?", ["a", "ab"], [""]),
        ("abc", ["abc"], ["ab", "abcd", "ABC", "xabc"]),
        ("a*b*c", ["abc", "aXbYc", "abcbc"], ["ab", "acb", "abcd"]),
        ("", [""], ["a"]),
    ],
)
def test_all_of_a_name_must_match(pattern: str, fits: list[str], does_not: list[str]) -> None:
    """A pattern describes the whole name, case included."""
    assert [name for name in fits if not matches(pattern, name)] == []
    assert [name for name in does_not if matches(pattern, name)] == []


@given(st.text("ab_*?", max_size=8), st.text("ab_", max_size=8))
def test_globs_mean_what_the_same_regular_expression_means(pattern: str, name: str) -> None:
    """Any pattern means what its translation into a regular expression means."""
    expression = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    assert matches(pattern, name) is (re.fullmatch(expression, name) is not None)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["*a" * 5 + "*b", "*" * 63 + "b", "a*" * 8 + "c"])
def test_no_pattern_is_slow(pattern: str) -> None:
    """A pattern that makes a backtracking matcher take years costs as much as the name is long."""
    worst = growth.exponent(partial(matches, pattern), lambda size: "a" * size, 4096)
    assert worst < growth.NEARLY_LINEAR
