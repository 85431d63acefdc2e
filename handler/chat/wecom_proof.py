"""What proves a request of WeCom, of its apps as of its smart bots: query, signature and cipher.

https://developer.work.weixin.qq.com/document/path/91144
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Protocol, cast

from handler.callers import freshness
from handler.chat import form, wecom_cipher
from handler.chat.message import Candidate, Probe, Proof
from handler.problems import Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handler.callers.audience import Audience
    from handler.callers.caller import Known
    from handler.http import Body, HttpRequest

#: Signed with where no caller has a token, so that its absence does not show in the time.
_NOBODY = b"0" * 32


class _Auth(Protocol):
    @property
    def audience(self) -> Audience: ...

    @property
    def receive_id(self) -> str: ...


def prove(
    request: HttpRequest, body: Body, sealed: bytes, ours: Iterable[Known], now: float
) -> Proof | Probe:
    """Return the message that WeCom signed and encrypted, or its check of the URL.

    Args:
        request: the request.
        body: its body, which proves nothing where its bytes are not known.
        sealed: the encrypted message in the body; of a check it is in the query.
        ours: the callers of this kind.
        now: seconds since the Unix epoch.

    Raises:
        Unauthenticated: no caller's token signed it within the last five minutes, or what it signed
            is not encrypted with the same caller's key for the same caller's receiver.
    """
    is_check = request.method in ("GET", "HEAD")
    signature, timestamp, nonce = (_single(request, name) for name in ("msg_signature", "timestamp", "nonce"))
    encrypted = _echo(request) if is_check else sealed
    fault = _fault(signature, timestamp, nonce, encrypted, body, now)
    wecom_cipher.sign(_NOBODY, timestamp, nonce, encrypted)
    signers = [
        entry
        for entry in ours
        # All are compared, whatever is found: the time of a refusal tells nothing.
        if hmac.compare_digest(wecom_cipher.sign(entry.secrets[0], timestamp, nonce, encrypted), signature)
    ]
    if fault or not signers:
        raise Unauthenticated(fault or "bad-signature")
    candidate, message = _opened(signers, encrypted)
    if not is_check:
        return Proof((candidate,), message)
    try:
        return Probe(message.decode())
    except UnicodeDecodeError:
        raise Unauthenticated("bad-echo") from None


def _single(request: HttpRequest, name: str) -> bytes:
    """Return a query parameter that must be there once, else `b""`."""
    values = request.query.get(name, ())
    return values[0].encode("utf-8", "surrogatepass") if len(values) == 1 else b""


def _echo(request: HttpRequest) -> bytes:
    """Return the `echostr`, be it that a gateway has left it encoded or has decoded a `+` too many."""
    return form.decoded(_single(request, "echostr")).replace(b" ", b"+")


def _fault(signature: bytes, timestamp: bytes, nonce: bytes, encrypted: bytes, body: Body, now: float) -> str:
    """Return why this cannot be a fresh message that we can check, or nothing."""
    if body.raw is None:
        return "body-not-text"
    if not (signature and nonce and encrypted):
        return "missing-parameter"
    return freshness.fault(timestamp, now)


def _opened(signers: list[Known], encrypted: bytes) -> tuple[Candidate, bytes]:
    """Return the first of the signers whose key opens the envelope, and the message.

    Raises:
        Unauthenticated: none of them.
    """
    faults = []
    for entry in signers:
        auth = cast("_Auth", entry.caller.auth)
        message, fault = wecom_cipher.unseal(entry.secrets[1], encrypted, auth.receive_id.encode())
        if not fault:
            return Candidate(entry.caller, auth.audience, entry.secrets), message
        faults.append(fault)
    raise Unauthenticated(faults[0])
