"""Plays WeCom's smart bot, and its check of the URL.

https://developer.work.weixin.qq.com/document/path/100719
"""

from __future__ import annotations

import base64
import json
import secrets

from handler.chat import wecom_cipher
from local.chat.from_slash import unescaped
from local.chat.message import PlatformRequest, Sender

_PATH = "/chat/wecom-bot"


def wecom_bot(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that WeCom makes when somebody mentions the bot in a group."""
    return wecom_bot_message(text, sender, f"@RobotA {text}", "group")


def wecom_bot_single(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that WeCom makes when somebody writes to the bot alone."""
    return wecom_bot_message(text, sender, text, "single")


def wecom_bot_message(_: str, sender: Sender, content: str, kind: str) -> PlatformRequest:
    """Return the request of a message in a conversation of this kind."""
    message = {
        "msgid": secrets.token_hex(8),
        "aibotid": "AIBOTID",
        "chattype": kind,
        "from": {"userid": sender.user},
        "response_url": "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=x",
        "msgtype": "text",
        "text": {"content": content},
    }
    if kind == "group":
        message["chatid"] = sender.channel
    return wecom_bot_sealed(json.dumps(message), sender)


def wecom_bot_sealed(message: str, sender: Sender) -> PlatformRequest:
    """Return a request with this message in the bot's envelope."""
    query, encrypted = _sealed(message, sender)
    headers = {"content-type": "application/json"}
    return PlatformRequest("POST", _PATH, query, headers, json.dumps({"encrypt": encrypted}))


def wecom_bot_check(echo: str, sender: Sender) -> PlatformRequest:
    """Return the request with which WeCom checks a URL that somebody enters; the answer is the echo."""
    query, encrypted = _sealed(echo, sender)
    return PlatformRequest("GET", _PATH, {**query, "echostr": encrypted}, {}, "")


def wecom_bot_seen(body: str, sender: Sender) -> str:
    """Return what WeCom shows of a reply, which it decrypts.

    Raises:
        ValueError: it cannot be read.
    """
    if not body:
        return ""
    token, key = _keys(sender)
    outside = json.loads(body)
    timestamp, nonce, encrypted = (str(outside[name]).encode() for name in ("timestamp", "nonce", "encrypt"))
    if wecom_cipher.sign(token, timestamp, nonce, encrypted).decode() != outside["msgsignature"]:
        raise ValueError("WeCom cannot read the reply: its signature is wrong.")
    message, fault = wecom_cipher.unseal(key, encrypted, b"")
    if fault:
        raise ValueError(f"WeCom cannot read the reply: it cannot be decrypted ({fault}).")
    stream = json.loads(message)["stream"]
    if stream["finish"] is not True:
        raise ValueError("WeCom would ask for more: the stream is not finished.")
    return unescaped(stream["content"])


def _keys(sender: Sender) -> tuple[bytes, bytes]:
    key = base64.b64decode(sender.variables["WECOM_BOT_ENCODING_AES_KEY"] + "=")
    return sender.variables["WECOM_BOT_TOKEN"].encode(), key


def _sealed(message: str, sender: Sender) -> tuple[dict[str, str], str]:
    token, key = _keys(sender)
    encrypted = wecom_cipher.seal(key, message.encode(), b"", secrets.token_bytes(16))
    nonce = str(secrets.randbelow(1 << 31))
    signature = wecom_cipher.sign(token, sender.timestamp().encode(), nonce.encode(), encrypted)
    query = {"msg_signature": signature.decode(), "timestamp": sender.timestamp(), "nonce": nonce}
    return query, encrypted.decode()
