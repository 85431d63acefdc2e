"""Fits a reply into what a platform shows."""

from __future__ import annotations

from itertools import pairwise

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What stands in place of lines that are left out.
_LEFT_OUT = "…"


def fitted(lines: list[str], most: int, size: Callable[[str], int] = len) -> str:
    """Return the lines of a reply in one text, without the longest of them where they do not all fit.

    Lines are left out as a whole, so that no code span and no value ends in the middle; the longest are those
    of tags. The first line stays, however long it is.

    Args:
        lines: the lines, the headline first.
        most: the size that the text may have.
        size: measures a text.
    """
    kept = list(lines)
    while size("\n".join(kept)) > most:
        place = max(range(1, len(kept)), key=lambda index: size(kept[index]), default=0)
        if not place or kept[place] == _LEFT_OUT:
            break
        kept[place] = _LEFT_OUT
    return "\n".join(line for before, line in pairwise(["", *kept]) if not before == line == _LEFT_OUT)
