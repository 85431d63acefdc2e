"""Discord: one slash command with one option, which holds a line of the grammar; signed with Ed25519.

https://discord.com/developers/docs/interactions/receiving-and-responding. Discord sends wrong signatures on
purpose, and takes the URL out of service where they are not refused with 401.
"""

from __future__ import annotations

import re

from handler import reply
from handler.callers import freshness, header
from handler.callers.discord import Discord
from handler.chat import envelope, fitting, markdown
from handler.chat.message import Candidate, Probe, Proof, Typed
from handler.problems import Forbidden, Unauthenticated
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from typing import Any

    from handler.ambient import Ambient
    from handler.callers.caller import Known
    from handler.chat.wording import Text
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation

#: Types of interactions, options and replies.
_PING, _COMMAND, _STRING, _PONG, _MESSAGE = 1, 2, 3, '{"type": 1}', 4

#: A message that its sender alone sees.
_EPHEMERAL = 1 << 6

#: The longest content of a reply, in characters.
LONGEST = 2000

_SIGNATURE = re.compile(rb"[0-9a-fA-F]{128}")


def verify(request: HttpRequest, body: Body, known: tuple[Known, ...], ambient: Ambient) -> Proof | Probe:
    """Return the interaction that Discord signed, or its ping.

    Raises:
        Unauthenticated: no caller's public key belongs to the signature over time and body, or the time
            is more than five minutes off.
    """
    signature, fault_1 = header.single(request.headers, "x-signature-ed25519")
    timestamp, fault_2 = header.single(request.headers, "x-signature-timestamp")
    fault = fault_1 or fault_2 or ("body-not-text" if body.raw is None else "")
    fault = fault or freshness.fault(timestamp, ambient.wall())
    if fault or not _SIGNATURE.fullmatch(signature):
        raise Unauthenticated(fault or "bad-signature")
    raw = body.raw or b""
    # Public keys are no secret, so the time may show which of them matched.
    signed = bytes.fromhex(signature.decode())
    candidates = tuple(
        Candidate(entry.caller, entry.caller.auth.audience, entry.secrets)
        for entry in known
        if isinstance(entry.caller.auth, Discord)
        and any(_is_signed(key, signed, timestamp + raw) for key in entry.secrets)
    )
    if not candidates:
        raise Unauthenticated("bad-signature")
    if envelope.parse(raw).get("type") == _PING:
        return Probe(_PONG, reply.JSON)
    return Proof(candidates, raw)


def command(proof: Proof) -> Typed:
    """Return what somebody typed, for the callers whose server it was; what is no command asks for help."""
    interaction = envelope.parse(proof.content)
    guild = envelope.text(interaction, "guild_id")
    user = envelope.text(interaction, "member", "user", "id") or envelope.text(interaction, "user", "id")
    name = envelope.text(interaction, "data", "name")
    typed = Typed(
        proof.candidates,
        user,
        _option(interaction) if interaction.get("type") == _COMMAND else "",
        team=guild,
        channel=envelope.text(interaction, "channel_id"),
        prefix=f"/{name} command:" if re.fullmatch(r"[\w-]{1,32}", name) else "",
    )
    ours = tuple(
        entry
        for entry in proof.candidates
        if isinstance(entry.caller.auth, Discord)
        and (entry.caller.auth.guilds is None or guild in entry.caller.auth.guilds)
    )
    if ours:
        return typed._replace(candidates=ours)
    return typed._replace(
        text=Forbidden(
            Sentence("Key pairs cannot be imported from this server, or from outside of a server."),
            Sentence(
                "Use a server that the administrator of this function has set up for it, or ask for this one"
                " to be added to `guilds` in its callers file."
            ),
            reason="guilds",
        )
    )


def render(text: Text, _: Typed, call: Invocation) -> reply.HttpReply:
    """Return a reply that the sender alone sees, in Discord's Markdown."""
    written = fitting.fitted(markdown.lines(text, private=True), LONGEST)
    # The reply mentions nobody, even where a tag's value looks like a mention.
    data = {"content": written[:LONGEST], "flags": _EPHEMERAL, "allowed_mentions": {"parse": []}}
    return reply.http(200, {"type": _MESSAGE, "data": data}, reply.JSON, call.request_id)


def _is_signed(key: bytes, signature: bytes, signed: bytes) -> bool:
    # Imported here: a request without a signature needs no arithmetic.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):  # ValueError: a key that is no point of the curve
        return False
    return True


def _option(interaction: dict[str, Any]) -> str:
    """Return the text of the command's only option."""
    data = interaction.get("data")
    options = data.get("options") if isinstance(data, dict) else None
    only = options[0] if isinstance(options, list) and len(options) == 1 else None
    return envelope.text(only, "value") if isinstance(only, dict) and only.get("type") == _STRING else ""
