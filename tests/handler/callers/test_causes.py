"""The list of causes of a 401 is whole: an operator who reads one in the log finds it there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from handler import callers

HANDLER = Path(__file__).parents[3] / "handler"

#: What a cause is made into, beside what a function returns.
RECORDS = {"Unauthenticated", "Value", "Verdict", "Holder"}

#: Words of the same form that are no causes: schemes, a codec, headers, a record that is passed over,
#: a kind of key.
OTHERS = {"api-key", "standard-webhooks", "wecom-bot", "utf-8", "content-type", "no-referrer", "not-pub"}
OTHERS |= {"ssh-rsa"}

WORD = r"[a-z0-9]+(?:-[a-z0-9]+)+"


def causes_in_the_code() -> set[str]:
    """Return the causes that proving a caller can end with."""
    nodes = [
        node
        for room in ("callers", "chat", "invitations", "triggers")
        for file in (HANDLER / room).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Return) or (isinstance(node, ast.Call) and name(node.func) in RECORDS)
    ]
    words = {part.value for node in nodes for part in ast.walk(node) if isinstance(part, ast.Constant)}
    return {word for word in words if isinstance(word, str) and re.fullmatch(WORD, word)} - OTHERS


def name(function: ast.expr) -> str:
    """Return the name by which a function is called, without that of its module."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_cause_is_listed_and_no_other() -> None:
    """The list in the package's description has each cause of the code, and none that is gone."""
    listed = set(re.findall(WORD, (callers.__doc__ or "").partition("is one of")[2]))

    assert listed - OTHERS == causes_in_the_code()
