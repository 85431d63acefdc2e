"""Which key pairs a request sees: those of the caller's account, and with `--regional` of one region."""

from __future__ import annotations

from collections.abc import Callable

from local.cvm.account import AccountStore

#: Where requests without a region go, when key pairs belong to regions.
DEFAULT_REGION = "ap-guangzhou"


class Accounts:
    """The key pairs of every account, made when they are first asked for.

    Args:
        regional: each region of an account has key pairs of its own.
        clock: Unix seconds.
    """

    def __init__(self, regional: bool, clock: Callable[[], float]) -> None:
        self._regional = regional
        self._clock = clock
        self._stores: dict[tuple[str, str], AccountStore] = {}

    def store(self, account: str, region: str = "") -> AccountStore:
        """Return the key pairs of an account; the region counts only where key pairs belong to regions."""
        key = account, (region or DEFAULT_REGION) if self._regional else ""
        # setdefault is one step for every thread.
        return self._stores.get(key) or self._stores.setdefault(key, AccountStore(self._clock))

    def clear(self) -> None:
        """Remove every key pair of every account."""
        for store in list(self._stores.values()):
            store.clear()
