"""Plays the slash commands of Slack and Mattermost."""

from __future__ import annotations

import hmac
import json
import re
import urllib.parse

from local.chat.message import PlatformRequest, Sender
from local.chat.setup import TEAM


def slack(text: str, sender: Sender) -> PlatformRequest:
    """Return the request of a Slack slash command.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    # What Slack escapes in every text that somebody types.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = _form(sender._replace(team=sender.team or TEAM), escaped)
    return slack_signed(body, sender)


def slack_signed(body: str, sender: Sender) -> PlatformRequest:
    """Return a request with this body and Slack's signature."""
    signed = f"v0:{sender.timestamp()}:{body}".encode()
    secret = sender.variables["SLACK_SIGNING_SECRET"].encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": sender.timestamp(),
        "x-slack-signature": "v0=" + hmac.new(secret, signed, "sha256").hexdigest(),
    }
    return PlatformRequest("POST", "/chat/slack", {}, headers, body)


def mattermost(text: str, sender: Sender) -> PlatformRequest:
    """Return the request of a Mattermost slash command.

    https://developers.mattermost.com/integrate/slash-commands/custom
    """
    token = sender.variables["MATTERMOST_TOKEN"]
    headers = {
        "accept": "application/json",
        "authorization": f"Token {token}",
        "content-type": "application/x-www-form-urlencoded",
    }
    return PlatformRequest("POST", "/chat/mattermost", {}, headers, _form(sender, text, token=token))


def slack_seen(body: str) -> str:
    """Return what Slack shows of a reply."""
    return str(json.loads(body)["text"]).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mattermost_seen(body: str) -> str:
    """Return what Mattermost shows of a reply, its code and bold type apart."""
    return unescaped(str(json.loads(body)["text"]))


def unescaped(text: str) -> str:
    """Return Markdown without its backslashes."""
    return re.sub(r"\\([\\*_~#|<\[\]])", r"\1", text)


def _form(sender: Sender, text: str, **first: str) -> str:
    fields = {
        **first,
        "team_id": sender.team or "this1team1on1this1machine1",
        "team_domain": "example",
        "channel_id": sender.channel,
        "channel_name": "general",
        "user_id": sender.user,
        "user_name": sender.user,
        "command": "/key",
        "text": text,
        "response_url": "https://chat.example.com/commands/1/2",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    }
    return urllib.parse.urlencode(fields)
