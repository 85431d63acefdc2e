"""Plays Feishu: its events, and its check of the URL. The reply is what the stand-in for its API got.

https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/im-v1/message/events/receive
"""

from __future__ import annotations

import json
import secrets

from handler.chat import feishu_cipher
from local.chat.message import PlatformRequest, Sender
from local.chat.setup import APP


def feishu(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that Feishu makes when somebody mentions the bot in a group."""
    return feishu_event({}, f"@_user_1 {text}", "group", sender)


def feishu_single(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that Feishu makes when somebody writes to the bot alone."""
    return feishu_event({}, text, "p2p", sender)


def feishu_event(header: dict[str, str], text: str, kind: str, sender: Sender) -> PlatformRequest:
    """Return the request of a message in a conversation of this kind, some of its header changed."""
    event = {
        "schema": "2.0",
        "header": {
            "event_id": secrets.token_hex(16),
            "token": sender.variables["FEISHU_VERIFICATION_TOKEN"],
            "create_time": f"{sender.timestamp()}000",
            "event_type": "im.message.receive_v1",
            "tenant_key": "736588c9260f175e",
            "app_id": sender.team or APP,
            **header,
        },
        "event": {
            "sender": {
                "sender_id": {"open_id": sender.user},
                "sender_type": "user",
                "tenant_key": "736588c9",
            },
            "message": {
                "message_id": f"om_{secrets.token_hex(16)}",
                "create_time": f"{sender.timestamp()}000",
                "chat_id": sender.channel,
                "chat_type": kind,
                "message_type": "text",
                "content": json.dumps({"text": text}),
                "mentions": [{"key": "@_user_1", "id": {"open_id": "ou_bot"}, "name": "Keys"}],
            },
        },
    }
    return feishu_sealed(json.dumps(event), sender)


def feishu_check(challenge: str, sender: Sender) -> PlatformRequest:
    """Return the request with which Feishu checks a URL; the answer holds the challenge."""
    token = sender.variables["FEISHU_VERIFICATION_TOKEN"]
    event = {"challenge": challenge, "token": token, "type": "url_verification"}
    return feishu_sealed(json.dumps(event), sender)._replace(headers={"content-type": "application/json"})


def feishu_sealed(event: str, sender: Sender) -> PlatformRequest:
    """Return a request with this event in Feishu's envelope, signed."""
    key = sender.variables["FEISHU_ENCRYPT_KEY"].encode()
    body = json.dumps({"encrypt": feishu_cipher.seal(key, event.encode(), secrets.token_bytes(16)).decode()})
    nonce, timestamp = str(secrets.randbelow(1 << 31)), sender.timestamp()
    signature = feishu_cipher.sign(key, timestamp.encode(), nonce.encode(), body.encode())
    headers = {
        "content-type": "application/json; charset=utf-8",
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": nonce,
        "x-lark-signature": signature.decode(),
    }
    return PlatformRequest("POST", "/chat/feishu", {}, headers, body)
