"""WeCom: messages to an app of one's own, signed and encrypted, and answered in the same envelope.

https://developer.work.weixin.qq.com/document/path/96466 (the check of the URL, and the messages),
https://developer.work.weixin.qq.com/document/path/96467 (what a message holds),
https://developer.work.weixin.qq.com/document/path/96469 (what a reply holds).
"""

from __future__ import annotations

import os

from handler import reply
from handler.callers.wecom import WeCom
from handler.chat import fitting, wecom_cipher, wecom_proof, wecom_xml
from handler.chat.message import Probe, Proof, Typed
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: The longest text of a reply, in bytes; WeCom cuts off the rest, even within a character.
LONGEST = 2048


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof:
    """Return the message that WeCom signed and encrypted.

    Raises:
        Unauthenticated: see `wecom_proof.message`.
    """
    return wecom_proof.message(request, body, _encrypt(body), _apps(known), ambient.wall())


def url_check(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> str:
    """Return the text that WeCom signed and encrypted to check the URL.

    Raises:
        Unauthenticated: see `wecom_proof.url_check`.
    """
    return wecom_proof.url_check(request, body, _apps(known), ambient.wall())


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed; an event, such as somebody opening the app, is no command."""
    try:
        message = wecom_xml.parse(proof.content)
    except wecom_xml.NotFlatError:
        return Probe("")
    user = message.get("FromUserName", "")
    if not user or message.get("MsgType") == "event":
        return Probe("")
    # Pictures and voices have no text, so they are answered with how to write a command.
    return Typed(proof.candidates, user, message.get("Content", ""))


def render(text: Text, typed: Typed, call: Invocation) -> reply.HttpReply:
    """Return an encrypted reply, which only the sender sees, as plain text."""
    (candidate, *_) = typed.candidates
    auth = candidate.caller.auth
    assert isinstance(auth, WeCom)  # noqa: S101 - as `verify` chose it; for the type checker
    token, key = candidate.secrets
    now = int(call.ambient.wall())
    message = wecom_xml.serialize(
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
    envelope = wecom_xml.serialize(
        {
            "Encrypt": encrypted.decode(),
            "MsgSignature": signature.decode(),
            "TimeStamp": now,
            "Nonce": nonce,
        }
    )
    return reply.http(200, envelope, "text/xml", call.request_id)


def _apps(known: tuple[Known, ...]) -> list[Known]:
    return [entry for entry in known if isinstance(entry.caller.auth, WeCom)]


def _encrypt(body: Body) -> bytes:
    try:
        return wecom_xml.parse(body.raw or b"").get("Encrypt", "").strip().encode()
    except wecom_xml.NotFlatError:
        return b""


def _plain(text: Text) -> str:
    lines = [text.headline]
    lines += [
        line if isinstance(line, str) else f"{line.label}{text.colon}{line.value}" for line in text.lines
    ]
    written = fitting.fitted(lines, LONGEST, lambda line: len(line.encode(errors="replace")))
    return written.encode(errors="replace")[:LONGEST].decode(errors="ignore")
