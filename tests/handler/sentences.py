"""What every text for people has to be, so that no test need repeat it."""

from __future__ import annotations

import re

from handler.problems import Problem

#: Words that are written in capitals.
CAPITALS = {"CVM", "RSA", "JSON", "DEFAULT_REGION", "IP"}


def is_well_put(text: str) -> bool:
    """Tell whether a text is whole sentences, each of which begins with a capital."""
    sentences = re.split(r"(?<=\.) ", re.sub(r"`[^`]*`", "Code", text))
    words = set(re.findall(r"\b[A-Z_]{2,}\b", text))
    return text.endswith(".") and all(each[:1].isupper() for each in sentences) and words <= CAPITALS


def assert_well_put(problem: Problem) -> None:
    """Fail if a text of a problem for its caller or for the operator is no sentence."""
    assert is_well_put(problem.detail), problem.detail
    assert is_well_put(problem.remedy), problem.remedy
