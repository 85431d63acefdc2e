"""Sends one signed request over one kept connection and bounds the whole exchange.

The SDK leaves that to `requests`, whose timeout bounds each single `recv`
(https://requests.readthedocs.io/en/latest/user/advanced/#timeouts): a server that sends a byte now
and then holds the caller for ever, and an error does not tell whether anything was sent. Here every
step, from the name look-up to the last byte, gets only what is left of its time, and there are
three ways to fail, of which only the first is sure to have written nothing.

No proxy, netrc file, cookie or redirect plays a part: a function's road to CVM has none of them.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import io
import select
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handler.ambient import Ambient

#: A connection that was idle for longer (seconds) may be dead without anybody having said so.
_IDLE = 10.0

#: Name look-up, connecting and TLS together may take this long (seconds): two lost SYNs, not three.
_CONNECT = 4.0

#: A request is not sent when its reply could be awaited for less than this (seconds).
_LEAST_WAIT = 0.1

_PIECE = 16 * 1024

#: The one connection that is kept between exchanges and between invocations.
_kept: dict[Endpoint, _Kept] = {}


class NeverSent(Exception):
    """No byte of the request left; the argument says why, for the log."""


class NoReply(Exception):
    """Bytes of the request were sent and no whole reply came back; the argument says why."""


class BadReply(Exception):
    """A reply came back that is not HTTP, not whole, too long, or has a status other than 200."""


class Endpoint(NamedTuple):
    """Where CVM is: `https` or `http`, and a host with an optional port."""

    scheme: str
    host: str


class Bounds(NamedTuple):
    """What an exchange may take.

    Attributes:
        left: the seconds until the exchange must be over, whatever happens.
        patience: the seconds that sending and the reply may take, asked once the connection is up.
        room: the bytes that the reply may have, its head included.
    """

    left: Callable[[], float]
    patience: Callable[[], float]
    room: int


class _Kept(NamedTuple):
    sock: socket.socket
    since: float
    since_wall: float


def exchange(
    endpoint: Endpoint, headers: Mapping[str, str], body: bytes, bounds: Bounds, ambient: Ambient
) -> bytes:
    """Return the body of the reply to `POST /`, which has the status 200.

    Raises:
        NeverSent, NoReply, BadReply: see there.
    """
    sock = _reuse(endpoint, ambient) or _connect(endpoint, min(bounds.left(), _CONNECT), ambient.monotonic)
    keep = False
    try:
        patience = bounds.patience()
        if patience < _LEAST_WAIT:
            raise NeverSent("no time left")
        wire = _Wire(sock, ambient.monotonic, ambient.monotonic() + patience, bounds.room)
        reply, keep = _converse(wire, endpoint.host, headers, body)
    finally:
        if keep:
            _keep(endpoint, sock, ambient)
        else:
            sock.close()
    return reply


def forget() -> None:
    """Close the kept connection, if there is one."""
    for kept in [_kept.pop(endpoint) for endpoint in list(_kept)]:
        kept.sock.close()


def _reuse(endpoint: Endpoint, ambient: Ambient) -> socket.socket | None:
    kept = _kept.pop(endpoint, None)
    if kept is None:
        return None
    # Both clocks: the monotonic one stands still while an instance is suspended, the other can be set.
    idle = max(ambient.monotonic() - kept.since, ambient.wall() - kept.since_wall)
    poll = select.poll()
    poll.register(kept.sock, select.POLLIN)
    # Something to read although nothing was asked: the end of the connection, or nothing of ours.
    if idle > _IDLE or poll.poll(0):
        kept.sock.close()
        return None
    return kept.sock


def _keep(endpoint: Endpoint, sock: socket.socket, ambient: Ambient) -> None:
    forget()
    _kept[endpoint] = _Kept(sock, ambient.monotonic(), ambient.wall())


def _connect(endpoint: Endpoint, seconds: float, clock: Callable[[], float]) -> socket.socket:
    ends = clock() + seconds
    host, _, port = endpoint.host.partition(":")
    addresses = _resolve(host, int(port or "443"), seconds)
    why = "the host name cannot be resolved"
    for tried, address in enumerate(addresses):
        # Each address gets an equal part of the time, so that one which swallows packets costs no more.
        now = clock()
        until = now + (ends - now) / (len(addresses) - tried)
        try:
            return _reach(endpoint.scheme, host, address, now, until, clock)
        except OSError as error:
            why = type(error).__name__
    raise NeverSent(why)


def _resolve(host: str, port: int, seconds: float) -> tuple[Any, ...]:
    """Look the host name up; the system's resolver knows no timeout, so it is left behind if it is slow."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError:
            found.clear()

    resolver = threading.Thread(target=ask, daemon=True)
    resolver.start()
    resolver.join(seconds)
    return tuple(found)


def _reach(
    scheme: str, host: str, address: Any, now: float, until: float, clock: Callable[[], float]
) -> socket.socket:
    """Connect to one address, TLS included, in the time from now until then."""
    family, kind, protocol, _, place = address
    # This alone may fail: not every machine has every family of addresses.
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(max(0.001, until - now))
        sock.connect(place)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            trust = _trust()
            sock.settimeout(max(0.001, until - clock()))
            return trust.wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise
    return sock


@functools.lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Read the certificates that are trusted once: it costs as much as a hundred exchanges."""
    # Imported here: only a connection to the real CVM needs them.
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _converse(wire: _Wire, host: str, headers: Mapping[str, str], body: bytes) -> tuple[bytes, bool]:
    """Send, and return the reply's body and whether the connection can serve again."""
    connection = http.client.HTTPConnection(host)
    connection.sock = wire
    try:
        connection.request("POST", "/", body, {"User-Agent": "import-key-pair", **headers})
        with contextlib.closing(http.client.HTTPResponse(wire, method="POST")) as reply:  # type: ignore[arg-type] # socket enough
            reply.begin()
            if reply.status != http.client.OK:
                raise BadReply(f"status {reply.status}")
            return _read(reply), not reply.will_close
    except (http.client.IncompleteRead, OSError) as error:
        kind = NoReply if wire.sent else NeverSent
        raise kind(type(error).__name__) from None
    except (http.client.HTTPException, ValueError) as error:
        raise BadReply(type(error).__name__) from None


def _read(reply: http.client.HTTPResponse) -> bytes:
    pieces = []
    # In pieces: http.client makes room at once for as many bytes as it is told to read.
    while piece := reply.read(_PIECE):
        pieces.append(piece)
    if reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    return b"".join(pieces)


class _Wire(io.RawIOBase):
    """A socket that ends with its time, reads no more than it has room for, and knows if it sent any."""

    def __init__(self, sock: socket.socket, clock: Callable[[], float], ends: float, room: int) -> None:
        self._sock = sock
        self._clock = clock
        self._ends = ends
        self._room = room
        self.sent = False

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._left())
            rest = rest[self._sock.send(rest) :]
            self.sent = True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._left())
        count = self._sock.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise http.client.LineTooLong("reply")
        return count

    def _left(self) -> float:
        left = self._ends - self._clock()
        if left <= 0:
            raise TimeoutError
        return left
