"""A whole stand-in: an account, its API over HTTP, and the handle that tests hold."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import control, http
from .account import Account
from .calls import Call
from .credentials import Credential, Keyring, mint
from .faults import Fault
from .options import Options
from .service import Service


class StandIn:
    """A stand-in that listens from its making on and answers while `run` runs.

    `account` and `keyring` may be read and changed from any thread at any time.

    Args:
        options: how it behaves.
        clock: Unix seconds, for the rate windows, signatures and tokens.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        # Without a secret of its own, a stand-in mints with one that nobody else knows.
        self._mint_secret = options.mint_secret or os.urandom(16).hex()
        self._clock = clock
        self.credentials = options.credentials[0]
        self.keyring = Keyring(options.credentials, self._mint_secret)
        self.account = Account(clock)
        self._service = Service(options, self.keyring, self.account, clock)
        self._server = http.Server(options.port, self._answer, options.request_seconds, options.idle_seconds)

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self._server.port

    @property
    def host(self) -> str:
        """Host and port, as the SDK's `HttpProfile(protocol="http", endpoint=...)` wants them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The endpoint, as tccli's `--endpoint` and this project's `CVM_ENDPOINT` want it."""
        return f"http://{self.host}"

    @property
    def calls(self) -> list[Call]:
        """What was asked so far, oldest first."""
        return self._service.calls.snapshot()

    def mint(self, role: str = "role", seconds: float = 3600) -> Credential:
        """Make a temporary credential that is good for so many seconds."""
        return mint(self._mint_secret, role, self._clock() + seconds)

    def fault(self, action: str, kind: str, **parameters: Any) -> Fault:
        """Order a fault, for the next call of the action if nothing else is said.

        Args:
            action: `ImportKeyPair`, `DescribeKeyPairs` and so on, or `*` for any.
            kind: one of `faults.KINDS`, or several joined with `+`.
            parameters: the other members of `faults.Fault`.

        Raises:
            ValueError: there is no such kind.
            TypeError: there is no such parameter.
        """
        return self.set_fault(Fault(action, kind, **parameters))

    def set_fault(self, fault: Fault) -> Fault:
        """Order a fault that is made already."""
        self._service.faults.add(fault)
        return fault

    @property
    def waiting_faults(self) -> list[Fault]:
        """The faults that can still strike."""
        return self._service.faults.waiting()

    def clear_faults(self) -> None:
        """Drop all faults."""
        self._service.faults.clear()

    def clear(self) -> None:
        """Be as new: no key pairs, no faults, no calls, nothing counted. Credentials stay as they are."""
        self.account.clear()
        self._service.faults.clear()
        self._service.calls.clear()
        self._service.rate.clear()

    async def run(self, end: asyncio.Event) -> None:
        """Answer until the event is set."""
        await self._server.run(end)

    async def _answer(self, request: http.Request) -> http.Reply:
        if request.path.startswith(control.PREFIX):
            return control.answer(request, self)
        if request.path != "/":
            return http.Reply(b"The API is at / and nowhere else.\n", 404, "text/plain")
        return await self._service.answer(request)


@contextmanager
def serve(options: Options | None = None, clock: Callable[[], float] = time.time) -> Iterator[StandIn]:
    """Run a stand-in in a thread of its own for as long as the `with` block lasts."""
    stand_in = StandIn(options or Options(), clock)
    loop, end = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(stand_in.run(end),), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
