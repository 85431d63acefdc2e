"""What a bucket's replies mean, also those that are not COS's own, and what it is asked."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from handler import invocation
from handler.ambient import REAL
from handler.deadline import Deadline
from handler.problems import Misconfigured, Problem, UpstreamBusy, UpstreamError, UpstreamUnreachable
from handler.triggers.bucket import Bucket
from tests.faults.exchange import timeouts
from tests.faults.scene import LENT
from tests.faults.wire import Serve, received, repeating, server


@contextmanager
def bucket(serve: Serve, clock: Callable[[], float] = REAL.monotonic) -> Iterator[Bucket]:
    """Yield a bucket behind a server that a test controls; ten seconds are left by the clock."""
    with server(serve) as running:
        environ = {**LENT, "TENCENTCLOUD_REGION": "ap-guangzhou", "COS_ENDPOINT": f"http://{running.host}"}
        call = invocation.begin({}, REAL._replace(environ=environ, monotonic=clock))
        yield Bucket("keys-1250000000", Deadline(clock() + 10.0, clock), call)


def replying(status: int, body: bytes = b"", *, marked: bool = True) -> bytes:
    """Return a reply, with the mark of COS or without."""
    mark = b"x-cos-request-id: NjE4\r\n" if marked else b""
    return b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n%b" % (status, mark, len(body), body)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"key", b"key"),
        (206, b"key", b"key"),
        (416, b"<Code>InvalidRange</Code>", b""),
        (404, b"<Code>NoSuchKey</Code>", None),
    ],
)
def test_an_object_is_there_or_not(status: int, body: bytes, expected: bytes | None) -> None:
    """An empty one has no first byte; one that has gone is none."""
    with bucket(repeating(replying(status, body))) as found:
        assert found.read("in/a.pub") == expected


SLOW_DOWN = b"<Error><Code>SlowDown</Code></Error>"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b"", Misconfigured),
        (429, b"", UpstreamBusy),
        (503, SLOW_DOWN, UpstreamBusy),
        (500, b"", UpstreamUnreachable),
        (503, b"", UpstreamUnreachable),
        (499, b"", UpstreamError),
        (307, b"", UpstreamError),
    ],
)
def test_a_refusal_is_sorted_by_who_can_mend_it(status: int, body: bytes, kind: type[Problem]) -> None:
    """All of them may work later; what is throttled or away says when."""
    with bucket(repeating(replying(status, body))) as found, pytest.raises(Problem) as refused:
        found.read("in/a.pub")
    assert type(refused.value) is kind
    assert refused.value.retry_after == (5 if kind in (UpstreamBusy, UpstreamUnreachable) else 0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, UpstreamError), (404, UpstreamError), (416, UpstreamError), (502, UpstreamUnreachable)],
)
def test_a_page_of_something_in_between_says_nothing_of_the_object(status: int, kind: type[Problem]) -> None:
    """It is no key, and its 404 does not mean that the object has gone; no result was written either."""
    with bucket(repeating(replying(status, b"<html>", marked=False))) as found:
        with pytest.raises(Problem) as refused:
            found.read("in/a.pub")
        assert type(refused.value) is kind
        with pytest.raises(kind):
            found.write("out/a.json", b"{}")


def test_what_is_asked_is_bounded_and_what_is_written_is_json() -> None:
    """16 KiB and a byte are asked for, which tells a longer file; a result has its media type."""
    seen: list[bytes] = []

    def serve(peer: socket.socket, _number: int) -> None:
        while request := received(peer):
            seen.append(request)
            peer.sendall(replying(200, b"key"))

    with bucket(serve) as found:
        found.read("in/a.pub")
        assert found.write("out/a.json", b"{}") == 200
    read, written = (request.partition(b"\r\n\r\n")[0].lower().split(b"\r\n") for request in seen)
    assert read[0] == b"get /in/a.pub http/1.1"
    assert b"range: bytes=0-16384" in read
    assert b"host: keys-1250000000.cos.ap-guangzhou.myqcloud.com" in read
    assert written[0] == b"put /out/a.json http/1.1"
    assert b"content-type: application/json" in written


def test_a_reply_is_awaited_for_half_the_time_left() -> None:
    """So that importing still fits: of ten seconds, five."""
    with bucket(repeating(replying(200, b"key")), lambda: 1000.0) as found, timeouts() as seconds:
        assert found.read("in/a.pub") == b"key"
    assert (max(seconds), seconds[-1]) == (5.0, 5.0)
