"""The routes that show key pairs: those that a query asks for, or one by its name."""

from __future__ import annotations

from handler import audit, batch, callers, reply, route_steps
from handler.decide import Rejected
from handler.looking import listing, query
from handler.problems import Problem, attempt
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.callers import Known
    from handler.callers.caller import Caller
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
    result = attempt(_looked, key_name, request, caller, call)
    if isinstance(result, Problem):
        return route_steps.refused(Rejected(result, caller, route_steps.origin(request)), request, call)
    return result


def _looked(key_name: str, request: HttpRequest, caller: Caller, call: Invocation) -> reply.HttpReply:
    names = query.ONE_PARAMETERS if key_name else query.LIST_PARAMETERS
    asked = query.parse_query(request.query, names)
    asked = asked._replace(key_name=key_name or asked.key_name)
    deadline = call.deadline(call.configured().time_budget)
    shown = listing.look(asked, caller, "", call, deadline, batch.open_account)
    account = listing.account_member(shown.account)
    if key_name:
        body = {"keyPair": listing.described(listing.only(shown)), **account}
    else:
        body = listing.list_body(shown, asked.limit)
    count = 1 if key_name else len(body["keyPairs"])
    line: dict[str, LogValue] = {"caller": caller.id, "keyName": key_name, "count": count}
    verdict = {"result": "shown" if key_name else "listed", **account}
    audit.write({**route_steps.origin(request), **line, **verdict}, call)
    return reply.http(200, {**body, "requestId": call.request_id}, reply.JSON, call.request_id)
