"""Every code has a text in both languages."""

from __future__ import annotations

import re
import string

import pytest

from local.api3.messages import ApiError
from local.cvm.messages import TEXTS


@pytest.mark.parametrize("which", TEXTS)
def test_both_languages_say_the_same(which: str) -> None:
    """Both texts name the same values, and the code is never part of the variant's name."""
    english, chinese = TEXTS[which]
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[which]]
    error = ApiError(which, **dict.fromkeys(fields[0], "…"))

    assert fields[0] == fields[1]
    assert english.isascii()
    assert which == "InvalidParameter#query" or not chinese.isascii()
    assert re.fullmatch(r"[A-Za-z]+(\.[A-Za-z]+)?", error.code)
    assert error.message(TEXTS, "en-US") == english.format_map(dict.fromkeys(fields[0], "…"))
    assert (
        error.message(TEXTS, "zh-CN")
        == error.message(TEXTS, "")
        == chinese.format_map(dict.fromkeys(fields[0], "…"))
    )


def test_values_are_not_read_as_placeholders() -> None:
    """Braces in what was sent are just braces."""
    assert "`{x}`" in ApiError("InvalidAction", action="{x}").message(TEXTS, "en-US")


def test_codes_without_a_text() -> None:
    """A code that only a fault can bring up has a text that says nothing."""
    error = ApiError("ResourceInUse")

    assert error.code == "ResourceInUse"
    assert error.message(TEXTS, "en-US") == "The request has failed."
