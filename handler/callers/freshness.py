"""Whether a signed request is of now: one tolerance for every scheme that signs a time."""

from __future__ import annotations

#: How far a sender's clock may be from ours, either way, in seconds. Standard Webhooks, Slack and Discord
#: recommend it; the others name a longer time or none.
TOLERANCE = 300

_MOST_DIGITS = 12


def fault(timestamp: bytes, now: float) -> str:
    """Return why a time in Unix seconds is not of now, `bad-timestamp` or `stale-timestamp`, or nothing."""
    if not (timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS):
        return "bad-timestamp"
    return stale(int(timestamp), now)


def stale(seconds: float, now: float) -> str:
    """Return `stale-timestamp` for a time that is too far from now, or nothing."""
    return "stale-timestamp" if abs(now - seconds) > TOLERANCE else ""
