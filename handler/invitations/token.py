"""The token of an invitation: what it allows, signed with a secret that only this function knows.

    base64url(payload) "." base64url(HMAC-SHA256)

The payload is a JSON object. The HMAC is over `ikp1.` and the encoded payload, so no other text that the same
secret may sign is ever taken for a token. This module knows neither callers nor settings.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from handler import strict_json
from handler.callers.file import INVITATION_RULE
from handler.callers.freshness import TOLERANCE
from handler.problems import MalformedJson
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The longest token, in bytes: with its scheme before it, it fits into a header of 4 KiB.
LONGEST = 4_000

#: The shortest, the longest and the usual life of an invitation, in seconds.
SHORTEST_LIFE, LONGEST_LIFE, USUAL_LIFE = 300, 604_800, 172_800

VERSION = 1

_SIGNED_PREFIX = b"ikp1."

#: 16 random bytes in base64url.
ID = INVITATION_RULE.pattern

#: The members of a payload; those with a question mark may be absent.
_KINDS: Mapping[str, type] = {
    "v": int, "id": str, "caller": str, "user?": str, "keyName": str, "projectId?": int, "region?": str,
    "account?": str, "tags?": dict, "exp": int,
}  # fmt: skip


class Invitation(NamedTuple):
    """What a token allows; None where the inviting caller left the choice to the function.

    Attributes:
        id: 22 characters of base64url, unique; the only part of a token that may be logged.
        caller: the id of the caller who invites.
        key_name: the one name that a key may be handed in under.
        expires: the end, in seconds since the Unix epoch; not valid any more at that second.
        user: the chat user who invites; empty outside chat.
        project_id, region, account, tags: as the inviting caller sent them.
    """

    id: str
    caller: str
    key_name: str
    expires: int
    user: str = ""
    project_id: int | None = None
    region: str | None = None
    account: str | None = None
    tags: Mapping[str, str] | None = None


class Verdict(NamedTuple):
    """What a token proves.

    Attributes:
        invitation: what it says, where this function has signed it, else None.
        cause: why it is not valid, for the audit line; empty where it is valid.
    """

    invitation: Invitation | None
    cause: str


def signed_token(invitation: Invitation, secret: bytes) -> str:
    """Return the token of an invitation, which may be longer than `LONGEST`.

    Args:
        invitation: what the token allows.
        secret: the key of the HMAC.
    """
    payload = {
        "v": VERSION,
        "id": invitation.id,
        "caller": invitation.caller,
        "user": invitation.user or None,
        "keyName": invitation.key_name,
        "projectId": invitation.project_id,
        "region": invitation.region,
        "account": invitation.account,
        "tags": invitation.tags,
        "exp": invitation.expires,
    }
    sent = {name: value for name, value in payload.items() if value is not None}
    encoded = _encode(json.dumps(sent, separators=(",", ":"), ensure_ascii=False).encode())
    return b".".join((encoded, _signature(secret, encoded))).decode()


def verify(token: bytes, secrets: Iterable[bytes], now: float) -> Verdict:
    """Return what a token says, and why it is not valid if it is not.

    Every secret is tried, so that the time does not show which one it was.

    Args:
        token: what was sent, of any length.
        secrets: the keys of the HMAC, each of which may have signed it.
        now: seconds since the Unix epoch.
    """
    encoded, _, signature = token.partition(b".")
    matches = [hmac.compare_digest(_signature(secret, encoded), signature) for secret in secrets]
    invitation = _read(encoded) if any(matches) and len(token) <= LONGEST else None
    if invitation is None or invitation.expires > now + LONGEST_LIFE + TOLERANCE:
        return Verdict(None, "bad-invitation")
    return Verdict(invitation, "" if now < invitation.expires else "expired-invitation")


def _signature(secret: bytes, encoded: bytes) -> bytes:
    return _encode(hmac.digest(secret, _SIGNED_PREFIX + encoded, "sha256"))


def _encode(octets: bytes) -> bytes:
    """Return base64url without padding (RFC 4648 section 5)."""
    return urlsafe_b64encode(octets).rstrip(b"=")


def _read(encoded: bytes) -> Invitation | None:
    """Return what a signed payload holds, or None where it is not one that this version writes."""
    try:
        payload = strict_json.loads(urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)))
    except (ValueError, MalformedJson):
        return None
    if not isinstance(payload, dict) or not _is_well_formed(payload):
        return None
    return Invitation(
        id=payload["id"],
        caller=payload["caller"],
        key_name=payload["keyName"],
        expires=payload["exp"],
        user=payload.get("user", ""),
        project_id=payload.get("projectId"),
        region=payload.get("region"),
        account=payload.get("account"),
        tags=payload.get("tags"),
    )


def _is_well_formed(payload: Mapping[str, object]) -> bool:
    """Say whether every member is known and of its type, and none is missing."""
    kinds = {name.rstrip("?"): kind for name, kind in _KINDS.items()}
    # `type`, since a bool is an int to isinstance.
    if any(name not in kinds or type(value) is not kinds[name] for name, value in payload.items()):
        return False
    if any(name not in payload for name in _KINDS if not name.endswith("?")):
        return False
    tags = payload.get("tags", {})
    return (
        payload["v"] == VERSION
        and re.fullmatch(ID, str(payload["id"])) is not None
        and isinstance(tags, dict)
        and all(isinstance(value, str) for value in tags.values())
    )
