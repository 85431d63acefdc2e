"""Plays Discord's slash command, and its ping.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from local.chat.from_slash import unescaped
from local.chat.message import PlatformRequest, Sender
from local.chat.setup import DISCORD_SEED, GUILD

#: The command as it is registered: one option, which holds a line of the grammar.
COMMAND: dict[str, Any] = {
    "name": "key",
    "type": 1,
    "description": "Import an SSH public key into Tencent Cloud CVM",
    "options": [
        {
            "type": 3,
            "name": "command",
            "description": "import KEY_NAME ssh-rsa AAAA..., check ssh-rsa AAAA..., invite KEY_NAME,"
            " show KEY_NAME, or help",
            "required": True,
            "max_length": 6000,
        }
    ],
}


def discord(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that Discord makes when somebody uses the command in a server."""
    interaction = {
        "id": str(secrets.randbelow(1 << 60)),
        "application_id": "1101",
        "type": 2,
        "guild_id": sender.team or GUILD,
        "channel_id": sender.channel,
        "member": {"user": {"id": sender.user, "username": sender.user}},
        "token": "made-up",
        "version": 1,
        "data": {
            "id": "1",
            "name": "key",
            "type": 1,
            "options": [{"name": "command", "type": 3, "value": text}],
        },
    }
    return discord_signed(json.dumps(interaction), sender)


def discord_ping(_: str, sender: Sender) -> PlatformRequest:
    """Return the request with which Discord checks a URL; the answer is a pong."""
    return discord_signed('{"type":1}', sender)


def discord_signed(body: str, sender: Sender) -> PlatformRequest:
    """Return a request with this body and its signature."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    # A sender with other secrets is a stranger here too, although Discord's key is in no variable.
    seed = DISCORD_SEED if sender.knows() else bytes(32)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(f"{sender.timestamp()}{body}".encode())
    headers = {
        "content-type": "application/json",
        "x-signature-ed25519": signature.hex(),
        "x-signature-timestamp": sender.timestamp(),
    }
    return PlatformRequest("POST", "/chat/discord", {}, headers, body)


def discord_seen(body: str) -> str:
    """Return what Discord shows of a reply, its bold type and code apart."""
    answer = json.loads(body)
    return "" if answer["type"] == 1 else unescaped(answer["data"]["content"])
