"""Carries what an instance prints to the log, line by line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

_CHUNK = 65536
# A line without an end is cut, or one function could fill the gateway's memory.
_LONGEST_LINE = 65536


class Output:
    """The reading end of the pipe that is an instance's standard output and standard error.

    `drain` reads whatever is there now: a bootstrap flushes before it answers, so everything that was
    printed during a call is in the log once the answer has been read and the pipe drained.
    """

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = b""
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._open = True
        asyncio.get_running_loop().add_reader(self._reading, self.drain)

    def drain(self) -> None:
        """Pass on every whole line that can be read without waiting."""
        while self._open:
            try:
                data = os.read(self._reading, _CHUNK)
            except BlockingIOError:
                return
            if not data:
                self._end()
                return
            *lines, self._rest = (self._rest + data).split(b"\n")
            if len(self._rest) > _LONGEST_LINE:
                lines.append(self._rest)
                self._rest = b""
            for line in lines:
                self._line(line.decode("utf-8", "backslashreplace"))

    def started(self) -> None:
        """Close the writing end here, once the instance has its own."""
        os.close(self.writing)
        self.writing = -1

    def close(self) -> None:
        """Read what is left and stop, even if a descendant of the instance still holds the pipe."""
        self.drain()
        if self._open:
            self._end()
        if self.writing >= 0:
            self.started()

    def _end(self) -> None:
        self._open = False
        asyncio.get_running_loop().remove_reader(self._reading)
        os.close(self._reading)
        if self._rest:
            self._line(self._rest.decode("utf-8", "backslashreplace"))
            self._rest = b""
