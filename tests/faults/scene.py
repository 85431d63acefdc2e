"""A stage for imports: keys, orders, clocks that need not wait, and one import seen from outside."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from handler.ambient import REAL, Ambient
from handler.cvm import client as cvm
from handler.deadline import Deadline
from handler.importing import importer
from handler.importing.decision import Imported
from handler.importing.ledger import Ledger
from handler.importing.order import Order, Region
from handler.importing.waiting import Pace
from handler.problems import Problem
from handler.settings import Settings
from handler.upstream import transport
from local.cvm import Credential, Options, StandIn, serve
from tests.doubles.clocks import SkippingClock
from tests.keys.many import key

if TYPE_CHECKING:
    from handler.importing.account import Account

#: The function's own region, which no caller has named.
HOME = Region("ap-guangzhou", False)

#: For a list that may take as long as the invocation.
NO_DEADLINE = Deadline(math.inf, time.monotonic)


def order(name: str = "alice", number: int = 1, **other: Any) -> Order:
    """Return an order for that name and that key."""
    plain = Order(name, key(number), 0, HOME, {}, {}, False)
    return plain._replace(**other)


def environ(credential: Credential) -> dict[str, str]:
    """Return what SCF would lend to an invocation."""
    return {
        "TENCENTCLOUD_SECRETID": credential.secret_id,
        "TENCENTCLOUD_SECRETKEY": credential.secret_key,
        "TENCENTCLOUD_SESSIONTOKEN": credential.token,
    }


class Seen(NamedTuple):
    """What a caller sees of an import, and what it cost.

    `answer` is `created`, `unchanged` or a problem's slug; `late` the seconds past the deadline.
    """

    answer: str
    imported: Imported | None
    problem: Problem | None
    calls: int
    late: float
    left: float
    sleeps: tuple[float, ...]


def see(
    host: str,
    wanted: Order,
    credentials: Mapping[str, str],
    budget: float = 20.0,
    clock: SkippingClock | None = None,
    ambient: Ambient | None = None,
) -> Seen:
    """Import through the real SDK over real HTTP, and say what came of it."""
    clock = clock or SkippingClock()
    surroundings = ambient or Ambient(time.time, clock.now, clock.sleep, REAL.random, credentials)
    deadline = Deadline(clock.now() + budget, clock.now)
    account = cvm.open_account(Settings(cvm_scheme="http", cvm_host=host), deadline, surroundings)
    imported, problem = None, None
    try:
        imported = importer.import_key(
            wanted, Ledger(account), Pace(clock.now), deadline, surroundings, lambda _name, _project: True
        )
        answer = imported.result
    except Problem as raised:
        problem, answer = raised, raised.slug
    late = clock.now() - deadline.ends
    return Seen(answer, imported, problem, account.calls, late, deadline.left(), tuple(clock.sleeps))


@contextmanager
def stand_in(clock: Callable[[], float] = time.time, **options: Any) -> Iterator[StandIn]:
    """Run a stand-in for CVM without a rate limit, and leave no connection to it behind."""
    with serve(Options(**{"rate": 0, **options}), clock) as running:
        try:
            yield running
        finally:
            transport.forget()


def account(host: str, credentials: dict[str, str], budget: float = 5.0) -> Account:
    """Open the account for one invocation."""
    deadline = Deadline(time.monotonic() + budget, time.monotonic)
    return cvm.open_account(
        Settings(cvm_scheme="http", cvm_host=host), deadline, REAL._replace(environ=credentials)
    )


def opened(running: StandIn, budget: float = 5.0) -> Account:
    """Open the account of a stand-in."""
    return account(running.host, environ(running.credentials), budget)


#: Credentials that no stand-in knows.
LENT = environ(Credential("AKIDexample", "secret-key-example", "session-token-example"))
