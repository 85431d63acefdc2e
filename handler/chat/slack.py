"""Slack: slash commands, signed with the app's signing secret (version `v0`).

https://docs.slack.dev/authentication/verifying-requests-from-slack,
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import hmac
import re

from handler import reply
from handler.callers import freshness, header
from handler.callers.slack import Slack
from handler.chat import form, slash
from handler.chat.message import Candidate, Probe, Proof
from handler.problems import Forbidden, Problem, Unauthenticated
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.message import Typed
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: A secret of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"\0" * 32

#: A name with an underscore at an end.
_MARKED = r"(?<!\w)(?:_\w*|\w+_)(?!\w)"


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof | Probe:
    """Return the message that Slack signed.

    Raises:
        Unauthenticated: no caller's secret signed these bytes within the last five minutes.
    """
    # Slack looks at the certificate of the URL from time to time, and wants a 200; whether it signs
    # these requests, it does not say.
    if form.parse(body.raw or b"").octets("ssl_check") == b"1":
        return Probe("")
    timestamp, fault_1 = header.single(request.headers, "x-slack-request-timestamp")
    signature, fault_2 = header.single(request.headers, "x-slack-signature")
    signed = b":".join((b"v0", timestamp, body.raw or b""))
    hmac.compare_digest(sign(_NOBODY, signed), signature)
    candidates = [
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry in known
        if isinstance(entry.caller.auth, Slack)
        # Compare all of them, so that the time of a refusal shows nothing.
        and True in [hmac.compare_digest(sign(secret, signed), signature) for secret in entry.secrets]
    ]
    fault = fault_1 or fault_2 or _fault(timestamp, body, ambient.wall())
    if fault or not candidates:
        raise Unauthenticated(fault or "bad-signature")
    return Proof(tuple(candidates), body.raw or b"", slash.media_type(request.headers.get("content-type")))


def command(proof: Proof) -> Typed:
    """Return what somebody typed, for the callers whose workspace it was."""
    typed = slash.typed(proof)
    ours = tuple(
        candidate
        for candidate in proof.candidates
        if isinstance(candidate.caller.auth, Slack) and candidate.caller.auth.team == typed.team
    )
    if ours or isinstance(typed.text, Problem):
        return typed._replace(candidates=ours or proof.candidates)
    return typed._replace(
        text=Forbidden(
            Sentence("Key pairs cannot be imported from this workspace."),
            Sentence(
                "Use the workspace that the administrator of this function has set up, or ask for this one to"
                " be added as a caller with its `team` in the callers file."
            ),
            reason="team",
        )
    )


def render(text: Text, _: Typed, call: Invocation) -> reply.HttpReply:
    """Return a reply that the sender alone sees, in Slack's `mrkdwn`.

    https://docs.slack.dev/messaging/formatting-message-text says what has to be escaped.
    """
    lines = [f"*{_plain(text.headline)}*"]
    for line in text.lines:
        if isinstance(line, str):
            lines.append(_plain(line))
        else:
            lines.append(f"{line.label}{text.colon}`{_escaped(line.value.replace('`', chr(39)))}`")
    body = {"response_type": "ephemeral", "text": "\n".join(lines)}
    return reply.http(200, body, reply.JSON, call.request_id)


def sign(secret: bytes, signed: bytes) -> bytes:
    """Return the signature of `v0:timestamp:body`, as Slack's header has it."""
    return b"v0=" + hmac.digest(secret, signed, "sha256").hex().encode()


def _fault(timestamp: bytes, body: Body, now: float) -> str:
    """Return why a message is stale or cannot be checked, or an empty text."""
    if body.raw is None:
        return "body-not-text"
    return freshness.fault(timestamp, now)


def _plain(sentence: str) -> str:
    """Return a sentence whose names mean themselves: Slack has no escape, and takes `_name_` for italics."""
    parts = re.split("(`[^`]*`)", _escaped(sentence))
    return "".join(
        part if part.startswith("`") else re.sub(_MARKED, r"`\g<0>`", part, flags=re.ASCII) for part in parts
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
