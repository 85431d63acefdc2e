"""The credentials that may sign: fixed ones, and temporary ones that a gateway makes without a call.

A function gets new role credentials with every call, so a gateway needs any number of them. It shares one
secret with the stand-in and makes them with `mint`; the stand-in recognises each by itself: the id carries
its own proof, the key follows from the id, and the token names account, role and the end of its life.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from typing import NamedTuple


class Credential(NamedTuple):
    """The three values that a client signs with; a permanent credential has no token."""

    secret_id: str
    secret_key: str
    token: str = ""


# Short enough not to look like a real one to people and to secret scanners.
DEFAULT = Credential("AKIDstandin", "key-of-the-stand-in", "token-of-the-stand-in")


#: The account of everybody without another one.
OWN_ACCOUNT = "100000000001"


class Owner(NamedTuple):
    """Whose a credential is: an account's UIN, and a user or role in it."""

    account: str
    user: str


def mint(secret: str, role: str, expires: float, account: str = OWN_ACCOUNT) -> Credential:
    """Make one more temporary credential of a role.

    Args:
        secret: shared with the stand-in (`--mint-secret`).
        role: who that is; all credentials of one role count as one caller for the rate limit.
        expires: Unix seconds, from then on the API answers AuthFailure.TokenFailure.
        account: the UIN of the role's account.
    """
    nonce = os.urandom(8).hex()
    secret_id = f"AKID{nonce}{_proof(secret, 'id', nonce)[:16]}"
    claim = f"{account}/{role}.{int(expires)}"
    token = f"{claim}.{_proof(secret, 'token', secret_id, claim)}"
    return Credential(secret_id, _proof(secret, "key", secret_id)[:32], token)


class Keyring:
    """All credentials that are valid now; they can change while the server runs."""

    def __init__(self, credentials: Iterable[Credential], mint_secret: str) -> None:
        self._fixed: dict[str, tuple[Credential, str]] = {}
        self._expired: set[str] = set()
        self.mint_secret = mint_secret
        for credential in credentials:
            self.add(credential)

    def add(self, credential: Credential, account: str = OWN_ACCOUNT) -> None:
        """Accept this credential from now on, as one of the account."""
        self._fixed[credential.secret_id] = (credential, account)
        self._expired.discard(credential.secret_id)

    def expire(self, secret_id: str) -> None:
        """Refuse the token of this credential, fixed or minted, from now on."""
        self._expired.add(secret_id)

    def secret_key(self, secret_id: str) -> str | None:
        """Find the key of an id; None for an unknown id."""
        if fixed := self._fixed.get(secret_id):
            return fixed[0].secret_key
        nonce = secret_id[4:20]
        expected = f"AKID{nonce}{_proof(self.mint_secret, 'id', nonce)[:16]}"
        if not hmac.compare_digest(expected.encode(), secret_id.encode()):
            return None
        return _proof(self.mint_secret, "key", secret_id)[:32]

    def owner(self, secret_id: str, token: str, now: float) -> Owner | None:
        """Return the owner of an id and its token; None if the token does not fit."""
        if secret_id in self._expired:
            return None
        if fixed := self._fixed.get(secret_id):
            credential, account = fixed
            fits = hmac.compare_digest(credential.token.encode(), token.encode())
            return Owner(account, secret_id) if fits else None
        claim, _, proof = token.rpartition(".")
        role, _, expires = claim.rpartition(".")
        expected = _proof(self.mint_secret, "token", secret_id, claim)
        if not hmac.compare_digest(expected.encode(), proof.encode()) or now >= int(expires):
            return None
        account, _, user = role.partition("/")
        return Owner(account, user)


def _proof(secret: str, *parts: str) -> str:
    return hmac.digest(secret.encode(), "\0".join(parts).encode(), "sha256").hex()
