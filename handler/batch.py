"""Decides one item or many, in the order given, and writes one audit line for each.

This is the one place that knows about many items. The account is listed once; what is there is
answered from the list without a call, the rest is imported in order. So every re-delivery of a
batch gets further, however often the time runs out before its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handler import audit, public_key, reply, request
from handler.callers import policy
from handler.problems import InternalError, KeyPairQuota, Problem, UpstreamBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from handler.callers import Caller
    from handler.deadline import Deadline
    from handler.importer import Account, Imported, KeyPair
    from handler.invocation import Invocation
    from handler.log import Field
    from handler.order import Order

#: With less than this left, in seconds, a write could hardly be answered: the item waits for the
#: next delivery instead of ending in doubt.
_LEAST_TIME = 0.3


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


def settle(items: Sequence[Item], call: Invocation, deadline: Deadline) -> Iterator[Answer]:
    """Yield an answer for each item, decided as if they had been sent one after another."""
    upstream = _Upstream(call, deadline, several=len(items) > 1)
    for item in items:
        yield _answer(item, upstream, call)


def _answer(item: Item, upstream: _Upstream, call: Invocation) -> Answer:
    line: dict[str, Field] = dict(item.origin)
    calls, seconds = upstream.spent()
    try:
        order = _order(item, call, line)
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


def _order(item: Item, call: Invocation, line: dict[str, Field]) -> Order:
    """Take an item as far as it goes without CVM: schema, key, policy."""
    if isinstance(item.value, Problem):
        raise item.value
    assert item.caller is not None  # noqa: S101 - an item without a caller is a Problem; for the type checker
    settings = call.configured()
    line["keyName"] = request.key_name(item.value)
    wanted = request.validate(item.value)
    key = public_key.parse(wanted.public_key, policy.smallest_rsa(item.caller, settings))
    line["fingerprint"], line["bits"] = key.fingerprint, key.bits
    return policy.judge(item.caller, wanted, key, settings, call.own_region, item.user)


def _spend(line: dict[str, Field], upstream: _Upstream, calls: int, seconds: float) -> None:
    """Note what an item has cost upstream; one that never got there has no such fields."""
    calls_now, seconds_now = upstream.spent()
    if calls_now > calls:
        line["attempts"] = calls_now - calls
        line["upstreamMs"] = round((seconds_now - seconds) * 1000)


class _Upstream:
    """The account as one invocation sees it, opened by the first item that needs it.

    Of several items it remembers what the account holds, by name and by key, so that no item
    costs more than the one before.
    """

    def __init__(self, call: Invocation, deadline: Deadline, *, several: bool) -> None:
        self._call = call
        self._deadline = deadline
        self._account: Account | None = None
        self._to_list = several
        self._several = several
        self._listed = False
        self._quota: KeyPairQuota | None = None
        self._by_name: dict[str, KeyPair] = {}
        self._by_blob: dict[bytes, KeyPair] = {}

    def spent(self) -> tuple[int, float]:
        """Return the calls made and the seconds spent so far."""
        return (self._account.calls, self._account.seconds) if self._account else (0, 0.0)

    def imported(self, order: Order, item: Item) -> Imported:
        """Return what an order came to."""
        # Imported here: only an item that has passed every check of ours needs CVM and its SDK.
        from handler import cvm, importer

        if self._account is None:
            self._account = cvm.open_account(self._call.configured(), self._deadline, self._call.ambient)

        def may_know(key_name: str, project_id: int) -> bool:
            return item.caller is not None and policy.may_know(item.caller, key_name, project_id, item.user)

        if not self._several:
            return importer.import_key(order, self._account, self._deadline, self._call.ambient, may_know)
        if self._to_list:
            self._list(order.region)
        settled = importer.decide(order, self._near(order), may_know)
        if settled is not None:
            return settled
        if order.dry_run and self._listed:
            return importer.would_create(order)
        if self._quota is not None and not order.dry_run:
            raise self._quota
        if self._deadline.left() < _LEAST_TIME:
            raise UpstreamBusy(
                "The time was used up by the items before this one; nothing was sent for it.",
                "Send the same again: what is there by then is answered at once, so a repeat gets further.",
                retry_after=1,
            )
        return self._import(order, may_know)

    def _list(self, region: str) -> None:
        from handler import importer

        self._to_list = False
        try:
            assert self._account is not None  # noqa: S101 - opened above; for the type checker
            pairs = importer.look_up(self._account, region, self._deadline, self._call.ambient)
        except Problem:
            # Then it goes item by item: each looks for itself where it has to.
            return
        self._listed = True
        self._remember(pairs)

    def _import(self, order: Order, may_know: Callable[[str, int], bool]) -> Imported:
        from handler import importer

        assert self._account is not None  # noqa: S101 - as above
        try:
            imported = importer.import_key(order, self._account, self._deadline, self._call.ambient, may_know)
        except KeyPairQuota as problem:
            self._quota = problem
            raise
        if imported.result == "created" and not order.dry_run:
            created = importer.KeyPair(
                imported.key_id, order.key_name, order.project_id, order.key.blob, order.tags
            )
            self._remember((created,))
        return imported

    def _remember(self, pairs: Iterable[KeyPair]) -> None:
        for pair in pairs:
            self._by_name[pair.key_name] = pair
            if pair.blob is not None:
                self._by_blob.setdefault(pair.blob, pair)

    def _near(self, order: Order) -> tuple[KeyPair, ...]:
        """Return the key pairs that have the order's name or its key."""
        found = (self._by_name.get(order.key_name), self._by_blob.get(order.key.blob))
        return tuple(pair for pair in found if pair is not None)
