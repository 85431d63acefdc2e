"""Clocks that tests set."""

from __future__ import annotations

import time


class Clock:
    """A wall clock that stands still until it is set; Unix seconds."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class SkippingClock:
    """A monotonic clock that goes on by itself, and on which sleeping takes no time."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        """Return seconds."""
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        """Pass this many seconds."""
        self.sleeps.append(seconds)
        self.skipped += seconds


class StandingClock(SkippingClock):
    """A monotonic clock that only sleeping moves, however busy the machine is."""

    def now(self) -> float:
        """Return seconds."""
        return 1000.0 + self.skipped
