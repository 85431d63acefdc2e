"""Opens a connection to an endpoint in bounded time: name look-up, TCP and TLS together."""

from __future__ import annotations

import socket
import threading

from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream.failures import NeverSent

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_PORTS = {"http": 80, "https": 443}


class Endpoint(NamedTuple):
    """Where to connect: `http` or `https`, and a host with an optional port."""

    scheme: str
    host: str


def connect(endpoint: Endpoint, seconds: float, clock: Callable[[], float]) -> socket.socket:
    """Return an open connection; under `https` the server has proved who it is.

    Args:
        endpoint: where to.
        seconds: what it may take, whatever happens.
        clock: a monotonic clock in seconds.

    Raises:
        NeverSent: no address of the host could be reached in that time.
    """
    ends = clock() + seconds
    host, _, port = endpoint.host.partition(":")
    addresses = _resolve(host, int(port) if port else _PORTS[endpoint.scheme], seconds)
    why = "the host name cannot be resolved"
    for tried, address in enumerate(addresses):
        # Each address gets an equal part of the time, so that one that does not answer cannot use it up.
        now = clock()
        until = now + (ends - now) / (len(addresses) - tried)
        try:
            return _reach(endpoint.scheme, host, address, until, clock)
        except OSError as error:
            why = type(error).__name__
    raise NeverSent(why)


def _resolve(host: str, port: int, seconds: float) -> tuple[Any, ...]:
    """Look the host name up.

    The system's resolver has no timeout, so a slow look-up goes on in its own thread.
    """
    found: list[Any] = []

    def ask() -> None:
        try:
            # As bytes: for a str Python would load the codec of international names.
            found.extend(socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM))
        except OSError:
            found.clear()

    resolver = threading.Thread(target=ask, daemon=True)
    resolver.start()
    resolver.join(seconds)
    return tuple(found)


def _reach(scheme: str, host: str, address: Any, until: float, clock: Callable[[], float]) -> socket.socket:
    """Connect to one address, TLS included, until then."""

    def plain() -> socket.socket:
        sock = _open(address, max(0.001, until - clock()))
        sock.settimeout(max(0.001, until - clock()))
        return sock

    if scheme == "http":
        return plain()
    # Imported here: a stand-in over plain HTTP needs no TLS.
    from handler.upstream import tls

    return tls.secure(plain, host)


def _open(address: Any, seconds: float) -> socket.socket:
    family, kind, protocol, _, place = address
    # This alone may fail: not every machine has every family of addresses.
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.connect(place)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        sock.close()
        raise
    return sock
