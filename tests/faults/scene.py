"""A stage for imports: accounts, keys, orders, clocks that need not wait, one import seen from outside."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from handler.ambient import REAL, Ambient
from handler.callers.accounts import external_id
from handler.cvm import assumed_role
from handler.cvm import client as cvm
from handler.deadline import Deadline
from handler.importing import importer
from handler.importing.decision import Imported
from handler.importing.ledger import Ledger
from handler.importing.order import OWN, Order, Region, Target
from handler.importing.waiting import Pace
from handler.problems import Problem
from handler.settings import Settings
from handler.upstream import sts, transport
from local import cvm as stand_ins
from local.cvm import Credential, Options, StandIn, serve
from local.stand_in.credentials import OWN_ACCOUNT
from local.sts import KnownRole
from tests.doubles.clocks import SkippingClock
from tests.keys.many import key

if TYPE_CHECKING:
    from handler.importing.account import Account

#: The function's own region, which no caller has named.
HOME = Region("ap-guangzhou", False)

#: A role in another account, which asks for an external id, and a request's account of that name.
ROLE = KnownRole("qcs::cam::uin/200000000002:roleName/other", external_id="shared-with-the-other")
OTHER = Target("other", ROLE.arn, "OTHER_EXTERNAL_ID", "c_")
ACCOUNTS = (OWN, OTHER)

#: For a list that may take as long as the invocation.
NO_DEADLINE = Deadline(math.inf, time.monotonic)


def order(name: str = "alice", number: int = 1, **other: Any) -> Order:
    """Return an order for that name and that key."""
    plain = Order(name, key(number), 0, HOME, {}, {}, False)
    return plain._replace(**other)


def uin(account: Target) -> str:
    """Return the number of an account."""
    return account.role_arn.split(":")[4].removeprefix("uin/") if account.role_arn else OWN_ACCOUNT


def store(running: StandIn, account: Target) -> stand_ins.AccountStore:
    """Return what an account holds."""
    return running.store(uin(account))


def environ(credential: Credential) -> dict[str, str]:
    """Return what SCF would lend to an invocation, and the external id of the other account."""
    return {
        OTHER.external_id_env: ROLE.external_id,
        "TENCENTCLOUD_SECRETID": credential.secret_id,
        "TENCENTCLOUD_SECRETKEY": credential.secret_key,
        "TENCENTCLOUD_SESSIONTOKEN": credential.token,
    }


class Seen(NamedTuple):
    """What a caller sees of an import, and what it cost.

    `answer` is `created`, `unchanged` or a problem's slug; `late` how many seconds its pauses
    alone are longer than its time.
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
    sts_host: str = "",
) -> Seen:
    """Import over real HTTP into the account of the order, and say what came of it."""
    clock = clock or SkippingClock()
    slept = sum(clock.sleeps)
    surroundings = ambient or Ambient(time.time, clock.now, clock.sleep, REAL.random, credentials)
    deadline = Deadline(clock.now() + budget, clock.now)
    settings = Settings(cvm_scheme="http", cvm_host=host, sts_endpoint=sts_host)
    signer = None
    if wanted.account.role_arn:
        shared = external_id(wanted.account, surroundings.environ)
        signer = assumed_role.signer(wanted.account, shared, settings, HOME.name, surroundings)
    account = cvm.open_account(settings, deadline, surroundings, signer)
    imported, problem = None, None
    try:
        imported = importer.import_key(
            wanted, Ledger(account), Pace(clock.now), deadline, surroundings, lambda _name, _project: True
        )
        answer = imported.result
    except Problem as raised:
        problem, answer = raised, raised.slug
    # Of what a busy machine adds nothing is counted: timeouts of sockets have tests of their own.
    late = sum(clock.sleeps) - slept - budget
    return Seen(answer, imported, problem, account.calls, late, deadline.left(), tuple(clock.sleeps))


@contextmanager
def stand_in(clock: Callable[[], float] = time.time, **options: Any) -> Iterator[StandIn]:
    """Run a stand-in for CVM and STS without a rate limit; leave no connection to it and no role behind."""
    with serve(Options(**{"rate": 0, "roles": (ROLE,), **options}), clock) as running:
        try:
            yield running
        finally:
            transport.forget()
            sts._kept.clear()


def account(host: str, credentials: dict[str, str], budget: float = 60.0, ambient: Ambient = REAL) -> Account:
    """Open the account for one invocation."""
    deadline = Deadline(ambient.monotonic() + budget, ambient.monotonic)
    return cvm.open_account(
        Settings(cvm_scheme="http", cvm_host=host), deadline, ambient._replace(environ=credentials)
    )


def opened(running: StandIn, budget: float = 60.0, ambient: Ambient = REAL) -> Account:
    """Open the account of a stand-in."""
    return account(running.host, environ(running.credentials), budget, ambient)


#: Credentials that no stand-in knows.
LENT = environ(Credential("AKIDexample", "secret-key-example", "session-token-example"))
