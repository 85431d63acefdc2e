"""Writes one flat ASCII JSON object per line to standard output, as SCF's log service reads them.

SCF splits a line of JSON into fields one level deep, so no value here is an object or a list
(https://www.tencentcloud.com/document/product/583/37363). Never written: a key, a secret, a
token, a signature, a library's message, a whole event.
"""

from __future__ import annotations

import json
import sys

_RANKS = {"debug": 0, "info": 1, "warning": 2, "error": 3}

LogValue = str | int | float | bool | None


class Log:
    """The log of one invocation: a lowest level, and the fields that every line carries."""

    def __init__(self, level: str, common: dict[str, LogValue]) -> None:
        self._rank = _RANKS[level]
        self._common = common

    def write(self, level: str, message: str, /, **fields: LogValue) -> None:
        """Write one line, unless its level is below the lowest one."""
        if _RANKS[level] >= self._rank:
            self._line({"log": level, "message": message, **self._common, **fields})

    def audit(self, fields: dict[str, LogValue]) -> None:
        """Write the one line of a decision; no level hides it."""
        self._line({"log": "audit", **self._common, **fields})

    def _line(self, fields: dict[str, LogValue]) -> None:
        present = {name: value for name, value in fields.items() if value is not None and value != ""}
        # Looked up at each write: SCF and test runners put another stream there.
        sys.stdout.write(json.dumps(present, separators=(",", ":")) + "\n")
        sys.stdout.flush()
