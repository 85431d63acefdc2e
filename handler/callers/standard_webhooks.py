"""Callers that sign as Standard Webhooks 1.0.0 describes, with HMAC-SHA256 (`v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64

from handler.callers import freshness, header, variables
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handler.callers.caller import Caller, Known
    from handler.callers.header import Headers
    from handler.callers.node import Node

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")

#: The most signatures that one request may carry; a rotation needs two.
MOST_SIGNATURES = 8

#: The longest message id, in bytes.
LONGEST_ID = 256

PREFIX = "whsec_"

#: How many bytes a secret may have.
SHORTEST_SECRET, LONGEST_SECRET = 24, 64

#: What such a secret is, in words.
FORM = Sentence(
    "a Standard Webhooks secret: {prefix} and then the Base64 of 24 to 64 random bytes", prefix=PREFIX
)

#: A secret of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"\0" * SHORTEST_SECRET


class StandardWebhooks(NamedTuple):
    """The environment variables that hold a caller's secrets, several while it changes them."""

    secret_env: tuple[str, ...]

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield nothing: where two callers share a secret, the first in the file answers."""
        return ()

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return the secrets, decoded.

        Raises:
            Misconfigured: none is set, or one is malformed.
        """
        return variables.secrets(self.secret_env, owner, environ, decode_secret, FORM)


def read(auth: Node) -> StandardWebhooks:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    members = auth.members(("scheme", "secretEnv"))
    return StandardWebhooks(members["secretEnv"].texts(variables.NAME, variables.MOST))


def decode_secret(text: str) -> bytes | None:
    """Return the bytes of a secret in its `whsec_` form, or None where it has another form."""
    if not text.startswith(PREFIX):
        return None
    # Imported here: it is needed for callers of this scheme alone.
    from base64 import b64decode

    try:
        secret = b64decode(text[len(PREFIX) :], validate=True)
    except ValueError:  # not ASCII, or not Base64
        return None
    return secret if SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET else None


def present(headers: Headers) -> bool:
    """Say whether a request carries any of the three headers."""
    return any(name in headers for name in NAMES)


def verify(
    headers: Headers, body: bytes | None, known: Iterable[Known], now: float
) -> Caller | Unauthenticated:
    """Return the first caller of the file that signed this, or why there is none.

    Args:
        headers: the request's headers.
        body: its bytes exactly as sent, or None where they are not known any more.
        known: all callers with their secrets.
        now: seconds since the Unix epoch.
    """
    (message_id, fault_1), (timestamp, fault_2), (signature_header, fault_3) = (
        header.single(headers, name) for name in NAMES
    )
    signed = b".".join((message_id, timestamp, body or b""))
    # Sign and compare with every secret before anything is judged. So the time of a refusal shows neither its
    # cause nor the caller.
    signatures = [(caller, sign(secret, signed)) for caller, secret in _secrets(known)]
    found: Caller | None = None
    for version, signature in _signatures(signature_header):
        for caller, expected in signatures:
            if hmac.compare_digest(signature, expected) and version == b"v1" and found is None:
                found = caller
    fault = fault_1 or fault_2 or fault_3 or _fault(message_id, timestamp, signature_header, body, now)
    return Unauthenticated(fault) if fault else found or Unauthenticated("bad-signature")


def sign(secret: bytes, signed: bytes) -> bytes:
    """Return the Base64 signature of `id.timestamp.body`, without the `v1,` before it."""
    return b2a_base64(hmac.digest(secret, signed, "sha256"), newline=False)


def _secrets(known: Iterable[Known]) -> Iterable[tuple[Caller | None, bytes]]:
    """Return every secret with its caller, in the order of the file; without any, the secret of nobody."""
    ours = [
        (caller, secret)
        for caller, secrets in known
        if isinstance(caller.auth, StandardWebhooks)
        for secret in secrets
    ]
    return ours or [(None, _NOBODY)]


def _signatures(signature_header: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield version and signature of a header's first entries; the signature of a malformed one is empty."""
    for entry in signature_header.split(b" ", MOST_SIGNATURES)[:MOST_SIGNATURES]:
        version, _, signature = entry.partition(b",")
        yield version, signature


def _fault(
    message_id: bytes, timestamp: bytes, signature_header: bytes, body: bytes | None, now: float
) -> str:
    """Return why a message is stale or cannot be checked, or an empty text."""
    if body is None:
        return "body-not-text"
    # With a dot in it, one signature could belong to two messages; other text than ASCII may change on its
    # way.
    if not 1 <= len(message_id) <= LONGEST_ID or b"." in message_id or not message_id.isascii():
        return "bad-message-id"
    if fault := freshness.fault(timestamp, now):
        return fault
    return "too-many-signatures" if signature_header.count(b" ") >= MOST_SIGNATURES else ""
