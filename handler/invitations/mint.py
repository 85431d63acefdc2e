"""Makes a new invitation for a caller who may invite."""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64encode

from handler import request
from handler.callers import policy
from handler.invitations import token
from handler.invitations.token import Invitation
from handler.problems import FieldError, Forbidden, Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple
from handler.request import ImportRequest
from handler.sentence import Sentence

if TYPE_CHECKING:
    from typing import Any

    from jsonschema.protocols import Validator

    from handler.callers.caller import Caller
    from handler.settings import Settings

#: The members of an import request that an invitation may settle, with the same rules.
_SHARED = ("keyName", "projectId", "region", "account", "tags")

#: The compiled schema, once a request has needed it.
_compiled: list[Validator] = []


class Minted(NamedTuple):
    """A new invitation and its token, which is shown only to the person who asked for it."""

    invitation: Invitation
    token: str

    def body(self, settings: Settings, request_id: str) -> dict[str, str]:
        """Return it in the form of the contract."""
        body = {
            "invitationId": self.invitation.id,
            "token": self.token,
            "url": f"{settings.page_url}#{self.token}" if settings.page_url else "",
            "keyName": self.invitation.key_name,
            "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.invitation.expires)),
            "requestId": request_id,
        }
        return {name: value for name, value in body.items() if value}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a request for an invitation, made from that of an import request."""
    rules: dict[str, Any] = request.schema()["properties"]
    return {
        "title": "InvitationRequest",
        "description": "One key name that somebody is invited to hand in a key under.",
        "type": "object",
        "additionalProperties": False,
        "required": ["keyName"],
        "properties": {
            **{name: rules[name] for name in _SHARED if name in rules},
            "expiresIn": {
                "description": Sentence(
                    "a whole number of seconds from {shortest} to {longest}, after which the invitation ends",
                    shortest=token.SHORTEST_LIFE,
                    longest=token.LONGEST_LIFE,
                ),
                "type": "integer",
                "minimum": token.SHORTEST_LIFE,
                "maximum": token.LONGEST_LIFE,
                "default": token.USUAL_LIFE,
            },
        },
        "examples": [{"keyName": "onb_alice", "tags": {"owner": "alice"}, "expiresIn": token.USUAL_LIFE}],
    }


def mint(
    value: object,
    caller: Caller,
    user: str,
    settings: Settings,
    secrets: tuple[bytes, ...],
    own_region: str,
    now: float,
    longest: int = token.LONGEST,
) -> Minted:
    """Return a new invitation.

    Args:
        value: the JSON value of the request for it.
        caller: who invites.
        user: the id of the chat user who does; empty outside chat.
        settings: the function's settings.
        secrets: those of invitations; the first signs.
        own_region: where the function runs; may be empty.
        now: seconds since the Unix epoch.
        longest: the bytes that the token may have.

    Raises:
        InvalidRequest: the request breaks its rules, or makes a token that is too long.
        Forbidden: the caller may not invite, or not hand in such a key itself.
        Misconfigured: there is no secret, or nothing says which region to use.
    """
    if not secrets:
        raise Misconfigured(Sentence("INVITATION_SECRETS is not set, so nobody can be invited."))
    wanted, invitation = _read(value, caller, user, now)
    signed = token.signed_token(invitation, secrets[0])
    if len(signed) > longest:
        fault = Sentence("With these tags the invitation is longer than {most} characters.", most=longest)
        raise request.refusal((FieldError("/tags", fault),))
    if not caller.allow.invite:
        raise Forbidden(
            Sentence("The rule `invite` of this caller says no: it may not invite others."),
            Sentence("Have the rule changed by the administrator of this function."),
            reason="invite",
        )
    policy.place(caller, wanted, settings, own_region, user)
    return Minted(invitation, signed)


def _read(value: object, caller: Caller, user: str, now: float) -> tuple[ImportRequest, Invitation]:
    """Return what a request asks for: as an import without a key, and as an invitation to it."""
    if errors := tuple(request.field_errors(value, _validator())):
        raise request.refusal(errors)
    assert isinstance(value, dict)  # noqa: S101 - the schema has just said so; for the type checker
    wanted = request.from_json({**value, "publicKey": "", "dryRun": False})
    policy.all_tags(caller, wanted.tags)
    return wanted, Invitation(
        id=urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode(),
        caller=caller.id,
        key_name=wanted.key_name,
        expires=int(now) + int(value.get("expiresIn", token.USUAL_LIFE)),
        user=user,
        project_id=wanted.project_id,
        region=wanted.region,
        account=value.get("account"),
        tags=value.get("tags"),
    )


def _validator() -> Validator:
    if not _compiled:
        # Imported here: only a request for an invitation needs it.
        from jsonschema import Draft202012Validator

        _compiled.append(Draft202012Validator(schema()))
    return _compiled[0]
