"""The key pairs that the function shows, page after page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from local.send.client import FunctionReply

#: The most key pairs that the function shows at once.
_TOGETHER = 1000

_PAGES = "keyPairs"


class RefusedError(Exception):
    """The function does not show them; its answer is in `reply`."""

    def __init__(self, reply: FunctionReply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Listing(NamedTuple):
    """The key pairs that were asked for, sorted by name.

    Attributes:
        key_pairs: each in the function's form.
        account: the name of another account than the function's own; else empty.
        following: the name after which there are more key pairs than were asked for; else empty.
    """

    key_pairs: list[Mapping[str, Any]]
    account: str = ""
    following: str = ""


def fetch(
    ask: Callable[[Mapping[str, str]], FunctionReply], query: Mapping[str, str], limit: int | None
) -> Listing:
    """Return the key pairs of as many pages as it takes.

    Args:
        ask: asks the function with a query.
        query: what to look for.
        limit: the most key pairs; None for all.

    Raises:
        RefusedError: an answer is no page, or leads back to one that was there before.
        UnreachableError: no answer came.
    """
    found: list[Mapping[str, Any]] = []
    after, account = query.get("after", ""), ""
    while True:
        size = _TOGETHER if limit is None else min(_TOGETHER, limit - len(found))
        reply = ask({**query, "limit": str(size), **({"after": after} if after else {})})
        pairs, following = reply.body.get(_PAGES), str(reply.body.get("next", ""))
        if reply.status != 200 or not _are_pairs(pairs) or (following and following <= after):
            raise RefusedError(reply)
        assert isinstance(pairs, list)  # as seen above; for the type checker
        found += pairs
        account, after = str(reply.body.get("account", "")), following
        if not following or (limit is not None and len(found) >= limit):
            return Listing(sorted(found, key=lambda pair: str(pair["keyName"])), account, following)


def _are_pairs(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(pair, dict) and "keyName" in pair for pair in value)
