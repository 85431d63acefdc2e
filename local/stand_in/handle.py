"""A stand-in that listens: the object that tests and commands use."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from local.http1 import Limits, Reply, Request, Server
from local.stand_in import control
from local.stand_in.calls import CallLog, RecordedCall
from local.stand_in.faults import Fault, Faults, Kinds


class Handle(ABC):
    """A stand-in. It listens as soon as it is made, and answers while `run` runs.

    Args:
        port: where to listen on 127.0.0.1; 0 takes a free port.
        kinds: the faults that can be ordered.
        keep_calls: how many calls to remember.
        limits: what clients may take.
        tls: also speak HTTPS, on a free port, with this certificate.

    Raises:
        OSError: the port is taken.
    """

    #: What the control routes do, for people; all of them stand in `acts`.
    ROUTES: Mapping[str, str] = control.COMMON

    def __init__(
        self, port: int, kinds: Kinds, keep_calls: int, limits: Limits, tls: ssl.SSLContext | None = None
    ) -> None:
        self.faults = Faults(kinds)
        self.call_log = CallLog(keep_calls)
        self._index = {"routes": self.ROUTES, "faults": {kind: says for kind, (says, _) in kinds.items()}}
        self._server = Server(port, self._route, limits)
        self._tls_server = Server(0, self._route, limits, tls=tls) if tls else None

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return self._server.port

    @property
    def tls_port(self) -> int:
        """Where it speaks HTTPS; 0 if nowhere."""
        return self._tls_server.port if self._tls_server else 0

    @property
    def host(self) -> str:
        """Host and port, as the SDK's `HttpProfile(protocol="http", endpoint=...)` wants them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The endpoint, as tccli's `--endpoint` and this project's settings want it."""
        return f"http://{self.host}"

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        servers = [self._server, *([self._tls_server] if self._tls_server else [])]
        return sum(server.connections for server in servers)

    @property
    def calls(self) -> list[RecordedCall]:
        """What was asked so far, oldest first."""
        return self.call_log.snapshot()

    def fault(self, action: str, kind: str, **parameters: Any) -> Fault:
        """Order a fault, for the next call of the action if nothing else is said.

        Args:
            action: the action's name, or `*` for any.
            kind: a kind of fault, or several joined with `+`.
            parameters: the other members of `Fault`.

        Raises:
            ValueError: there is no such kind.
            TypeError: there is no such parameter.
        """
        fault = Fault(action, kind, **parameters)
        self.faults.add(fault)
        return fault

    @property
    def waiting_faults(self) -> list[Fault]:
        """The faults that can still strike."""
        return self.faults.waiting()

    def clear_faults(self) -> None:
        """Drop all faults."""
        self.faults.clear()

    def clear(self) -> None:
        """Forget all faults and calls; each stand-in also clears what it stores."""
        self.faults.clear()
        self.call_log.clear()

    def acts(self) -> control.Acts:
        """Return what the control routes do."""
        return control.common(self.faults, self.call_log, self.clear)

    @abstractmethod
    async def answer(self, request: Request) -> Reply:
        """Answer one request to the API."""

    async def run(self, end: asyncio.Event) -> None:
        """Answer until the event is set."""
        servers = [self._server, *([self._tls_server] if self._tls_server else [])]
        await asyncio.gather(*(server.run(end) for server in servers))

    def close(self) -> None:
        """Stop listening without having run."""
        self._server.close()
        if self._tls_server:
            self._tls_server.close()

    async def _route(self, request: Request) -> Reply:
        if request.path.startswith(control.PREFIX):
            return control.answer(request, self.port, self.acts(), self._index)
        return await self.answer(request)
