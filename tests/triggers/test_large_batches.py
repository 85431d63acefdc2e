"""Thousands of messages in one delivery: no record costs more because there are many."""

from __future__ import annotations

import contextlib
import itertools
import os
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from handler import invocation
from handler.ambient import REAL
from handler.event import source_of
from handler.triggers.delivery import Redeliver
from tests import growth
from tests.doubles.function import Function
from tests.handler.triggers.samples import ckafka, requests
from tests.keys.many import public_keys

pytestmark = pytest.mark.slow

KEYS = public_keys(256)


def deliver(function: Function, event: object) -> Any:
    """Hand the function an event and let its log go nowhere."""
    call = invocation.begin({}, REAL._replace(environ={**function.environ, "TIME_BUDGET_MS": "890000"}))
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return source_of(event).answer(event, call)


def half_there(function: Function, count: int) -> object:
    """Return a delivery of so many records, half of them new, half in the account already."""
    function.cvm.account.clear()
    for number in range(0, count, 2):
        function.cvm.account.insert(f"key_{number}", KEYS[number])
    return ckafka(requests(KEYS[:count]))


def test_time_for_a_record_does_not_grow(function: Function) -> None:
    """Eight times as many records take eight times as long."""

    def read(count: int) -> None:
        event = half_there(function, count)
        assert deliver(function, event) == {"created": count // 2, "unchanged": count // 2}

    read(8)
    assert growth.exponent(read, int, len(KEYS)) < growth.NEARLY_LINEAR


def peak(step: Callable[[], object]) -> int:
    """Return the most memory that a step held at a time, in bytes."""
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_for_a_record_does_not_grow(function: Function) -> None:
    """Beside the event itself, 400 records need what 100 need: what is decided is let go."""
    mixed = [*requests(KEYS[:18]), "poison", {**requests(KEYS[:1])[0], "keyName": "again"}]

    def memory(count: int) -> int:
        event = ckafka(itertools.islice(itertools.cycle(mixed), count))
        return peak(lambda: deliver(function, event))

    memory(20)
    few, many = memory(100), memory(400)
    # A list of the messages, 8 bytes each, is all that is made for the whole of them.
    assert many - few < 300 * 32


def test_what_is_left_over_costs_next_to_nothing(function: Function) -> None:
    """Once CVM is out of reach each record still has its line, and as many more cost as much more."""
    function.cvm.fault("*", "throttle", times=None)

    def read(count: int) -> None:
        clock = itertools.count(step=600.0)
        ambient = REAL._replace(environ=function.environ, monotonic=lambda: next(clock))
        event = ckafka(["{}"] * count)
        with (
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            pytest.raises(Redeliver, match=f"{count} of {count}"),
        ):
            source_of(event).answer(event, invocation.begin({}, ambient))

    assert growth.exponent(read, int, 4096) < growth.NEARLY_LINEAR
