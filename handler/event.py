"""Recognises where an event comes from. The sources are asked in this order; the first match counts.

    http         a dict with `httpMethod` and `headers`: Function URL, API Gateway, CloudBase access
    ckafka       non-empty `Records`, each with `Ckafka`
    cos          non-empty `Records`, each with `cos` and `event`
    eventbridge  non-empty `EventList`, or `specversion` with `source` and `data`
    timer        `Type` is `Timer`
    invoke       `keyName` or `items`: somebody calls the function directly
    unknown      anything else

HTTP comes first, and the platform alone writes `httpMethod` and `headers`: whatever a request has in
its body, path or headers, it never passes as an event of another source.
"""

from __future__ import annotations

from handler import http, routes
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Protocol

    from handler.invocation import Invocation

    class Source(Protocol):
        """A module that answers the events of one source."""

        def answer(self, event: Any, call: Invocation) -> object:
            """Return the answer in the form that the source uses."""

    class EventSource(Source, Protocol):
        """A module of `handler.triggers`."""

        def recognises(self, event: object) -> bool:
            """Say whether an event is of this source, judged by its shape alone."""


def source_of(event: object) -> Source:
    """Return the source that an event comes from."""
    if http.is_http(event):
        return routes
    return next(trigger for trigger in triggers() if trigger.recognises(event))


def triggers() -> tuple[EventSource, ...]:
    """Return the sources beside HTTP, in the order in which they are asked."""
    # Imported here: an HTTP request, which somebody waits for, needs none of them.
    from handler.triggers import ckafka, cos, eventbridge, invoke, timer, unknown

    return (ckafka, cos, eventbridge, timer, invoke, unknown)
