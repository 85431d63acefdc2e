"""Feishu and Lark: messages to an app's bot, encrypted and signed, answered through the message API.

https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-guide/overview,
https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/im-v1/message/events/receive.

Feishu sends an event again that is not answered with 200 within 3 seconds; a message that comes again is
decided again, and what was imported is `unchanged` by then.
"""

from __future__ import annotations

import hmac
import json
import re

from handler import reply
from handler.callers import freshness, header
from handler.callers.feishu import Feishu
from handler.chat import envelope, feishu_api, feishu_cipher, patience
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: A key of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"0" * 32

_SIGNATURE = "x-lark-signature"

_MESSAGE_ID = re.compile("[A-Za-z0-9_-]{1,64}")

#: The sign for a mention of somebody, also of the bot, in a text.
_MENTION = re.compile("@_(?:user_[0-9]{1,4}|all)")

_CHALLENGE = re.compile("[!-~]{1,256}")


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof | Probe:
    """Return the event that Feishu signed and encrypted, or its check of the URL, which it does not sign.

    Raises:
        Unauthenticated: no caller's key signed it within the last five minutes and opens it, it has
            another token or is for another app, or it has no signature and is no check.
    """
    sealed = envelope.encrypted(body.raw or b"")
    ours = [entry for entry in known if isinstance(entry.caller.auth, Feishu)]
    is_signed = _SIGNATURE in request.headers
    if is_signed:
        ours = _signers(request, body, ours, ambient.wall())
    elif body.raw is None or not sealed:
        raise Unauthenticated("missing-header")
    opened = [(entry, *feishu_cipher.unseal(entry.secrets[1], sealed)) for entry in ours]
    events = [(entry, envelope.parse(message)) for entry, message, fault in opened if not fault]
    if not events:
        raise Unauthenticated(opened[0][2] if is_signed else "missing-header")
    trusted = [
        (entry, event) for entry, event in events if hmac.compare_digest(_token(event), entry.secrets[2])
    ]
    if not trusted:
        raise Unauthenticated("bad-token")
    event = trusted[0][1]
    if event.get("type") == "url_verification":
        challenge = envelope.text(event, "challenge")
        answer = {"challenge": challenge if _CHALLENGE.fullmatch(challenge) else ""}
        return Probe(json.dumps(answer), reply.JSON)
    if not is_signed:
        raise Unauthenticated("missing-header")
    app = envelope.text(event, "header", "app_id")
    candidates = tuple(
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry, _ in trusted
        if isinstance(entry.caller.auth, Feishu) and entry.caller.auth.app_id == app
    )
    if not candidates:
        raise Unauthenticated("wrong-app")
    return Proof(candidates, json.dumps(event).encode())


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed; other events, and messages of other bots, are no commands."""
    event = envelope.parse(proof.content)
    message: dict[str, Any] = event.get("event", {}).get("message", {}) if _is_message(event) else {}
    message_id = envelope.text(message, "message_id")
    if not _MESSAGE_ID.fullmatch(message_id):
        return Probe("")
    text = ""
    # Pictures and cards have no text, so they are answered with how to write a command.
    if envelope.text(message, "message_type") == "text":
        content = envelope.parse(envelope.text(message, "content").encode("utf-8", "surrogatepass"))
        text = _MENTION.sub("", envelope.text(content, "text"))
    return Typed(
        proof.candidates,
        envelope.text(event, "event", "sender", "sender_id", "open_id"),
        text,
        channel=envelope.text(message, "chat_id"),
        private=envelope.text(message, "chat_type") == "p2p",
        message=message_id,
        event=envelope.text(event, "header", "event_id"),
    )


def render(text: Text, typed: Typed, call: Invocation) -> reply.HttpReply:
    """Send the reply through the message API, and return the empty answer to the event.

    It has the status 503 where that failed, so that Feishu sends the message again.
    """
    candidate = typed.candidates[0]
    auth = candidate.caller.auth
    assert isinstance(auth, Feishu)  # noqa: S101 - as `verify` chose it; for the type checker
    app = feishu_api.App(auth.host, call.configured().feishu_host, auth.app_id, candidate.secrets[0])
    answered = feishu_api.Message(typed.message, typed.event, _plain(text, private=typed.private))
    deadline = call.deadline(patience.FEISHU - patience.ON_THE_WAY)
    fault = feishu_api.send_reply(app, answered, deadline, call.ambient)
    if fault:
        call.log.write("error", "The reply could not be sent; Feishu sends the message again.", cause=fault)
    return reply.http(503 if fault else 200, "", "text/plain", call.request_id)


def _signers(request: HttpRequest, body: Body, ours: list[Known], now: float) -> list[Known]:
    """Return the callers whose key signed a request.

    Raises:
        Unauthenticated: none, or it is not of now.
    """
    (timestamp, fault_1), (nonce, fault_2), (signature, fault_3) = (
        header.single(request.headers, name)
        for name in ("x-lark-request-timestamp", "x-lark-request-nonce", _SIGNATURE)
    )
    raw = body.raw or b""
    hmac.compare_digest(feishu_cipher.sign(_NOBODY, timestamp, nonce, raw), signature)
    signers = [
        entry
        for entry in ours
        # Compare all of them, so that the time of a refusal shows nothing.
        if hmac.compare_digest(feishu_cipher.sign(entry.secrets[1], timestamp, nonce, raw), signature)
    ]
    fault = fault_1 or fault_2 or fault_3 or ("body-not-text" if body.raw is None else "")
    fault = fault or freshness.fault(timestamp, now)
    if fault or not signers:
        raise Unauthenticated(fault or "bad-signature")
    return signers


def _token(event: dict[str, Any]) -> bytes:
    token = envelope.text(event, "header", "token") or envelope.text(event, "token")
    return token.encode("utf-8", "surrogatepass")


def _is_message(event: dict[str, Any]) -> bool:
    return (
        envelope.text(event, "header", "event_type") == "im.message.receive_v1"
        and envelope.text(event, "event", "sender", "sender_type") == "user"
        and isinstance(event["event"].get("message"), dict)
    )


def _plain(text: Text, *, private: bool) -> str:
    lines = [text.headline]
    lines += [
        line if isinstance(line, str) else f"{line.label}{text.colon}{line.value}"
        for line in text.shown(private=private)
    ]
    # Feishu reads every `<at user_id=...>` in a text as a mention.
    return "\n".join(lines).replace("<at", "< at")
