"""One deadline is made at entry and passed down; every connect, read and wait asks it."""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: How much of the platform's time limit is left for the answer itself, in seconds.
RESERVE = 0.5

#: How far before entry the clock may start on an instance's first call, in seconds.
LONGEST_LOAD = 3.0


class Deadline(NamedTuple):
    """The moment by which the answer must be on its way, on a monotonic clock (seconds)."""

    ends: float
    clock: Callable[[], float]

    def left(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self.ends - self.clock())


def set_out(
    budget: float,
    entered: float,
    context: Mapping[str, object],
    clock: Callable[[], float],
    loaded: float | None,
) -> Deadline:
    """Return the deadline of an invocation.

    Args:
        budget: the time that this kind of request may take, in seconds.
        entered: when the invocation was entered, before anything of it was read, by `clock`.
        context: what SCF passes beside the event; its `time_limit_in_ms` counts, where present.
        clock: a monotonic clock in seconds.
        loaded: when `index.py` was loaded, on an instance's first call; else None. The caller
            has been waiting since then, so the budget starts there, at most 3 s back.
    """
    begun = entered if loaded is None else min(entered, max(loaded, entered - LONGEST_LOAD))
    platform = _platform_limit(context)
    if platform is None:
        return Deadline(begun + budget, clock)
    # The platform's own clock starts at the call, not when the instance was loaded.
    return Deadline(min(begun + budget, entered + platform - RESERVE), clock)


def _platform_limit(context: Mapping[str, object]) -> float | None:
    """Return SCF's time limit in seconds, or None where the context has none.

    The local runner of Tencent's command line passes seconds under this name, so a value under
    1,000 is taken as seconds: no function can have a limit below one second.
    """
    limit = context.get("time_limit_in_ms")
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 < limit < 1e9:
        return None
    return float(limit) if limit < 1000 else limit / 1000
