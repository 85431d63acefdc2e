"""The routes that show key pairs: those that a query asks for, or one by its name."""

from __future__ import annotations

from handler import audit, batch, callers, reply, route_steps
from handler.decide import Rejected
from handler.looking import listing, query
from handler.problems import Problem, attempt
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from handler.callers import Known
    from handler.callers.caller import Caller
    from handler.callers.policy import Place
    from handler.http import HttpRequest
    from handler.invocation import Invocation
    from handler.log import LogValue


def look(key_name: str, request: HttpRequest, known: tuple[Known, ...], call: Invocation) -> reply.HttpReply:
    """Show one key pair, or those that the query asks for.

    Args:
        key_name: the name in the path; empty for a list.
        request: the request.
        known: all callers of the file, with their secrets.
        call: this call.

    Raises:
        Unauthenticated: the request does not prove who sends it.
    """
    # Without a body: a signature over one covers neither path nor query, so it proves nothing here.
    caller = callers.recognise(request.headers, None, known, call.ambient.wall())
    origin = route_steps.origin(request)
    asked = attempt(_asked, key_name, request, caller, call)
    if isinstance(asked, Problem):
        return route_steps.refused(Rejected(asked, caller, origin, key_name), request, call)
    wanted, place = asked
    body = attempt(_body, key_name, wanted, place, caller, call)
    if isinstance(body, Problem):
        rejected = Rejected(body, caller, origin, key_name, place.account)
        return route_steps.refused(rejected, request, call)
    line: dict[str, LogValue] = {
        "caller": caller.id,
        "keyName": key_name,
        "result": "shown" if key_name else "listed",
        "count": 1 if key_name else len(body["keyPairs"]),
    }
    audit.write({**origin, **line, **reply.account_member(place.account)}, call)
    return reply.http(200, {**body, "requestId": call.request_id}, reply.JSON, call.request_id)


def _asked(
    key_name: str, request: HttpRequest, caller: Caller, call: Invocation
) -> tuple[query.LookQuery, Place]:
    """Return what a request looks for, and where."""
    names = query.ONE_PARAMETERS if key_name else query.LIST_PARAMETERS
    wanted = query.parse_query(request.query, names)
    wanted = wanted._replace(key_name=key_name or wanted.key_name)
    return wanted, listing.settle_place(wanted, caller, call)


def _body(
    key_name: str, wanted: query.LookQuery, place: Place, caller: Caller, call: Invocation
) -> dict[str, Any]:
    """Return the members of the answer, but for the request's id."""
    deadline = call.deadline(call.configured().time_budget)
    shown = listing.look(wanted, place, caller, "", call, deadline, batch.open_account)
    if key_name:
        return {
            "keyPair": listing.described(listing.only(shown)),
            **reply.account_member(place.account),
        }
    return listing.list_body(shown, wanted.limit)
