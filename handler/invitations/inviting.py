"""Makes an invitation for a known caller, and writes the audit line."""

from __future__ import annotations

from handler import audit
from handler.invitations import mint, secrets, token
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.callers.caller import Caller
    from handler.invitations.mint import Minted
    from handler.invocation import Invocation
    from handler.log import LogValue


def invite(
    value: object,
    caller: Caller,
    user: str,
    origin: Mapping[str, LogValue],
    call: Invocation,
    longest: int = token.LONGEST,
) -> Minted:
    """Return a new invitation; the audit line holds its id and nothing else of it.

    Args:
        value: the JSON value of the request for it.
        caller: who invites.
        user: the id of the chat user who does; empty outside chat.
        origin: where the request came from, for the audit line.
        call: this call.
        longest: the bytes that the token may have.

    Raises:
        InvalidRequest, Forbidden, Misconfigured: see `mint.new_secret`.
    """
    settings, ambient = call.configured(), call.ambient
    keys = secrets.from_environment(settings, ambient.environ)
    minted = mint.mint(value, caller, user, settings, keys, call.own_region(), ambient.wall(), longest)
    invitation = minted.invitation
    line: dict[str, LogValue] = {"keyName": invitation.key_name, "invitation": invitation.id}
    audit.write({**origin, "caller": caller.id, **line, "result": "invited"}, call)
    return minted
