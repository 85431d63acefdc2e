"""The whole stand-in: accounts, their API over HTTP, STS, and the object that tests use."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.api3.regions import REGIONS
from local.api3.service import Api, ApiRequest, Parameters, Service
from local.cvm import control, rivals
from local.cvm.account import AccountStore
from local.cvm.accounts import Accounts
from local.cvm.actions import ACTIONS
from local.cvm.faults import KINDS
from local.cvm.messages import TEXTS
from local.cvm.options import Options
from local.http1 import Limits, Reply, Request, running
from local.stand_in.control import Acts
from local.stand_in.credentials import OWN_ACCOUNT, Credential, Keyring, mint
from local.stand_in.handle import Handle
from local.stand_in.rate import RateLimit
from local.sts import server as sts

VERSION = "2017-03-12"

#: The names of the real service: anywhere, and in each region.
HOSTS = ("cvm.tencentcloudapi.com", *(f"cvm.{region}.tencentcloudapi.com" for region in sorted(REGIONS)))


class StandIn(Handle):
    """A stand-in. It listens as soon as it is made, and answers while `run` runs.

    Accounts, `keyring` and `sts` may be read and changed from any thread at any time.

    Args:
        options: how it behaves.
        clock: Unix seconds, for the rate windows, signatures and tokens.

    Raises:
        OSError: the port is taken.
    """

    ROUTES = control.ROUTES

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        limits = Limits(options.idle_seconds, options.idle_seconds, options.request_seconds)
        tls = options.authority.context(HOSTS) if options.authority else None
        super().__init__(options.port, KINDS, options.keep_calls, limits, tls)
        self.credentials = options.credentials[0]
        # Without a secret in its options, a stand-in makes one of its own.
        self.keyring = Keyring(options.credentials, options.mint_secret or os.urandom(16).hex())
        sts_tls = options.authority.context([sts.HOST]) if options.authority else None
        self.sts = sts.Sts(options.sts_port, options.roles, self.keyring, clock, limits, sts_tls)
        self.accounts = Accounts(options.regional, clock)
        self._options = options
        self._clock = clock
        self._rate = RateLimit(options.rate)
        api = Api(
            "cvm",
            VERSION,
            {name: action.shape for name, action in ACTIONS.items()},
            self._execute,
            TEXTS,
            "qcs::cvm:::keypair/*",
            None if options.any_region else REGIONS,
            options.strict_types,
            options.rate_message == "count",
        )
        self._service = Service(api, self.keyring, self.faults, self.call_log, self._rate, clock)

    @property
    def routes(self) -> dict[str, int]:
        """The port of each name of CVM and STS, for the gateway; none without an authority."""
        if not self.tls_port:
            return {}
        return {**dict.fromkeys(HOSTS, self.tls_port), sts.HOST: self.sts.tls_port}

    @property
    def account(self) -> AccountStore:
        """The key pairs of the function's own account."""
        return self.store()

    def store(self, account: str = OWN_ACCOUNT, region: str = "") -> AccountStore:
        """Return the key pairs of an account, and with `regional` of one region of it."""
        return self.accounts.store(account, region)

    def mint(self, role: str = "role", seconds: float = 3600, account: str = OWN_ACCOUNT) -> Credential:
        """Make a temporary credential that is valid for this many seconds."""
        return mint(self.keyring.mint_secret, role, self._clock() + seconds, account)

    def clear(self) -> None:
        """Forget all key pairs, faults, calls and counts; credentials stay as they are."""
        super().clear()
        self.sts.clear()
        self.accounts.clear()
        self._rate.clear()

    def acts(self) -> Acts:
        """Return what the control routes do."""
        return {**super().acts(), **control.acts(self.accounts, self.keyring)}

    async def answer(self, request: Request) -> Reply:
        """Answer one request to the API."""
        return await self._service.answer(request)

    async def run(self, end: asyncio.Event) -> None:
        """Answer until the event is set, STS as well."""
        await asyncio.gather(super().run(end), self.sts.run(end))

    def close(self) -> None:
        """Stop listening without having run."""
        super().close()
        self.sts.close()

    def _execute(self, wanted: ApiRequest) -> Parameters:
        account = self.store(wanted.owner.account, wanted.region)
        with account.lock:
            rivals.act(wanted.somebody, wanted.sent, account)
            return ACTIONS[wanted.action].run(wanted.sent, account, self._options)


@contextmanager
def serve(options: Options | None = None, clock: Callable[[], float] = time.time) -> Iterator[StandIn]:
    """Run a stand-in in a thread of its own for as long as the `with` block lasts."""
    stand_in = StandIn(options or Options(), clock)
    with running(stand_in.run):
        yield stand_in
