"""HTTP/1.1 on 127.0.0.1, as far as clients of an API need it, and safe from clients who mean it badly.

It knows nothing of CVM: a handler turns a `Request` into a `Reply`. Sources: RFC 9112. A request has to be
complete within a time limit; heads and bodies have size limits; too many connections cost the quietest one.
"""

from __future__ import annotations

import asyncio
import re
import resource
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 10 * 1024 * 1024  # what the API gateway takes with TC3
CONNECTION_LIMIT = 4096

_BACKLOG = 1024
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\r\n")


class Request(NamedTuple):
    """A complete request; header names in lower case, text as Latin-1, nothing decoded."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Reply(NamedTuple):
    """What to send, and how the sending ends.

    `end` is `""` for a normal reply, else `drop` (close, nothing sent), `reset` (RST, nothing sent),
    `truncate` (half of the body, then close) or `dribble` (the body in pieces over `seconds`).
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    end: str = ""
    seconds: float = 0.0


Handler = Callable[[Request], Awaitable[Reply]]


class Refused(Exception):
    """A request that no handler gets to see; the connection ends with it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.reply = Reply(why.encode() + b"\n", status, "text/plain")


class Connection:
    """One client's connection; `deadline` is when it has to have got on, in the loop's time."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer
        self.deadline = float("inf")
        self.half_request = False
        self.timed_out = False

    async def read(self, idle_seconds: float, request_seconds: float) -> tuple[Request, bool]:
        """Wait for one request; tell, too, whether the connection may live on after it."""
        now = asyncio.get_running_loop().time
        self.deadline = now() + idle_seconds
        first = await self.reader.readexactly(1)
        self.deadline = now() + request_seconds
        self.half_request = True
        try:
            rest = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(431, f"The head of a request may have {HEAD_LIMIT} bytes.") from None
        method, target, version, headers = _head((first + rest).lstrip(b"\r\n"))
        body = await self._body(headers)
        self.half_request = False
        self.deadline = float("inf")
        path, _, query = target.partition("?")
        tokens = headers.get("connection", "").lower()
        lives = "close" not in tokens if version == "HTTP/1.1" else "keep-alive" in tokens
        return Request(method, path, query, headers, body, self.number), lives

    async def _body(self, headers: dict[str, str]) -> bytes:
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if coding is not None and length is not None:
            raise Refused(400, "A body has either a Content-Length or a Transfer-Encoding.")
        if coding is not None and coding.strip().lower() != "chunked":
            raise Refused(501, "The only Transfer-Encoding known here is chunked.")
        if length is not None and not (length.isascii() and length.isdigit()):
            raise Refused(400, "Content-Length has to be a number.")
        size = int(length.lstrip("0")[:20] or "0") if length else 0
        if size > BODY_LIMIT:
            raise Refused(413, f"A body may have {BODY_LIMIT} bytes.")
        if (size or coding) and headers.get("expect", "").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if coding is None:
            return await self.reader.readexactly(size) if size else b""
        return await self._chunks()

    async def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            match = _CHUNK.fullmatch(await self._line())
            if not match:
                raise Refused(400, "A chunk has to begin with its length.")
            size = int(match[1], 16)
            if len(body) + size > BODY_LIMIT:
                raise Refused(413, f"A body may have {BODY_LIMIT} bytes.")
            if not size:
                break
            body += await self.reader.readexactly(size)
            if await self.reader.readexactly(2) != b"\r\n":
                raise Refused(400, "A chunk has to end where its length says.")
        while await self._line() != b"\r\n":  # trailers say nothing that matters here
            pass
        return bytes(body)

    async def _line(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(400, "This line is too long.") from None

    async def write(self, reply: Reply, lives: bool, patience: float, head_only: bool = False) -> bool:
        """Send a reply and tell whether the connection lives on."""
        if reply.end == "reset":
            # With no time to linger, closing sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.writer.transport.abort()
        if reply.end in ("reset", "drop"):
            return False
        self.deadline = asyncio.get_running_loop().time() + patience + reply.seconds
        head = (
            f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, 'Unknown')}\r\n"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime())}\r\n"
            f"Content-Type: {reply.content_type}\r\n"
            f"Content-Length: {len(reply.body)}\r\n"
            f"Connection: {'keep-alive' if lives else 'close'}\r\n\r\n"
        ).encode("latin-1")
        if reply.end == "truncate":
            self.writer.write(head + reply.body[: len(reply.body) // 2])
            lives = False
        elif reply.end == "dribble":
            self.writer.write(head)
            await self._dribble(reply)
        else:
            self.writer.write(head if head_only else head + reply.body)
        await self.writer.drain()
        return lives

    async def _dribble(self, reply: Reply) -> None:
        pieces = min(20, len(reply.body))
        for piece in range(pieces):
            await asyncio.sleep(reply.seconds / pieces)
            start, end = (len(reply.body) * (piece + step) // pieces for step in (0, 1))
            self.writer.write(reply.body[start:end])
            await self.writer.drain()

    async def refuse(self, refused: Refused) -> None:
        """Answer, and swallow what the client is still sending, so that it gets to read the answer."""
        await self.write(refused.reply, lives=False, patience=1.0)
        self.writer.write_eof()
        self.deadline = asyncio.get_running_loop().time() + 1.0
        self.half_request = False
        while await self.reader.read(HEAD_LIMIT):
            pass

    def expire(self) -> None:
        """End a connection that has not got on, with a word if it had begun to say something."""
        if self.half_request and not self.timed_out:
            self.timed_out = True
            self.deadline += 1.0
            self.writer.write(
                b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            self.writer.close()
        else:
            self.writer.transport.abort()


class Server:
    """Listens on 127.0.0.1 and nowhere else; port 0 takes a free one, known at once.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int, handler: Handler, request_seconds: float, idle_seconds: float) -> None:
        self._socket = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self.port: int = self._socket.getsockname()[1]
        self._handler = handler
        self._request_seconds = request_seconds
        self._idle_seconds = idle_seconds
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._accepted = 0
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._room = (
            CONNECTION_LIMIT if files == resource.RLIM_INFINITY else min(CONNECTION_LIMIT, files - 64)
        )

    async def run(self, end: asyncio.Event) -> None:
        """Serve until the event is set, then end everything that is still going on."""
        listener = await asyncio.start_server(
            self._converse, sock=self._socket, limit=HEAD_LIMIT, backlog=_BACKLOG
        )
        try:
            while not end.is_set():
                self._expire()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(end.wait(), min(0.25, self._request_seconds / 4))
        finally:
            listener.close()
            for task, connection in self._connections.items():
                connection.writer.transport.abort()
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def _expire(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections.values()):
            if connection.deadline < now:
                connection.expire()

    async def _answer(self, request: Request) -> Reply:
        try:
            return await self._handler(request)
        except Exception as bug:  # noqa: BLE001 - a bug in the handler is shown and must not end the server
            message = "The handler of the server failed."
            asyncio.get_running_loop().call_exception_handler({"message": message, "exception": bug})
            return Reply(message.encode(), 500, "text/plain")

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        connection = Connection(self._accepted, reader, writer)
        task = asyncio.current_task()
        assert task is not None
        if len(self._connections) >= self._room:
            min(self._connections.values(), key=lambda other: other.deadline).writer.transport.abort()
        self._connections[task] = connection
        try:
            lives = True
            while lives:
                request, lives = await connection.read(self._idle_seconds, self._request_seconds)
                reply = await self._answer(request)
                lives = await connection.write(reply, lives, self._request_seconds, request.method == "HEAD")
        except Refused as refused:
            await connection.refuse(refused)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone, which is its good right
        finally:
            del self._connections[task]
            writer.close()


def _head(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    """Read a request line and its headers.

    Raises:
        Refused: it is not HTTP/1.x, or could be read in two ways.
    """
    text = head.decode("latin-1")
    if not text.count("\n") == text.count("\r") == text.count("\r\n") or "\0" in text:
        raise Refused(400, "A head has lines that end with CR LF, and no NUL.")
    start, *lines = text.split("\r\n")[:-2]
    parts = start.split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not parts[2].startswith("HTTP/"):
        raise Refused(400, "A request begins with METHOD TARGET HTTP/1.1.")
    method, target, version = parts
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise Refused(505, "Only HTTP/1.1 is spoken here.")
    if absolute := _ABSOLUTE.match(target):
        target = target[absolute.end() :]
        target = target if target.startswith("/") else "/" + target
    if not target.startswith("/") and target != "*":
        raise Refused(400, "The target of a request is a path.")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise Refused(400, "A header is NAME: VALUE on one line.")
        name, value = name.lower(), value.strip(" \t")
        if name in headers:
            if name in ("host", "content-length", "authorization", "transfer-encoding"):
                raise Refused(400, f"There are two {name} headers.")
            value = f"{headers[name]}, {value}"
        headers[name] = value
    if version == "HTTP/1.1" and "host" not in headers:
        raise Refused(400, "HTTP/1.1 wants a Host header.")
    return method, target, version, headers
