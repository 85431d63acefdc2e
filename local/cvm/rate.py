"""Ten requests a second for each action and caller, in fixed windows that begin with the clock's second.

Source: https://cloud.tencent.com/document/product/1278/109059. A refused request counts as well.
"""

from __future__ import annotations

from .messages import ApiError


class RateLimit:
    """Counts requests by action and caller.

    Args:
        limit: requests a second, 0 for no limit.
        count_up: the refusal names the true count; otherwise it always names limit + 1.
    """

    def __init__(self, limit: int, count_up: bool) -> None:
        self._limit = limit
        self._count_up = count_up
        self._second = 0
        self._counts: dict[tuple[str, str], int] = {}

    def admit(self, action: str, caller: str, now: float) -> None:
        """Count one request; raise RequestLimitExceeded where it is one too many."""
        if not self._limit:
            return
        if int(now) != self._second:
            self._second = int(now)
            self._counts.clear()
        count = self._counts[action, caller] = self._counts.get((action, caller), 0) + 1
        if count > self._limit:
            told = count if self._count_up else self._limit + 1
            raise ApiError("RequestLimitExceeded", count=told, limit=self._limit)

    def clear(self) -> None:
        """Forget all that was counted."""
        self._counts.clear()
