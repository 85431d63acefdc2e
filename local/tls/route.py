"""Sends named hosts to ports of this machine and trusts one more authority, in the process that calls it.

This file stands alone, so that a process without this project on its path can run it by its path before the
function is loaded. Nothing is changed that connects to other hosts.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any


def install(ports: Mapping[str, int], ca: str = "") -> Callable[[], None]:
    """Route from now on, and return what undoes it.

    Args:
        ports: the port on 127.0.0.1 of each host; `*.example.com` is every host below that domain.
        ca: the file of an authority to trust besides those that a TLS context loads by itself.
    """
    look_up = socket.getaddrinfo
    load = ssl.SSLContext.load_verify_locations
    default = ssl.SSLContext.set_default_verify_paths

    def routed(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        here = _port(ports, host)
        return look_up("127.0.0.1", here, *more, **options) if here else look_up(host, port, *more, **options)

    def load_more(context: ssl.SSLContext, *places: Any, **named: Any) -> None:
        load(context, *places, **named)
        load(context, cafile=ca)

    def default_and_more(context: ssl.SSLContext) -> None:
        default(context)
        load(context, cafile=ca)

    def undo() -> None:
        _set(look_up, load, default)

    _set(routed, *((load_more, default_and_more) if ca else (load, default)))
    return undo


def _port(ports: Mapping[str, int], host: Any) -> int:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in ports:
        return ports[host]
    below = [port for name, port in ports.items() if name[:2] == "*." and str(host).endswith(name[1:])]
    return below[0] if below else 0


def _set(look_up: Any, load: Any, default: Any) -> None:
    names: Mapping[str, Any] = {"load_verify_locations": load, "set_default_verify_paths": default}
    socket.getaddrinfo = look_up
    for name, method in names.items():
        setattr(ssl.SSLContext, name, method)
