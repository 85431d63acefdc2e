"""The gateway itself: HTTP in, events to instances, HTTP out, in an event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from local import http1
from local.gateway import failures, location
from local.gateway.location import Code
from local.gateway.options import SIX_MEGABYTES, Options, check
from local.gateway.pool import EventOutcome, Pool, no_call
from local.gateway.shapes import SHAPES
from local.http1 import Limits, RefusedRequest, Reply, Request
from local.open_files import open_files

_KEEP_ALIVE_SECONDS = 60.0
# Whoever reaches this server is on this machine.
_CLIENT = "127.0.0.1"
_LOG_LINES = 10_000

_T = TypeVar("_T")


class Gateway:
    """A running gateway; made by `serve`."""

    def __init__(self, options: Options, code: Code) -> None:
        self._options = options
        self._code = code
        self._shape = SHAPES[options.shape]
        self._lines: collections.deque[str] = collections.deque(maxlen=_LOG_LINES)
        # Half of what may be open is kept for instances and whatever else this process has to do.
        self._most_connections = open_files() // 2
        self._started: concurrent.futures.Future[int] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._started.result()

    @property
    def url(self) -> str:
        """What to put before a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> list[str]:
        """Every line so far, the last 10,000 at most: what instances printed, and one per call."""
        return list(self._lines)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return self._server.connections

    def invoke(self, event: object) -> EventOutcome:
        """Hand one event to the function directly, as a trigger or the Invoke API does."""
        return self.invoke_text(_json_text(event))

    def invoke_text(self, event: bytes) -> EventOutcome:
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
        patience = self._options.request_timeout
        limits = Limits(patience, _KEEP_ALIVE_SECONDS, patience, SIX_MEGABYTES, self._most_connections)
        try:
            self._server = http1.Server(self._options.port, self._answer, limits, self._refusal)
            try:
                await self._pool.warm_up()
            except BaseException:
                self._server.close()
                raise
            self._started.set_result(self._server.port)
            await self._server.run(self._stopping)
        finally:
            self._pool.close()

    async def _answer(self, request: Request) -> Reply:
        event = self._shape.event(request, _CLIENT, self._options)
        outcome = await self._pool.invoke(_json_text(event))
        reply = self._shape.answer(outcome)
        self._write(f"{request.method} {request.path} -> {reply.status} ({outcome.timing()})")
        return reply

    async def _invoke_text(self, event: bytes) -> EventOutcome:
        outcome = await self._pool.invoke(event) if _is_json(event) else no_call(failures.NOT_JSON)
        ended = outcome.failure.status if outcome.failure else "returned"
        self._write(f"event -> {ended} ({outcome.timing()})")
        return outcome

    def _refusal(self, refused: RefusedRequest) -> Reply:
        # An event around a body that is too large would be larger still.
        too_large = refused.status == 413
        reply = self._shape.answer(no_call(failures.EVENT_TOO_LARGE)) if too_large else refused.reply()
        self._write(f"refused -> {reply.status} ({refused.reason})")
        return reply

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
