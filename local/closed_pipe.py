"""Ends a command without a traceback when the reader of its output has gone, as `head` does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def ended_quietly(command: Callable[[], int], code: int) -> int:
    """Run a command and return its exit code; return `code` when nobody reads its output any more."""
    try:
        result = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would report the closed stream once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code
    return result
