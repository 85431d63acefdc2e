"""Messages of the chats that send JSON: what stands inside of the envelope, to be changed and sealed anew."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from handler.chat import feishu_cipher, wecom_cipher
from local import chat
from local.in_process import Json

#: What makes a request of a message, by platform.
PROVED: Mapping[str, Callable[[str, chat.Sender], chat.PlatformRequest]] = {
    "wecom-bot": chat.wecom_bot_sealed,
    "dingtalk": chat.dingtalk_signed,
    "feishu": chat.feishu_sealed,
    "teams": chat.teams_signed,
    "discord": chat.discord_signed,
}


def inside(platform: str, typed: str, sender: chat.Sender) -> Json:
    """Return the message that a platform sends when somebody types something, without its envelope."""
    body: Json = json.loads(chat.PLAYERS[platform](typed, sender).body)
    if "encrypt" not in body:
        return body
    sealed = body["encrypt"].encode()
    if platform == "feishu":
        message, fault = feishu_cipher.unseal(sender.variables["FEISHU_ENCRYPT_KEY"].encode(), sealed)
    else:
        key = base64.b64decode(sender.variables["WECOM_BOT_ENCODING_AES_KEY"] + "=")
        message, fault = wecom_cipher.unseal(key, sealed, b"")
    assert not fault
    opened: Json = json.loads(message)
    return opened


def proved(platform: str, message: Any, sender: chat.Sender) -> Json:
    """Return the event of a message that the platform has signed, and encrypted where it does."""
    return PROVED[platform](json.dumps(message), sender).event()
