"""Makes items for `batch` from the records of a source: first who sends them, then what they hold."""

from __future__ import annotations

import re

from handler import audit, batch, callers, chat, strict_json
from handler.callers import trigger
from handler.decide import MOST_ITEMS, Asked, Rejected
from handler.problems import FieldError, InvalidRequest, Problem, attempt
from handler.record import TYPE_CHECKING, NamedTuple
from handler.request import answer_size
from handler.sentence import Sentence
from handler.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from handler.callers.caller import Caller, Known
    from handler.decide import Answer, Item
    from handler.invocation import Invocation
    from handler.log import LogValue

#: What names of topics, sources, triggers and events look like. Nothing else is logged: a sender
#: that puts a key where a name belongs must not find it in the log.
_NAME = re.compile(r"[A-Za-z0-9._:/@~-]{1,128}")

_DIGITS = re.compile(r"[0-9]{1,19}")

#: The seconds that an audit line takes on a slow instance: a record gets one also when the time is used up.
_LINE = 0.0002


class Record(NamedTuple):
    """One message of a source.

    Attributes:
        sender: who sends it, in the form of `callers.json`: `ckafka:new-hires`.
        content: what it holds: JSON text, or what the platform has parsed already.
        origin: where it came from, for the audit line.
    """

    sender: str
    content: object
    origin: Mapping[str, LogValue] = {}


class PassedOver(NamedTuple):
    """A record that holds no request: nothing is decided, and one audit line says why."""

    cause: str


#: What a record turns out to hold.
Opened = tuple[Record, ...] | PassedOver


def alone(record: Record) -> tuple[Record, ...]:
    """Return a record that holds one request."""
    return (record,)


def each(record: Record) -> tuple[Record, ...]:
    """Return a record that holds one request, or those in its `items`, each with its `index`.

    Raises:
        InvalidRequest: `items` is no array of 1 to 100, or something stands beside it.
    """
    content = record.content
    if not isinstance(content, dict) or "items" not in content:
        return (record,)
    items = content["items"]
    if len(content) > 1:
        what = Sentence("Nothing may stand beside `items`: it would hold for none of them.")
        raise _invalid("", what, Sentence("Put it into each of the items."))
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise _invalid(
            "/items",
            Sentence("This must be an array of 1 to {most} requests.", most=MOST_ITEMS),
            Sentence("Send more in several parts."),
        )
    return tuple(
        record._replace(content=item, origin={**record.origin, "index": index})
        for index, item in enumerate(items)
    )


def answers(
    records: Iterable[Record],
    count: int,
    call: Invocation,
    opened: Callable[[Record], Opened] = alone,
) -> Iterator[Answer]:
    """Yield the answer to each request of the records, in order.

    Args:
        records: what the source hands over.
        count: how many they are.
        call: this call of the function.
        opened: returns the requests that a record holds; asked once its sender is known.
    """
    configured = call.settings if isinstance(call.settings, Settings) else Settings()
    deadline = call.deadline(configured.time_budget)
    lines = min(count * _LINE, deadline.left() / 2)
    return batch.answers(_items(records, call, opened), call, deadline._replace(ends=deadline.ends - lines))


def json_value(content: object) -> object:
    """Return the value of a JSON text, or of what the platform has parsed, by the same strict rules.

    Raises:
        MalformedJson: see `strict_json.loads`.
    """
    return strict_json.loads(content if isinstance(content, str) else strict_json.written_out(content))


def sender(kind: str, value: object) -> str:
    """Return how `callers.json` names a sender; one without a name is in no such file."""
    return f"{kind}:{value if isinstance(value, str) else ''}"


def name_for_log(value: object) -> str:
    """Return a name that an event gives, or "" where it does not look like one."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def number_for_log(value: object) -> int | None:
    """Return a number that an event gives, as such or as digits; None where it is none."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def _items(records: Iterable[Record], call: Invocation, opened: Callable[[Record], Opened]) -> Iterator[Item]:
    known = attempt(_known, call)
    for record in records:
        origin: dict[str, LogValue] = {
            "trigger": record.sender.partition(":")[0],
            "source": name_for_log(record.sender),
            **record.origin,
        }
        caller = known if isinstance(known, Problem) else attempt(trigger.recognise, record.sender, known)
        if isinstance(caller, Problem):
            yield Rejected(caller, None, origin)
            continue
        singles = attempt(_opened, opened, record, caller)
        if isinstance(singles, Problem):
            yield Rejected(singles, caller, origin)
            continue
        if isinstance(singles, PassedOver):
            passed = {**origin, "caller": caller.id, "result": "passed-over", "cause": singles.cause}
            audit.write(passed, call)
            continue
        for single in singles:
            value = attempt(_request, single.content)
            place = {**origin, **single.origin}
            yield (
                Rejected(value, caller, place)
                if isinstance(value, Problem)
                else Asked(value, caller, "", place)
            )


def _opened(opened: Callable[[Record], Opened], record: Record, caller: Caller) -> Opened:
    singles = opened(record)
    if not isinstance(singles, PassedOver) and len(singles) > 1:
        answer_size.require_room([single.content for single in singles], caller.tags)
    return singles


def _known(call: Invocation) -> Iterable[Known]:
    return callers.load(call.configured(), call.ambient.environ, chat.schemes).known


def _request(content: object) -> object:
    value = json_value(content)
    if not isinstance(value, dict):
        raise _invalid(
            "",
            Sentence("One request is one JSON object."),
            Sentence("Send every request in a message of its own."),
        )
    return value


def _invalid(pointer: str, what: Sentence, remedy: Sentence) -> InvalidRequest:
    return InvalidRequest(what, remedy, errors=(FieldError(pointer, what),))
