"""How a connection is opened: names, addresses, and the time that they may take."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from handler.ambient import REAL
from handler.upstream.transport import NeverSent
from tests.faults.exchange import (
    GOOD,
    PATIENCE,
    STILL,
    ask,
    bounds,
    failing,
    timeouts,
)
from tests.faults.wire import repeating, server, swallowing


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_refused_connection_was_never_sent() -> None:
    """The reason is the kind of error, without its text."""
    assert failing(NeverSent, f"127.0.0.1:{closed_port()}") == "ConnectionRefusedError"


def test_a_connection_that_nobody_accepts_ends_with_the_time() -> None:
    """Neither earlier nor later."""
    with swallowing() as port, timeouts() as waited:
        why = failing(NeverSent, f"127.0.0.1:{port}", bounds(left=PATIENCE), ambient=STILL)
    assert why in {"TimeoutError", "timeout"}
    assert waited == [pytest.approx(PATIENCE)]


@pytest.mark.parametrize(("passed", "left"), [(3.7, 0.3), (4.5, 0.001)])
def test_connecting_takes_four_seconds_at_most(passed: float, left: float) -> None:
    """However much time there is: on a clock that leaps, so much of it has passed at once."""
    readings: list[float] = []

    def leaping() -> float:
        readings.append(1000.0 + (passed if readings else 0.0))
        return readings[-1]

    with swallowing() as port, timeouts() as waited:
        ambient = REAL._replace(monotonic=leaping)
        failing(NeverSent, f"127.0.0.1:{port}", bounds(left=100.0), ambient=ambient)
    assert waited == [pytest.approx(left)]


# The names below are answered in the test: no real one can be asked, and none be slow on demand.
UNRESOLVED = "the host name cannot be resolved"


def test_a_slow_name_look_up_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver knows no timeout."""
    done = threading.Event()

    def slow(*_arguments: Any, **_named: Any) -> list[Any]:
        done.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    before = set(threading.enumerate())
    assert failing(NeverSent, "cvm.example:80", bounds(left=PATIENCE)) == UNRESOLVED
    left_behind = set(threading.enumerate()) - before
    assert left_behind, "it is not awaited to its end"
    assert all(thread.daemon for thread in left_behind), "nor does it keep the process from ending"
    done.set()


def test_a_name_that_does_not_exist_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked anew for the next call."""

    def unknown(*_arguments: Any, **_named: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failing(NeverSent, "cvm.example:80") == UNRESOLVED


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that can be reached serves; the port is the scheme's unless another is named."""
    asked: list[tuple[Any, ...]] = []
    with server(repeating(GOOD)) as running:
        ports = [closed_port(), int(running.host.rpartition(":")[2])]

        def two(*arguments: Any, **_named: Any) -> list[Any]:
            asked.append(arguments)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]

        monkeypatch.setattr(socket, "getaddrinfo", two)
        assert ask("cvm.example") == b"{}"
        failing(NeverSent, "cvm.example", bounds(left=PATIENCE), scheme="https")
    assert asked == [(b"cvm.example", 80), (b"cvm.example", 443)]


def test_an_address_of_a_family_that_this_machine_does_not_have_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of IPv6 where there is none: the next address serves, and without one nothing was sent."""
    nowhere = (12345, socket.SOCK_STREAM, 6, "", ("::1", 443))
    with server(repeating(GOOD)) as running:
        port = int(running.host.rpartition(":")[2])
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [nowhere, here])
        assert ask("cvm.example") == b"{}"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [nowhere])
    assert failing(NeverSent, "cvm.example") == "OSError"


@pytest.mark.parametrize(("deaf", "left", "passes"), [(1, 4.0, 1.8), (2, 0.6, 0.0)])
def test_each_address_of_a_name_gets_an_equal_part_of_the_time(
    deaf: int, left: float, passes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that swallows packets leaves time for the next; together they take the time and no more."""
    part = left / 2
    # Most of the first part seems to have passed when connecting begins, and all of it when it has failed.
    moments = iter([0.0, 0.0, passes])
    ambient = REAL._replace(monotonic=lambda: 1000.0 + next(moments, part))
    with swallowing() as port, server(repeating(GOOD)) as running, timeouts() as waited:
        ports = [port, int(running.host.rpartition(":")[2]) if deaf == 1 else port]

        def two(*_arguments: Any, **_named: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]

        monkeypatch.setattr(socket, "getaddrinfo", two)
        if deaf == 1:
            assert ask("cvm.example", bounds(left=left), ambient=ambient) == b"{}"
        else:
            failing(NeverSent, "cvm.example", bounds(left=left), ambient=ambient)
    assert waited[:2] == [pytest.approx(part - passes), pytest.approx(part)]
