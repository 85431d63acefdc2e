"""One exchange of the function's transport, against servers that a test controls byte by byte."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from handler.ambient import REAL, Ambient
from handler.upstream import transport
from handler.upstream.transport import Bounds, Endpoint, Reply, Request
from tests.faults.wire import Serve, received, reply

GOOD = reply(b"{}")

#: What an exchange may take (seconds) that no reply comes to in time; any other has all the time.
PATIENCE = 0.3

#: A clock that stands still, so that what is left of a time is what was given.
STILL = REAL._replace(monotonic=lambda: 1000.0)

HEAD = b"HTTP/1.1 200 OK\r\n"


def bounds(patience: float = 60.0, room: int = 4096, left: float = 60.0) -> Bounds:
    """Return bounds that a busy machine keeps, but for those that a test is about."""
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


def failing(exception: type[Exception], host: str, limits: Bounds | None = None, **other: Any) -> str:
    """Ask for what must fail, and return the reason."""
    with pytest.raises(exception) as raised:
        ask(host, limits, **other)
    return str(raised.value)


@contextmanager
def timeouts() -> Iterator[list[float]]:
    """Yield the seconds that this thread gives each step of a socket, as they are set."""
    seconds: list[float] = []
    thread, real = threading.get_ident(), socket.socket.settimeout

    def settimeout(sock: socket.socket, value: float) -> None:
        if threading.get_ident() == thread:
            seconds.append(value)
        real(sock, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "settimeout", settimeout)
        yield seconds


def dribbling(data: bytes) -> Serve:
    """Send the reply a byte at a time, slowly enough never to end, quickly enough for every timeout."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        for place in range(len(data)):
            peer.sendall(data[place : place + 1])
            time.sleep(PATIENCE / 5)

    return serve


def silent(peer: socket.socket, _number: int) -> None:
    """Read everything for at most a minute, and answer nothing."""
    peer.settimeout(60)
    while peer.recv(65536):
        pass


def once(reply: bytes) -> Serve:
    """Send this, and close."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        peer.sendall(reply)

    return serve
