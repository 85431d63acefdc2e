"""The platforms' own examples in `events/`, at their time and with the published secrets."""

from __future__ import annotations

from typing import Any

import pytest

from handler.chat import feishu_api
from local import chat, events, feishu
from local.in_process import Function, HttpAnswer
from tests.handler.chat import vectors
from tests.handler.chat.scene import AMBIENT, entry

#: When the events of DingTalk, Feishu, Teams and Discord were recorded.
RECORDED = "1700000000"

ENVIRON = {
    **chat.VARIABLES,
    "SLACK_SIGNING_SECRET": vectors.SLACK_SECRET,
    "MATTERMOST_TOKEN": "okwexkjpe7ygb8eq1ww58t483w",
    "WECOM_TOKEN": vectors.HELLO.token,
    "WECOM_ENCODING_AES_KEY": vectors.HELLO.aes_key,
    "WECOM_BOT_TOKEN": vectors.HELLO.token,
    "WECOM_BOT_ENCODING_AES_KEY": vectors.HELLO.aes_key,
}
CALLERS = [
    entry("slack", team=vectors.SLACK_TEAM, users=[vectors.SLACK_USER]),
    entry("mattermost", users=["aoa1agao6t8fmx3ikt1j9w5ybw"], channels=["jux16pkewjrkfj3ehep1psxyxc"]),
    entry("wecom", receiveId=vectors.HELLO.receive_id, users=["mycreate"]),
    entry("wecom-bot", users=["alice"]),
    entry("dingtalk", users=["manager70"]),
    entry("feishu", users=["ou_7d8a6e6df7621556ce0d21922b676706"]),
    entry("teams", channels=["19:253b1f341670408fb6fe51050b6e5ceb@thread.tacv2"]),
    entry("discord", users=["53908232506183680"]),
]


def answer(name: str, timestamp: str, feishu: str = "") -> tuple[Any, HttpAnswer]:
    """Return a recorded event, and what it is answered at its time."""
    recorded = events.load(events.EVENTS / f"function-url-chat-{name}.json")
    at_that_time = AMBIENT._replace(wall=lambda: float(timestamp))
    with Function(None, CALLERS, at_that_time, {**ENVIRON, "FEISHU_ENDPOINT": feishu}) as bot:
        return recorded, bot.answer(recorded)


@pytest.mark.parametrize(
    ("name", "timestamp", "command"),
    [
        ("slack", vectors.SLACK_TIMESTAMP, "/webhook-collect import KEY_NAME"),
        ("mattermost", "0", "/test import KEY_NAME"),
        ("wecom", vectors.HELLO.timestamp, "Import an SSH public key"),
        ("wecom-bot", vectors.HELLO.timestamp, "import KEY_NAME"),
        ("dingtalk", RECORDED, "import KEY_NAME"),
        ("teams", RECORDED, "import KEY_NAME"),
        ("discord", RECORDED, "/key command: import KEY_NAME"),
    ],
)
def test_a_platforms_own_example_is_answered(name: str, timestamp: str, command: str) -> None:
    """None of them is a command of ours, so each is answered with how to write one."""
    recorded, answered = answer(name, timestamp)
    sender = chat.Sender(team=vectors.HELLO.receive_id, variables=ENVIRON)
    sent = chat.PlatformRequest(recorded["httpMethod"], recorded["path"], {}, {}, recorded["body"])

    assert command in chat.seen(sent, answered.status, answered.text, sender)


def test_wecoms_own_check_is_answered() -> None:
    """The check of a URL is answered with the published text, bare."""
    assert answer("wecom-check", vectors.ECHO.timestamp)[1].text == vectors.ECHO.message


def test_feishus_example_is_answered_through_its_api() -> None:
    """The reply goes to the message, and the event is answered with nothing."""
    feishu_api.forget()
    options = feishu.Options(app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"])
    with feishu.serve(options) as lark:
        answered = answer("feishu", RECORDED, lark.url)[1]
        (reply,) = lark.replies
    feishu_api.forget()

    assert (answered.status, answered.text) == (200, "")
    assert "import KEY_NAME" in reply.text


@pytest.mark.parametrize(
    "name", ["slack", "wecom", "wecom-check", "wecom-bot", "dingtalk", "feishu", "teams", "discord"]
)
def test_an_old_example_is_refused(name: str) -> None:
    """The published examples are old, so today they are replays."""
    assert answer(name, "1800000000")[1].status == 401
