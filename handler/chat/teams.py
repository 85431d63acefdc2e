"""Teams: an outgoing webhook of one team, signed with its security token, answered in the response.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode

from handler import reply
from handler.callers import freshness, header
from handler.callers.teams import Teams
from handler.chat import envelope, markdown
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: A token of nobody. It is used where no caller has one, so that a refusal takes the same time.
_NOBODY = b"\0" * 32

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)

#: The mention that a message begins with, which calls the webhook; nobody else can write such a tag.
_MENTION = re.compile(r"<at\b[^<>]{0,256}>[^<>]{0,256}</at>")

#: Teams' own markup: tags around lines, and tags that links, addresses and formats get. A `<` that somebody
#: typed arrives as `&lt;`, and a word between two of them that is no such tag stays.
_LINE_TAGS = "p|div|br|pre|codeblock|blockquote|ul|ol|li"
_TAG = re.compile(
    rf"</?(?:({_LINE_TAGS})|a|attachment|b|code|em|font|i|s|span|strong|u)(?:\s[^<>]{{0,2048}})?/?>",
    re.IGNORECASE,
)
_ENTITIES = {"&nbsp;": " ", "&quot;": '"', "&#39;": "'", "&#160;": " "}


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof:
    """Return the message that Teams signed.

    Raises:
        Unauthenticated: no caller's token signed these bytes, or the message in them is not of the last
            five minutes.
    """
    value, fault = header.single(request.headers, "authorization")
    scheme, _, signature = value.partition(b" ")
    raw = body.raw or b""
    hmac.compare_digest(sign(_NOBODY, raw), signature)
    candidates = tuple(
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry in known
        if isinstance(entry.caller.auth, Teams)
        # Compare all of them, so that the time of a refusal shows nothing.
        and True in [hmac.compare_digest(sign(secret, raw), signature) for secret in entry.secrets]
    )
    if not fault and body.raw is None:
        fault = "body-not-text"
    if fault or scheme != b"HMAC" or not candidates:
        raise Unauthenticated(fault or "bad-signature")
    # The time is part of the signed body, so it is read only after the signature is checked.
    if stale := _stale(envelope.text(envelope.parse(raw), "timestamp"), ambient.wall()):
        raise Unauthenticated(stale)
    return Proof(candidates, raw)


def command(proof: Proof) -> Typed | Probe:
    """Return what somebody typed."""
    activity = envelope.parse(proof.content)
    if envelope.text(activity, "type") != "message":
        return Probe("")
    channel = envelope.text(activity, "channelData", "channel", "id")
    return Typed(
        proof.candidates,
        envelope.text(activity, "from", "aadObjectId"),
        _plain(envelope.text(activity, "text")),
        channel=channel or envelope.text(activity, "conversation", "id").partition(";")[0],
        private=False,
    )


def render(text: Text, typed: Typed, call: Invocation) -> reply.HttpReply:
    """Return a reply that everybody in the channel sees, in Teams' Markdown."""
    written = "\n\n".join(markdown.lines(text, private=typed.private))
    return reply.http(200, {"type": "message", "text": written}, reply.JSON, call.request_id)


def sign(secret: bytes, body: bytes) -> bytes:
    """Return the signature over a body, as it stands behind `HMAC ` in the header."""
    return b64encode(hmac.digest(secret, body, "sha256"))


def _stale(timestamp: str, now: float) -> str:
    found = _TIME.fullmatch(timestamp)
    if found is None:
        return "bad-timestamp"
    # Imported here: only a signed message needs it.
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(found[1] + found[2].replace("Z", "+00:00"))
        return freshness.stale(moment.timestamp(), now)
    except (ValueError, OverflowError):
        return "bad-timestamp"


def _plain(html: str) -> str:
    """Return what was typed, without the mention, the tags and the entities of blanks.

    The entities of `&`, `<` and `>` are the same as other platforms', and undone with them.
    """
    text = _TAG.sub(lambda tag: "\n" if tag[1] else "", _addressed(html))
    for entity, sign_of_it in _ENTITIES.items():
        text = text.replace(entity, sign_of_it)
    return _addressed(text)


def _addressed(text: str) -> str:
    """Return a text without the mention at its start."""
    mention = _MENTION.match(text := text.lstrip())
    return text[mention.end() :] if mention else text
