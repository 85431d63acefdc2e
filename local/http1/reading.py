"""Reads one request from a stream: strict in form (RFC 9112) and bounded in size.

Nothing a client sends raises anything but `Refused` or the stream's own errors. No message repeats what was
sent. Time limits are the connection's matter.
"""

from __future__ import annotations

import asyncio
import re

from local.http1.messages import Headers, RefusedRequest, Request

#: The longest line of a head, in bytes; also the limit of the stream's buffer.
LONGEST_LINE = 64 * 1024

_HEADER_BYTES = 64 * 1024
_HEADER_COUNT = 200
# Blank lines before a request are to be ignored (RFC 9112, 2.2), but not for ever.
_BLANK_LINES = 4

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([!-~]+) HTTP/([0-9])\.([0-9])\r\n")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_LENGTH = re.compile(r"[0-9]+", re.ASCII)
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_TOKEN_OR_BLANK_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z\r\n-]")


async def read_request(
    first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body_limit: int, number: int
) -> Request:
    """Read the rest of a request whose first byte is there already.

    Args:
        first: that byte.
        reader: the rest comes from here.
        writer: takes `100 Continue`, where the client waits for it.
        body_limit: the largest body, in bytes.
        number: the connection's number, for the request.

    Raises:
        Refused: the request is malformed or too large.
        asyncio.IncompleteReadError: the client left.
    """
    # At the first byte: a TLS greeting would otherwise be waited for until the time is up.
    if not _TOKEN_OR_BLANK_LINE.match(first):
        raise RefusedRequest(400, "This is not an HTTP/1.1 request.")
    line = first + await _line(reader, 414)
    for _ in range(_BLANK_LINES):
        if line != b"\r\n":
            break
        line = await _line(reader, 414)
    match = _REQUEST_LINE.fullmatch(line)
    if not match:
        raise RefusedRequest(400, "The request line is malformed.")
    if match[3] != b"1":
        raise RefusedRequest(505, "Only HTTP/1.1 is spoken here.")
    path, query = _target(match[2].decode("ascii"))
    headers = await _headers(reader)
    modern = match[4] != b"0"
    hosts = len(_values(headers, "host"))
    if hosts > 1 or (modern and not hosts):
        raise RefusedRequest(400, "HTTP/1.1 wants exactly one Host header.")
    body, headers = await _body(reader, writer, headers, body_limit)
    options = {option.strip() for value in _values(headers, "connection") for option in value.split(",")}
    options = {option.lower() for option in options}
    keep_alive = "close" not in options and (modern or "keep-alive" in options)
    return Request(match[1].decode("ascii"), path, query, headers, body, keep_alive, number)


def _target(target: str) -> tuple[str, str]:
    # The absolute form has to be understood by every server (RFC 9112, 3.2.2).
    absolute = _ABSOLUTE.match(target)
    origin = target[absolute.end() :] if absolute else target
    if absolute and not origin.startswith("/"):
        origin = "/" + origin
    if not origin.startswith("/") or "#" in origin:
        raise RefusedRequest(400, "The request target is malformed.")
    path, _, query = origin.partition("?")
    return path, query


async def _line(reader: asyncio.StreamReader, too_long: int) -> bytes:
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise RefusedRequest(too_long, "A line of the request is too long.") from None


async def _headers(reader: asyncio.StreamReader) -> Headers:
    headers: list[tuple[str, str]] = []
    size = 0
    while (line := await _line(reader, 431)) != b"\r\n":
        size += len(line)
        if size > _HEADER_BYTES or len(headers) == _HEADER_COUNT:
            raise RefusedRequest(431, "The request has too many headers.")
        match = _HEADER.fullmatch(line)
        if not match:
            raise RefusedRequest(400, "A header of the request is malformed.")
        headers.append((match[1].decode("ascii").lower(), match[2].decode("latin-1")))
    return tuple(headers)


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key == name]


async def _body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Headers, limit: int
) -> tuple[bytes, Headers]:
    """Return the body, and the headers as if it had come with a length."""
    codings, lengths = _values(headers, "transfer-encoding"), _values(headers, "content-length")
    # Both at once is how requests are smuggled (RFC 9112, 6.1).
    if (codings and lengths) or len(codings) > 1 or len(lengths) > 1:
        raise RefusedRequest(400, "The framing of the body is ambiguous.")
    if codings and codings[0].lower() != "chunked":
        raise RefusedRequest(501, "The only Transfer-Encoding known here is chunked.")
    if lengths and not _LENGTH.fullmatch(lengths[0]):
        raise RefusedRequest(400, "The Content-Length is malformed.")
    # Beyond 20 digits the size is too large, whatever the digits are; Python refuses to convert thousands.
    size = int(lengths[0].lstrip("0")[:20] or "0") if lengths else 0
    if size > limit:
        raise RefusedRequest(413, "The body is too large.")
    if (size or codings) and "100-continue" in map(str.lower, _values(headers, "expect")):
        # Clients such as curl wait for this before they send a large body.
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not codings:
        return (await reader.readexactly(size) if size else b""), headers
    body = await _chunks(reader, limit)
    kept = tuple(pair for pair in headers if pair[0] != "transfer-encoding")
    return body, (*kept, ("content-length", str(len(body))))


async def _chunks(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while True:
        match = _CHUNK.fullmatch(await _line(reader, 400))
        if not match:
            raise RefusedRequest(400, "A chunk of the body is malformed.")
        length = int(match[1], 16)
        if len(body) + length > limit:
            raise RefusedRequest(413, "The body is too large.")
        if not length:
            await _headers(reader)  # trailers say nothing that matters here
            return bytes(body)
        body += await reader.readexactly(length)
        if await reader.readexactly(2) != b"\r\n":
            raise RefusedRequest(400, "A chunk of the body is malformed.")
