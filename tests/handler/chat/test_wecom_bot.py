"""WeCom's smart bot: which messages are commands, who reads the reply, and how long it may be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handler.chat import wecom_bot
from handler.chat.message import Probe
from handler.chat.wording import Text
from local import chat
from local.chat.from_wecom_bot import wecom_bot_seen
from local.in_process import Function
from tests.handler.chat.proofs import cause, commanded, typed
from tests.handler.chat.scene import ALICE, call, refusal

MESSAGE: dict[str, Any] = {
    "msgtype": "text",
    "chattype": "group",
    "chatid": "wr1",
    "from": {"userid": "alice"},
    "text": {"content": "@Keys check X"},
}


def message(**changes: Any) -> chat.PlatformRequest:
    """Return a message with other members; None takes one out."""
    kept = {name: value for name, value in {**MESSAGE, **changes}.items() if value is not None}
    return chat.wecom_bot_sealed(json.dumps(kept), ALICE)


def test_the_check_of_the_url_is_answered_bare(bot: Function) -> None:
    """With the decrypted text alone; with another signature it is the one 401."""
    sent = chat.wecom_bot_check("1616140317555161061", ALICE)
    answer = bot.answer(sent.event())
    assert (answer.status, answer.text) == (200, "1616140317555161061")
    assert answer.headers["Content-Type"] == "text/plain"
    forged = sent._replace(query={**sent.query, "msg_signature": "0" * 40})
    assert refusal(bot.answer(forged.event()))["code"] == "unauthenticated"


def test_what_is_typed_is_read() -> None:
    """The text with the bot's name, which whoever reads the command takes off; who typed it and where."""
    found = typed(wecom_bot, message())
    assert (found.text, found.user, found.channel, found.private) == ("@Keys check X", "alice", "wr1", False)


@pytest.mark.parametrize(
    ("kind", "private"), [("single", True), ("group", False), ("other", False), (None, False)]
)
def test_only_one_to_one_nobody_else_reads(kind: str | None, private: bool) -> None:
    """Every kind of chat that is not known to be private is none."""
    assert typed(wecom_bot, message(chattype=kind)).private is private


@pytest.mark.parametrize(
    "change",
    [
        {"from": None},
        {"from": {"userid": ""}},
        {"msgtype": "event"},
        {"msgtype": "stream"},
        {"msgtype": None},
    ],
)
def test_what_nobody_typed_is_answered_with_nothing(change: dict[str, Any]) -> None:
    """Events, updates of a stream, and what has no sender or no kind."""
    assert commanded(wecom_bot, message(**change)) == Probe("")


def test_a_picture_is_an_empty_text() -> None:
    """It is answered with how to write a command."""
    assert typed(wecom_bot, message(msgtype="image", text=None)).text == ""


def test_a_message_that_was_changed_is_refused() -> None:
    """The signature covers the envelope."""
    sent, other = message(), message()
    assert cause(wecom_bot, sent._replace(body=other.body)) == "bad-signature"
    assert cause(wecom_bot, sent, body={"encrypt": "A"}) == "body-not-text"


@pytest.mark.parametrize("headline", ["x" * 30_000, "钥" * 10_000])
def test_a_long_reply_ends_between_two_characters(headline: str) -> None:
    """A long reply is cut before WeCom's limit, at a whole character."""
    answer: Any = wecom_bot.render(Text("created", headline, ()), typed(wecom_bot, message()), call())
    shown = wecom_bot_seen(answer["body"], ALICE).strip("*")
    assert 20_470 < len(shown.encode()) <= 20_480
    assert headline.startswith(shown)
