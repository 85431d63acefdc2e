"""The account, and a ledger of every key pair that its answers have shown.

Orders that the ledger answers need no call, and no order costs more than the one before. A key pair that is
not in the ledger may still be in the account, unless the ledger is `complete`.
"""

from __future__ import annotations

from handler.importing.account import Created, Listing, Nonsense, Unanswered
from handler.importing.key_pair import KeyPair
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.deadline import Deadline
    from handler.importing.account import Account, ImportOutcome, ListOutcome
    from handler.importing.order import Order, Region
    from handler.importing.reading import Reading


class Ledger:
    """An `Account` that passes every call on and keeps what the outcomes show.

    Attributes:
        listed: whether the account has been listed.
        complete: whether no write has been in doubt since, so that what is not here was not there.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._by_name: dict[str, KeyPair] = {}
        self._by_blob: dict[bytes | None, list[KeyPair]] = {}
        self.listed = False
        self.complete = False

    @property
    def calls(self) -> int:
        """The upstream calls so far."""
        return self._account.calls

    @property
    def seconds(self) -> float:
        """The seconds that they took."""
        return self._account.seconds

    def import_key_pair(self, order: Order) -> ImportOutcome:
        """Import, and note the key pair that was created."""
        outcome = self._account.import_key_pair(order)
        if isinstance(outcome, Created):
            self._write(
                KeyPair(
                    outcome.key_id,
                    order.key_name,
                    order.project_id,
                    order.key.blob,
                    order.tags,
                    outcome.request_id,
                )
            )
        elif isinstance(outcome, (Unanswered, Nonsense)):
            self.complete = False
        return outcome

    def list_key_pairs(self, region: Region, deadline: Deadline, begun: Reading | None = None) -> ListOutcome:
        """List, and replace the ledger by the list."""
        outcome = self._account.list_key_pairs(region, deadline, begun)
        if isinstance(outcome, Listing):
            self._by_name.clear()
            self._by_blob.clear()
            for pair in outcome.pairs:
                self._write(pair)
            self.listed = self.complete = True
        return outcome

    def near(self, order: Order) -> tuple[KeyPair, ...]:
        """Return the known key pairs that have the order's name or its key."""
        named = self._by_name.get(order.key_name)
        same_key = self._by_blob.get(order.key.blob, [])
        return (*same_key, *(() if named is None or named in same_key else (named,)))

    def _write(self, pair: KeyPair) -> None:
        self._by_name[pair.key_name] = pair
        self._by_blob.setdefault(pair.blob, []).append(pair)
