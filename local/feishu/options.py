"""Everything that can be chosen about a stand-in for Feishu."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from local.tls import Authority


class Options(NamedTuple):
    """How a stand-in behaves; `python -m local.feishu --help` explains each.

    Attributes:
        port: where to listen on 127.0.0.1; 0 takes a free port.
        app_id: the one app that there is.
        app_secret: its secret.
        expire: seconds that a new token lives.
        rate: replies a second for the app, 0 for no limit.
        chat_rate: replies a second in one chat, 0 for no limit.
        keep_calls: how many calls to remember.
        authority: also speak HTTPS, as both of Feishu's hosts.
        request_seconds: in which a client has to deliver a request.
        idle_seconds: for which a connection may be idle.
    """

    port: int = 0
    app_id: str = "cli_a1b2c3d4e5f60708"
    app_secret: str = "app-secret-of-the-stand-in-00000"
    expire: int = 7200
    rate: int = 50
    chat_rate: int = 5
    keep_calls: int = 10_000
    authority: Authority | None = None
    request_seconds: float = 15.0
    idle_seconds: float = 75.0
