"""How fast to send: CVM takes ten calls a second for an account, and is not asked for more."""

from __future__ import annotations

#: Calls of ImportKeyPair a second, and of DescribeKeyPairs
#: (https://www.tencentcloud.com/document/api/213/30207).
RATE = 10

#: The most key pairs that a call of DescribeKeyPairs lists.
_PAGE = 100


class SendingPace:
    """Says how long to wait before the next request.

    Each key that goes out takes a tenth of a second of what is to come; what turned out to need no import
    gives it back. So does each page of the account's list, which the function reads for every request.

    Args:
        now: the time, in seconds.
        keys: how many keys there are in all: the account may hold as many.
    """

    def __init__(self, now: float, keys: int) -> None:
        self._free_at = now
        self._pages = 0 if keys == 1 else 1 + keys // _PAGE

    def wait(self, keys: int, now: float) -> float:
        """Return how many seconds to wait before this many keys are sent; they count from then on."""
        begin = max(self._free_at, now)
        self._free_at = begin + (keys + self._pages) / RATE
        return begin - now

    def give_back(self, keys: int) -> None:
        """Do not count this many of the keys that were sent."""
        self._free_at -= keys / RATE
