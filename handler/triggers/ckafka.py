"""CKafka: a batch of messages of one topic, in order. It is delivered again until it is accepted.

SCF pulls the messages itself and hands them over as `Records`, each with `Ckafka`
(https://www.tencentcloud.com/document/product/583/17530). Each holds one request, as JSON text in
`msgBody`. What its key says (the text "None" where it has none) does not matter here.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING
from handler.triggers import delivery, intake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.invocation import Invocation
    from handler.log import LogValue


def recognises(event: object) -> bool:
    """Say whether an event is a batch of messages and of nothing else."""
    records = event.get("Records") if isinstance(event, dict) else None
    return (
        isinstance(records, list)
        and bool(records)
        and all(isinstance(record, dict) and "Ckafka" in record for record in records)
    )


def answer(event: Mapping[str, Any], call: Invocation) -> dict[str, int]:
    """Decide every message and return how many ended how.

    Raises:
        Redeliver: see `delivery.process`.
    """
    messages = [record["Ckafka"] for record in event["Records"]]
    return delivery.process(map(_record, messages), len(messages), call)


def _record(message: object) -> intake.Record:
    fields = message if isinstance(message, dict) else {}
    return intake.Record(intake.sender("ckafka", fields.get("topic")), fields.get("msgBody"), origin(fields))


def origin(message: Mapping[str, Any]) -> dict[str, LogValue]:
    """Return where a message stands in its topic; one page of the documentation has `Partition`."""
    return {
        "topic": intake.name_for_log(message.get("topic")),
        "partition": intake.number_for_log(message.get("partition", message.get("Partition"))),
        "offset": intake.number_for_log(message.get("offset")),
    }
