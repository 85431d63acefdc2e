"""Exchanges one request for one reply in bounded time, over connections that are kept.

The only way out of the function, for CVM, STS, COS and chats. It knows none of them: every status is a reply,
and the caller decides what it means.

    reply = exchange(
        Endpoint("https", "sts.tencentcloudapi.com"),
        Request("POST", "/", {"Content-Type": "application/json"}, b"{}"),
        Bounds(deadline.left, deadline.left, 64 * 1024),
        ambient,
    )

A timeout as `requests` has one bounds each single `recv`
(https://requests.readthedocs.io/en/latest/user/advanced/#timeouts): a server that sends a byte now
and then holds the caller for ever, and an error does not tell whether anything was sent. Here every
step, from the name look-up to the last byte, gets only what is left of its time, and there are
three ways to fail (`failures`), of which only the first is sure to have written nothing.

No proxy, netrc file, cookie or redirect plays a part, and no request is ever sent twice.
"""

from __future__ import annotations

import select

from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream import http1
from handler.upstream.connection import Endpoint, connect
from handler.upstream.failures import BadReply, NeverSent, NoReply
from handler.upstream.http1 import Reply, Request

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from handler.ambient import Ambient

__all__ = ["BadReply", "Bounds", "Endpoint", "NeverSent", "NoReply", "Reply", "Request", "exchange", "forget"]

#: A connection that was idle for longer (seconds) may be dead without a sign of it.
_IDLE = 10.0

#: Name look-up, connecting and TLS together may take this long (seconds): two lost SYNs, not three.
_CONNECT = 4.0

#: A request is not sent when its reply could be awaited for less than this (seconds).
_LEAST_WAIT = 0.1

_PIECE = 16 * 1024

#: Endpoints whose connection is kept: CVM, STS, COS and a chat.
_MOST_KEPT = 4

#: The connections that are kept between exchanges and between invocations, the oldest first.
_kept: dict[Endpoint, _Kept] = {}


class Bounds(NamedTuple):
    """What an exchange may take.

    Attributes:
        left: returns the seconds until the exchange must be over, whatever happens.
        patience: returns the seconds that sending and the reply may take; asked once the connection
            is up. Less than `left` where time must stay for something after a lost reply.
        room: the bytes that the reply may have, its head included.
    """

    left: Callable[[], float]
    patience: Callable[[], float]
    room: int


class _Kept(NamedTuple):
    sock: socket.socket
    since: float
    since_wall: float


def exchange(endpoint: Endpoint, request: Request, bounds: Bounds, ambient: Ambient) -> Reply:
    """Send a request and return its reply, whatever its status is.

    Args:
        endpoint: where to connect. `Host` is the endpoint's host unless the request names another,
            as it does on its way to a stand-in.
        request: what to send.
        bounds: what it may take.
        ambient: clocks.

    Raises:
        NeverSent: surely not executed: no connection came up, or no time was left to send.
        NoReply: in doubt: bytes were sent, and the connection or the time ended before the reply.
        BadReply: in doubt: what came back is no HTTP/1.1 or is longer than its room.
        ValueError: the request cannot be written as HTTP.
    """
    data = http1.encode(request, endpoint.host)
    sock = _reuse(endpoint, ambient) or connect(endpoint, min(bounds.left(), _CONNECT), ambient.monotonic)
    keep = False
    try:
        patience = bounds.patience()
        if patience < _LEAST_WAIT:
            raise NeverSent("no time left")
        wire = _Wire(sock, ambient.monotonic, ambient.monotonic() + patience, bounds.room)
        reply, keep = _converse(wire, request.method, data)
    finally:
        if keep:
            _keep(endpoint, sock, ambient)
        else:
            sock.close()
    return reply


def forget() -> None:
    """Close the kept connections."""
    while _kept:
        _kept.popitem()[1].sock.close()


def _reuse(endpoint: Endpoint, ambient: Ambient) -> socket.socket | None:
    kept = _kept.pop(endpoint, None)
    if kept is None:
        return None
    # Both clocks: the monotonic one stands still while an instance is suspended, the other can be set.
    idle = max(ambient.monotonic() - kept.since, ambient.wall() - kept.since_wall)
    poll = select.poll()
    poll.register(kept.sock, select.POLLIN)
    # There are bytes to read although nothing was asked for: the end of the connection, or bytes that are not
    # ours.
    if idle > _IDLE or poll.poll(0):
        kept.sock.close()
        return None
    return kept.sock


def _keep(endpoint: Endpoint, sock: socket.socket, ambient: Ambient) -> None:
    if len(_kept) == _MOST_KEPT:
        _kept.pop(next(iter(_kept))).sock.close()
    _kept[endpoint] = _Kept(sock, ambient.monotonic(), ambient.wall())


def _converse(wire: _Wire, method: str, data: bytes) -> tuple[Reply, bool]:
    """Send, and return the reply and whether the connection can serve again."""
    try:
        wire.send(data)
        return http1.read_reply(method, wire.receive)
    except OSError as error:
        kind = NoReply if wire.sent else NeverSent
        raise kind(type(error).__name__) from None


class _Wire:
    """A socket with a time limit and a limit for what it reads; it knows whether it has sent anything."""

    def __init__(self, sock: socket.socket, clock: Callable[[], float], ends: float, room: int) -> None:
        self._sock = sock
        self._clock = clock
        self._ends = ends
        self._room = room
        self.sent = False

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._left())
            rest = rest[self._sock.send(rest) :]
            self.sent = True

    def receive(self) -> bytes:
        self._sock.settimeout(self._left())
        data = self._sock.recv(_PIECE)
        self._room -= len(data)
        if self._room < 0:
            raise BadReply("a reply that is too long")
        return data

    def _left(self) -> float:
        left = self._ends - self._clock()
        if left <= 0:
            raise TimeoutError
        return left
