"""Direct Invoke: a program that calls the function through Tencent's API gets the contract's own objects.

The event is one request, or `{"items": [...]}` with 1 to 100 of them. Nothing is ever raised: the caller
waits for the answer, and SCF would send a stack trace instead
(https://www.tencentcloud.com/document/product/583/37316).
"""

from __future__ import annotations

from handler import reply
from handler.record import TYPE_CHECKING
from handler.triggers import intake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.invocation import Invocation


def recognises(event: object) -> bool:
    """Say whether an event is a request or several."""
    return isinstance(event, dict) and ("keyName" in event or "items" in event)


def answer(event: Mapping[str, Any], call: Invocation) -> reply.JsonObject:
    """Return the result or the problem; for `items` the body that an HTTP array gets with 207."""
    answers = list(intake.answers([intake.Record("invoke", event)], 1, call, intake.each))
    # If `items` as a whole is refused, there is one problem, without an index.
    if "index" in answers[0].item.origin:
        return reply.many_body(answers, call)
    return reply.rendered(answers[0], call).body
