"""One bounded exchange over one kept connection, against servers that misbehave byte by byte."""

from __future__ import annotations

import itertools
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from handler import cvm_transport
from handler.ambient import REAL
from handler.cvm_transport import BadReply, NeverSent, NoReply
from tests.faults.exchange import GOOD, HEAD, PATIENCE, ask, bounds, dribbling, once, silent, timed
from tests.faults.wire import Serve, received, repeating, server


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    cvm_transport.forget()
    yield
    cvm_transport.forget()


def test_the_body_of_the_reply_comes_back() -> None:
    """Sent is what was signed, with nothing that could change its meaning."""
    seen: list[bytes] = []

    def serve(peer: socket.socket, _number: int) -> None:
        seen.append(received(peer))
        peer.sendall(GOOD)

    with server(serve) as running:
        assert ask(running.host, body=b'{"a": 1}') == b"{}"
        host = running.host
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:]) == [
        "accept-encoding: identity",
        "content-length: 8",
        f"host: {host}",
        "user-agent: import-key-pair",
        "x-test: 1",
    ]
    assert body == b'{"a": 1}'


def test_one_connection_serves_many_exchanges() -> None:
    """It is kept in between."""
    with server(repeating(GOOD)) as running:
        for _ in range(5):
            ask(running.host)
        assert running.connections == 1


@pytest.mark.parametrize(
    "reply",
    [
        GOOD.replace(b"Content-Type", b"Connection: close\r\nContent-Type"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_a_connection_that_ends_with_the_reply_is_not_kept(reply: bytes) -> None:
    """The next exchange makes its own."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        peer.sendall(reply)

    with server(serve) as running:
        assert [ask(running.host), ask(running.host)] == [b"{}", b"{}"]
        assert running.connections == 2


def test_a_kept_connection_that_the_server_closed_is_not_used() -> None:
    """So that nothing is sent into the void and then in doubt."""
    closed = threading.Event()

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        peer.sendall(GOOD)
        peer.shutdown(socket.SHUT_RDWR)
        closed.set()

    with server(serve) as running:
        ask(running.host)
        assert closed.wait(5)
        ask(running.host)
        assert running.connections == 2


def test_a_kept_connection_with_bytes_nobody_asked_for_is_not_used() -> None:
    """A second reply would pass for the answer to the next request."""
    sent = threading.Event()

    def serve(peer: socket.socket, number: int) -> None:
        received(peer)
        peer.sendall(GOOD)
        if number == 0:
            time.sleep(0.05)
            peer.sendall(GOOD.replace(b"{}", b"[]"))
            sent.set()
            received(peer)

    with server(serve) as running:
        assert ask(running.host) == b"{}"
        assert sent.wait(5)
        assert ask(running.host) == b"{}"
        assert running.connections == 2


@pytest.mark.parametrize("clock", ["monotonic", "wall"])
@pytest.mark.parametrize(("idle", "connections"), [(9.0, 1), (10.5, 2)])
def test_a_connection_idle_for_over_ten_seconds_is_not_used(
    clock: str, idle: float, connections: int
) -> None:
    """By either clock: one stands still while an instance is suspended, the other can be set."""
    skipped = [0.0]
    if clock == "wall":
        ambient = REAL._replace(wall=lambda: time.time() + skipped[0])
    else:
        ambient = REAL._replace(monotonic=lambda: time.monotonic() + skipped[0])
    with server(repeating(GOOD)) as running:
        ask(running.host, ambient=ambient)
        skipped[0] = idle
        ask(running.host, ambient=ambient)
        assert running.connections == connections


def test_only_one_connection_is_kept() -> None:
    """Another endpoint's takes its place."""
    with server(repeating(GOOD)) as one, server(repeating(GOOD)) as other:
        for host in (one.host, other.host, one.host):
            ask(host)
        assert (one.connections, other.connections) == (2, 1)


def test_after_a_failure_the_connection_is_not_kept() -> None:
    """A late reply must never pass for the answer to another request."""
    with server(repeating(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", GOOD)) as running:
        for _ in range(2):
            with pytest.raises(BadReply):
                ask(running.host)
        assert running.connections == 2


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
    ],
)
def test_every_form_of_a_whole_reply_is_read(reply: bytes) -> None:
    """In chunks, up to the end of the connection, after an interim reply."""

    def serve(peer: socket.socket, _number: int) -> None:
        received(peer)
        peer.sendall(reply)

    with server(serve) as running:
        assert ask(running.host) == b"{}"


@pytest.mark.parametrize(
    "serve",
    [
        silent,
        dribbling(HEAD * 10),
        dribbling(b"HTTP/1.1 100 Continue\r\n\r\n" * 10),
        lambda peer, _: (received(peer), peer.sendall(HEAD), dribbling(b"X-A: b\r\n" * 10)(peer, 0)),
        lambda peer, _: (peer.sendall(HEAD + b"Content-Length: 99\r\n\r\n"), dribbling(b" " * 99)(peer, 0)),
        lambda peer, _: (peer.sendall(HEAD + b"\r\n"), dribbling(b" " * 99)(peer, 0)),
        lambda peer, _: (
            peer.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
            dribbling(b"000000000000000000000001\r\n")(peer, 0),
        ),
    ],
    ids=["silence", "status", "interim", "head", "body", "endless body", "chunk size"],
)
def test_the_whole_exchange_ends_with_its_patience(serve: Serve) -> None:
    """Also where each single byte comes in time."""
    with server(serve) as running:
        assert timed(NoReply, running.host) in {"TimeoutError", "timeout"}


def test_sending_ends_with_the_patience_too() -> None:
    """A server that does not read cannot hold us either; something was sent, so it is in doubt."""
    done = threading.Event()
    with server(lambda _peer, _number: (done.wait(5), None)[1]) as running:
        timed(NoReply, running.host, body=b" " * 64_000_000)
        done.set()


def reset(peer: socket.socket, _number: int) -> None:
    """Break the connection off once the request is there."""
    received(peer)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    "serve",
    [
        once(b""),
        reset,
        once(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"),
        once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"),
        once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["closed", "reset", "half a body", "half a chunk", "no chunk"],
)
def test_a_dropped_connection_is_no_reply(serve: Serve) -> None:
    """Once bytes were sent, nobody knows what became of them."""
    with server(serve) as running:
        timed(NoReply, running.host)


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0" * 50 + b"\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n" + b" " * 5000,
    ],
    ids=itertools.count(),
)
def test_anything_but_a_whole_reply_of_sane_size_is_a_bad_one(reply: bytes) -> None:
    """Nothing of an impossible size is made room for."""
    with server(once(reply)) as running:
        timed(BadReply, running.host)


def test_a_redirect_is_not_followed() -> None:
    """Nobody else is sent what was signed for CVM."""
    with server(repeating(GOOD)) as elsewhere:
        head = f"HTTP/1.1 307 Go\r\nLocation: http://{elsewhere.host}/\r\nContent-Length: 0\r\n\r\n"
        with server(once(head.encode())) as running:
            assert timed(BadReply, running.host) == "status 307"
        assert elsewhere.connections == 0


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_refused_connection_was_never_sent() -> None:
    """The reason is the kind of error, without its text."""
    assert timed(NeverSent, f"127.0.0.1:{closed_port()}") == "ConnectionRefusedError"


def test_a_connection_that_nobody_accepts_ends_with_the_time() -> None:
    """As behind a firewall that swallows packets: here a full queue of a listener does it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        crowd = [socket.socket() for _ in range(4)]
        for waiting in crowd:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        try:
            host = "127.0.0.1:" + str(listener.getsockname()[1])
            assert timed(NeverSent, host, bounds(left=PATIENCE)) in {"TimeoutError", "timeout"}
        finally:
            for waiting in crowd:
                waiting.close()


def test_without_patience_nothing_is_sent() -> None:
    """A connection that took all the time is of no use."""
    seen: list[bytes] = []
    with server(lambda peer, _: seen.append(received(peer))) as running:
        assert timed(NeverSent, running.host, bounds(patience=0.05)) == "no time left"
    assert seen in ([], [b""])


def test_what_fails_before_the_first_byte_was_never_sent() -> None:
    """Here the time is up at the moment of sending: the clock leaps."""
    readings: list[float] = []

    def leaping() -> float:
        readings.append(time.monotonic() + (100 if len(readings) >= 3 else 0))
        return readings[-1]

    with server(repeating(GOOD)) as running:
        timed(NeverSent, running.host, ambient=REAL._replace(monotonic=leaping))


# The names below are answered in the test: no real one can be asked, and none be slow on demand.


def test_a_slow_name_look_up_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver knows no timeout."""
    done = threading.Event()

    def slow(*_arguments: Any, **_named: Any) -> list[Any]:
        done.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert "resolved" in timed(NeverSent, "cvm.example:80", bounds(left=PATIENCE))
    done.set()


def test_a_name_that_does_not_exist_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked anew for the next call."""

    def unknown(*_arguments: Any, **_named: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "resolved" in timed(NeverSent, "cvm.example:80")


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that can be reached serves; https stands on port 443 unless another is named."""
    asked: list[tuple[Any, ...]] = []
    with server(repeating(GOOD)) as running:
        ports = [closed_port(), int(running.host.rpartition(":")[2])]

        def two(*arguments: Any, **_named: Any) -> list[Any]:
            asked.append(arguments)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]

        monkeypatch.setattr(socket, "getaddrinfo", two)
        assert ask("cvm.example") == b"{}"
    assert asked == [("cvm.example", 443)]


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
    assert timed(NeverSent, "cvm.example") == "OSError"
