"""Decides one item or many, in the order given, and writes one audit line for each.

This is the one place that knows about many items. The account is listed once; what is there is
answered from the list without a call, the rest is imported in order. So every re-delivery of a
batch gets further, however often the time runs out before its end.
"""

from __future__ import annotations

import math
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from handler import audit, reply, request
from handler.callers import policy
from handler.key_gate import public_key
from handler.problems import InternalError, KeyPairQuota, Problem, UpstreamBusy, UpstreamUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handler.callers.caller import Caller
    from handler.deadline import Deadline
    from handler.importing.importer import Imported
    from handler.importing.ledger import Ledger
    from handler.importing.order import Order
    from handler.invocation import Invocation
    from handler.log import Field


class Item(NamedTuple):
    """One request to decide.

    Attributes:
        value: the JSON value, or the problem that was found before it could be read.
        caller: who sent it; None where that is the problem.
        user: the chat user who typed it, else "".
        origin: where it came from, for the audit line.
    """

    value: object
    caller: Caller | None
    user: str
    origin: Mapping[str, Field]


class Answer(NamedTuple):
    """What became of an item: a status and a body in the contract's form, and the problem if any."""

    status: int
    body: dict[str, Any]
    problem: Problem | None


def settle(items: Iterable[Item], call: Invocation, deadline: Deadline) -> Iterator[Answer]:
    """Yield an answer for each item, decided as if they had been sent one after another.

    Items are taken from the iterable as they are decided, so that ten thousand need no more memory
    than two.
    """
    waiting = iter(items)
    first = tuple(islice(waiting, 2))
    upstream = _Upstream(call, deadline, several=len(first) > 1)
    for item in chain(first, waiting):
        yield _answer(item, upstream, call)


def _answer(item: Item, upstream: _Upstream, call: Invocation) -> Answer:
    line: dict[str, Field] = dict(item.origin)
    calls, seconds = upstream.spent()
    try:
        order = _order(item, upstream, call, line)
        imported = upstream.imported(order, item)
    except Problem as problem:
        error = problem
    except Exception as unforeseen:  # noqa: BLE001 - one item's defect must not take the others along
        error = InternalError.from_exception(unforeseen)
    else:
        _spend(line, upstream, calls, seconds)
        audit.imported(line, imported, call, dry_run=order.dry_run)
        return Answer(*reply.result(order, imported, call.request_id), None)
    _spend(line, upstream, calls, seconds)
    audit.refused(line, error, call)
    known = item.caller is not None
    return Answer(*reply.problem(error, call.request_id, call.problem_base_url(), known_caller=known), error)


def _order(item: Item, upstream: _Upstream, call: Invocation, line: dict[str, Field]) -> Order:
    """Take an item as far as it goes without CVM: schema, key, policy."""
    if isinstance(item.value, Problem):
        # Several items may share one problem; each raise would lengthen its traceback.
        raise item.value.with_traceback(None)
    assert item.caller is not None  # noqa: S101 - an item without a caller is a Problem; for the type checker
    upstream.require_time()
    settings = call.configured()
    line["keyName"] = request.key_name(item.value)
    wanted = request.validate(item.value)
    # Before the key: too many tags, the caller's counted in, break the request's own rules.
    tags = policy.all_tags(item.caller, wanted.tags)
    key = public_key.parse(wanted.public_key, policy.smallest_rsa(item.caller, settings))
    line["fingerprint"], line["bits"] = key.fingerprint, key.bits
    return policy.judge(item.caller, wanted, tags, key, settings, call.own_region, item.user)


def _spend(line: dict[str, Field], upstream: _Upstream, calls: int, seconds: float) -> None:
    """Note what an item has cost upstream; one that never got there has no such fields."""
    calls_now, seconds_now = upstream.spent()
    if calls_now > calls:
        line["attempts"] = calls_now - calls
        line["upstreamMs"] = round((seconds_now - seconds) * 1000)


class _Upstream:
    """The account as one invocation sees it, opened by the first item that needs it."""

    def __init__(self, call: Invocation, deadline: Deadline, *, several: bool) -> None:
        self._call = call
        self._deadline = deadline
        self._several = several
        self._ledger: Ledger | None = None
        self._unlisted: set[str] = set()
        self._listable = several
        self._quota: KeyPairQuota | None = None
        self._resumes = {"import": -math.inf, "list": -math.inf}

    def spent(self) -> tuple[int, float]:
        """Return the calls made and the seconds spent so far."""
        return (self._ledger.calls, self._ledger.seconds) if self._ledger else (0, 0.0)

    def require_time(self, least: float = 0.0) -> None:
        """Let pass an item that more than so many seconds are left for; one alone always passes.

        Raises:
            UpstreamBusy: the items before it have used the time up.
        """
        if self._several and self._deadline.left() <= least:
            raise UpstreamBusy(
                "The time was used up by the items before this one; nothing was sent for it.",
                "Send the same again: what is there by then is answered at once, so a repeat gets further.",
                retry_after=max(1, math.ceil(max(self._hold(action) for action in self._resumes))),
            )

    def _hold(self, action: str) -> float:
        """Return the seconds for which CVM has asked not to be asked, or could not be reached anyway.

        It counts imports and lists apart, so a crowd of the one holds nothing of the other back.
        """
        return max(0.0, self._resumes[action] - self._deadline.clock())

    def imported(self, order: Order, item: Item) -> Imported:
        """Return what an order came to.

        Raises:
            Problem: every other end.
        """
        # Imported here: only an item that has passed every check of ours needs CVM and its SDK.
        from handler.importing import importer

        def may_know(key_name: str, project_id: int) -> bool:
            return item.caller is not None and policy.may_know(item.caller, key_name, project_id, item.user)

        ledger = self._opened(order)
        if found := importer.decide(order, ledger.near(order), may_know):
            return found._replace(cvm_request_id=ledger.proof(found.key_id))
        if order.dry_run and ledger.complete:
            return importer.would_create(order)
        if self._quota is not None:
            raise self._quota.with_traceback(None)
        # A wait that did not fit into the time for one item does not fit for the next: each call that
        # is refused by rate would only count against somebody else's.
        self.require_time(self._hold("list" if order.dry_run else "import") + importer.LEAST_FOR_AN_IMPORT)
        try:
            return importer.import_key(order, ledger, self._deadline, self._call.ambient, may_know)
        except KeyPairQuota as problem:
            self._quota = problem
            raise
        except (UpstreamBusy, UpstreamUnreachable) as problem:
            refused = "list" if order.dry_run or not ledger.held_back else "import"
            self._resumes[refused] = self._deadline.clock() + problem.retry_after
            raise

    def _opened(self, order: Order) -> Ledger:
        """Return the account; of several items with its list, in the first region that gives one."""
        from handler.cvm import client as cvm
        from handler.importing import importer
        from handler.importing.ledger import Ledger

        call = self._call
        if self._ledger is None:
            self._ledger = Ledger(cvm.open_account(call.configured(), self._deadline, call.ambient))
        if self._listable and not self._ledger.listed and order.region not in self._unlisted:
            self._unlisted.add(order.region)
            # Where it cannot be had, it goes item by item: each looks for itself where it has to.
            try:
                importer.look_up(self._ledger, order.region, self._deadline, call.ambient)
            except (UpstreamBusy, UpstreamUnreachable):
                # No fault of the region's, and another half of the time would go into the next one.
                self._listable = False
            except Problem:
                pass
        return self._ledger
