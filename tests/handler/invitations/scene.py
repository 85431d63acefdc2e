"""What the tests of invitations share: a function that invites, and what a person sends to it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from handler.ambient import REAL
from handler.invitations import token
from handler.invitations.token import Invitation
from local.cvm import StandIn
from local.in_process import Function, HttpAnswer, Json, caller, public_keys

ALICE, BOB, *_ = public_keys()
NOW = time.time()
SECRET, OLD_SECRET = b"signs" * 6, b"older" * 6
ID = "0123456789abcdefghijk_"
PAGE = "https://keys.example.com/hand-in"

ENVIRON = {
    "INVITATION_SECRETS": "INVITATION_SECRET,INVITATION_SECRET_OLD",
    "INVITATION_SECRET": f"whsec_{base64.b64encode(SECRET).decode()}",
    "INVITATION_SECRET_OLD": f"whsec_{base64.b64encode(OLD_SECRET).decode()}",
    "PAGE_URL": PAGE,
    "PAGE_ORIGINS": "https://intranet.example.com",
    "SLACK_SECRET": "s" * 32,
}

INVITER = caller(allow={"invite": True, "keyNames": ["onb_*"]}, tags={"imported-by": "onboarding"})


@contextmanager
def function(
    cvm: StandIn | None = None,
    callers: Sequence[Json] = (INVITER,),
    revoked: Sequence[str] = (),
    **environ: str,
) -> Iterator[Function]:
    """Yield the function with these callers, at `NOW`; beside a stand-in at its time, which goes on."""
    ambient = REAL._replace(wall=lambda: NOW) if cvm is None else REAL
    with Function(cvm, list(callers), ambient, {**ENVIRON, **environ}) as made:
        if revoked:
            path = Path(made.environ["CALLERS_FILE"])
            path.write_text(json.dumps({"callers": list(callers), "revokedInvitations": list(revoked)}))
        yield made


def invitation(**members: Any) -> Invitation:
    """Return an invitation of the one caller, for an hour."""
    return Invitation(ID, "onboarding", "onb_a", int(NOW) + 3600)._replace(**members)


def signed(secret: bytes = SECRET, **members: Any) -> str:
    """Return the token of such an invitation."""
    return token.signed_token(invitation(**members), secret)


def redeem(
    made: Function, sent: str, body: object = None, path: str = "/key-pairs", **headers: str
) -> HttpAnswer:
    """Hand in a key with a token."""
    value = {"publicKey": ALICE} if body is None else body
    return made.ask("POST", path, value, headers={"authorization": f"Invitation {sent}", **headers})
