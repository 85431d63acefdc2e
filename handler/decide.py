"""Takes one item to its answer: schema, key, policy, importing. This is the pipeline, in one place.

    Asked(value, caller, user, origin)  ->  decide  ->  Answer(item, order, Imported | Problem, ...)
    Rejected(problem, caller, origin)   ->  refuse  ->  Answer(item, None, Problem, ...)

HTTP, chats, Invoke and triggers only render the answer.
"""

from __future__ import annotations

from functools import partial

from handler.importing.order import OWN
from handler.problems import InternalError, Problem
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.callers.caller import Caller
    from handler.importing.decision import Imported
    from handler.importing.order import Order, Target
    from handler.importing.session import Session, Spent
    from handler.invocation import Invocation
    from handler.key_gate.public_key import PublicKey
    from handler.log import LogValue


#: The most requests of one array, or of one `items`.
MOST_ITEMS = 100


class Asked(NamedTuple):
    """One request of a known caller.

    Attributes:
        value: the JSON value, not checked yet.
        caller: who sent it.
        user: the chat user who typed it, else "".
        origin: where it came from, for the audit line.
    """

    value: object
    caller: Caller
    user: str
    origin: Mapping[str, LogValue]


class Rejected(NamedTuple):
    """A request that cannot be judged: a problem was found on the way to it.

    Attributes:
        problem: what is wrong.
        caller: who sent it, None where that is not known.
        origin: where it came from, for the audit line.
        key_name: the key name that it is about, where it has a valid one.
        account: whose key pairs it is about, as far as that is settled.
    """

    problem: Problem
    caller: Caller | None
    origin: Mapping[str, LogValue]
    key_name: str = ""
    account: Target = OWN


Item = Asked | Rejected


class Answer(NamedTuple):
    """The answer to an item.

    Attributes:
        item: the item.
        outcome: the result, or the problem in its place.
        order: what the caller was granted; None where the item was refused before.
        key_name: the key name, where the item has a valid one, else "".
        key: the public key, where the item has a valid one.
        spent: the calls and seconds that the item has cost upstream; None where it made no call.
        account: whose key pairs it is about, as far as that is settled.
    """

    item: Item
    outcome: Imported | Problem
    order: Order | None = None
    key_name: str = ""
    key: PublicKey | None = None
    spent: Spent | None = None
    account: Target = OWN


def decide(item: Item, session: Session, call: Invocation) -> Answer:
    """Return the answer to an item; every exception on the way becomes an answer too."""
    if isinstance(item, Rejected):
        return refuse(item)
    # Imported here: a request that is refused before needs neither schema nor key gate.
    from handler import request
    from handler.callers import policy
    from handler.key_gate import public_key

    key_name, key, order = "", None, None
    before = session.spent()
    outcome: Imported | Problem
    try:
        session.require_time()
        settings = call.configured()
        key_name = request.key_name(item.value)
        wanted = request.validate(item.value)
        # Checked before the key: too many tags, including the caller's own, break the rules of the request.
        tags = policy.all_tags(item.caller, wanted.tags)
        key = public_key.parse(wanted.public_key, policy.smallest_rsa(item.caller, settings))
        order = policy.judge(item.caller, wanted, tags, key, settings, call.own_region(), item.user)
        outcome = session.settle(order, partial(policy.may_know, item.caller, item.user))
    except Problem as problem:
        outcome = problem
    except Exception as unforeseen:  # noqa: BLE001 - one item's defect must not take the others along
        outcome = InternalError.from_exception(unforeseen)
    account = order.account if order else OWN
    return Answer(item, outcome, order, key_name, key, session.spent().since(before), account)


def refuse(item: Rejected) -> Answer:
    """Return the answer to an item that cannot be judged."""
    return Answer(item, item.problem, key_name=item.key_name, account=item.account)
