"""The two routes of invitations: making one, and handing in a key with one."""

from __future__ import annotations

from handler import callers, reply, route_steps
from handler.decide import Asked, Rejected
from handler.invitations import inviting, secrets
from handler.invitations import redeem as redemption
from handler.problems import Problem, Unauthenticated, attempt
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.callers import Known, Loaded
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation


def invite(request: HttpRequest, body: Body, known: tuple[Known, ...], call: Invocation) -> reply.HttpReply:
    """Make an invitation, for a caller who may invite."""
    configured = call.configured()
    secrets.from_environment(configured, call.ambient.environ)
    caller = callers.recognise(request.headers, body.raw, known, call.ambient.wall())
    origin = route_steps.origin(request)
    minted = attempt(
        lambda: inviting.invite(route_steps.value(request, body, caller), caller, "", origin, call)
    )
    if isinstance(minted, Problem):
        return route_steps.refused(Rejected(minted, caller, origin), request, call)
    return reply.http(201, minted.body(configured, call.request_id), reply.JSON, call.request_id)


def redeem(request: HttpRequest, body: Body, loaded: Loaded, call: Invocation) -> reply.HttpReply:
    """Import the key of somebody who holds an invitation, on behalf of the inviting caller."""
    holder = redemption.recognise(
        request.headers,
        [caller for caller, _ in loaded.known],
        loaded.revoked_invitations,
        secrets.from_environment(call.configured(), call.ambient.environ),
        call.ambient.wall(),
    )
    caller, invitation, cause = holder
    origin = {**route_steps.origin(request), "invitation": invitation.id if invitation else ""}
    if caller is None or invitation is None:
        return route_steps.refused(Rejected(Unauthenticated(cause), None, origin), request, call)
    origin["user"] = invitation.user
    value = attempt(lambda: redemption.filled(route_steps.value(request, body, caller), invitation))
    if isinstance(value, Problem):
        return route_steps.refused(Rejected(value, caller, origin), request, call)
    (single,) = route_steps.settled([Asked(value, caller, invitation.user, origin)], call)
    return reply.http_answer(redemption.discreet(single, invitation), call, route_steps.language(request))
