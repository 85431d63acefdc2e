"""The account as one invocation sees it, for one order or many.

Of several orders the account is listed first; what is there is answered from the list without a call, the
rest is imported in order. So every re-delivery of a batch gets further, however often the time runs out
before its end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from handler.importing.decision import decide, would_create
from handler.importing.importer import LEAST_FOR_AN_IMPORT, import_key, look_up
from handler.importing.ledger import Ledger
from handler.importing.waiting import IMPORT, LIST, Pace
from handler.problems import KeyPairQuota, Problem, UpstreamBusy, UpstreamUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.ambient import Ambient
    from handler.deadline import Deadline
    from handler.importing.account import Account
    from handler.importing.decision import Imported, MayKnow
    from handler.importing.order import Order


class Spent(NamedTuple):
    """What has been spent upstream: calls, and the seconds that they took, waits left out."""

    calls: int
    seconds: float

    def since(self, earlier: Spent) -> Spent | None:
        """Return what has been spent since an earlier moment; None where no call was made."""
        if self.calls == earlier.calls:
            return None
        return Spent(self.calls - earlier.calls, self.seconds - earlier.seconds)


class Session:
    """One invocation's orders to one account.

    Args:
        open_account: opens the account; called by the first order, so that a refusal costs nothing.
        deadline: when the invocation must be over.
        ambient: clock, sleep and randomness.
        several: whether more than one order may come, so that a list is worth its call.
    """

    def __init__(
        self, open_account: Callable[[], Account], deadline: Deadline, ambient: Ambient, *, several: bool
    ) -> None:
        self._open_account = open_account
        self._account: Account | None = None
        self._deadline = deadline
        self._ambient = ambient
        self._several = several
        self._ledgers: dict[str, Ledger] = {}
        self._listable = several
        self._quotas: dict[str, KeyPairQuota] = {}
        self._pace = Pace(deadline.clock)

    def spent(self) -> Spent:
        """Return what all orders so far have cost."""
        return Spent(self._account.calls, self._account.seconds) if self._account else Spent(0, 0.0)

    def settle(self, order: Order, may_know: MayKnow) -> Imported:
        """Return what an order came to, as if the orders had been sent one after another.

        Args:
            order: what a caller has been granted.
            may_know: whether this caller may know a key pair with that name and project.

        Raises:
            Problem: every answer but `created` and `unchanged`.
        """
        ledger = self._opened(order)
        if found := decide(order, ledger.near(order), may_know):
            return found
        if order.dry_run and ledger.complete:
            return would_create(order)
        if quota := self._quotas.get(order.region.name):
            raise quota.with_traceback(None)
        # A wait that did not fit into the time for one order does not fit for the next: each call that
        # is refused by rate would only count against somebody else's.
        held = self._pace.remaining(LIST if order.dry_run else IMPORT)
        self.require_time(held + LEAST_FOR_AN_IMPORT)
        try:
            return import_key(order, ledger, self._pace, self._deadline, self._ambient, may_know)
        except KeyPairQuota as problem:
            self._quotas[order.region.name] = problem
            raise
        finally:
            self._doubt_other_regions(order)

    def require_time(self, least: float = 0.0) -> None:
        """Raise unless more than `least` seconds are left; a single order always has its try.

        Raises:
            UpstreamBusy: the orders before it have used the time up.
        """
        if self._several and self._deadline.left() <= least:
            raise UpstreamBusy(
                "The time was used up by the items before this one; nothing was sent for it.",
                "Send the same again: what is there by then is answered at once, so a repeat gets further.",
                retry_after=max(1, math.ceil(self._pace.longest())),
            )

    def _opened(self, order: Order) -> Ledger:
        """Return what is known of the account in the order's region; of several orders with its list."""
        region = order.region
        if region.name in self._ledgers:
            return self._ledgers[region.name]
        self._account = self._account or self._open_account()
        ledger = self._ledgers[region.name] = Ledger(self._account)
        if self._listable:
            # Where the list cannot be had, it goes order by order: each looks for itself where it has to.
            try:
                look_up(ledger, region, self._deadline, self._ambient)
            except (UpstreamBusy, UpstreamUnreachable):
                # No fault of the region's, and another half of the time would go into the next one.
                self._listable = False
            except Problem:
                pass
        return ledger

    def _doubt_other_regions(self, order: Order) -> None:
        """After a write, take no older list of another region as complete.

        Key pairs belong to the account, whatever the region, as far as CVM's documentation goes
        (https://www.tencentcloud.com/document/product/213/33229); nothing here is false if they do not.
        """
        if not order.dry_run:
            for name, ledger in self._ledgers.items():
                if name != order.region.name:
                    ledger.complete = False
