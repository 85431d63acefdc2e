"""STS over HTTP, with the keyring that CVM's stand-in has, too."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable

from local.api3.kinds import KINDS
from local.api3.regions import REGIONS
from local.api3.service import Api, ApiRequest, Parameters, Service
from local.http1 import Limits, Reply, Request
from local.stand_in.credentials import Credential, Keyring, mint
from local.stand_in.handle import Handle
from local.stand_in.rate import RateLimit
from local.sts.messages import TEXTS
from local.sts.roles import ASSUME_ROLE, KnownRole, assume

VERSION = "2018-08-13"
HOST = "sts.tencentcloudapi.com"

#: Requests a second: https://cloud.tencent.com/document/product/1312/48197.
RATE = 600

_KEEP_CALLS = 10_000


class Sts(Handle):
    """A stand-in for STS; `roles` may be changed from any thread at any time.

    Args:
        port: where to listen on 127.0.0.1; 0 takes a free port.
        roles: those that can be assumed.
        keyring: who may sign, and whose temporary credentials are made here.
        clock: Unix seconds.
        limits: what clients may take.
        tls: also speak HTTPS with this certificate.

    Raises:
        OSError: the port is taken.
    """

    def __init__(
        self,
        port: int,
        roles: Iterable[KnownRole],
        keyring: Keyring,
        clock: Callable[[], float],
        limits: Limits,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(port, KINDS, _KEEP_CALLS, limits, tls)
        self.roles = {role.arn: role for role in roles}
        self._keyring = keyring
        self._clock = clock
        self._rate = RateLimit(RATE)
        shapes = {"AssumeRole": ASSUME_ROLE}
        api = Api("sts", VERSION, shapes, self._execute, TEXTS, "qcs::cam:::roleName/*", REGIONS)
        self._service = Service(api, keyring, self.faults, self.call_log, self._rate, clock)

    def clear(self) -> None:
        """Forget all faults, calls and counts; roles and credentials stay as they are."""
        super().clear()
        self._rate.clear()

    async def answer(self, request: Request) -> Reply:
        """Answer one request to the API."""
        return await self._service.answer(request)

    def _execute(self, wanted: ApiRequest) -> Parameters:
        return assume(wanted, self.roles, self._mint, self._clock())

    def _mint(self, role: str, seconds: float, account: str) -> Credential:
        return mint(self._keyring.mint_secret, role, self._clock() + seconds, account)
