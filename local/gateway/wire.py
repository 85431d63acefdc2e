"""HTTP/1.1 on a pair of asyncio streams: strict in what it reads, bounded in time and size.

RFC 9112. Whatever is malformed, too long or too slow is refused with a status of its own and the connection
is closed; nothing a client sends raises anything but `Refused` or ends up in a message.
"""

from __future__ import annotations

import asyncio
import http
import re
from email.utils import formatdate
from typing import NamedTuple

LONGEST_LINE = 64 * 1024
_HEADER_BYTES = 64 * 1024
_HEADER_COUNT = 200
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([!-~]+) HTTP/([0-9])\.([0-9])\r\n")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?\r\n")
_LENGTH = re.compile(r"[0-9]{1,18}")
_TOKEN_OR_BLANK_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z\r\n-]")

Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """One request as it came, header names in lower case, transfer codings undone."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    keep_alive: bool


class Response(NamedTuple):
    """One reply; `send` adds the headers that frame it."""

    status: int
    headers: Headers
    body: bytes


class Refused(Exception):
    """The client sent something that cannot be served; `status` is what to answer before hanging up."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Limits(NamedTuple):
    """Seconds to wait for a first byte and for the rest, and the largest body in bytes."""

    idle: float
    request: float
    body: int


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits
) -> Request | None:
    """Return the next request, or nothing if the client hung up or never began one.

    Raises:
        Refused: it is malformed, too large, incomplete or too slow.
    """
    try:
        first = await asyncio.wait_for(reader.read(1), limits.idle)
    except asyncio.TimeoutError:
        return None
    if not first:
        return None
    # Told at the first byte: a TLS greeting would otherwise be waited for until the time is up.
    if not _TOKEN_OR_BLANK_LINE.match(first):
        raise Refused(400, "This is not an HTTP/1.1 request.")
    try:
        return await asyncio.wait_for(_rest_of_request(first, reader, writer, limits.body), limits.request)
    except asyncio.TimeoutError:
        raise Refused(408, "The request did not arrive in time.") from None
    except asyncio.IncompleteReadError:
        raise Refused(400, "The request ended before it was complete.") from None


async def _rest_of_request(
    first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body_limit: int
) -> Request:
    line = first + await _line(reader, 414)
    # RFC 9112, 2.2: blank lines before a request are to be ignored.
    for _ in range(4):
        if line != b"\r\n":
            break
        line = await _line(reader, 414)
    match = _REQUEST_LINE.fullmatch(line)
    if not match:
        raise Refused(400, "The request line is malformed.")
    if match[3] != b"1":
        raise Refused(505, "Only HTTP/1.1 is spoken here.")
    path, query = _target(match[2].decode("ascii"))
    headers = await _headers(reader)
    modern = match[4] != b"0"
    if modern and len(_values(headers, "host")) != 1:
        raise Refused(400, "HTTP/1.1 wants exactly one Host header.")
    _check_framing(headers, body_limit)
    if "100-continue" in map(str.lower, _values(headers, "expect")):
        # Clients such as curl wait for this before they send a large body.
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body, headers = await _body(reader, headers, body_limit)
    connection = ",".join(_values(headers, "connection")).lower()
    options = [option.strip() for option in connection.split(",")]
    keep_alive = "close" not in options if modern else "keep-alive" in options
    return Request(match[1].decode("ascii"), path, query, headers, body, keep_alive)


def _target(target: str) -> tuple[str, str]:
    # The absolute form has to be understood by every server (RFC 9112, 3.2.2).
    absolute = re.match(r"https?://[^/?#]+", target)
    origin = target[absolute.end() :] if absolute else target
    if absolute and not origin.startswith("/"):
        origin = "/" + origin
    if not origin.startswith("/") or "#" in origin:
        raise Refused(400, "The request target is malformed.")
    path, _, query = origin.partition("?")
    return path, query


async def _line(reader: asyncio.StreamReader, too_long: int) -> bytes:
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise Refused(too_long, "A line of the request is too long.") from None


async def _headers(reader: asyncio.StreamReader) -> Headers:
    headers: list[tuple[str, str]] = []
    size = 0
    while (line := await _line(reader, 431)) != b"\r\n":
        size += len(line)
        if size > _HEADER_BYTES or len(headers) == _HEADER_COUNT:
            raise Refused(431, "The request has too many headers.")
        match = _HEADER.fullmatch(line)
        if not match:
            raise Refused(400, "A header of the request is malformed.")
        headers.append((match[1].decode("ascii").lower(), _text(match[2])))
    return tuple(headers)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key == name]


def _check_framing(headers: Headers, limit: int) -> None:
    codings, lengths = _values(headers, "transfer-encoding"), _values(headers, "content-length")
    # Both at once is how requests are smuggled (RFC 9112, 6.1).
    if codings and (lengths or [coding.lower() for coding in codings] != ["chunked"]):
        raise Refused(400, "The framing of the body is ambiguous or unknown.")
    if lengths and (len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0])):
        raise Refused(400, "The Content-Length is malformed.")
    if lengths and int(lengths[0]) > limit:
        raise Refused(413, "The body is too large.")


async def _body(reader: asyncio.StreamReader, headers: Headers, limit: int) -> tuple[bytes, Headers]:
    """Return the body, and the headers as if it had come with a length."""
    if _values(headers, "transfer-encoding"):
        body = await _chunks(reader, limit)
        kept = tuple(pair for pair in headers if pair[0] != "transfer-encoding")
        return body, (*kept, ("content-length", str(len(body))))
    lengths = _values(headers, "content-length")
    return (await reader.readexactly(int(lengths[0])) if lengths else b""), headers


async def _chunks(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while True:
        match = _CHUNK.fullmatch(await _line(reader, 400))
        if not match:
            raise Refused(400, "A chunk of the body is malformed.")
        length = int(match[1], 16)
        if len(body) + length > limit:
            raise Refused(413, "The body is too large.")
        if not length:
            await _headers(reader)
            return bytes(body)
        body += await reader.readexactly(length)
        if await reader.readexactly(2) != b"\r\n":
            raise Refused(400, "A chunk of the body is malformed.")


async def send(
    writer: asyncio.StreamWriter, response: Response, *, head: bool, close: bool, within: float
) -> None:
    """Hand a reply to the operating system, all of it, but without its body if the request was HEAD.

    Raises:
        OSError: the client is gone.
        asyncio.TimeoutError: the client does not read.
    """
    lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    # RFC 9110, 6.6.1: whoever has a clock says what time it is.
    if not any(name.lower() == "date" for name, _ in response.headers):
        lines.append(f"Date: {formatdate(usegmt=True)}")
    bodiless = response.status in (204, 304)
    if not bodiless:
        lines.append(f"Content-Length: {len(response.body)}")
    if close:
        lines.append("Connection: close")
    start = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
    # So that draining means that nothing is left here: the connection may be cut right afterwards.
    writer.transport.set_write_buffer_limits(0)
    writer.write(start if head or bodiless else start + response.body)
    await asyncio.wait_for(writer.drain(), within)


async def linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, within: float) -> None:
    """Read and forget what the client still sends.

    Closing at once would reset the connection and could take the reply with it before the client has read it
    (RFC 9112, 9.6).
    """

    async def forget() -> None:
        while await reader.read(LONGEST_LINE):
            pass

    if writer.can_write_eof():
        writer.write_eof()
    await asyncio.wait_for(forget(), within)


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Platform Error"
