"""Plays chat platforms: the requests that they send for a message, and what its sender sees of the reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from handler.chat.platforms import BY_PATH, PLATFORMS
from local.chat.from_dingtalk import dingtalk, dingtalk_seen, dingtalk_signed
from local.chat.from_discord import discord, discord_ping, discord_seen, discord_signed
from local.chat.from_feishu import feishu, feishu_check, feishu_event, feishu_sealed, feishu_single
from local.chat.from_slash import mattermost, mattermost_seen, slack, slack_seen, slack_signed
from local.chat.from_teams import teams, teams_seen, teams_signed
from local.chat.from_wecom import wecom, wecom_check, wecom_sealed, wecom_seen
from local.chat.from_wecom_bot import (
    wecom_bot,
    wecom_bot_check,
    wecom_bot_sealed,
    wecom_bot_seen,
    wecom_bot_single,
)
from local.chat.message import PlatformRequest, Sender
from local.chat.setup import APP, CALLERS, CORPORATION, GUILD, ROBOT, TEAM, VARIABLES

__all__ = [
    "APP",
    "CALLERS",
    "CORPORATION",
    "GUILD",
    "PATIENCE",
    "PLAYERS",
    "ROBOT",
    "TEAM",
    "VARIABLES",
    "PlatformRequest",
    "Sender",
    "dingtalk",
    "dingtalk_signed",
    "discord",
    "discord_ping",
    "discord_signed",
    "feishu",
    "feishu_check",
    "feishu_event",
    "feishu_sealed",
    "feishu_single",
    "mattermost",
    "seen",
    "slack",
    "slack_signed",
    "teams",
    "teams_signed",
    "wecom",
    "wecom_bot",
    "wecom_bot_check",
    "wecom_bot_sealed",
    "wecom_bot_single",
    "wecom_check",
    "wecom_sealed",
]

PLAYERS: Mapping[str, Callable[[str, Sender], PlatformRequest]] = {
    "slack": slack,
    "mattermost": mattermost,
    "wecom": wecom,
    "wecom-check": wecom_check,
    "wecom-bot": wecom_bot,
    "wecom-bot-check": wecom_bot_check,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "feishu-check": feishu_check,
    "teams": teams,
    "discord": discord,
}

#: How long a platform waits, in seconds; for a check of the URL, WeCom and Feishu a second.
PATIENCE = {
    **{name: 1.0 for name in PLAYERS if name.endswith("-check")},
    **{platform.name: platform.patience for platform in PLATFORMS},
}

_SEEN: Mapping[str, Callable[[str], str]] = {
    "slack": slack_seen,
    "mattermost": mattermost_seen,
    "dingtalk": dingtalk_seen,
    "teams": teams_seen,
    "discord": discord_seen,
}

_DECRYPTED: Mapping[str, Callable[[str, Sender], str]] = {"wecom": wecom_seen, "wecom-bot": wecom_bot_seen}


def seen(request: PlatformRequest, status: int, body: str, sender: Sender) -> str:
    """Return what somebody sees of a reply; for Feishu nothing, since its reply goes through the API.

    Raises:
        ValueError: it is nothing that the platform would show.
    """
    if status != 200:
        raise ValueError(f"The function answers {status}, of which the platform shows nothing: {body}")
    if request.method == "GET":
        return body
    name = next((platform.name for path, platform in BY_PATH.items() if request.path.endswith(path)), "")
    if name == "feishu":
        return str(json.loads(body)["challenge"]) if body else ""
    return _DECRYPTED[name](body, sender) if name in _DECRYPTED else _SEEN[name](body)
