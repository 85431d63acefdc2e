"""Tokens of invitations: the published form, and every way in which one is none."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.invitations import token
from handler.invitations.token import Invitation

NOW = 1_790_000_000
SECRET, OTHER = b"s" * 32, b"o" * 32
ID = "0123456789abcdefghijk_"

FULL = Invitation(
    id=ID,
    caller="onboarding",
    key_name="onb_a",
    expires=NOW + 172_800,
    user="U2C",
    project_id=0,
    region="ap-guangzhou",
    account="prod",
    tags={"owner": "爱丽丝"},
)
PAYLOAD: dict[str, Any] = {
    "v": 1,
    "id": ID,
    "caller": "onboarding",
    "user": "U2C",
    "keyName": "onb_a",
    "projectId": 0,
    "region": "ap-guangzhou",
    "account": "prod",
    "tags": {"owner": "爱丽丝"},
    "exp": NOW + 172_800,
}


def signed(payload: bytes, secret: bytes = SECRET, prefix: bytes = b"ikp1.") -> bytes:
    """Return a token made by hand, as the contract describes it."""
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=")
    mac = hmac.new(secret, prefix + encoded, hashlib.sha256).digest()
    return encoded + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")


def changed(**members: object) -> bytes:
    """Return the payload with members changed, or left out where None."""
    payload = {name: value for name, value in {**PAYLOAD, **members}.items() if value is not None}
    return json.dumps(payload).encode()


def cause(sent: bytes, *secrets: bytes, now: float = NOW) -> str:
    """Why a token is refused, or the id of its invitation."""
    found = token.verify(sent, secrets or (SECRET,), now)
    return found.cause or (found.invitation.id if found.invitation else "nothing at all")


def test_form_is_the_published_one() -> None:
    """A token is the JSON payload and its HMAC, both in base64url without padding."""
    made = token.signed_token(FULL, SECRET)
    encoded, _, signature = made.partition(".")
    assert json.loads(base64.urlsafe_b64decode(encoded + "==")) == PAYLOAD
    mac = hmac.new(SECRET, f"ikp1.{encoded}".encode(), "sha256").digest()
    assert signature == base64.urlsafe_b64encode(mac).decode().rstrip("=")


def test_members_that_were_not_sent_are_absent() -> None:
    """What the inviting caller left open is not in the payload."""
    encoded = token.signed_token(Invitation(ID, "onboarding", "onb_a", NOW + 300), SECRET).partition(".")[0]
    assert sorted(json.loads(base64.urlsafe_b64decode(encoded + "=="))) == [
        "caller", "exp", "id", "keyName", "v",
    ]  # fmt: skip


@pytest.mark.parametrize("invitation", [FULL, Invitation(ID, "a", "b", NOW + 1)])
def test_what_is_made_is_read_again(invitation: Invitation) -> None:
    """Reading a token gives the invitation that it was made of."""
    assert token.verify(token.signed_token(invitation, SECRET).encode(), [SECRET], NOW) == (invitation, "")


def test_every_secret_may_have_signed() -> None:
    """While secrets are changed, tokens of each of them hold; without any secret none does."""
    assert cause(signed(changed()), OTHER, SECRET) == ID
    assert cause(signed(changed()), OTHER) == "bad-invitation"
    assert token.verify(signed(changed()), (), NOW) == (None, "bad-invitation")


def test_every_single_bit_counts() -> None:
    """Whichever bit of a token is flipped, it is no invitation."""
    good = token.signed_token(FULL, SECRET).encode()
    for place in range(len(good)):
        for bit in range(8):
            octets = bytearray(good)
            octets[place] ^= 1 << bit
            assert cause(bytes(octets)) == "bad-invitation"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, ID),
        (0, "expired-invitation"),
        (1, "expired-invitation"),
        (-605_100, ID),
        (-605_101, "bad-invitation"),
    ],
)
def test_life_ends_at_its_second(seconds: int, expected: str) -> None:
    """A token holds until the second of its end, and never longer than a week and five minutes."""
    assert cause(signed(changed()), now=PAYLOAD["exp"] + seconds) == expected


def test_ended_token_still_says_which_it_was() -> None:
    """Of a token that has expired the invitation is known, for the log."""
    assert token.verify(token.signed_token(FULL, SECRET).encode(), [SECRET], FULL.expires).invitation == FULL


@pytest.mark.parametrize(
    "payload",
    [
        changed(v=2),
        changed(v=None),
        changed(v=True),
        changed(v="1"),
        changed(extra=1),
        changed(exp=float(NOW) + 0.5),
        changed(exp=True),
        changed(exp=str(NOW + 10)),
        changed(exp=None),
        changed(id=None),
        changed(id="short"),
        changed(id=ID + "\n"),
        changed(id=7),
        changed(caller=None),
        changed(caller=["onboarding"]),
        changed(keyName=None),
        changed(keyName={}),
        changed(user=1),
        changed(projectId="0"),
        changed(projectId=False),
        changed(region=1),
        changed(account=[]),
        changed(tags=[]),
        changed(tags={"owner": 1}),
        b"[]",
        b"null",
        b"",
        b"{",
        b"\xff",
        changed()[:-1] + b',"v":1}',
        changed(exp=None)[:-1] + b',"exp":NaN}',
    ],
)
def test_payload_of_another_form_is_malformed(payload: bytes) -> None:
    """A well signed payload with a missing, unknown or wrong member is no invitation."""
    assert cause(signed(payload)) == "bad-invitation"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b".",
        b"..",
        signed(changed()).partition(b".")[0],
        signed(changed()) + b"=",
        signed(changed()) + b".x",
        signed(changed()).replace(b".", b"=."),
        signed(changed(), prefix=b""),
        signed(changed(), prefix=b"ikp2."),
        "é.é".encode(),
    ],
)
def test_other_texts_are_no_tokens(sent: bytes) -> None:
    """Padding, missing parts, parts too many and other prefixes are refused."""
    assert cause(sent) == "bad-invitation"


def test_longer_token_is_refused() -> None:
    """A token of 4,000 bytes is read, one over that is not, however well it is signed."""
    longest = token.signed_token(FULL._replace(tags={"a": "x" * 2_789}), SECRET).encode()
    longer = token.signed_token(FULL._replace(tags={"a": "x" * 2_790}), SECRET).encode()
    assert len(longest) == token.LONGEST < len(longer)
    assert (cause(longest), cause(longer)) == (ID, "bad-invitation")


@pytest.mark.parametrize("encoded", [b"not base64 at all", b"A", b"eyJ2I"])
def test_what_is_no_base64url_is_refused(encoded: bytes) -> None:
    """A signature over it proves nothing, be it letters or length that are wrong."""
    mac = base64.urlsafe_b64encode(hmac.digest(SECRET, b"ikp1." + encoded, "sha256")).rstrip(b"=")
    assert cause(encoded + b"." + mac) == "bad-invitation"


@given(st.binary(max_size=300))
def test_nothing_makes_it_fail(octets: bytes) -> None:
    """Any bytes at all are refused and never raise."""
    assert cause(octets) == cause(signed(octets)) == "bad-invitation"
