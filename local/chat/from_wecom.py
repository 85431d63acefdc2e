"""Plays WeCom: its apps, and its check of their URL."""

from __future__ import annotations

import base64
import secrets

from handler.chat import wecom_cipher, wecom_xml
from local.chat.message import PlatformRequest, Sender
from local.chat.setup import CORPORATION


def wecom(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that WeCom makes when somebody writes to an app.

    https://developer.work.weixin.qq.com/document/path/96467
    """
    message: dict[str, str | int] = {
        "ToUserName": sender.team or CORPORATION,
        "FromUserName": sender.user,
        "CreateTime": int(sender.timestamp()),
        "MsgType": "text",
        "Content": text,
        "MsgId": secrets.randbelow(1 << 62),
        "AgentID": 1000002,
    }
    return wecom_sealed(wecom_xml.serialize(message), sender)


def wecom_sealed(message: str, sender: Sender) -> PlatformRequest:
    """Return a request with this message in WeCom's envelope."""
    query, encrypted = _sealed(message, sender)
    outside = {"ToUserName": sender.team or CORPORATION, "Encrypt": encrypted, "AgentID": "1000002"}
    return PlatformRequest(
        "POST", "/chat/wecom", query, {"content-type": "text/xml"}, wecom_xml.serialize(outside)
    )


def wecom_check(echo: str, sender: Sender) -> PlatformRequest:
    """Return the request with which WeCom checks a URL that somebody enters; the answer is the echo.

    https://developer.work.weixin.qq.com/document/path/96466
    """
    query, encrypted = _sealed(echo, sender)
    return PlatformRequest("GET", "/chat/wecom", {**query, "echostr": encrypted}, {}, "")


def _keys(sender: Sender) -> tuple[bytes, bytes, bytes]:
    key = base64.b64decode(sender.variables["WECOM_ENCODING_AES_KEY"] + "=")
    return sender.variables["WECOM_TOKEN"].encode(), key, (sender.team or CORPORATION).encode()


def _sealed(message: str, sender: Sender) -> tuple[dict[str, str], str]:
    token, key, receiver = _keys(sender)
    encrypted = wecom_cipher.seal(key, message.encode(), receiver, secrets.token_bytes(16))
    nonce = str(secrets.randbelow(1 << 31))
    signature = wecom_cipher.sign(token, sender.timestamp().encode(), nonce.encode(), encrypted)
    query = {"msg_signature": signature.decode(), "timestamp": sender.timestamp(), "nonce": nonce}
    return query, encrypted.decode()


def wecom_seen(body: str, sender: Sender) -> str:
    """Return what WeCom shows of a reply, which it decrypts.

    Raises:
        ValueError: it cannot be read.
    """
    if not body:
        return ""
    token, key, receiver = _keys(sender)
    try:
        outside = wecom_xml.parse(body.encode())
        names = ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")
        timestamp, nonce, encrypted, signature = (outside[name].encode() for name in names)
    except (KeyError, wecom_xml.NotFlatError):
        raise ValueError("WeCom cannot read the reply: it is not in its form.") from None
    if wecom_cipher.sign(token, timestamp, nonce, encrypted) != signature:
        raise ValueError("WeCom cannot read the reply: its signature is wrong.")
    message, fault = wecom_cipher.unseal(key, encrypted, receiver)
    if fault:
        raise ValueError(f"WeCom cannot read the reply: it cannot be decrypted ({fault}).")
    return wecom_xml.parse(message)["Content"]
