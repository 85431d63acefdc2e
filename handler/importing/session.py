"""The accounts as one invocation sees them, for one order or many.

For several orders an account is listed first. Orders for what is there are answered from the list without a
call; the rest is imported in order. So every new delivery of a batch gets further, even if the time runs out
before its end.
"""

from __future__ import annotations

import math

from handler.importing.decision import compare, would_create
from handler.importing.importer import LEAST_FOR_AN_IMPORT, import_key, look_up
from handler.importing.ledger import Ledger
from handler.importing.waiting import IMPORT, LIST, Pace
from handler.problems import KeyPairQuota, Problem, UpstreamBusy, UpstreamUnreachable
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.ambient import Ambient
    from handler.deadline import Deadline
    from handler.importing.account import Account
    from handler.importing.decision import Imported, MayKnow
    from handler.importing.order import Order, Region, Target

    OpenAccount = Callable[[Target], Account]


class Spent(NamedTuple):
    """What has been spent upstream: calls, and the seconds that they took, waits left out."""

    calls: int
    seconds: float

    def since(self, earlier: Spent) -> Spent | None:
        """Return what has been spent since an earlier moment; None where no call was made."""
        if self.calls == earlier.calls:
            return None
        return Spent(self.calls - earlier.calls, self.seconds - earlier.seconds)


class _Opened:
    """One account, and all that is known of it: each has its own key pairs, quota and rate.

    Args:
        account: the account.
        pace: until when it should not be asked again.
        listable: whether a list of it may still be asked for.
    """

    def __init__(self, account: Account, pace: Pace, *, listable: bool) -> None:
        self.account = account
        self.pace = pace
        self.listable = listable
        self.ledgers: dict[str, Ledger] = {}
        self.quotas: dict[str, KeyPairQuota] = {}


class Session:
    """The orders of one invocation.

    Args:
        open_account: opens an account; called by the first order for it, so that a refusal costs nothing.
        deadline: when the invocation must be over.
        ambient: clock, sleep and randomness.
        several: whether more than one order may come, so that a list is worth its call.
    """

    def __init__(
        self, open_account: OpenAccount, deadline: Deadline, ambient: Ambient, *, several: bool
    ) -> None:
        self._open_account = open_account
        self._deadline = deadline
        self._ambient = ambient
        self._several = several
        self._listable = several
        self._accounts: dict[Target, _Opened] = {}

    def spent(self) -> Spent:
        """Return what all orders so far have cost."""
        accounts = [opened.account for opened in self._accounts.values()]
        return Spent(sum(account.calls for account in accounts), sum(account.seconds for account in accounts))

    def settle(self, order: Order, may_know: MayKnow) -> Imported:
        """Return the result of an order, as if the orders had been sent one after another.

        Args:
            order: what a caller has been granted.
            may_know: whether this caller may know a key pair with that name and project.

        Raises:
            Problem: every answer but `created` and `unchanged`.
        """
        opened = self._opened(order.account)
        ledger = self._ledger(opened, order.region)
        if found := compare(order, ledger.near(order), may_know):
            return found
        if order.dry_run and ledger.complete:
            return would_create(order)
        if quota := opened.quotas.get(order.region.name):
            raise quota.with_traceback(None)
        # A wait that did not fit into the time for one order does not fit for the next one either. A call
        # that is refused by rate would only count against the calls of others.
        held = opened.pace.remaining(LIST if order.dry_run else IMPORT)
        self.require_time(held + LEAST_FOR_AN_IMPORT)
        try:
            return import_key(order, ledger, opened.pace, self._deadline, self._ambient, may_know)
        except KeyPairQuota as problem:
            opened.quotas[order.region.name] = problem
            raise
        finally:
            if not order.dry_run:
                self._doubt_other_lists(ledger)

    def require_time(self, least: float = 0.0) -> None:
        """Raise unless more than `least` seconds are left; a single order is always tried.

        Raises:
            UpstreamBusy: the orders before it have used the time up.
        """
        if self._several and self._deadline.left() <= least:
            longest = max((opened.pace.longest() for opened in self._accounts.values()), default=0.0)
            raise UpstreamBusy(
                Sentence("The time was used up by the items before this one; nothing was sent for it."),
                Sentence(
                    "Send the same again: what is there by then is answered at once, so a repeat gets"
                    " further."
                ),
                retry_after=max(1, math.ceil(longest)),
            )

    def _opened(self, target: Target) -> _Opened:
        if target not in self._accounts:
            pace = Pace(self._deadline.clock)
            self._accounts[target] = _Opened(self._open_account(target), pace, listable=self._several)
        return self._accounts[target]

    def _ledger(self, opened: _Opened, region: Region) -> Ledger:
        """Return what is known of an account in a region; for several orders, the account is listed first."""
        if region.name in opened.ledgers:
            return opened.ledgers[region.name]
        ledger = opened.ledgers[region.name] = Ledger(opened.account)
        if self._listable and opened.listable:
            # Without a list, the orders go on one by one, and each one lists the account where it has to.
            try:
                look_up(ledger, region, self._deadline, self._ambient)
            except UpstreamBusy:
                # The fault is not the region's; a list of the next region would take another half of the
                # time.
                opened.listable = False
            except UpstreamUnreachable:
                # The fault is not the account's either.
                self._listable = False
            except Problem:
                pass
        return ledger

    def _doubt_other_lists(self, written: Ledger) -> None:
        """After a write, take no older list of another region or account as complete.

        Key pairs belong to the account, whatever the region, as far as CVM's documentation goes
        (https://www.tencentcloud.com/document/product/213/33229), and two names may stand for roles in one
        account; nothing here is false if that is not so.
        """
        for opened in self._accounts.values():
            for ledger in opened.ledgers.values():
                if ledger is not written:
                    ledger.complete = False
