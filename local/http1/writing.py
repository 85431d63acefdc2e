"""Writes one reply to a stream, in full or in one of the ways in which replies break."""

from __future__ import annotations

import asyncio
import http
import socket
import struct
import time

from local.http1.messages import Reply

_PHRASES = {status.value: status.phrase for status in http.HTTPStatus}
_BODILESS = (204, 304)
_DRIBBLED_PIECES = 20


async def write_reply(
    writer: asyncio.StreamWriter, reply: Reply, *, keep_alive: bool, head_only: bool = False
) -> bool:
    """Hand a reply to the operating system, all of it, and return whether the connection lives on.

    Raises:
        ConnectionError: the client is gone.
    """
    if reply.end == "reset":
        # With no time to linger, closing sends RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
    if reply.end in ("reset", "drop"):
        return False
    keep_alive = keep_alive and reply.end != "truncate"
    bodiless = head_only or reply.status in _BODILESS
    start = head(reply, keep_alive=keep_alive, head_only=head_only)
    # So that draining means that nothing is left here: the connection may be cut right afterwards.
    writer.transport.set_write_buffer_limits(0)
    if bodiless:
        writer.write(start)
    elif reply.end == "truncate":
        writer.write(start + reply.body[: len(reply.body) // 2])
    elif reply.end == "dribble":
        writer.write(start)
        await _dribble(writer, reply)
    else:
        writer.write(start + reply.body)
    await writer.drain()
    return keep_alive


def head(reply: Reply, *, keep_alive: bool, head_only: bool = False) -> bytes:
    """Return the status line and the headers, up to the empty line.

    A reply to HEAD whose body is empty has no `Content-Length`: the length of what GET would bring is not
    known (RFC 9110, 8.6). `Connection` is always there, because HTTP/1.0 clients wait for it.
    """
    lines = [f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    # RFC 9110, 6.6.1: a server with a clock sends `Date`.
    if not any(name.lower() == "date" for name, _ in reply.headers):
        lines.append(f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime())}")
    if reply.status not in _BODILESS and (reply.body or not head_only):
        lines.append(f"Content-Length: {len(reply.body)}")
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"


async def _dribble(writer: asyncio.StreamWriter, reply: Reply) -> None:
    pieces = min(_DRIBBLED_PIECES, len(reply.body))
    for piece in range(pieces):
        await asyncio.sleep(reply.seconds / pieces)
        start, end = (len(reply.body) * (piece + step) // pieces for step in (0, 1))
        writer.write(reply.body[start:end])
        await writer.drain()
