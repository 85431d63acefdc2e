"""The steps that routes share: a body to its JSON value, requests to answers, and a refusal to its reply."""

from __future__ import annotations

from handler import audit, catalogue, decide, http, reply, strict_json
from handler.problems import InvalidRequest
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handler.callers import Caller
    from handler.decide import Answer, Asked, Rejected
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation
    from handler.log import LogValue


def origin(request: HttpRequest) -> dict[str, LogValue]:
    """Return where a request came from, for the audit line."""
    return {"trigger": "http", "traceId": http.trace_id(request.headers)}


def language(request: HttpRequest) -> str:
    """Return the language that the reply is to be in."""
    return catalogue.preferred(request.headers.get("accept-language", ()))


def value(request: HttpRequest, body: Body, caller: Caller) -> object:
    """Return the JSON value of a body.

    Raises:
        UnsupportedMediaType, MalformedJson: it cannot be read.
        InvalidRequest: it is an array of too many requests, or of none.
        PayloadTooLarge: the answers to an array may not fit into one reply.
    """
    http.require_json(request.headers)
    read = strict_json.loads(body.text)
    if isinstance(read, list) and not 0 < len(read) <= decide.MOST_ITEMS:
        raise InvalidRequest(
            Sentence("The array holds more than {most} requests.", most=decide.MOST_ITEMS)
            if read
            else Sentence("The array holds nothing."),
            Sentence("Send 1 to {most} requests in one array.", most=decide.MOST_ITEMS),
        )
    if isinstance(read, list):
        # Imported here: only an array needs it.
        from handler.request import answer_size

        answer_size.require_room(read, caller.tags)
    return read


def settled(items: list[Asked], call: Invocation) -> Iterator[Answer]:
    """Yield the answers to requests, in their order, within the time of this call."""
    # Imported here: a request that is refused before needs no importing.
    from handler import batch

    return batch.answers(items, call, call.deadline(call.configured().time_budget))


def refused(item: Rejected, request: HttpRequest, call: Invocation) -> reply.HttpReply:
    """Return the HTTP reply to a request that cannot be judged, once its audit line is written."""
    answer = decide.refuse(item)
    audit.decided(answer, call)
    return reply.http_answer(answer, call, language(request))
