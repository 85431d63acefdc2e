"""Keeps instances warm and starts more of them when all are busy, up to a limit."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import NamedTuple

from local.gateway import environment, failures
from local.gateway.failures import Failed, Failure
from local.gateway.instance import Instance
from local.gateway.location import Code
from local.gateway.options import SIX_MEGABYTES, Options

# After these an instance takes the next event; after anything else the platform throws it away.
_SURVIVED = (430, 407)
# Loading is work for the processor: more at one time only makes each of them slower.
_STARTS_AT_ONCE = 4


class EventOutcome(NamedTuple):
    """The outcome of one event.

    Attributes:
        request_id: the platform's id of the call, which the function was told.
        text: what the function returned, as JSON text; empty if it failed.
        failure: the platform's error, if there was no result.
        instance: the number of the instance, counted from 1; 0 if none took the event.
        cold: whether an instance was started for this event.
        init_ms: from the start of the process until the code was loaded; 0 for a warm one.
        call_ms: from handing over the event to the answer.
        memory_mb: the most memory that the instance has used so far; 0 if unknown.
    """

    request_id: str
    text: str = ""
    failure: Failure | None = None
    instance: int = 0
    cold: bool = False
    init_ms: float = 0.0
    call_ms: float = 0.0
    memory_mb: int = 0

    @property
    def result(self) -> object:
        """What the function returned; nothing if it failed."""
        return json.loads(self.text) if self.text else None

    def timing(self) -> str:
        """Return what the log says about instance, time, memory and id."""
        if not self.instance:
            return f"no instance, request {self.request_id}"
        start = f"cold start, init {self.init_ms:.1f} ms" if self.cold else "warm"
        memory = f", {self.memory_mb} MB" if self.memory_mb else ""
        call = f"call {self.call_ms:.1f} ms{memory}"
        return f"instance {self.instance}, {start}, {call}, request {self.request_id}"


def no_call(failure: Failure | None) -> EventOutcome:
    """Return the outcome of an event that no instance has taken, with a fresh id."""
    return EventOutcome(str(uuid.uuid4()), failure=failure)


class Pool:
    """All instances of one function. Everything happens in one event loop, so nothing needs a lock."""

    def __init__(self, options: Options, code: Code, log: Callable[[str], None]) -> None:
        self._options = options
        self._code = code
        self._log = log
        self._idle: list[Instance] = []
        self._all: set[Instance] = set()
        self._number = 0

    async def warm_up(self) -> None:
        """Start as many instances as the options ask for.

        Raises:
            Failed: one could not be started.
        """
        turn = asyncio.Semaphore(_STARTS_AT_ONCE)

        async def start() -> Instance:
            async with turn:
                return await self._start()

        self._idle += await asyncio.gather(*(start() for _ in range(self._options.warm)))

    async def invoke(self, event: bytes) -> EventOutcome:
        """Run one event, given as JSON text, and say what became of it; nothing is raised."""
        if len(event) > SIX_MEGABYTES:
            return no_call(failures.EVENT_TOO_LARGE)
        outcome = no_call(None)
        try:
            instance = self._take_idle()
            if instance is None:
                begin = time.perf_counter()
                instance = await self._start()
                outcome = outcome._replace(cold=True, init_ms=(time.perf_counter() - begin) * 1000)
        except Failed as failed:
            return outcome._replace(failure=failed.failure)
        return await self._call(instance, event, outcome._replace(instance=instance.number))

    def close(self) -> None:
        """End every instance."""
        for instance in list(self._all):
            self._discard(instance)

    def _take_idle(self) -> Instance | None:
        while self._idle:
            # The last one used is the likeliest to be warm in every cache.
            instance = self._idle.pop()
            if instance.alive:
                return instance
            self._discard(instance)
        return None

    async def _start(self) -> Instance:
        if len(self._all) >= self._options.instances:
            quota = self._options.instances * self._options.memory
            raise Failed(failures.over_quota(self._options.function_name, quota))
        self._number += 1
        instance = Instance(self._number, self._options, self._code, self._log)
        self._all.add(instance)
        try:
            await instance.load()
        except BaseException:
            self._discard(instance)
            raise
        return instance

    async def _call(self, instance: Instance, event: bytes, outcome: EventOutcome) -> EventOutcome:
        begin = time.perf_counter()
        usable = False
        try:
            reply = await instance.call(event, environment.context(self._options, outcome.request_id))
            usable = True
            outcome = outcome._replace(text=reply.text, memory_mb=reply.memory_mb)
        except Failed as failed:
            usable = failed.failure.status in _SURVIVED
            outcome = outcome._replace(failure=failed.failure)
        finally:
            if usable:
                self._idle.append(instance)
            else:
                self._discard(instance)
        return outcome._replace(call_ms=(time.perf_counter() - begin) * 1000)

    def _discard(self, instance: Instance) -> None:
        # A call that is still under way when the gateway ends comes here a second time.
        if instance in self._all:
            self._all.remove(instance)
            instance.end()
