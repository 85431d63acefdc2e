"""Decides one item or many, in the order in which they came, and writes one audit line for each."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice

from handler import audit
from handler.decide import decide
from handler.importing.session import Session
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handler.deadline import Deadline
    from handler.decide import Answer, Item
    from handler.importing.account import Account
    from handler.importing.order import Target
    from handler.invocation import Invocation


def answers(items: Iterable[Item], call: Invocation, deadline: Deadline) -> Iterator[Answer]:
    """Yield an answer for each item, decided as if they had been sent one after another.

    Items are taken from the iterable as they are decided, so that ten thousand need no more memory
    than two.
    """
    waiting = iter(items)
    first = tuple(islice(waiting, 2))
    session = Session(partial(open_account, call, deadline), deadline, call.ambient, several=len(first) > 1)
    for item in chain(first, waiting):
        answer = decide(item, session, call)
        audit.decided(answer, call)
        yield answer


def open_account(call: Invocation, deadline: Deadline, target: Target) -> Account:
    """Return the account that a request is for; nothing is sent yet.

    Raises:
        Misconfigured: the external id of its role is not set.
    """
    # Imported here: only an item that has passed all checks needs CVM.
    from handler.cvm import client

    settings, signer = call.configured(), None
    if target.role_arn:
        # Imported here: only another account needs STS.
        from handler.callers import accounts
        from handler.cvm import assumed_role

        external_id = accounts.external_id(target, call.ambient.environ)
        signer = assumed_role.signer(target, external_id, settings, call.own_region(), call.ambient)
    return client.open_account(settings, deadline, call.ambient, signer)
