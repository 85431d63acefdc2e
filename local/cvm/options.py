"""Everything that can be chosen about a stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local.stand_in.credentials import DEFAULT, Credential
from local.sts import KnownRole

if TYPE_CHECKING:
    from local.tls import Authority


class Options(NamedTuple):
    """How a stand-in behaves; the defaults are the real service as far as it is known.

    `python -m local.cvm --help` explains each.
    """

    port: int = 0
    sts_port: int = 0
    credentials: tuple[Credential, ...] = (DEFAULT,)
    mint_secret: str = ""
    roles: tuple[KnownRole, ...] = ()
    quota: int = 100
    rate: int = 10
    rate_message: str = "count"
    projects: frozenset[int] = frozenset()
    any_project: bool = False
    any_region: bool = False
    strict_types: bool = False
    documented_name_codes: bool = False
    same_key_twice: bool = False
    regional: bool = False
    ed25519: bool = False
    keep_calls: int = 10_000
    authority: Authority | None = None
    request_seconds: float = 15.0
    idle_seconds: float = 75.0
