"""What the key gate says to a text, for tests to compare."""

from __future__ import annotations

import re

from handler import problems
from handler.key_gate import other_reasons, public_key, weak_reasons
from handler.key_gate import reasons as key_reasons
from handler.key_gate.reasons import Reason

Refusal = problems.InvalidPublicKey | problems.WeakPublicKey
REASONS = {
    name: value
    for module in (key_reasons, other_reasons, weak_reasons)
    for name, value in vars(module).items()
    if isinstance(value, Reason)
}


def read(text: str, min_bits: int = 2048) -> public_key.PublicKey | Refusal:
    """Return the key in a text, or the problem that it ends in."""
    try:
        return public_key.parse(text, min_bits)
    except (problems.InvalidPublicKey, problems.WeakPublicKey) as problem:
        return problem


def reason_of(text: str, min_bits: int = 2048) -> str:
    """Return the reason that refuses a text, or "ok"."""
    found = read(text, min_bits)
    return "ok" if isinstance(found, public_key.PublicKey) else found.reason


def refusal_of(text: str, min_bits: int = 2048) -> Refusal:
    """Return the problem that a text ends in."""
    found = read(text, min_bits)
    assert not isinstance(found, public_key.PublicKey), "the text was accepted"
    return found


def variant_of(problem: problems.Problem) -> str:
    """Return the name in `key_reasons` whose sentences a problem has, word for word but for its counts.

    This is also the proof that no part of the text is in them.
    """
    for name, reason in REASONS.items():
        if _is(reason.detail, problem.detail) and _is(reason.remedy, problem.remedy):
            return name if reason.slug == problem.reason and isinstance(problem, reason.kind) else ""
    return ""


def _is(template: str, sentence: str) -> bool:
    pattern = re.escape(template).replace(r"\{count\}", "[0-9]+ bytes?")
    return re.fullmatch(re.sub(r"\\\{[a-z]+\\\}", "[0-9]+", pattern), sentence) is not None
