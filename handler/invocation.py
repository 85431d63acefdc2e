"""The record of one invocation: its id, its time, its settings and its log."""

from __future__ import annotations

import os
import re

import handler
from handler import deadline, settings
from handler.log import Log
from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.ambient import Ambient
    from handler.deadline import Deadline
    from handler.settings import Settings

_LONGEST_ID = 128

#: Emptied by the first call of this instance.
_first_call = [True]


class Invocation(NamedTuple):
    """One call of the function.

    Attributes:
        request_id: SCF's id of this call, or one of our own where it gives none.
        ambient: clocks, sleep, randomness, environment.
        settings: the settings, or what is wrong with them.
        context: what SCF passed beside the event.
        loaded: when the instance was loaded, on its first call; else None.
        started: the monotonic clock at entry, in seconds.
        log: where this call's lines go.
    """

    request_id: str
    ambient: Ambient
    settings: Settings | Misconfigured
    context: Mapping[str, object]
    loaded: float | None
    started: float
    log: Log

    def configured(self) -> Settings:
        """Return the settings.

        Raises:
            Misconfigured: one of them is wrong.
        """
        if isinstance(self.settings, Misconfigured):
            raise self.settings
        return self.settings

    def problem_base_url(self) -> str:
        """Return what stands before a problem's slug, also where the settings are wrong."""
        known = self.settings if isinstance(self.settings, settings.Settings) else settings.Settings()
        return known.problem_base_url

    def own_region(self) -> str:
        """Return the region that the function runs in; empty where the platform does not say."""
        named = self.ambient.environ.get("TENCENTCLOUD_REGION"), self.context.get("tencentcloud_region")
        for region in named:
            if isinstance(region, str) and re.fullmatch(settings.REGION, region):
                return region
        return ""

    def deadline(self, budget: float) -> Deadline:
        """Return the deadline of an answer that may take `budget` seconds."""
        return deadline.set_out(budget, self.started, self.context, self.ambient.monotonic, self.loaded)

    def milliseconds(self) -> int:
        """Return how long this call has taken so far, from its entry."""
        return round((self.ambient.monotonic() - self.started) * 1000)


def begin(context: object, ambient: Ambient) -> Invocation:
    """Return the record of a call that SCF makes now with this context."""
    started = ambient.monotonic()
    known: Mapping[str, object] = context if isinstance(context, dict) else {}
    request_id = _request_id(known)
    loaded = handler.LOADED if _first_call and _first_call.pop() else None
    try:
        configured: Settings | Misconfigured = settings.from_environment(ambient.environ)
    except Misconfigured as problem:
        configured = problem
    return Invocation(
        request_id=request_id,
        ambient=ambient,
        settings=configured,
        context=known,
        loaded=loaded,
        started=started,
        log=Log(
            configured.log_level if isinstance(configured, settings.Settings) else "info",
            {"requestId": request_id, "cold": loaded is not None},
        ),
    )


def _request_id(context: Mapping[str, object]) -> str:
    request_id = context.get("request_id")
    if (
        isinstance(request_id, str)
        and 0 < len(request_id) <= _LONGEST_ID
        and request_id.isascii()
        and request_id.isprintable()
    ):
        return request_id
    digits = os.urandom(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
