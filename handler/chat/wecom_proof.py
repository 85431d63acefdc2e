"""The proof of a request from a WeCom app or smart bot: query, signature and cipher.

https://developer.work.weixin.qq.com/document/path/91144
"""

from __future__ import annotations

import hmac

from handler.callers import freshness
from handler.chat import form, wecom_cipher
from handler.chat.message import Candidate, Proof
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from handler.callers.audience import Audience
    from handler.callers.caller import Known
    from handler.http import Body, HttpRequest

    class _Auth(Protocol):
        @property
        def audience(self) -> Audience: ...

        @property
        def receive_id(self) -> str: ...


#: A token of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"0" * 32


def message(request: HttpRequest, body: Body, sealed: bytes, ours: Iterable[Known], now: float) -> Proof:
    """Return the message that WeCom signed and encrypted.

    Args:
        request: the request.
        body: its body, which proves nothing where its bytes are not known.
        sealed: the encrypted message in the body.
        ours: the callers of this kind.
        now: seconds since the Unix epoch.

    Raises:
        Unauthenticated: no caller's token signed it within the last five minutes, or what it signed
            is not encrypted with the same caller's key for the same caller's receiver.
    """
    return _opened(_signers(request, body, sealed, ours, now), sealed)


def url_check(request: HttpRequest, body: Body, ours: Iterable[Known], now: float) -> str:
    """Return the text with which WeCom checks the URL: it stands encrypted in the query.

    Args:
        request, body, ours, now: as in `message`.

    Raises:
        Unauthenticated: see `message`; or it is no text.
    """
    encrypted = _echo(request)
    proof = _opened(_signers(request, body, encrypted, ours, now), encrypted)
    try:
        return proof.content.decode()
    except UnicodeDecodeError:
        raise Unauthenticated("bad-echo") from None


def _signers(
    request: HttpRequest, body: Body, encrypted: bytes, ours: Iterable[Known], now: float
) -> list[Known]:
    """Return the callers whose token signed an encrypted text; at least one.

    Raises:
        Unauthenticated: there is none, or the text is not of now.
    """
    signature, timestamp, nonce = (_single(request, name) for name in ("msg_signature", "timestamp", "nonce"))
    fault = _fault(signature, timestamp, nonce, encrypted, body, now)
    wecom_cipher.sign(_NOBODY, timestamp, nonce, encrypted)
    signers = [
        entry
        for entry in ours
        # Compare all of them, so that the time of a refusal shows nothing.
        if hmac.compare_digest(wecom_cipher.sign(entry.secrets[0], timestamp, nonce, encrypted), signature)
    ]
    if fault or not signers:
        raise Unauthenticated(fault or "bad-signature")
    return signers


def _single(request: HttpRequest, name: str) -> bytes:
    """Return a query parameter that must be there once, else `b""`."""
    values = request.query.get(name, ())
    return values[0].encode("utf-8", "surrogatepass") if len(values) == 1 else b""


def _echo(request: HttpRequest) -> bytes:
    """Return the `echostr`; some gateways leave it encoded, others decode a `+` too many."""
    return form.decoded(_single(request, "echostr")).replace(b" ", b"+")


def _fault(signature: bytes, timestamp: bytes, nonce: bytes, encrypted: bytes, body: Body, now: float) -> str:
    """Return why a message is stale or cannot be checked, or an empty text."""
    if body.raw is None:
        return "body-not-text"
    if not (signature and nonce and encrypted):
        return "missing-parameter"
    return freshness.fault(timestamp, now)


def _opened(signers: list[Known], encrypted: bytes) -> Proof:
    """Return what is in an envelope, with all signers whose key opens it: each may have channels of its own.

    Raises:
        Unauthenticated: none of them.
    """
    candidates, contents, faults = [], [], []
    for entry in signers:
        auth: _Auth = entry.caller.auth  # type: ignore[assignment] # both schemes' records have it
        content, fault = wecom_cipher.unseal(entry.secrets[1], encrypted, auth.receive_id.encode())
        if fault:
            faults.append(fault)
        else:
            candidates.append(Candidate(entry.caller, auth.audience, entry.secrets))
            contents.append(content)
    if not contents:
        raise Unauthenticated(faults[0])
    return Proof(tuple(candidates), contents[0])
