"""Ten thousand messages in one delivery: no record costs more because there are many."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from handler import invocation
from handler.ambient import REAL
from handler.event import recognise
from handler.triggers.delivery import Redeliver
from tests.doubles.function import Function
from tests.handler.triggers.samples import ckafka, requests
from tests.keys.many import public_keys

pytestmark = pytest.mark.slow

KEYS = public_keys(4000)


def deliver(function: Function, event: object) -> Any:
    """Hand the function an event and let its log go nowhere."""
    call = invocation.begin({}, REAL._replace(environ={**function.environ, "TIME_BUDGET_MS": "890000"}))
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return recognise(event).answer(event, call)


def seconds_a_record(function: Function, count: int) -> float:
    """Return the processor time of the function alone for each of so many records: half new, half there."""
    function.cvm.account.clear()
    for number in range(0, count, 2):
        function.cvm.account.insert(f"key_{number}", KEYS[number])
    event = ckafka(requests(KEYS[:count]))
    before = time.thread_time()
    assert deliver(function, event) == {"created": count // 2, "unchanged": count // 2}
    return (time.thread_time() - before) / count


def test_time_for_a_record_does_not_grow(function: Function) -> None:
    """4,000 records take four times as long as 1,000, give or take what else the machine does."""
    seconds_a_record(function, 100)
    few, many = seconds_a_record(function, 1000), seconds_a_record(function, 4000)
    assert many < 1.5 * few


def peak(step: Callable[[], object]) -> int:
    """Return the most memory that a step held at a time, in bytes."""
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_for_a_record_does_not_grow(function: Function) -> None:
    """Beside the event itself, 2,000 records need what 500 need: what is decided is let go."""
    mixed = [*requests(KEYS[:18]), "poison", {**requests(KEYS[:1])[0], "keyName": "again"}]

    def memory(count: int) -> int:
        event = ckafka(itertools.islice(itertools.cycle(mixed), count))
        return peak(lambda: deliver(function, event))

    memory(20)
    few, many = memory(500), memory(2000)
    # A list of the messages, 8 bytes each, is all that is made for the whole of them.
    assert many - few < 1500 * 32


def test_what_is_left_over_costs_next_to_nothing(function: Function) -> None:
    """Once CVM is out of reach each record still has its line, and ten thousand of them take a moment."""
    function.cvm.fault("*", "throttle", times=None)
    clock = itertools.count(step=600.0)
    call = invocation.begin({}, REAL._replace(environ=function.environ, monotonic=lambda: next(clock)))
    event = ckafka(["{}"] * 10_000)
    before = time.thread_time()
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        pytest.raises(Redeliver, match="10000 of 10000"),
    ):
        recognise(event).answer(event, call)
    # That much is kept for the lines.
    assert time.thread_time() - before < 10_000 * 0.0002
