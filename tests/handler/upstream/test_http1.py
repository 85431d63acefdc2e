"""Requests and replies of HTTP/1.1, byte by byte; `http.client` is the reader that ours is held to."""

from __future__ import annotations

import http.client
import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handler.upstream import http1
from handler.upstream.failures import BadReply, NoReply
from handler.upstream.http1 import Reply, Request
from tests import growth

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def pieces(data: bytes, size: int = 1 << 20) -> Callable[[], bytes]:
    """Return what hands data over in pieces of that size, and then the end of the connection."""
    stream = io.BytesIO(data)
    return lambda: stream.read(size)


def read(data: bytes, size: int = 1 << 20, method: str = "POST") -> tuple[Reply, bool]:
    """Read a reply that comes in pieces of that size."""
    return http1.read_reply(method, pieces(data, size))


def test_a_request_is_written_with_what_http_asks_for() -> None:
    """Headers that the caller sends are sent as they are, whatever their case."""
    plain = Request("GET", "/a?b=c", {})
    assert http1.encode(plain, "h:1") == (
        b"GET /a?b=c HTTP/1.1\r\nHost: h:1\r\n"
        b"User-Agent: import-key-pair\r\nAccept-Encoding: identity\r\n\r\n"
    )
    own = Request("PUT", "/", {"host": "real.example", "Range": "bytes=0-9"}, b"")
    assert http1.encode(own, "127.0.0.1:1") == (
        b"PUT / HTTP/1.1\r\nUser-Agent: import-key-pair\r\nAccept-Encoding: identity\r\n"
        b"Content-Length: 0\r\nhost: real.example\r\nRange: bytes=0-9\r\n\r\n"
    )
    body = Request("POST", "/", {}, b"\r\n\0")
    assert http1.encode(body, "h").endswith(b"Content-Length: 3\r\n\r\n\r\n\0")


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET\r\nX: y", "/", {}),
        Request("GET", "/ HTTP/1.1\r\nX: y", {}),
        Request("GET", "/a b", {}),
        Request("GET", "/ä", {}),
        Request("GET", "/", {"A": "b\r\nX: y"}),
        Request("GET", "/", {"A\n": "b"}),
        Request("GET", "/", {"A": "值"}),
    ],
    ids=itertools.count(),
)
def test_a_request_that_would_end_early_is_not_written(request_: Request) -> None:
    """Nothing can add a header or a second request."""
    with pytest.raises(ValueError, match="a part of the request would end it early"):
        http1.encode(request_, "h")


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
@pytest.mark.parametrize(
    ("data", "reply", "reusable"),
    [
        (HEAD + b"Content-Length: 2\r\n\r\n{}", (200, {"content-length": "2"}, b"{}"), True),
        (b"HTTP/1.1 206\r\nA:b\r\na: \t c \r\ncontent-length:0\r\n\r\n",
         (206, {"a": "b, c", "content-length": "0"}, b""), True),
        (b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + HEAD
         + b"Content-Length: 1\r\n\r\na", (200, {"content-length": "1"}, b"a"), True),
        (HEAD + b"\r\nto the end", (200, {}, b"to the end"), False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, {}, b""), True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", (304, {"content-length": "9"}, b""),
         True),
        (HEAD + b"Content-Length: 1\r\nConnection: Close\r\n\r\na",
         (200, {"content-length": "1", "connection": "Close"}, b"a"), False),
        (HEAD + b"Content-Length: 1\r\nConnection: x, close\r\n\r\na",
         (200, {"content-length": "1", "connection": "x, close"}, b"a"), False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", (200, {"content-length": "1"}, b"a"), False),
        (CHUNKED + b"3;x=y\r\nabc\r\n00A \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
         (200, {"transfer-encoding": "chunked"}, b"abc0123456789"), True),
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_a_whole_reply_is_read(data: bytes, reply: tuple[Any, ...], reusable: bool, size: int) -> None:
    """In every form, and however it was cut into packets."""
    assert read(data, size) == (reply, reusable)


def test_bytes_behind_a_reply_make_the_connection_useless() -> None:
    """They would pass for the answer to the next request."""
    assert read(HEAD + b"Content-Length: 2\r\n\r\n{}HTTP")[1] is False


def test_the_reply_to_a_head_request_has_no_body() -> None:
    """Whatever length it names."""
    reply = Reply(200, {"content-length": "9"}, b"")
    assert read(HEAD + b"Content-Length: 9\r\n\r\n", method="HEAD") == (reply, True)


BAD = {
    "no reply in HTTP/1.1": [
        b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 50, b"HTTP/2 200\r\n\r\n", b" HTTP/1.1 200 OK\r\n\r\n"
    ],
    "a status line that is none": [
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"HTTP/1.x 200 OK\r\n\r\n",
        b"HTTP/1.1\t200 OK\r\n\r\n",
    ],
    "a header that is none": [
        HEAD + b"X\r\n\r\n",
        HEAD + b": x\r\n\r\n",
        HEAD + b"A : x\r\n\r\n",
        HEAD + b"A: x\r\n folded\r\n\r\n",
        HEAD + b"A: x\nB: y\r\n\r\n",
        HEAD + b"A: \0\r\n\r\n",
        HEAD + b"\xc3\xa4: x\r\n\r\n",
    ],
    "a length that is no number": [
        HEAD + b"Content-Length: \r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 0x1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n{",
        HEAD + b"Content-Length: " + b"9" * 20 + b"\r\n\r\n",
    ],
    "a transfer coding that is not known": [
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
    ],
    "a chunk without a size": [
        CHUNKED + b"zz\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"0x1\r\n",
        CHUNKED + b"-1\r\n",
        CHUNKED + b"1" * 17 + b"\r\n",
    ],
    "a chunk of another size": [CHUNKED + b"1\r\nab\r\n"],
    "a head that is too long": [HEAD + b"X: y\r\n" * 12_000, CHUNKED + b"0\r\n" + b"x" * 70_000],
    "another protocol": [b"HTTP/1.1 101 Switching\r\n\r\n"],
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("why", BAD)
def test_what_is_no_reply_is_refused(why: str, size: int) -> None:
    """The log is told the kind of fault, without a byte of what came."""
    for data in BAD[why]:
        with pytest.raises(BadReply) as raised:
            read(data, size)
        assert str(raised.value) == why


@pytest.mark.slow
@pytest.mark.parametrize("beginning", [HEAD + b"X: ", CHUNKED + b"0;"], ids=["head", "chunk"])
def test_a_head_that_comes_byte_by_byte_costs_what_its_length_asks_for(beginning: bytes) -> None:
    """A server that dribbles makes the reader look at each byte once, not at all of them each time."""

    def dribble(data: bytes) -> None:
        with pytest.raises(NoReply):
            read(data, 1)

    assert growth.exponent(dribble, lambda size: beginning + b"y" * size, 32_768) < growth.NEARLY_LINEAR


@pytest.mark.parametrize(
    "data",
    [HEAD + b"Content-Length: 2\r\n\r\n{}", CHUNKED + b"3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"],
    ids=["length", "chunked"],
)
def test_a_reply_that_ends_early_is_no_reply(data: bytes) -> None:
    """Cut off after any of its bytes."""
    for end in range(len(data)):
        with pytest.raises(NoReply):
            read(data[:end])


class _Socket(io.BytesIO):
    """As much of a socket as `http.client` wants."""

    def makefile(self, _mode: str) -> io.BytesIO:
        return self


def by_the_library(data: bytes) -> tuple[int, bytes] | None:
    """Return the status and the body that `http.client` reads; None where it refuses."""
    reply = http.client.HTTPResponse(_Socket(data), method="POST")  # type: ignore[arg-type]
    try:
        reply.begin()
        body = reply.read()
    except (http.client.HTTPException, ValueError, OSError):
        return None
    return reply.status, body


def by_ours(data: bytes, size: int) -> tuple[int, bytes] | None:
    """Return the same of our reader."""
    try:
        reply, _ = read(data, size)
    except (BadReply, NoReply):
        return None
    return reply.status, reply.body


#: What replies are made of; joined at random they come near to every rule, and break it.
FRAGMENTS = st.sampled_from(
    [HEAD, b"HTTP/1.1 ", b"HTTP/1.0 404 No\r\n", b"200 OK\r\n", b"100 Continue\r\n\r\n", b"A: b\r\n",
     b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"\r\n", b"\r\n\r\n",
     b"\n", b"\r", b"0\r\n", b"1\r\n", b"a\r\n", b"5;x\r\n", b"hello", b"{}", b" ", b":", b"\t", b"\0",
     b"\xe4", b"0", b"3", b"-", b"f" * 9, b"chunked"]
)  # fmt: skip
STATUSES = st.sampled_from([b"200 OK", b"206 Part", b"404 ", b"503", b"204 No", b"304 Same"])
BODIES = st.binary(max_size=40)


@st.composite
def whole(draw: st.DrawFn) -> tuple[bytes, tuple[int, bytes]]:
    """Make a well-formed reply, and what is to be read of it."""
    status, body = draw(STATUSES), draw(BODIES)
    names = st.sampled_from([b"Server", b"X-A", b"Date", b"x-b"])
    values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
    lines = [b"%s: %s\r\n" % (draw(names), draw(values).encode()) for _ in range(draw(st.integers(0, 3)))]
    if status[:3] in {b"204", b"304"}:
        body, framed = b"", b"\r\n"
    elif draw(st.booleans()):
        framed = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    else:
        cut = draw(st.integers(0, len(body)))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        framed = b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" * draw(st.integers(0, 2))
    return interim + b"HTTP/1.1 " + status + b"\r\n" + b"".join(lines) + framed, (int(status[:3]), body)


@pytest.mark.fuzz
@given(whole(), st.integers(1, 60))
def test_a_well_formed_reply_is_read_as_the_library_reads_it(
    made: tuple[bytes, tuple[int, bytes]], size: int
) -> None:
    """Status and body, whatever the headers and the packets are."""
    data, expected = made
    assert by_ours(data, size) == by_the_library(data) == expected


@pytest.mark.fuzz
@given(st.lists(FRAGMENTS, max_size=14).map(b"".join), st.integers(1, 60))
@example(HEAD + b"Content-Length: 1\n\r\n\r\n{", 9)
def test_what_is_read_of_any_bytes_is_what_the_library_reads(data: bytes, size: int) -> None:
    """It may refuse more than the library, and never sees another reply in the same bytes."""
    ours = by_ours(data, size)
    assert ours is None or ours == by_the_library(data)


@pytest.mark.fuzz
@given(st.binary(max_size=60), st.integers(1, 60))
def test_bytes_of_any_kind_end_in_a_reply_or_a_refusal(data: bytes, size: int) -> None:
    """Nothing else is ever raised, also in the place of a chunk."""
    for start in (b"", HEAD, HEAD + b"\r\n", CHUNKED, CHUNKED + b"3\r\n"):
        by_ours(start + data, size)
