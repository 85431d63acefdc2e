"""Everything that can be chosen about a stand-in for COS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local.stand_in.credentials import DEFAULT, Credential

if TYPE_CHECKING:
    from local.tls import Authority


class Options(NamedTuple):
    """How a stand-in behaves; `python -m local.cos --help` explains each.

    `region` is where every bucket lies; all of them belong to the function's own account.
    """

    port: int = 0
    credentials: tuple[Credential, ...] = (DEFAULT,)
    mint_secret: str = ""
    region: str = "ap-guangzhou"
    keep_calls: int = 10_000
    authority: Authority | None = None
    request_seconds: float = 15.0
    idle_seconds: float = 75.0
