"""Gives an instance the share of a processor that its memory size gives on the platform.

SCF says that the processor grows with the memory, not how. AWS Lambda, which works alike, gives a whole one
for 1,769 MB (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). No privilege is needed:
what has used more than its share is stopped until the share has caught up, as a cgroup's quota does it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time

WHOLE_PROCESSOR_MB = 1769

_TICK_SECONDS = 0.002
# What was not used can be made up for within a period, the kernel's default for a quota.
_PERIOD_SECONDS = 0.1


def share(memory: int) -> float:
    """Return the part of a processor for a memory size in MB, at most a whole one."""
    return min(1.0, memory / WHOLE_PROCESSOR_MB)


def check() -> None:
    """Raise ValueError where a process's own clock cannot be read."""
    if not sys.platform.startswith("linux"):
        raise ValueError("cpu share works on Linux only")


async def govern(pid: int, part: float) -> None:
    """Hold a process group to its part of a processor until cancelled or until its leader is gone."""
    last = time.monotonic()
    allowed = _used(pid) + part * _PERIOD_SECONDS
    stopped = False
    with contextlib.suppress(OSError):
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now, used = time.monotonic(), _used(pid)
            allowed = min(allowed + part * (now - last), used + part * _PERIOD_SECONDS)
            last = now
            if (used > allowed) is not stopped:
                stopped = not stopped
                os.killpg(pid, signal.SIGSTOP if stopped else signal.SIGCONT)


def _used(pid: int) -> float:
    """Return the seconds of processor that a process has used, all its threads together.

    The kernel numbers the clock of a process this way: include/linux/posix-timers_types.h, and glibc's
    clock_getcpuclockid(3).
    """
    return time.clock_gettime((~pid << 3) | 2)
