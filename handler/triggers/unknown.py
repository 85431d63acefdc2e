"""An event of no known kind: logged and answered, and never asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler import audit, reply
from handler.problems import MalformedRequest

if TYPE_CHECKING:
    from handler.invocation import Invocation


def recognises(event: object) -> bool:
    """Return True: this is the last source that is asked."""
    return True


def answer(event: object, call: Invocation) -> reply.Body:
    """Return the problem that the event is."""
    problem = MalformedRequest(
        "This event is of no kind that the function knows.",
        "Invoke the function with one request (keyName, publicKey), or with several in `items`; over HTTP,"
        " use the function's URL. A batch must hold records of one source only.",
    )
    audit.refused({"trigger": "unknown"}, problem, call)
    return reply.problem(problem, call.request_id, call.problem_base_url(), known_caller=False)[1]
