"""The scheme `Authorization: Invitation TOKEN`: a key is handed in on behalf of the inviting caller.

The inviting caller is judged as it stands in the callers file today. The person with the token is a stranger:
answers name no patterns, no cause of a wrong set-up, and no other key pair.
"""

from __future__ import annotations

from handler import request
from handler.callers import api_key, header, standard_webhooks
from handler.callers.audience import Audience
from handler.decide import Answer, Rejected
from handler.invitations import token
from handler.problems import AccountProblem, FieldError, Forbidden, Problem
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from handler.callers.caller import Caller
    from handler.callers.header import Headers
    from handler.invitations.token import Invitation

#: The members that a request with an invitation may have.
MEMBERS = ("publicKey", "dryRun", "keyName")

#: The scheme in `Authorization`, which counts on the routes that import alone.
SCHEME = "invitation"


class Holder(NamedTuple):
    """The sender of a request with an invitation.

    Attributes:
        caller: the inviting caller; None where the invitation is not valid.
        invitation: what it allows; None where this function has not signed the token.
        cause: why it is not valid, for the audit line; empty where it is valid.
    """

    caller: Caller | None
    invitation: Invitation | None
    cause: str


def recognise(
    headers: Headers,
    callers: Iterable[Caller],
    revoked: frozenset[str],
    secrets: tuple[bytes, ...],
    now: float,
) -> Holder:
    """Return the sender of a request with an invitation, and why the invitation is not valid if it is not.

    Args:
        headers: the request's headers.
        callers: all callers of the file.
        revoked: the ids of invitations that are no longer valid.
        secrets: the secrets of invitations.
        now: seconds since the Unix epoch.
    """
    if standard_webhooks.present(headers) or api_key.present(headers):
        return Holder(None, None, "two-schemes")
    value, fault = header.single(headers, "authorization")
    invitation, cause = token.verify(value.partition(b" ")[2], secrets, now)
    if invitation is None or cause:
        return Holder(None, invitation, fault or cause)
    if invitation.id in revoked:
        return Holder(None, invitation, "revoked-invitation")
    caller = next((caller for caller in callers if caller.id == invitation.caller), None)
    if caller is None or not _still_invites(caller, invitation.user):
        return Holder(None, invitation, "ended-invitation")
    return Holder(caller, invitation, "")


def _still_invites(caller: Caller, user: str) -> bool:
    """Say whether a caller, and the user who spoke as it, may invite today."""
    if not caller.allow.invite:
        return False
    audience = getattr(caller.auth, "audience", None)
    if not isinstance(audience, Audience):
        return not user
    return bool(user) and (audience.users is None or user in audience.users)


def filled(value: object, invitation: Invitation) -> dict[str, Any]:
    """Return the import request that a value and an invitation make together.

    Raises:
        InvalidRequest: the value is no object, has other members, or names another key name.
    """
    if not isinstance(value, dict):
        raise request.refusal(
            (FieldError("", Sentence("With an invitation, the request must be one JSON object.")),)
        )
    sent = {name: value[name] for name in ("publicKey", "dryRun") if name in value}
    wanted = {**_allowed(invitation), **sent}
    if errors := tuple(_errors(value, invitation)):
        raise request.refusal((*errors, *request.field_errors(wanted, request.validator())))
    return wanted


def _allowed(invitation: Invitation) -> dict[str, Any]:
    """Return the members of an import request that an invitation holds."""
    members = {
        "keyName": invitation.key_name,
        "projectId": invitation.project_id,
        "region": invitation.region,
        "account": invitation.account,
        "tags": invitation.tags,
    }
    return {name: value for name, value in members.items() if value is not None}


def _errors(value: Mapping[str, object], invitation: Invitation) -> Iterable[FieldError]:
    """Yield the errors of members that the invitation has already settled."""
    if "keyName" in value and value["keyName"] != invitation.key_name:
        yield FieldError(
            "/keyName", Sentence("This must be the name that the invitation is for, or be left out.")
        )
    unknown = [position for position, name in enumerate(value, start=1) if name not in MEMBERS]
    for position in unknown[: request.MOST_UNKNOWN]:
        yield FieldError(
            "",
            Sentence(
                "Member {position} has no place beside an invitation; known are {names}.",
                position=position,
                names=", ".join(MEMBERS),
            ),
        )


def discreet(answer: Answer, invitation: Invitation) -> Answer:
    """Return an answer without the facts that the holder of an invitation may not read."""
    problem = answer.outcome
    if not isinstance(problem, Problem):
        return answer
    return answer._replace(
        item=Rejected(_discreet(problem, invitation), None, answer.item.origin),
        outcome=_discreet(problem, invitation),
    )


def _discreet(problem: Problem, invitation: Invitation) -> Problem:
    if isinstance(problem, Forbidden):
        return Forbidden(
            Sentence("The rules of this function do not allow what this invitation asks for any more."),
            Sentence("Ask whoever invited you for a new invitation."),
            reason=problem.reason,
        )
    if isinstance(problem, AccountProblem) and problem.key_name not in ("", invitation.key_name):
        return type(problem)(
            problem.detail,
            problem.remedy,
            cvm_code=problem.cvm_code,
            cvm_request_id=problem.cvm_request_id,
        )
    return problem
