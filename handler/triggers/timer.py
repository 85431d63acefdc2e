"""Timer: the text in the trigger's `Message` (4 KB at most), at the set time.

`Message` holds one request or `{"items": [...]}`
(https://www.tencentcloud.com/document/product/583/9708).
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING
from handler.triggers import delivery, intake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.invocation import Invocation


def recognises(event: object) -> bool:
    """Say whether an event comes from a timer."""
    return isinstance(event, dict) and event.get("Type") == "Timer"


def answer(event: Mapping[str, Any], call: Invocation) -> dict[str, int]:
    """Decide what the message holds and return how many requests ended how.

    Raises:
        Redeliver: see `delivery.process`.
    """
    record = intake.Record(intake.sender("timer", event.get("TriggerName")), event.get("Message"))
    return delivery.process([record], 1, call, _opened)


def _opened(record: intake.Record) -> tuple[intake.Record, ...]:
    return intake.each(record._replace(content=intake.json_value(record.content)))
