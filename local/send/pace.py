"""How fast to send: so that CVM, which takes ten imports a second of an account, is never asked for more."""

from __future__ import annotations

#: ImportKeyPair, a second (https://www.tencentcloud.com/document/api/213/30207).
RATE = 10


class Pace:
    """Says how long to wait before the next request.

    Each key that goes out takes a tenth of a second of what is to come. What turned out to need no import
    gives it back.
    """

    def __init__(self, now: float) -> None:
        self._free_at = now

    def wait(self, keys: int, now: float) -> float:
        """Return how many seconds to wait before so many keys go out; they count from then on."""
        begin = max(self._free_at, now)
        self._free_at = begin + keys / RATE
        return begin - now

    def give_back(self, keys: int) -> None:
        """Let so many keys that went out not count."""
        self._free_at -= keys / RATE
