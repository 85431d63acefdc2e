"""Deliveries that nobody waits for: all records are decided, and some may have to be delivered again.

The platform knows only two answers. After an exception it delivers the whole event again, and keeps back what
follows in a CKafka partition; anything that is returned ends the matter
(https://cloud.tencent.com/document/product/583/41138). So one exception at the end stands for all records
that may succeed later. For the other records, the log line is the only answer.
"""

from __future__ import annotations

from collections import Counter

from handler.problems import Problem
from handler.record import TYPE_CHECKING
from handler.triggers import intake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from handler.decide import Answer
    from handler.invocation import Invocation
    from handler.log import LogValue
    from handler.triggers.intake import Opened, Record

#: The most records that an exception names; the log has them all.
_MOST_NAMED = 10


class Redeliver(Exception):
    """Some records may succeed later, so the platform shall deliver the whole event again.

    The text goes to the log and to the dead-letter queue: it holds counts and ids, nothing else.
    """


def _unreported(answer: Answer) -> None:
    """Nobody looks for the answers of most sources: the log has them."""


def process(
    records: Iterable[Record],
    count: int,
    call: Invocation,
    opened: Callable[[Record], Opened] = intake.alone,
    report: Callable[[Answer], Problem | None] = _unreported,
) -> dict[str, int]:
    """Decide all records of a delivery and return how many ended how; see `intake.answers`.

    Args:
        records, count, call, opened: see `intake.answers`.
        report: writes an answer to where the source expects it; returns why that may succeed later, if it
            may.

    Raises:
        Redeliver: at least one of them may succeed later.
    """
    endings: Counter[str] = Counter()
    later: Counter[str] = Counter()
    places: list[str] = []
    for position, answer in enumerate(intake.answers(records, count, call, opened)):
        endings[_ending(answer)] += 1
        problem = _later(answer, report)
        if problem is not None:
            later[problem.slug] += 1
            if len(places) < _MOST_NAMED:
                places.append(_place(answer.item.origin, position))
    if later:
        why = ", ".join(f"{slug} {count}" for slug, count in later.items())
        raise Redeliver(
            f"{later.total()} of {endings.total()} records may succeed later, so all are to come again: {why}"
            f" (request {call.request_id}; first at {', '.join(places)})"
        )
    return dict(endings)


def _later(answer: Answer, report: Callable[[Answer], Problem | None]) -> Problem | None:
    """Return why a record is to come again; an answer that is final is reported first."""
    if isinstance(answer.outcome, Problem) and answer.outcome.retryable:
        return answer.outcome
    return report(answer)


def _ending(answer: Answer) -> str:
    if isinstance(answer.outcome, Problem):
        return "refused"
    return "dryRun" if answer.order is not None and answer.order.dry_run else answer.outcome.result


def _place(origin: Mapping[str, LogValue], position: int) -> str:
    """Return how a record is named: by its partition and offset, its event's id, or its position."""
    if origin.get("offset") is not None:
        return f"{origin.get('partition')}:{origin['offset']}"
    return str(origin.get("eventId") or f"#{position}")
