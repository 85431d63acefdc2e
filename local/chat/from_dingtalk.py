"""Plays DingTalk's robot in HTTP mode.

https://open.dingtalk.com/document/isvapp/receive-message
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets

from local.chat.from_slash import unescaped
from local.chat.message import PlatformRequest, Sender
from local.chat.setup import ROBOT


def dingtalk(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that DingTalk makes when somebody mentions the robot in a group."""
    milliseconds = int(sender.timestamp()) * 1000
    message = {
        "conversationId": sender.channel,
        "atUsers": [{"dingtalkId": "$:LWCP_v1:$robot"}],
        "chatbotCorpId": "dingcorponthismachine",
        "chatbotUserId": "$:LWCP_v1:$robot",
        "msgId": f"msg{secrets.token_urlsafe(16)}==",
        "senderNick": sender.user,
        "isAdmin": False,
        "senderStaffId": sender.user,
        "sessionWebhookExpiredTime": milliseconds + 5_400_000,
        "createAt": milliseconds,
        "senderCorpId": "dingcorponthismachine",
        "conversationType": "2",
        "senderId": f"$:LWCP_v1:${sender.user}",
        "conversationTitle": "general",
        "isInAtList": True,
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=0",
        "text": {"content": f" {text}"},
        "msgtype": "text",
        "robotCode": sender.team or ROBOT,
    }
    return dingtalk_signed(json.dumps(message), sender)


def dingtalk_signed(body: str, sender: Sender) -> PlatformRequest:
    """Return a request with this body; DingTalk's signature covers the time alone."""
    timestamp = f"{sender.timestamp()}000"
    secret = sender.variables["DINGTALK_CLIENT_SECRET"].encode()
    signature = hmac.new(secret, timestamp.encode() + b"\n" + secret, "sha256").digest()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "timestamp": timestamp,
        "sign": base64.b64encode(signature).decode(),
    }
    return PlatformRequest("POST", "/chat/dingtalk", {}, headers, body)


def dingtalk_seen(body: str) -> str:
    """Return what DingTalk shows of a reply, its bold type and code apart."""
    answer = json.loads(body)
    return "" if answer["msgtype"] == "empty" else unescaped(answer["markdown"]["text"]).replace("\n\n", "\n")
