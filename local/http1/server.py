"""A server on 127.0.0.1 that no client can make hang or fall over."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from local.http1.messages import TEXT, RefusedRequest, Reply, Request
from local.http1.reading import LONGEST_LINE, read_request
from local.http1.writing import head, write_reply

HOST = "127.0.0.1"

_BACKLOG = 1024
# For what a client still sends after it was refused, and for one to read why its time is up.
_LINGER_SECONDS = 1.0
# Kept free for whatever else the process has to open.
_OTHER_FILES = 64

Handler = Callable[[Request], Awaitable[Reply]]


class Limits(NamedTuple):
    """What clients may take.

    Attributes:
        first: seconds until the first byte of a connection.
        idle: seconds until the first byte of any further request.
        request: seconds for the rest of a request, and again for taking the reply.
        body: bytes of a body.
        connections: how many there may be at one time, unless the process may open fewer files.
    """

    first: float = 75.0
    idle: float = 75.0
    request: float = 15.0
    body: int = 10 * 1024 * 1024
    connections: int = 4096


DEFAULT_LIMITS = Limits()


def plain_refusal(refused: RefusedRequest) -> Reply:
    """Return the status and the reason as text."""
    return refused.reply()


class Server:
    """Listens on 127.0.0.1 and nowhere else; port 0 takes a free one, known at once.

    Args:
        port: where to listen.
        handler: answers a request; whatever it raises is a 500 and a line for the loop's exception handler.
        limits: what clients may take.
        refusal: makes the reply to what no handler gets to see.
        tls: speak HTTPS with this certificate.

    Raises:
        OSError: the port is taken.
    """

    def __init__(
        self,
        port: int,
        handler: Handler,
        limits: Limits = DEFAULT_LIMITS,
        refusal: Callable[[RefusedRequest], Reply] = plain_refusal,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._socket = socket.create_server((HOST, port), backlog=_BACKLOG)
        self.port: int = self._socket.getsockname()[1]
        self.refusal = refusal
        self.limits = limits
        self._handler = handler
        self._tls = tls
        self._connections: dict[asyncio.Task[None], _Connection] = {}
        self._accepted = 0
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        unlimited = files == resource.RLIM_INFINITY
        self._room = limits.connections if unlimited else min(limits.connections, files - _OTHER_FILES)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    async def run(self, end: asyncio.Event) -> None:
        """Serve until the event is set, then end everything that is still going on."""
        listener = await asyncio.start_server(
            self._converse, sock=self._socket, limit=LONGEST_LINE, backlog=_BACKLOG, ssl=self._tls
        )
        try:
            while not end.is_set():
                self._expire()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(end.wait(), min(0.25, self.limits.request / 4))
        finally:
            listener.close()
            for task, connection in self._connections.items():
                connection.writer.transport.abort()
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def close(self) -> None:
        """Stop listening without having run."""
        self._socket.close()

    async def answer(self, request: Request) -> Reply:
        """Ask the handler."""
        try:
            return await self._handler(request)
        except Exception as bug:  # noqa: BLE001 - a bug in the handler is shown and must not end the server
            message = "The handler of the server failed."
            asyncio.get_running_loop().call_exception_handler({"message": message, "exception": bug})
            return Reply(500, TEXT, message.encode())

    def _expire(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections.values()):
            if connection.deadline < now:
                connection.expire()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        connection = _Connection(self, self._accepted, reader, writer)
        task = asyncio.current_task()
        assert task is not None
        if len(self._connections) >= self._room:
            # The quietest makes room, but none that is waiting for its reply.
            quietest = min(self._connections.values(), key=lambda other: other.deadline)
            if quietest.deadline == float("inf"):
                writer.transport.abort()
                return
            quietest.writer.transport.abort()
        self._connections[task] = connection
        # asyncio sets this only where the listening socket names its protocol, and create_server's does not.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await connection.converse()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone, which is its good right
        finally:
            del self._connections[task]
            writer.transport.abort()


class _Connection:
    """One client's connection; `deadline` is when it has to have got on, in the loop's time."""

    def __init__(
        self, server: Server, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.writer = writer
        self.deadline = float("inf")
        self._server = server
        self._number = number
        self._reader = reader
        self._now = asyncio.get_running_loop().time
        self._half_request = False

    async def converse(self) -> None:
        """Answer one request after another until one side has enough."""
        limits = self._server.limits
        try:
            idle = limits.first
            while await self._exchange(idle):
                idle = limits.idle
            self.writer.close()
            await self.writer.wait_closed()
        except RefusedRequest as refused:
            await self._refuse(refused)

    async def _exchange(self, idle: float) -> bool:
        limits = self._server.limits
        self.deadline = self._now() + idle
        first = await self._reader.read(1)
        if not first:
            return False
        self.deadline = self._now() + limits.request
        self._half_request = True
        try:
            request = await read_request(first, self._reader, self.writer, limits.body, self._number)
        except asyncio.IncompleteReadError:
            raise RefusedRequest(400, "The request ended before it was complete.") from None
        finally:
            self._half_request = False
        self.deadline = float("inf")
        reply = await self._server.answer(request)
        self.deadline = self._now() + limits.request + reply.seconds
        head_only = request.method == "HEAD"
        return await write_reply(self.writer, reply, keep_alive=request.keep_alive, head_only=head_only)

    async def _refuse(self, refused: RefusedRequest) -> None:
        """Answer, and swallow what the client is still sending, so that it gets to read the answer.

        Closing at once would reset the connection and could take the reply with it (RFC 9112, 9.6).
        """
        if self.writer.is_closing():
            return
        self.deadline = self._now() + self._server.limits.request
        await write_reply(self.writer, self._server.refusal(refused), keep_alive=False)
        if self.writer.can_write_eof():
            self.writer.write_eof()
        self.deadline = self._now() + _LINGER_SECONDS
        while await self._reader.read(LONGEST_LINE):
            pass

    def expire(self) -> None:
        """End a connection that has not got on, with a word if it had begun to say something."""
        if self._half_request:
            self._half_request = False
            self.deadline = self._now() + _LINGER_SECONDS
            reply = self._server.refusal(RefusedRequest(408, "The request did not arrive in time."))
            self.writer.write(head(reply, keep_alive=False) + reply.body)
            self.writer.close()
        else:
            self.writer.transport.abort()


@contextmanager
def running(run: Callable[[asyncio.Event], Awaitable[None]]) -> Iterator[None]:
    """Run servers in a thread of their own for as long as the `with` block lasts.

    Args:
        run: serves until its event is set, as `Server.run` does.
    """
    loop, end = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        await run(end)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
