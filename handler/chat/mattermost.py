"""Mattermost: slash commands, each with a token of its own.

https://developers.mattermost.com/integrate/slash-commands/custom. The token comes with every request,
in a header and in the form, and nothing is signed: a person who sees one request can send others, so the URL
must be an `https` one.
"""

from __future__ import annotations

import hmac

from handler import reply
from handler.callers import header
from handler.callers.mattermost import Mattermost
from handler.chat import form, markdown, slash
from handler.chat.message import Candidate, Proof
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.message import Typed
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: A token of nobody. It is compared where no caller has one, so that a refusal takes the same time.
_NOBODY = b"\0" * 26


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], _: Ambient) -> Proof:
    """Return the message that came with a caller's token.

    Raises:
        Unauthenticated: no caller has this token, or there is none.
    """
    token, fault = _token(request, body)
    hmac.compare_digest(_NOBODY, token)
    candidates = [
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry in known
        if isinstance(entry.caller.auth, Mattermost)
        # Compare all of them, so that the time of a refusal shows nothing.
        and True in [hmac.compare_digest(secret, token) for secret in entry.secrets]
    ]
    if fault or not candidates:
        raise Unauthenticated(fault or "unknown-token")
    return Proof(tuple(candidates), body.raw or b"", slash.media_type(request.headers.get("content-type")))


def command(proof: Proof) -> Typed:
    """Return what somebody typed."""
    return slash.typed(proof)


def render(text: Text, _: Typed, call: Invocation) -> reply.HttpReply:
    """Return a reply that the sender alone sees, in Mattermost's Markdown."""
    body = {
        "response_type": "ephemeral",
        "text": "  \n".join(markdown.lines(text, private=True)),
        # Without it, Mattermost looks for Slack's markup in the text, which is not there.
        "skip_slack_parsing": True,
    }
    return reply.http(200, body, reply.JSON, call.request_id)


def _token(request: HttpRequest, body: Body) -> header.Value:
    """Return the token of a request: that of its header where there is one, else that of its form."""
    if body.raw is None:
        return header.Value(b"", "body-not-text")
    if "authorization" in request.headers:
        value, fault = header.single(request.headers, "authorization")
        scheme, _, token = value.partition(b" ")
        if fault or scheme.lower() == b"token":
            return header.Value(token.strip(b" "), fault or ("" if token else "missing-token"))
    token = form.parse(body.raw).octets("token")
    return header.Value(token, "" if token else "missing-token")
