"""One exchange of the function's transport, against servers that a test controls byte by byte."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from handler.ambient import REAL, Ambient
from handler.upstream import transport
from handler.upstream.transport import Bounds, Endpoint, Reply, Request
from tests.faults.wire import Serve, received, reply

GOOD = reply(b"{}")

#: What an exchange below may take (seconds), and what a busy machine may add to that.
PATIENCE, GRACE = 0.3, 1.0

HEAD = b"HTTP/1.1 200 OK\r\n"


def bounds(patience: float = PATIENCE, room: int = 4096, left: float = 5.0) -> Bounds:
    """Return bounds of which tests mostly matter the patience."""
    return Bounds(lambda: left, lambda: patience, room)


def replied(
    host: str,
    limits: Bounds | None = None,
    scheme: str = "http",
    ambient: Ambient = REAL,
    request: Request | None = None,
) -> Reply:
    """Exchange one request for its reply."""
    wanted = request or Request("POST", "/", {"X-Test": "1"}, b"{}")
    return transport.exchange(Endpoint(scheme, host), wanted, limits or bounds(), ambient)


def ask(host: str, limits: Bounds | None = None, *, body: bytes = b"{}", **other: Any) -> bytes:
    """Send one request, and return the body of its reply."""
    return replied(host, limits, request=Request("POST", "/", {"X-Test": "1"}, body), **other).body


def timed(exception: type[Exception], host: str, limits: Bounds | None = None, **other: Any) -> str:
    """Fail in time, and return the reason."""
    begun = time.monotonic()
    with pytest.raises(exception) as raised:
        ask(host, limits, **other)
    assert time.monotonic() - begun < PATIENCE + GRACE
    return str(raised.value)


def dribbling(data: bytes) -> Serve:
    """Send the reply a byte at a time, slowly enough never to end, quickly enough for every timeout."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        for place in range(len(data)):
            peer.sendall(data[place : place + 1])
            time.sleep(PATIENCE / 5)

    return serve


def silent(peer: socket.socket, _number: int) -> None:
    """Read the request, and whatever comes, without a word."""
    while peer.recv(65536):
        pass


def once(reply: bytes) -> Serve:
    """Send this, and close."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        peer.sendall(reply)

    return serve
