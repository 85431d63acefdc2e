"""Who may sign: fixed credentials, and temporary ones that a gateway mints without asking.

A function gets new role credentials with every call, so a gateway needs any number of them. It shares one
secret with the stand-in and makes them with `mint`; the stand-in recognises each by itself: the id carries
its own proof, the key follows from the id, and the token names the role and the end of its life.
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


def mint(secret: str, role: str, expires: float) -> Credential:
    """Make one more temporary credential of a role.

    Args:
        secret: shared with the stand-in (`--mint-secret`).
        role: who that is; all credentials of one role count as one caller for the rate limit.
        expires: Unix seconds, from then on CVM answers AuthFailure.TokenFailure.
    """
    nonce = os.urandom(8).hex()
    secret_id = f"AKID{nonce}{_proof(secret, 'id', nonce)[:16]}"
    said = f"{role}.{int(expires)}"
    token = f"{said}.{_proof(secret, 'token', secret_id, said)}"
    return Credential(secret_id, _proof(secret, "key", secret_id)[:32], token)


class Keyring:
    """Every credential that is good now; it can change while the server runs."""

    def __init__(self, credentials: Iterable[Credential], mint_secret: str) -> None:
        self._fixed = {credential.secret_id: credential for credential in credentials}
        self._expired: set[str] = set()
        self._mint_secret = mint_secret

    def add(self, credential: Credential) -> None:
        """Let this credential in, from now on."""
        self._fixed[credential.secret_id] = credential
        self._expired.discard(credential.secret_id)

    def expire(self, secret_id: str) -> None:
        """Let the token of this credential, fixed or minted, be worthless from now on."""
        self._expired.add(secret_id)

    def secret_key(self, secret_id: str) -> str | None:
        """Find the key of an id; None for an id that nobody has ever been given."""
        if fixed := self._fixed.get(secret_id):
            return fixed.secret_key
        nonce = secret_id[4:20]
        expected = f"AKID{nonce}{_proof(self._mint_secret, 'id', nonce)[:16]}"
        if not hmac.compare_digest(expected.encode(), secret_id.encode()):
            return None
        return _proof(self._mint_secret, "key", secret_id)[:32]

    def owner(self, secret_id: str, token: str, now: float) -> str | None:
        """Name the account's user behind an id and its token; None if the token does not fit."""
        if secret_id in self._expired:
            return None
        if fixed := self._fixed.get(secret_id):
            return secret_id if hmac.compare_digest(fixed.token.encode(), token.encode()) else None
        said, _, proof = token.rpartition(".")
        role, _, expires = said.rpartition(".")
        expected = _proof(self._mint_secret, "token", secret_id, said)
        genuine = hmac.compare_digest(expected.encode(), proof.encode())
        return role if genuine and now < int(expires) else None


def _proof(secret: str, *parts: str) -> str:
    return hmac.digest(secret.encode(), "\0".join(parts).encode(), "sha256").hex()
