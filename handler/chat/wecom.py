"""WeCom: messages to an app of one's own, signed and encrypted, and answered in the same envelope.

https://developer.work.weixin.qq.com/document/path/96466 (the check of the URL, and the messages),
https://developer.work.weixin.qq.com/document/path/96467 (what a message holds),
https://developer.work.weixin.qq.com/document/path/96469 (what a reply holds).
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from handler import reply
from handler.callers import freshness
from handler.callers.wecom import WeCom
from handler.chat import form, wecom_cipher, wecom_xml
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.problems import Unauthenticated

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: The longest text of a reply, in bytes; WeCom cuts off the rest, maybe within a character.
LONGEST = 2048

#: Signed with where no caller has a token, so that its absence does not show in the time.
_NOBODY = b"0" * 32

_CHINESE = {
    "created": "已导入",
    "unchanged": "账号中已有，无需再导入",
    "dry-run": "试运行，未写入任何内容",
    "checked": "公钥可用",
    "help": "用法",
    "refused": "未完成，原因如下",
    "again": "暂未完成，没有任何丢失，请把同一条消息再发一次",
}


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof | Probe:
    """Return the message that WeCom signed and encrypted, or its check of the URL.

    Raises:
        Unauthenticated: no caller's token signed it within the last five minutes, or what it signed
            is not encrypted with the same caller's key for the same caller's receiver.
    """
    is_check = request.method in ("GET", "HEAD")
    signature, timestamp, nonce = (_single(request, name) for name in ("msg_signature", "timestamp", "nonce"))
    encrypted = _echo(request) if is_check else _encrypt(body)
    fault = _fault(signature, timestamp, nonce, encrypted, body, ambient.wall())
    wecom_cipher.sign(_NOBODY, timestamp, nonce, encrypted)
    signers = [
        one
        for one in known
        if isinstance(one.caller.auth, WeCom)
        # All are compared, whatever is found: the time of a refusal tells nothing.
        and hmac.compare_digest(wecom_cipher.sign(one.secrets[0], timestamp, nonce, encrypted), signature)
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


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed; an event, such as somebody opening the app, is no command."""
    try:
        message = wecom_xml.read(proof.content)
    except wecom_xml.NotFlatError:
        return Probe("")
    user = message.get("FromUserName", "")
    if not user or message.get("MsgType") == "event":
        return Probe("")
    # Pictures and voices have no text, so they are answered with how to write a command.
    return Typed(proof.candidates, user, message.get("Content", ""))


def render(text: Text, typed: Typed, call: Invocation) -> reply.Body:
    """Return an encrypted reply, which only the sender sees, as plain text."""
    (candidate, *_) = typed.candidates
    auth = candidate.caller.auth
    assert isinstance(auth, WeCom)  # noqa: S101 - as `verify` chose it; for the type checker
    token, key = candidate.secrets
    now = int(call.ambient.wall())
    message = wecom_xml.write(
        {
            "ToUserName": typed.user,
            "FromUserName": auth.receive_id,
            "CreateTime": now,
            "MsgType": "text",
            "Content": _plain(text),
        }
    )
    encrypted = wecom_cipher.seal(key, message.encode(), auth.receive_id.encode(), os.urandom(16))
    nonce = str(int.from_bytes(os.urandom(6), "big"))
    signature = wecom_cipher.sign(token, str(now).encode(), nonce.encode(), encrypted)
    envelope = wecom_xml.write(
        {
            "Encrypt": encrypted.decode(),
            "MsgSignature": signature.decode(),
            "TimeStamp": now,
            "Nonce": nonce,
        }
    )
    return reply.http(200, envelope, "text/xml", call.request_id)


def _single(request: HttpRequest, name: str) -> bytes:
    """Return a query parameter that must be there once, else `b""`."""
    values = request.query.get(name, ())
    return values[0].encode("utf-8", "surrogatepass") if len(values) == 1 else b""


def _echo(request: HttpRequest) -> bytes:
    """Return the `echostr`, be it that a gateway has left it encoded or has decoded a `+` too many."""
    return form.decoded(_single(request, "echostr")).replace(b" ", b"+")


def _encrypt(body: Body) -> bytes:
    try:
        return wecom_xml.read(body.raw or b"").get("Encrypt", "").strip().encode()
    except wecom_xml.NotFlatError:
        return b""


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
    for one in signers:
        auth = one.caller.auth
        assert isinstance(auth, WeCom)  # noqa: S101 - as `verify` chose them; for the type checker
        message, fault = wecom_cipher.unseal(one.secrets[1], encrypted, auth.receive_id.encode())
        if not fault:
            return Candidate(one.caller, auth.audience, one.secrets), message
        faults.append(fault)
    raise Unauthenticated(faults[0])


def _plain(text: Text) -> str:
    lines = [f"{_CHINESE[text.mood]} · {text.headline}"]
    lines += [line if isinstance(line, str) else f"{line.label}: {line.value}" for line in text.lines]
    return "\n".join(lines).encode(errors="replace")[:LONGEST].decode(errors="ignore")
