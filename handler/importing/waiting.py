"""How long to wait before CVM is asked again: many instances, no shared state, no second crowd.

CVM counts the requests of each second and refuses those over the limit; refused ones count too.
Its refusal names a count and the limit ("equals to `37` in a second, ... limit `10`"). Where the
count is the caller's place in that second, it is a place in a queue, and each instance takes the slot
that its place gives it. The slots ask for less than CVM allows, and in the first seconds for much
less: calls around the end of a second make two queues that both begin now, and late calls and the calls of
others need room as well. Some replies always name limit + 1, which is no count; then the waits are drawn from
a few seconds, and from more after each refusal.

bench/throttle_simulation.py shows the result; docs/decisions/ says why.
"""

from __future__ import annotations

import math

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from handler.importing.account import Throttled

#: The two kinds of call that CVM counts apart.
IMPORT: Final = "import"
LIST: Final = "list"

#: CVM counts by the second: after this time (in seconds) a refused call counts no longer.
WINDOW = 1.0

#: The part of CVM's limit that the slots of a queue ask for: in its first seconds, and after these.
_EARLY_SECONDS, _EARLY_SHARE, _LATER_SHARE = 4.0, 0.65, 0.9

#: A second refusal means that crowds overlap: the wait grows by up to this part of the time so far.
_STRETCH = 0.6

#: The longest wait (seconds) that a count may lead to; a count that asks for a longer one is not believed.
_LONGEST = 600.0

#: Without a count, the longest waits (seconds) after the first refusal and after later ones. The first is
#: short enough for a small burst to be through in four seconds.
_BLIND = (4.0, 7.0)

#: After a connection that never came up, or a reply that told nothing: first and longest wait (seconds).
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


class Pace:
    """The time until which CVM should not be asked again: it has said so, or it could not be reached.

    Imports and lists are counted apart, so many imports delay no list.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._resumes = {IMPORT: -math.inf, LIST: -math.inf}

    def hold(self, action: str, seconds: float) -> None:
        """Note that an action should not be tried for this many seconds."""
        self._resumes[action] = self._clock() + seconds

    def remaining(self, action: str) -> float:
        """Return the seconds for which an action should not be tried; 0 where it may be tried now."""
        return max(0.0, self._resumes[action] - self._clock())

    def longest(self) -> float:
        """Return the seconds after which every action may be tried."""
        return max(self.remaining(action) for action in self._resumes)


class Waits:
    """The waits of one request, which remember how it went so far.

    Args:
        random: a number in [0, 1), from the operating system.
        clock: a monotonic clock in seconds.
    """

    def __init__(self, random: Callable[[], float], clock: Callable[[], float]) -> None:
        self._random = random
        self._clock = clock
        self._begun = clock()
        self._throttles = 0
        self._failures = 0
        self._counts = False

    def after_throttle(self, throttled: Throttled, room: float) -> float:
        """Return the seconds to wait after a refusal because of too many requests.

        Args:
            throttled: the refusal.
            room: the longest wait that would still fit, in seconds. A wait that could be shorter is
                drawn to fit; a wait that could not be shorter is returned as it is.
        """
        self._throttles += 1
        self._counts = self._counts or throttled.counted > throttled.limit + 1
        if self._throttles == 1 and throttled.clear_in > 0:
            return throttled.clear_in + 0.1 * self._random()
        if self._counts and throttled.counted:
            return self._queued(throttled, room)
        longest = _BLIND[0] if self._throttles == 1 else _BLIND[1]
        return self._between(WINDOW, min(longest, room))

    def after_failure(self) -> float:
        """Return the seconds to wait after no connection, no reply or one that told nothing."""
        longest = min(_LONGEST_PAUSE, _SHORTEST_PAUSE * 2**self._failures)
        self._failures += 1
        return self._between(longest / 2, longest)

    def _queued(self, throttled: Throttled, room: float) -> float:
        """Return the wait until this call's slot in the queue of refused calls."""
        slot = min(WINDOW + _slot(throttled.counted - throttled.limit, throttled.limit), _LONGEST)
        if self._throttles == 1:
            return slot
        return self._between(slot, min(slot + _STRETCH * (self._clock() - self._begun), room))

    def _between(self, low: float, high: float) -> float:
        return low + max(0.0, high - low) * self._random()


def _slot(place: int, limit: int) -> float:
    """Return the seconds from the head of a queue to its place-th slot."""
    early = _EARLY_SECONDS * _EARLY_SHARE * limit
    if place <= early:
        return place / (_EARLY_SHARE * limit)
    return _EARLY_SECONDS + (place - early) / (_LATER_SHARE * limit)
