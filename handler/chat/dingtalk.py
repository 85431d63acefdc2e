"""DingTalk: messages to an app's robot in HTTP mode, answered in the response.

https://open.dingtalk.com/document/isvapp/receive-message. The signature covers the time alone and not the
body: a person who has seen a request can send others with it for five minutes; DingTalk allows an hour.
"""

from __future__ import annotations

import hmac
from base64 import b64encode

from handler import reply
from handler.callers import freshness, header
from handler.callers.dingtalk import DingTalk
from handler.chat import envelope, markdown
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.problems import Forbidden, Unauthenticated
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: A secret of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"0" * 32

_MOST_DIGITS = 15

#: What DingTalk shows nothing for.
_SILENCE = '{"msgtype": "empty"}'


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof:
    """Return the message of a robot that a caller names, from a person of the robot's own company.

    Raises:
        Unauthenticated: no caller's secret signed the time, it is more than five minutes off, or the
            message is for another robot or from another company.
    """
    timestamp, fault_1 = header.single(request.headers, "timestamp")
    signature, fault_2 = header.single(request.headers, "sign")
    hmac.compare_digest(sign(_NOBODY, timestamp), signature)
    signers = [
        entry
        for entry in known
        if isinstance(entry.caller.auth, DingTalk)
        # Compare all of them, so that the time of a refusal shows nothing.
        and True in [hmac.compare_digest(sign(secret, timestamp), signature) for secret in entry.secrets]
    ]
    fault = fault_1 or fault_2 or _fault(timestamp, body, ambient.wall())
    if fault or not signers:
        raise Unauthenticated(fault or "bad-signature")
    message = envelope.parse(body.raw or b"")
    robot, corporation = (envelope.text(message, name) for name in ("robotCode", "chatbotCorpId"))
    candidates = tuple(
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry in signers
        if isinstance(entry.caller.auth, DingTalk) and entry.caller.auth.robot_code == robot
    )
    if not candidates or not corporation or envelope.text(message, "senderCorpId") != corporation:
        raise Unauthenticated("wrong-robot")
    return Proof(candidates, body.raw or b"")


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed; what is no message is answered with silence."""
    message = envelope.parse(proof.content)
    if not envelope.text(message, "msgtype"):
        return Probe(_SILENCE, reply.JSON)
    user, channel = (envelope.text(message, name) for name in ("senderStaffId", "conversationId"))
    # DingTalk has taken the mention off already. Pictures and voices have no text.
    text = envelope.text(message, "text", "content")
    typed = Typed(proof.candidates, user, text, channel=channel, private=False, signed=False)
    if user:
        return typed
    return typed._replace(
        text=Forbidden(
            Sentence("Only people of the robot's own company may import key pairs."),
            Sentence("Write to the robot from an account of the company that it belongs to."),
            reason="users",
        )
    )


def render(text: Text, typed: Typed, call: Invocation) -> reply.HttpReply:
    """Return a reply that everybody in the conversation sees, in DingTalk's Markdown."""
    written = "\n\n".join(markdown.lines(text, private=typed.private))
    body = {"msgtype": "markdown", "markdown": {"title": text.headline, "text": written}}
    return reply.http(200, body, reply.JSON, call.request_id)


def sign(secret: bytes, timestamp: bytes) -> bytes:
    """Return the signature over a time in milliseconds, as the header `sign` has it."""
    return b64encode(hmac.digest(secret, timestamp + b"\n" + secret, "sha256"))


def _fault(timestamp: bytes, body: Body, now: float) -> str:
    """Return why a message is stale or cannot be read, or an empty text."""
    if body.raw is None:
        return "body-not-text"
    if not (timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS):
        return "bad-timestamp"
    return freshness.stale(int(timestamp) / 1000, now)
