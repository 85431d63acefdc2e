"""Full-match globs over key names: `*` stands for any run of characters, `?` for exactly one."""

from __future__ import annotations


def matches(pattern: str, name: str) -> bool:
    """Say whether all of a name is what a pattern describes, case included.

    All lengths that the pattern can have matched so far are followed at once. So no pattern is slow: there
    are at most `len(pattern) * len(name)` steps.
    """
    reached = {0}
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached, default=len(name) + 1), len(name) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(name) and sign in ("?", name[at])}
    return len(name) in reached
