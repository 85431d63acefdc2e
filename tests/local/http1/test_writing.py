"""A reply is on its way before the connection may be cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from local.http1 import Reply
from local.http1.writing import write_reply


async def send(size: int, *, read: bool) -> int:
    """Send a reply of this size into a connection with little room; return how much arrived."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    theirs.setblocking(False)
    _, writer = await asyncio.open_connection(sock=ours)
    try:
        sending = asyncio.create_task(
            asyncio.wait_for(write_reply(writer, Reply(200, (), b"x" * size), keep_alive=False), 0.3)
        )
        arrived = b""
        while read and not sending.done():
            await asyncio.sleep(0.001)
            with contextlib.suppress(BlockingIOError):
                arrived += theirs.recv(2048)
        await sending
        writer.transport.abort()
        await asyncio.sleep(0.01)
        while chunk := theirs.recv(65536):
            arrived += chunk
        return arrived.count(b"x")
    finally:
        writer.transport.abort()
        theirs.close()


def test_nothing_is_lost_when_the_connection_is_cut_afterwards() -> None:
    """Even what would fit into the program's own buffer has left it."""
    assert asyncio.run(send(20_000, read=True)) == 20_000


def test_a_client_that_does_not_read_is_not_waited_for() -> None:
    """A reply that cannot be handed over in time is given up."""
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(send(60_000, read=False))
