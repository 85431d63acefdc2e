"""Plays an outgoing webhook of Teams.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
"""

from __future__ import annotations

import base64
import hmac
import html
import json
import secrets
from datetime import datetime, timezone

from local.chat.from_slash import unescaped
from local.chat.message import PlatformRequest, Sender


def teams(text: str, sender: Sender) -> PlatformRequest:
    """Return the request that Teams makes when somebody mentions the webhook in a channel."""
    moment = datetime.fromtimestamp(int(sender.timestamp()), timezone.utc)
    typed = html.escape(text, quote=False).replace("\n", "<br>")
    activity = {
        "type": "message",
        "id": str(secrets.randbelow(1 << 48)),
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.1234567Z"),
        "serviceUrl": "https://smba.trafficmanager.net/amer/",
        "channelId": "msteams",
        "from": {"id": "29:1", "name": sender.user, "aadObjectId": sender.user},
        "conversation": {
            "isGroup": True,
            "id": f"{sender.channel};messageid=1",
            "conversationType": "channel",
        },
        "channelData": {"channel": {"id": sender.channel}, "team": {"id": "19:team@thread.tacv2"}},
        "textFormat": "plain",
        "text": f"<at>Keys</at>&nbsp;{typed}\n",
    }
    return teams_signed(json.dumps(activity), sender)


def teams_signed(body: str, sender: Sender) -> PlatformRequest:
    """Return a request with this body and its signature."""
    token = base64.b64decode(sender.variables["TEAMS_SECURITY_TOKEN"])
    signature = base64.b64encode(hmac.new(token, body.encode(), "sha256").digest()).decode()
    headers = {"content-type": "application/json; charset=utf-8", "authorization": f"HMAC {signature}"}
    return PlatformRequest("POST", "/chat/teams", {}, headers, body)


def teams_seen(body: str) -> str:
    """Return what Teams shows of a reply, its bold type and code apart."""
    return unescaped(json.loads(body)["text"]).replace("\n\n", "\n") if body else ""
