"""A limit of requests a second for each key, in fixed windows that begin with the clock's second.

Source: https://cloud.tencent.com/document/product/1278/109059. A refused request counts as well.
"""

from __future__ import annotations

from collections.abc import Hashable


class RateLimit:
    """Counts requests by key, for example by action and caller.

    Args:
        limit: requests a second, 0 for no limit.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._second = 0
        self._counts: dict[Hashable, int] = {}

    def excess(self, key: Hashable, now: float) -> int:
        """Count one request; return the count of this second if it is too high, else 0."""
        if not self.limit:
            return 0
        if int(now) != self._second:
            self._second = int(now)
            self._counts.clear()
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return count if count > self.limit else 0

    def clear(self) -> None:
        """Forget all that was counted."""
        self._counts.clear()
