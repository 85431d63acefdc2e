"""HTTP/1.1 on 127.0.0.1 for every server of this project: strict, bounded in time and size.

A handler turns a `Request` into a `Reply` and knows nothing of connections:

    async def handler(request: Request) -> Reply:
        return Reply(200, TEXT, b"hello")

    with running(Server(0, handler).run):
        ...
"""

from __future__ import annotations

from local.http1.messages import JSON, TEXT, Headers, RefusedRequest, Reply, Request
from local.http1.server import Limits, Server, running

__all__ = ["JSON", "TEXT", "Headers", "Limits", "RefusedRequest", "Reply", "Request", "Server", "running"]
