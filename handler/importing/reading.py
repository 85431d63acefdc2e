"""Reads a list of key pairs page by page, so that none is lost between two pages.

CVM counts pages by offset, and others add and delete key pairs meanwhile: after a deletion the next page
begins one pair too far. So each page begins with the last pair of the page before. A page that repeats none
of the pairs before it is asked for again from further back. If that does not help, reading begins again.
"""

from __future__ import annotations

from itertools import chain

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.importing.key_pair import KeyPair

#: The most that a page can hold (https://www.tencentcloud.com/document/product/213/33229).
PAGE = 100

#: How far back a page is asked for again: after fewer deletions than this it repeats a pair.
_BACK = PAGE // 2

#: How often all is read anew because pages did not fit together.
_READINGS = 3


class Reading(NamedTuple):
    """How far a list has been read.

    Attributes:
        pages: the pages so far, each beginning with a pair of the page before.
        offset: where the next page begins.
        back: whether that is further back than the last pair.
        anew: how often reading has begun again.
        complete: whether the last page has been read.
        total: how many key pairs there were, as the first page says.
    """

    pages: tuple[tuple[KeyPair, ...], ...] = ()
    offset: int = 0
    back: bool = False
    anew: int = 0
    complete: bool = False
    total: int = 0

    def pairs(self) -> tuple[KeyPair, ...]:
        """Return the key pairs so far, each once, as it was seen last.

        A name is unique, so of two pairs that had it the one that was seen first is gone by now.
        """
        seen: dict[str, KeyPair] = {}
        for pair in chain.from_iterable(self.pages):
            seen.pop(pair.key_id, None)
            seen[pair.key_id] = pair
        return tuple({pair.key_name: pair for pair in seen.values()}.values())

    @property
    def length(self) -> int:
        """How many pages have been read."""
        return len(self.pages)

    def read(self, pairs: tuple[KeyPair, ...], total: int) -> Reading | None:
        """Return how far the list has been read with the next page; None where it keeps changing.

        Args:
            pairs: the page.
            total: how many key pairs there are, as the page says.
        """
        first_total = self.total if self.pages else total
        complete = self.offset + len(pairs) >= total
        last = max(0, self.offset + len(pairs) - 1)
        further = Reading((*self.pages, pairs), last, False, self.anew, complete, first_total)
        # There are fewer pairs than the total, which has not changed: one came twice, and one is missing.
        hidden = complete and total == first_total and len(further.pairs()) < total
        if self._fits(pairs, complete=complete) and not hidden:
            return further
        if self.pages and not self.back:
            return self._replace(offset=max(0, self.offset - _BACK), back=True)
        return Reading(anew=self.anew + 1) if self.anew + 1 < _READINGS else None

    def _fits(self, pairs: tuple[KeyPair, ...], *, complete: bool) -> bool:
        """Say whether a page begins with what was read before, and brings something new or the end."""
        if not self.pages:
            return bool(pairs) or complete
        before = {pair.key_id for pair in self.pages[-1]}
        new = sum(pair.key_id not in before for pair in pairs)
        return new < len(pairs) and (new > 0 or complete)
