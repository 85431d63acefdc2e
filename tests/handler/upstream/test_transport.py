"""One bounded exchange over one kept connection, against servers that misbehave byte by byte."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
import time
from typing import Any

import pytest

from handler.ambient import REAL
from handler.upstream.transport import BadReply, NeverSent, NoReply
from tests.faults.exchange import (
    GOOD,
    HEAD,
    PATIENCE,
    STILL,
    ask,
    bounds,
    dribbling,
    failing,
    once,
    replied,
    silent,
)
from tests.faults.wire import Serve, received, repeating, server


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
        assert closed.wait(60)
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
        assert sent.wait(60)
        assert ask(running.host) == b"{}"
        assert running.connections == 2


@pytest.mark.parametrize("clock", ["monotonic", "wall"])
@pytest.mark.parametrize(("idle", "connections"), [(9.0, 1), (10.5, 2)])
def test_a_connection_idle_for_over_ten_seconds_is_not_used(
    clock: str, idle: float, connections: int
) -> None:
    """By either clock: one stands still while an instance is suspended, the other can be set."""
    skipped = [0.0]
    clocks: dict[str, Any] = {"wall": lambda: 1000.0, clock: lambda: 1000.0 + skipped[0]}
    ambient = STILL._replace(**clocks)
    with server(repeating(GOOD)) as running:
        ask(running.host, ambient=ambient)
        skipped[0] = idle
        ask(running.host, ambient=ambient)
        assert running.connections == connections


@pytest.mark.parametrize(("idle", "connections"), [(10.0, 1), (10.25, 2)])
def test_ten_seconds_are_not_over_ten(idle: float, connections: int) -> None:
    """To the moment, by clocks that stand still but for that."""
    now = [1000.0]
    ambient = REAL._replace(wall=lambda: now[0], monotonic=lambda: now[0])
    with server(repeating(GOOD)) as running:
        ask(running.host, ambient=ambient)
        now[0] += idle
        ask(running.host, ambient=ambient)
        assert running.connections == connections


def test_one_connection_is_kept_for_each_endpoint() -> None:
    """CVM and STS in turns do not close each other's."""
    with server(repeating(GOOD)) as first, server(repeating(GOOD)) as second:
        for host in (first.host, second.host, first.host, second.host):
            ask(host)
        assert (first.connections, second.connections) == (1, 1)


def test_of_five_endpoints_the_one_that_was_used_longest_ago_is_left() -> None:
    """A small number of connections is kept, whatever the number of hosts."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(server(repeating(GOOD))) for _ in range(5)]
        for place in (0, 1, 2, 3, 0, 4, 0, 2, 3, 4, 1):
            ask(running[place].host)
        assert [each.connections for each in running] == [1, 2, 1, 1, 1]


@pytest.mark.parametrize("failure", [b"HTTP/1.1 500", b"HTTP/1.1 200 OK\r\nX\r\n\r\n"])
def test_after_a_failure_the_connection_is_not_kept(failure: bytes) -> None:
    """A late reply must never pass for the answer to another request."""
    with server(repeating(failure, GOOD)) as running:
        for _ in range(2):
            with pytest.raises((BadReply, NoReply)):
                ask(running.host, bounds(patience=PATIENCE))
        assert running.connections == 2


def test_a_reply_of_any_status_is_a_reply() -> None:
    """What it means is for the caller to say; the connection serves again."""
    missing = b"HTTP/1.1 404 No\r\nX-Request-Id: a\r\nx-request-id: b\r\nContent-Length: 2\r\n\r\nno"
    with server(repeating(missing)) as running:
        for _ in range(2):
            assert replied(running.host) == (404, {"x-request-id": "a, b", "content-length": "2"}, b"no")
        assert running.connections == 1


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


def test_a_long_reply_comes_back_byte_by_byte() -> None:
    """However many pieces it is read in."""
    body = bytes(range(256)) * 400
    with server(repeating(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)) as running:
        assert ask(running.host, bounds(room=200_000)) == body


def test_a_reply_may_fill_its_room_to_the_last_byte() -> None:
    """Its head included; one byte more is too much."""
    with server(repeating(GOOD)) as running:
        assert ask(running.host, bounds(room=len(GOOD))) == b"{}"
        assert failing(BadReply, running.host, bounds(room=len(GOOD) - 1)) == "a reply that is too long"


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
        why = failing(NoReply, running.host, bounds(patience=PATIENCE))
    assert why in {"TimeoutError", "timeout"}


def test_sending_ends_with_the_patience_too() -> None:
    """A server that does not read cannot hold us either; something was sent, so it is in doubt."""
    done = threading.Event()
    with server(lambda _peer, _number: (done.wait(60), None)[1]) as running:
        why = failing(NoReply, running.host, bounds(patience=PATIENCE), body=b" " * 32_000_000)
        done.set()
    assert why in {"TimeoutError", "timeout"}


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_what_does_not_fit_into_one_packet_is_sent_to_its_end() -> None:
    """However little the network takes at a time."""
    seen: list[bytes] = []

    def serve(peer: socket.socket, _number: int) -> None:
        seen.append(received(peer))
        peer.sendall(GOOD)

    body = bytes(range(256)) * 32_000
    with server(serve) as running:
        assert ask(running.host, body=body) == b"{}"
    assert seen[0].endswith(b"\r\n\r\n" + body)


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
        once(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 18 + b"\r\n\r\n{}"),
        once(CHUNKED + b"9\r\n{}"),
        once(CHUNKED + b"f" * 15 + b"\r\n{}"),
    ],
    ids=["closed", "reset", "half a body", "endless body", "half a chunk", "endless chunk"],
)
def test_a_dropped_connection_is_no_reply(serve: Serve) -> None:
    """Nobody knows what became of what was sent; and no room is made for a body of impossible size."""
    with server(serve) as running:
        failing(NoReply, running.host)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 5000 + b"\r\n\r\n",
        CHUNKED + b"fffffffffff\r\n" + b" " * 5000,
    ],
    ids=itertools.count(),
)
def test_a_reply_that_is_longer_than_its_room_is_a_bad_one(reply: bytes) -> None:
    """Whatever it says of its length."""
    with server(once(reply)) as running:
        assert failing(BadReply, running.host) == "a reply that is too long"


def test_a_redirect_is_not_followed() -> None:
    """Nobody else is sent what was signed for one host."""
    with server(repeating(GOOD)) as elsewhere:
        head = f"HTTP/1.1 307 Go\r\nLocation: http://{elsewhere.host}/\r\nContent-Length: 0\r\n\r\n"
        with server(once(head.encode())) as running:
            assert replied(running.host).status == 307
        assert elsewhere.connections == 0


def test_without_patience_nothing_is_sent() -> None:
    """A connection that took all the time is of no use."""
    seen: list[bytes] = []
    with server(lambda peer, _: seen.append(received(peer))) as running:
        assert failing(NeverSent, running.host, bounds(patience=0.05)) == "no time left"
    assert seen in ([], [b""])


def test_the_least_patience_is_enough_to_send() -> None:
    """On a clock that stands still; that no reply comes is another matter."""
    with server(silent) as running:
        failing(NoReply, running.host, bounds(patience=0.1), ambient=STILL)


@pytest.mark.parametrize("leap", [100.0, 0.25])
def test_what_fails_before_the_first_byte_was_never_sent(leap: float) -> None:
    """Here the time is up at the moment of sending, or just then: the clock leaps."""
    readings: list[float] = []

    def leaping() -> float:
        readings.append(1000.0 + (leap if len(readings) >= 5 else 0))
        return readings[-1]

    with server(repeating(GOOD)) as running:
        ambient = REAL._replace(monotonic=leaping)
        assert failing(NeverSent, running.host, bounds(patience=0.25), ambient=ambient) == "TimeoutError"
