"""Names that stand before a command, in every chat."""

from __future__ import annotations

from functools import partial

import pytest

from handler.chat import command, platforms
from local import chat
from local.cvm import StandIn
from local.feishu import FeishuApi
from local.in_process import public_keys
from tests import growth
from tests.handler.chat.conversations import seen
from tests.handler.chat.scene import function

(KEY, *_) = public_keys()


@pytest.mark.parametrize(
    "mention",
    [
        "@keys ",
        "  @keys\n",
        "@keys: ",
        "@keys，",
        "@密钥助手 ",
        "@密钥助手\u2005",
        "@SSH Key Bot ",
        "@导入 机器人 ",
        "@keys @alice ",
        "<@U0KEYS> ",
        "<@U0KEYS|keys> ",
        "<@1102> ",
        "<@!1102> ",
        "<@&1102>",
    ],
)
@pytest.mark.parametrize("typed", ["check ", "检查", "检查："])
def test_a_mention_before_the_command_is_taken_off(mention: str, typed: str) -> None:
    """As people type it, with blanks in the name, and as Slack and Discord write ids."""
    assert command.parse(f"{mention}{typed}{KEY}") == command.parse(f"check {KEY}")


@pytest.mark.parametrize("typed", ["@keys", "@keys hello", "@import", "keys @ check", f"@{'a' * 65} check"])
def test_a_mention_alone_is_a_call_for_help(typed: str) -> None:
    """Where no command follows within a name's length, there is none."""
    assert command.parse(typed).verb == "help"


def test_a_mention_within_the_command_stays() -> None:
    """Only what stands before the command is a mention; a comment has an `@` too."""
    assert command.parse(f"check {KEY} @keys").public_key == f"{KEY} @keys"


@pytest.mark.parametrize("platform", [row.name for row in platforms.PLATFORMS])
def test_every_chat_takes_a_mention_off(platform: str, cvm: StandIn, feishu: FeishuApi) -> None:
    """Somebody who calls the bot by its name is understood on every platform."""
    assert platform in chat.PLAYERS
    with function(cvm, FEISHU_ENDPOINT=feishu.url) as bot:
        assert "This key can be imported." in seen(bot, feishu, platform, f"@SSH keys check {KEY}")


def test_hostile_mentions_are_read_in_no_time() -> None:
    """The cost of half mentions grows with the length of the text."""
    for part in ("@", " ", "@ ", "@check", ">", "<@", "\u3000"):
        worst = growth.exponent(command.parse, partial(growth.text, "@a", part), 65536)
        assert worst < growth.NEARLY_LINEAR, part
