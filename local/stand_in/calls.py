"""The calls of a stand-in, for tests and people."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple

_KEPT_HEADERS = ("host", "content-type", "user-agent", "x-tc-language", "x-tc-region", "x-tc-requestclient")


class RecordedCall(NamedTuple):
    """One request for an action, from its arrival on.

    `account` is whose credentials signed it. `code` is what was answered: `ok`, an error code, or nothing
    while (or because) no answer was given. `executed` is whether the action ran and succeeded, whatever the
    client got to see of it.
    """

    time: float
    connection: int
    action: str
    secret_id: str
    request_id: str
    headers: Mapping[str, str]
    parameters: Mapping[str, Any] = {}
    code: str = ""
    executed: bool = False
    fault: str = ""
    account: str = ""

    @property
    def key_name(self) -> str:
        """The name in question, `""` where there is none."""
        name = self.parameters.get("KeyName")
        return name if isinstance(name, str) else ""


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Choose the headers to record; none of them is secret."""
    # Interned, because thousands of calls have the same few values.
    return {name: sys.intern(headers[name]) for name in _KEPT_HEADERS if name in headers}


class CallLog:
    """The last calls, oldest first; safe to read from any thread."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._next = 0
        self._calls: dict[int, RecordedCall] = {}

    def open(self, call: RecordedCall) -> int:
        """Note a call and give the number under which to note more about it."""
        with self._lock:
            self._next += 1
            self._calls[self._next] = call
            if len(self._calls) > self._keep:
                del self._calls[next(iter(self._calls))]
            return self._next

    def note(self, number: int, **changes: Any) -> None:
        """Note the result of a call, unless the call is no longer recorded."""
        with self._lock:
            if call := self._calls.get(number):
                self._calls[number] = call._replace(**changes)

    def snapshot(self) -> list[RecordedCall]:
        """Copy what is known now."""
        with self._lock:
            return list(self._calls.values())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._calls.clear()
