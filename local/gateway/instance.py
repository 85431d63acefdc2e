"""One instance of the function: a process of its own that answers one event at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from local.gateway import cpu, environment, failures
from local.gateway.failures import Failed
from local.gateway.location import Code
from local.gateway.options import Options
from local.gateway.output import Output

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_ROUTE = Path(__file__).parents[1] / "tls" / "route.py"
# Between a process's last words on its channel and its exit code.
_GRACE_SECONDS = 2.0


class FunctionReturn(NamedTuple):
    """What the function returned, as JSON text, and the most memory its process has used, in MB."""

    text: str
    memory_mb: int


class Instance:
    """A process that has loaded the function; made by `start`, ended by `end`."""

    def __init__(self, number: int, options: Options, code: Code, log: Callable[[str], None]) -> None:
        self.number = number
        self._options = options
        self._output = Output(lambda line: log(f"instance {number} | {line}"))
        ours, theirs = socket.socketpair()
        self._ours: socket.socket | None = ours
        self._writer: asyncio.StreamWriter | None = None
        routes = [_routes(options)] if options.routes else []
        try:
            with theirs:
                channel = theirs.fileno()
                self._process = subprocess.Popen(
                    [*code.python, str(_BOOTSTRAP), str(channel), str(code.root), options.handler, *routes],
                    cwd=code.root,
                    env=environment.variables(options, code.root),
                    stdin=subprocess.DEVNULL,
                    stdout=self._output.writing,
                    stderr=self._output.writing,
                    pass_fds=(channel,),
                    # A terminal's Ctrl-C does not reach it, and it is ended together with the processes that
                    # it starts.
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            self._output.close()
            raise Failed(failures.NOT_STARTED) from error
        self._output.started()
        self._governor: asyncio.Task[None] | None = None
        if options.cpu_share:
            part = cpu.share(options.memory)
            self._governor = asyncio.get_running_loop().create_task(cpu.govern(self._process.pid, part))

    async def load(self) -> None:
        """Wait until the code is loaded.

        Raises:
            Failed: it could not be; the instance is of no use then.
        """
        self._reader, self._writer = await asyncio.open_connection(sock=self._ours)
        self._ours = None
        limit = self._options.init_timeout
        try:
            answer = await asyncio.wait_for(self._receive(), limit)
        except asyncio.TimeoutError:
            raise Failed(failures.init_timed_out(limit)) from None
        if answer is None:
            raise Failed(failures.exited(await self._exit_code(), while_loading=True))
        if "not_found" in answer:
            raise Failed(failures.handler_not_found(answer["not_found"]))
        if "load_error" in answer:
            raise Failed(failures.load_error(answer["load_error"]))

    async def call(self, event: bytes, context: dict[str, object]) -> FunctionReturn:
        """Hand the function one event, as JSON text, with the role's credentials of this moment.

        Raises:
            Failed: it gave no result. The instance goes on after 430 and 407, and after nothing else.
        """
        parts = json.dumps({"context": context, "environ": environment.role(self._options)}).encode()
        self._send(b'{"event":' + event + b"," + parts[1:])
        limit = self._options.timeout
        try:
            answer = await asyncio.wait_for(self._receive(), limit)
        except asyncio.TimeoutError:
            raise Failed(failures.timed_out(limit)) from None
        if answer is None:
            raise Failed(failures.exited(await self._exit_code(), while_loading=False))
        if "exception" in answer:
            raise Failed(failures.user_code_exception(answer["exception"]))
        if "too_large" in answer:
            raise Failed(failures.REPLY_TOO_LARGE)
        return FunctionReturn(answer["reply"], answer["memory_mb"])

    @property
    def alive(self) -> bool:
        """Whether the process still holds its channel, as far as is known."""
        return not self._reader.at_eof()

    def end(self) -> None:
        """End the process and everything that it has started, and close its pipes."""
        if self._governor is not None:
            self._governor.cancel()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._writer is not None:
            self._writer.transport.abort()
        if self._ours is not None:
            self._ours.close()
        self._output.close()

    def _send(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(len(data).to_bytes(4, "big") + data)

    async def _receive(self) -> Any:
        """Return the next message, or nothing once the process has hung up."""
        try:
            head = await self._reader.readexactly(4)
            data = await self._reader.readexactly(int.from_bytes(head, "big"))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._output.drain()
            return None
        self._output.drain()
        return json.loads(data)

    async def _exit_code(self) -> int:
        waits = int(_GRACE_SECONDS / 0.01)
        while (code := self._process.poll()) is None and waits:
            waits -= 1
            await asyncio.sleep(0.01)
        return code if code is not None else -signal.SIGKILL


def _routes(options: Options) -> str:
    ca = str(options.ca.resolve()) if options.ca else ""
    return json.dumps({"file": str(_ROUTE), "ports": dict(options.routes), "ca": ca})
