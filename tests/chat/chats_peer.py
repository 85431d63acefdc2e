"""Other people's libraries on messages of ours: JSON in, JSON out, run by the Python of `.venv-peers`."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import lark_oapi
from discord_interactions import verify_key
from lark_oapi.core.model import RawRequest
from wechatpy.enterprise.crypto import PrpCrypto


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what lark-oapi, discord-interactions and wechatpy make of what was sent and answered."""
    received: list[str] = []
    dispatcher = (
        lark_oapi.EventDispatcherHandler.builder(asked["encryptKey"], asked["token"])
        .register_p2_im_message_receive_v1(lambda event: received.append(event.event.message.content))
        .build()
    )
    request = RawRequest()
    request.uri = "/chat/feishu"
    request.headers = {
        "X-Lark-Request-Timestamp": asked["feishu"]["headers"]["x-lark-request-timestamp"],
        "X-Lark-Request-Nonce": asked["feishu"]["headers"]["x-lark-request-nonce"],
        "X-Lark-Signature": asked["feishu"]["headers"]["x-lark-signature"],
    }
    request.body = asked["feishu"]["body"].encode()
    status = dispatcher.do(request).status_code
    discord = asked["discord"]
    signature, moment = (discord["headers"][f"x-signature-{name}"] for name in ("ed25519", "timestamp"))
    cipher = PrpCrypto(base64.b64decode(asked["botKey"] + "="))
    return {
        "feishu": [status, received],
        "discord": [
            verify_key(discord["body"].encode(), signature, moment, asked["publicKey"]),
            verify_key(discord["body"].encode() + b" ", signature, moment, asked["publicKey"]),
        ],
        "bot": json.loads(cipher.decrypt(asked["botReply"], "")),
    }


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
