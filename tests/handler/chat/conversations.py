"""Conversations on every platform: with the bot alone, and where others read along."""

from __future__ import annotations

from handler.chat.platforms import PLATFORMS
from local import chat
from local.feishu import FeishuApi
from local.in_process import Function
from tests.handler.chat.scene import ALICE

#: Where the sender alone reads the reply.
PRIVATE = ("slack", "mattermost", "wecom", "discord", "wecom-bot-single", "feishu-single")

#: Where others do, too.
PUBLIC = ("wecom-bot", "dingtalk", "feishu", "teams")

PLAYERS = {
    **chat.PLAYERS,
    "wecom-bot-single": chat.wecom_bot_single,
    "feishu-single": chat.feishu_single,
}
assert {platform.name for platform in PLATFORMS} <= {*PRIVATE, *PUBLIC}


def seen(bot: Function, feishu: FeishuApi, play: str, typed: str) -> str:
    """Return what is seen of the reply to what somebody typed."""
    before = len(feishu.replies)
    sent = PLAYERS[play](typed, ALICE)
    answer = bot.answer(sent.event())
    if sent.path == "/chat/feishu":
        assert answer.status == 200
        return feishu.replies[before].text
    return chat.seen(sent, answer.status, answer.text, ALICE)
