"""EventBridge: one event, or several in an `EventList`, nearly in the form of CloudEvents 1.0.

Tencent's differ from the standard: `specversion` may be "0", "1.0" or "1.0.2", and `time` is in
milliseconds, as text or as a number (https://www.tencentcloud.com/document/product/1108/42275). Nothing
here depends on either.

`data` is one request, as an object or as JSON text. Where a connector has wrapped a message of CKafka
or TDMQ, the request is the JSON text in its `msgBody`. The API Gateway connector wraps an HTTP request;
that is refused, because HTTP requests have to prove who sends them, and the envelope proves nothing.
"""

from __future__ import annotations

from handler import http
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING
from handler.triggers import ckafka, delivery, intake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.invocation import Invocation


def recognises(event: object) -> bool:
    """Say whether an event is a CloudEvent, or a list of them."""
    return isinstance(event, dict) and (_is_list(event) or {"specversion", "source", "data"} <= event.keys())


def answer(event: Mapping[str, Any], call: Invocation) -> dict[str, int]:
    """Decide every event and return how many ended how.

    Raises:
        Redeliver: see `delivery.process`.
    """
    several = event["EventList"] if _is_list(event) else [event]
    return delivery.process(map(_record, several), len(several), call, _opened)


def _is_list(event: Mapping[str, Any]) -> bool:
    several = event.get("EventList")
    return isinstance(several, list) and bool(several)


def _record(event: object) -> intake.Record:
    fields = event if isinstance(event, dict) else {}
    data = fields.get("data")
    parent = fields.get("traceparent")
    return intake.Record(
        intake.sender("eventbridge", fields.get("source")),
        data,
        {
            "eventId": intake.name_for_log(fields.get("id")),
            # https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md
            "traceId": http.trace_id({"traceparent": (parent,)}) if isinstance(parent, str) else "",
            **(ckafka.origin(data) if isinstance(data, dict) else {}),
        },
    )


def _opened(record: intake.Record) -> tuple[intake.Record, ...]:
    data = intake.json_value(record.content)
    if http.is_http(data):
        raise Unauthenticated("http-request-in-event")
    if isinstance(data, dict) and "msgBody" in data:
        data = data["msgBody"]
    return (record._replace(content=data),)
