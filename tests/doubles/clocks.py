"""Clocks that tests set."""

from __future__ import annotations


class Clock:
    """A wall clock that stands still until it is set; Unix seconds."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now
