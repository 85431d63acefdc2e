"""WeCom: the smart bot (智能机器人), in groups and one to one, in WeCom's envelope of JSON.

https://developer.work.weixin.qq.com/document/path/100719 (what it sends),
https://developer.work.weixin.qq.com/document/path/101031 (what it may be answered),
https://developer.work.weixin.qq.com/document/path/101033 (the envelope, whose receiver is empty).
"""

from __future__ import annotations

import json
import os

from handler import reply
from handler.callers.wecom_bot import WeComBot
from handler.chat import envelope, markdown, wecom_cipher, wecom_proof
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: The longest content of a reply, in bytes (path/101031).
LONGEST = 20480


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof:
    """Return the message that WeCom signed and encrypted.

    Raises:
        Unauthenticated: see `wecom_proof.message`.
    """
    sealed = envelope.encrypted(body.raw or b"")
    return wecom_proof.message(request, body, sealed, _bots(known), ambient.wall())


def url_check(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> str:
    """Return the text that WeCom signed and encrypted to check the URL.

    Raises:
        Unauthenticated: see `wecom_proof.url_check`.
    """
    return wecom_proof.url_check(request, body, _bots(known), ambient.wall())


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed; an event, such as somebody opening the chat, is no command."""
    message = envelope.parse(proof.content)
    user, kind = envelope.text(message, "from", "userid"), envelope.text(message, "msgtype")
    if not user or kind in ("", "event", "stream"):
        return Probe("")
    in_group = envelope.text(message, "chattype") != "single"
    # Pictures and voices have no text, so they are answered with how to write a command.
    text = envelope.text(message, "text", "content")
    return Typed(proof.candidates, user, text, channel=envelope.text(message, "chatid"), private=not in_group)


def render(text: Text, typed: Typed, call: Invocation) -> reply.HttpReply:
    """Return an encrypted reply, which everybody in the conversation sees, in Markdown."""
    (candidate, *_) = typed.candidates
    content = "\n".join(markdown.lines(text, private=typed.private))
    stream = {
        # WeCom asks for more of a stream that is not finished; this one is finished at once.
        "id": os.urandom(16).hex(),
        "finish": True,
        "content": content.encode(errors="replace")[:LONGEST].decode(errors="ignore"),
    }
    message = json.dumps({"msgtype": "stream", "stream": stream}, ensure_ascii=False)
    sealed = _sealed(candidate, message.encode(), int(call.ambient.wall()))
    return reply.http(200, sealed, reply.JSON, call.request_id)


def _bots(known: tuple[Known, ...]) -> list[Known]:
    return [entry for entry in known if isinstance(entry.caller.auth, WeComBot)]


def _sealed(candidate: Candidate, message: bytes, now: int) -> reply.JsonObject:
    token, key = candidate.secrets
    encrypted = wecom_cipher.seal(key, message, b"", os.urandom(16))
    nonce = str(int.from_bytes(os.urandom(6), "big"))
    signature = wecom_cipher.sign(token, str(now).encode(), nonce.encode(), encrypted)
    return {
        "encrypt": encrypted.decode(),
        "msgsignature": signature.decode(),
        "timestamp": now,
        "nonce": nonce,
    }
