"""An event of no known kind: it is logged and answered, and never delivered again."""

from __future__ import annotations

from handler import audit, decide, reply
from handler.decide import Rejected
from handler.problems import MalformedRequest
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.invocation import Invocation


def recognises(event: object) -> bool:
    """Return True: this is the last source that is asked."""
    return True


def answer(event: object, call: Invocation) -> reply.JsonObject:
    """Return the problem that the event is."""
    problem = MalformedRequest(
        Sentence("This event is of no kind that the function knows."),
        Sentence(
            "Invoke the function with one request (keyName, publicKey), or with several in `items`; over"
            " HTTP, use the function's URL. A batch must hold records of one source only."
        ),
    )
    answer = decide.refuse(Rejected(problem, None, {"trigger": "unknown"}))
    audit.decided(answer, call)
    return reply.rendered(answer, call).body
