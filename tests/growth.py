"""How the cost of some work grows, or compares: ratios of runs in the same breath, never seconds.

A slow or busy machine slows both sides of a ratio. What else it does only ever adds to a run, so the least of
several runs counts, and a ratio that is over its limit is measured again before it is believed.
"""

from __future__ import annotations

import gc
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any, TypeVar

ROUNDS = 9
"""How often a cost over its limit is measured before it is believed."""

STEP = 8
"""How many times as long each input is as the one before."""

NEARLY_LINEAR = 1.5
"""Linear work has an exponent of 1, quadratic work one of 2."""

_T = TypeVar("_T")


def exponent(read: Callable[[_T], object], make: Callable[[int], _T], size: int) -> float:
    """Return the power of the input's size with which the cost of reading it grows.

    `make(size)` gives an input of that size; it is called for `size`, an eighth and a 64th of it, so that a
    quadratic reader is found long before its largest input. Assert that the result is below NEARLY_LINEAR.
    """
    worst = 0.0
    small = make(size // STEP**2)
    for part in (size // STEP, size):
        large = make(part)
        times = ratio(partial(read, large), partial(read, small), STEP**NEARLY_LINEAR)
        worst = max(worst, math.log(times, STEP))
        if worst >= NEARLY_LINEAR:
            break
        small = large
    return worst


def text(start: str, part: str, size: int) -> str:
    """Return `start`, and behind it about `size` characters of `part` over and over."""
    return start + part * (size // len(part))


def ratio(work: Callable[[], object], yardstick: Callable[[], object], limit: float) -> float:
    """Return how many times the cost of `yardstick` that of `work` is. Assert that it is below `limit`."""
    costs: list[tuple[float, float]] = []
    found = math.inf
    with _no_collection():
        for done in range(1, ROUNDS + 1):
            costs.append((_cost(yardstick), _cost(work)))
            found = min(cost[1] for cost in costs) / min(cost[0] for cost in costs)
            # Near the limit alone is it worth measuring again.
            if done >= 3 and not limit <= found <= 2 * limit:
                break
    return found


def calls(work: Callable[[], object]) -> Counter[str]:
    """Return how often `work` called each function, those written in C included, by qualified name."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            counted[f"{argument.__module__}.{argument.__qualname__}"] += 1
        elif event == "call":
            counted[f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    del counted["sys.setprofile"]
    return counted


def _cost(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun or 1e-9


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector, whose work depends on what other tests left behind, out of the costs."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
