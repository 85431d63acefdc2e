"""Callers that send an API key: `Authorization: Bearer <key>` (RFC 6750 section 2.1).

The file holds only SHA-256 hashes of whole keys. A key has at least 32 characters, so it cannot be
guessed from its hash and no slow hash is needed; several hashes let a key be changed without a gap.
"""

from __future__ import annotations

import hashlib
import hmac

from handler.callers import header, variables
from handler.callers.node import Rule
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.caller import Caller, Known
    from handler.callers.header import Headers
    from handler.callers.node import Node

#: The shortest key that is looked at, in characters.
SHORTEST = 32

_HASH = Rule(
    "[0-9A-Fa-f]{64}", Sentence("the SHA-256 hash of the whole key in 64 hex digits, not the key itself")
)

#: A hash of nobody's key. It is compared where no caller has a key, so that a refusal takes the same time.
_NOBODY = b"\0" * 32


class ApiKey(NamedTuple):
    """The hashes of the keys that a caller may send, 32 bytes each."""

    sha256: tuple[bytes, ...]

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield the hashes: a key must tell who sends it."""
        return [("API key hash", digest) for digest in self.sha256]

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the hashes."""
        return self.sha256


def read(auth: Node) -> ApiKey:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "sha256"))
    return ApiKey(members["sha256"].distinct(lambda item: bytes.fromhex(item.text(_HASH)), variables.MOST))


def present(headers: Headers) -> bool:
    """Say whether a request carries an API key, well formed or not.

    Other schemes in `Authorization` do not count: a Function URL with CAM puts TC3 there.
    """
    values = headers.get("authorization")
    return values is not None and (not values or any(_is_bearer(value) for value in values))


def verify(headers: Headers, known: Iterable[Known]) -> Caller | Unauthenticated:
    """Return the first caller of the file whose key this is, or why there is none.

    All hashes are compared, whatever is found, so that the time does not tell which one matched.
    """
    value, fault = header.single(headers, "authorization")
    scheme, _, key = value.partition(b" ")
    digest = hashlib.sha256(key).digest()
    found: Caller | None = None
    hmac.compare_digest(digest, _NOBODY)
    for caller, hashes in known:
        if isinstance(caller.auth, ApiKey):
            for candidate in hashes:
                if hmac.compare_digest(digest, candidate) and found is None:
                    found = caller
    if fault:
        return Unauthenticated(fault)
    if scheme.lower() != b"bearer":
        return Unauthenticated("not-bearer")
    if len(key.decode("utf-8", "surrogatepass")) < SHORTEST:
        return Unauthenticated("short-key")
    return found or Unauthenticated("unknown-key")


def _is_bearer(value: str) -> bool:
    scheme, _, _ = value.partition(" ")
    return scheme.lower() == "bearer"
