"""The gateway itself: HTTP in, events to instances, HTTP out, in an event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import contextlib
import json
import resource
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from local.gateway import failures, location, wire
from local.gateway.location import Code
from local.gateway.options import SIX_MEGABYTES, Options, check
from local.gateway.pool import Outcome, Pool, no_call
from local.gateway.shapes import SHAPES
from local.gateway.wire import Refused, Request, Response

_HOST = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 60.0
_LINGER_SECONDS = 2.0
_LOG_LINES = 10_000

_T = TypeVar("_T")


class Gateway:
    """A running gateway; made by `serve`."""

    def __init__(self, options: Options, code: Code) -> None:
        self._options = options
        self._code = code
        self._shape = SHAPES[options.shape]
        self._lines: collections.deque[str] = collections.deque(maxlen=_LOG_LINES)
        self._connections: set[asyncio.Task[None]] = set()
        self._most_connections = _raise_file_limit() // 2
        self._started: concurrent.futures.Future[int] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._started.result()

    @property
    def url(self) -> str:
        """What to put before a path."""
        return f"http://{_HOST}:{self.port}"

    @property
    def log(self) -> list[str]:
        """Every line so far, the last 10,000 at most: what instances printed, and one per call."""
        return list(self._lines)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._connections)

    def invoke(self, event: object) -> Outcome:
        """Hand one event to the function directly, as a trigger or the Invoke API does."""
        return self.invoke_text(_json_text(event))

    def invoke_text(self, event: bytes) -> Outcome:
        """Hand over one event that is JSON text already, or claims to be."""
        return self._in_loop(self._invoke_text(event))

    def start(self) -> None:
        """Begin to serve.

        Raises:
            OSError: the port is taken.
            Failed: one of the instances to be warm from the start cannot be started.
        """
        self._thread.start()
        self._started.result()

    def stop(self) -> None:
        """End all connections and instances, and wait until they are gone."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _in_loop(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        # Whatever is still under way when `_serve` returns, `asyncio.run` cancels.
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if not self._started.done():
                self._started.set_exception(error)
            else:
                raise

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._pool = Pool(self._options, self._code, self._write)
        try:
            server = await asyncio.start_server(
                self._connected, _HOST, self._options.port, limit=wire.LONGEST_LINE, backlog=1024
            )
            try:
                await self._pool.warm_up()
                self._started.set_result(server.sockets[0].getsockname()[1])
                await self._stopping.wait()
            finally:
                server.close()
        finally:
            self._pool.close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Half of what may be open is kept for instances and whatever else this process has to do.
        if len(self._connections) >= self._most_connections:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        patience = self._options.request_timeout
        limits = wire.Limits(patience, patience, SIX_MEGABYTES)
        try:
            while await self._exchange(reader, writer, limits):
                limits = limits._replace(idle=_KEEP_ALIVE_SECONDS)
            writer.close()
        except (OSError, asyncio.TimeoutError):
            # The client has vanished or stopped reading: nobody is left to tell.
            pass
        finally:
            writer.transport.abort()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: wire.Limits
    ) -> bool:
        """Answer one request; return whether another may follow on this connection."""
        patience = self._options.request_timeout
        try:
            request = await wire.read_request(reader, writer, limits)
        except Refused as refused:
            response = self._refusal(refused)
            await wire.send(writer, response, head=False, close=True, within=patience)
            await wire.linger(reader, writer, _LINGER_SECONDS)
            return False
        if request is None:
            return False
        response = await self._answer(request, writer.get_extra_info("peername")[0])
        head, close = request.method == "HEAD", not request.keep_alive
        await wire.send(writer, response, head=head, close=close, within=patience)
        return request.keep_alive

    async def _answer(self, request: Request, client: str) -> Response:
        event = self._shape.event(request, client, self._options)
        outcome = await self._pool.invoke(_json_text(event))
        response = self._shape.answer(outcome)
        self._write(f"{request.method} {request.path} -> {response.status} ({outcome.timing()})")
        return response

    async def _invoke_text(self, event: bytes) -> Outcome:
        outcome = await self._pool.invoke(event) if _is_json(event) else no_call(failures.NOT_JSON)
        ended = outcome.failure.status if outcome.failure else "returned"
        self._write(f"event -> {ended} ({outcome.timing()})")
        return outcome

    def _refusal(self, refused: Refused) -> Response:
        if refused.status == 413:
            # An event around this body would be larger still.
            response = self._shape.answer(no_call(failures.EVENT_TOO_LARGE))
        else:
            kind = ("Content-Type", "text/plain; charset=utf-8")
            response = Response(refused.status, (kind,), f"{refused.reason}\n".encode())
        self._write(f"refused -> {response.status} ({refused.reason})")
        return response

    def _write(self, line: str) -> None:
        self._lines.append(line)
        if self._options.log:
            self._options.log(line)


@contextlib.contextmanager
def serve(options: Options | None = None) -> Iterator[Gateway]:
    """Run a gateway on 127.0.0.1 for as long as the `with` block lasts.

    Raises:
        ValueError: an option is wrong.
        OSError: the port is taken.
        Failed: an instance that was to be warm from the start cannot be started.
    """
    options = options or Options()
    check(options)
    with location.located(options) as code:
        gateway = Gateway(options, code)
        try:
            gateway.start()
            yield gateway
        finally:
            gateway.stop()


def _json_text(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _raise_file_limit() -> int:
    # A thousand connections need a thousand descriptors, and the customary soft limit is 1,024.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1 << 16 if hard == resource.RLIM_INFINITY else min(hard, 1 << 16)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return 1 << 16 if soft == resource.RLIM_INFINITY else soft
