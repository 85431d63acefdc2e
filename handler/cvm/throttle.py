"""Reads what CVM says when it refuses a call because too many came in one second."""

from __future__ import annotations

import re

from handler.importing.waiting import WINDOW
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The most characters of a refusal that are read: the time grows with the square of the length.
_READ = 1000

# Backticks stand in English and Chinese replies alike; copies of the English ones come without them.
_COUNTED = r"(?:`|equals to )([0-9]{1,6})\b.*?(?:`|limit )([0-9]{1,6})\b"


def counted(message: str) -> tuple[int, int]:
    """Return the count and the limit that a refusal names, (0, 0) where it does not name both.

    https://github.com/yxw007/vscode-translate-next/issues/20 shows a count (7) above limit + 1
    (6); most public samples name limit + 1, as does
    https://github.com/cloud-barista/cb-spider/issues/654.
    """
    if (found := re.search(_COUNTED, message[:_READ], re.DOTALL)) and int(found[1]) > int(found[2]) > 0:
        return int(found[1]), int(found[2])
    return 0, 0


def clear_in(sent: Sequence[float], count: int, limit: int, now: float) -> float:
    """Return the seconds until this instance's own calls no longer fill the second.

    Args:
        sent: when this instance sent its calls, the refused one included, oldest first.
        count, limit: what the refusal named.
        now: the same clock as in `sent`.

    Returns:
        0 where the instance's own calls alone do not explain the refusal.
    """
    recent = [moment for moment in sent if now - moment < WINDOW]
    if not limit < count <= len(recent):
        return 0.0
    # All calls of CVM's second are ours, so it began no later than the first of those.
    return recent[-count] + WINDOW - now
