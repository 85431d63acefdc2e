"""Chats whose replies others may see, from the request to the reply: smart bot, DingTalk, Feishu, Teams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from handler.chat import teams
from handler.chat.platforms import BY_NAME, PLATFORMS
from local import chat
from local.cvm import StandIn
from local.feishu import FeishuApi
from local.in_process import Function, public_keys
from tests import growth
from tests.handler.chat.scene import ALICE, entry, function

KEY, OTHER, *_ = public_keys()
PUBLIC = ("wecom-bot", "dingtalk", "feishu", "teams")
WHOLE = ("skey-", "3072", "SHA256:", "MD5:", "onb_alice")

every_public = pytest.mark.parametrize("platform", PUBLIC)


@pytest.fixture
def bot(cvm: StandIn, feishu: FeishuApi) -> Iterator[Function]:
    """Yield the function with a caller of each platform, which lets everyone in."""
    with function(cvm, FEISHU_ENDPOINT=feishu.url) as made:
        yield made


def seen(bot: Function, feishu: FeishuApi, sent: chat.PlatformRequest, sender: chat.Sender = ALICE) -> str:
    """Return what the people in a conversation see of the reply to a request."""
    before = len(feishu.replies)
    answer = bot.answer(sent.event())
    if sent.path == "/chat/feishu":
        assert (answer.status, answer.text) == (200, "")
        return feishu.replies[-1].text if len(feishu.replies) > before else ""
    return chat.seen(sent, answer.status, answer.text, sender)


@every_public
def test_a_key_is_imported_once_and_no_more_is_shown_than_others_may_see(
    platform: str, bot: Function, cvm: StandIn, feishu: FeishuApi
) -> None:
    """Names, ids, bits and fingerprints are shown; tags, region and what differs are not."""
    typed = f"import onb_alice {KEY} alice@laptop tag:cost=s3cret-cost"
    first = seen(bot, feishu, chat.PLAYERS[platform](typed, ALICE))
    again = seen(bot, feishu, chat.PLAYERS[platform](typed.replace("s3cret", "other"), ALICE))

    (pair,) = cvm.account.key_pairs.values()
    assert pair.tags == {"cost": "s3cret-cost"}
    assert [line["result"] for line in bot.audit] == ["created", "unchanged"]
    assert {(line["trigger"], line["caller"], line["user"]) for line in bot.audit} == {
        (platform, platform, "U0ALICE")
    }
    assert "Imported as onb_alice." in first
    assert "New instances can use this key pair." in first
    for text in (first, again):
        for fact in WHOLE:
            assert fact in text
        for secret in ("s3cret", "other-cost", "ap-guangzhou", "Differs", "AAAAB3NzaC1yc2E"):
            assert secret not in text


@every_public
def test_help_check_and_refusals_are_answered(platform: str, bot: Function, feishu: FeishuApi) -> None:
    """Commands in both languages; a wrong one is explained."""
    assert "import KEY_NAME" in seen(bot, feishu, chat.PLAYERS[platform]("帮助", ALICE))
    assert "This key can be imported." in seen(bot, feishu, chat.PLAYERS[platform](f"检查 {KEY}", ALICE))
    assert "The command is wrong." in seen(bot, feishu, chat.PLAYERS[platform](f"import a-b {KEY}", ALICE))


@every_public
def test_nobody_who_is_not_listed_gets_in(platform: str, cvm: StandIn, feishu: FeishuApi) -> None:
    """Other people, and other channels, are refused in the platform's form, with their ids."""
    people = [entry(platform, users=["U0ALICE"], channels=["C0GENERAL"])]
    with function(cvm, people, FEISHU_ENDPOINT=feishu.url) as bot:
        typed = f"import a {KEY}"
        mal, elsewhere = ALICE._replace(user="U0MAL"), ALICE._replace(channel="C0ELSE")
        assert "U0MAL" in seen(bot, feishu, chat.PLAYERS[platform](typed, mal), mal)
        assert "C0ELSE" in seen(bot, feishu, chat.PLAYERS[platform](typed, elsewhere), elsewhere)
        assert [line["reason"] for line in bot.audit] == ["users", "channels"]
        assert "Imported" in seen(bot, feishu, chat.PLAYERS[platform](typed, ALICE))
    assert [*cvm.account.key_pairs] == ["a"]


@every_public
def test_callers_of_one_secret_have_channels_of_their_own(
    platform: str, cvm: StandIn, feishu: FeishuApi
) -> None:
    """Each message is for the caller that lists its channel, wherever that stands in the file."""
    people = [
        {**entry(platform, channels=[channel]), "id": channel, "allow": {"keyNames": [f"{channel}_*"]}}
        for channel in ("dev", "ops")
    ]
    with function(cvm, people, FEISHU_ENDPOINT=feishu.url) as bot:
        for channel in ("ops", "dev"):
            sent = chat.PLAYERS[platform](
                f"import {channel}_a {KEY} --dry-run", ALICE._replace(channel=channel)
            )
            assert "would be imported" in seen(bot, feishu, sent)
            assert bot.audit[-1]["caller"] == channel
        elsewhere = ALICE._replace(channel="other")
        assert "from this channel" in seen(bot, feishu, chat.PLAYERS[platform]("help", elsewhere))


def test_each_platforms_message_is_unknown_on_another_route(bot: Function) -> None:
    """No message of one platform proves anything to another."""
    for sent in (play("help", ALICE) for name, play in chat.PLAYERS.items() if not name.endswith("check")):
        for platform in PLATFORMS:
            if platform.path != sent.path and (sent.method == "POST" or platform.url_check):
                assert bot.answer({**sent.event(), "path": platform.path}).status == 401


def test_one_to_one_more_is_shown(bot: Function, feishu: FeishuApi) -> None:
    """Where the sender alone reads the reply, it says all."""
    for number, play in enumerate((chat.wecom_bot_single, chat.feishu_single)):
        text = seen(bot, feishu, play(f"import a{number} {(KEY, OTHER)[number]}", ALICE))
        assert "ap-guangzhou" in text


def test_what_nobody_typed_is_answered_with_nothing(bot: Function, feishu: FeishuApi) -> None:
    """Events, messages of other bots and stream updates are no commands."""
    messages: tuple[object, ...] = (
        {"msgtype": "event", "from": {"userid": "a"}},
        {"msgtype": "stream"},
        {},
        [],
    )
    for message in messages:
        answer = bot.answer(chat.wecom_bot_sealed(json.dumps(message), ALICE).event())
        assert (answer.status, answer.text) == (200, "")
    silent = chat.dingtalk("help", ALICE)
    body = json.loads(silent.body)
    del body["msgtype"]
    assert bot.answer(chat.dingtalk_signed(json.dumps(body), ALICE).event()).json == {"msgtype": "empty"}
    other = chat.feishu_event({"event_type": "im.chat.updated_v1"}, "help", "p2p", ALICE)
    assert bot.answer(other.event()).text == ""
    update = {**json.loads(chat.teams("help", ALICE).body), "type": "conversationUpdate"}
    assert bot.answer(chat.teams_signed(json.dumps(update), ALICE).event()).text == ""
    assert feishu.calls == []
    assert bot.audit == []


def cause(bot: Function, sent: chat.PlatformRequest, **changes: Any) -> str:
    """Return why a request is refused with the one 401."""
    answer = bot.answer({**sent.event(), **changes})
    assert answer.status == 401
    return str(bot.audit[-1]["cause"])


def test_what_proves_nothing_is_refused(bot: Function) -> None:
    """Old, forged, for another robot, app, company or token: always the same 401, with a cause in the log."""
    late = ALICE._replace(now=(ALICE.now or 0) - 301)
    for platform in ("wecom-bot", "dingtalk", "feishu", "teams", "discord"):
        assert cause(bot, chat.PLAYERS[platform]("help", late)) == "stale-timestamp"
        sent = chat.PLAYERS[platform]("help", ALICE)
        assert cause(bot, sent, body={"a": 1}) in ("body-not-text", "bad-signature")
        forged = {
            name: ("1" if value[0] == "0" else "0") + value[1:]
            for name, value in sent.headers.items()
            if name != "content-type"
        }
        if platform != "wecom-bot":
            assert cause(bot, sent, headers=forged) in ("bad-signature", "bad-timestamp", "stale-timestamp")
            assert cause(bot, sent, headers={}) == "missing-header"

    robot = json.loads(chat.dingtalk("help", ALICE).body)
    for change in ({"robotCode": "dingother"}, {"senderCorpId": "dingother"}, {"chatbotCorpId": ""}):
        assert cause(bot, chat.dingtalk_signed(json.dumps({**robot, **change}), ALICE)) == "wrong-robot"
    assert cause(bot, chat.dingtalk_signed("no json", ALICE)) == "wrong-robot"
    assert cause(bot, chat.feishu_event({"app_id": "cli_other"}, "help", "p2p", ALICE)) == "wrong-app"
    assert cause(bot, chat.feishu_event({"token": "x" * 24}, "help", "p2p", ALICE)) == "bad-token"
    assert cause(bot, chat.feishu_sealed("[]", ALICE)) == "bad-token"
    for moment in ("", "yesterday", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00+00:00"):
        activity = {**json.loads(chat.teams("help", ALICE).body), "timestamp": moment}
        assert cause(bot, chat.teams_signed(json.dumps(activity), ALICE)) == "bad-timestamp"
    assert cause(bot, chat.discord("help", ALICE)._replace(headers=_signed_by_nobody())) == "bad-signature"


def _signed_by_nobody() -> dict[str, str]:
    return {"x-signature-ed25519": "z" * 128, "x-signature-timestamp": ALICE.timestamp()}


def test_only_the_check_of_a_url_may_be_unsigned(bot: Function) -> None:
    """Feishu signs no check; anything else without a signature, or with another token, is the one 401."""
    assert bot.answer(chat.feishu_check("ajls384kdjx98XX", ALICE).event()).json == {
        "challenge": "ajls384kdjx98XX"
    }
    assert cause(bot, chat.feishu("help", ALICE), headers={}) == "missing-header"
    wrong = ALICE._replace(variables={**chat.VARIABLES, "FEISHU_VERIFICATION_TOKEN": "x" * 16})
    assert cause(bot, chat.feishu_check("a", wrong)) == "bad-token"
    other = ALICE._replace(variables={**chat.VARIABLES, "FEISHU_ENCRYPT_KEY": "x" * 16})
    assert cause(bot, chat.feishu_check("a", other)) in ("missing-header", "bad-token")
    assert bot.answer(chat.feishu_check("\n", ALICE).event()).json == {"challenge": ""}
    for sealed in ("AAAA", "!", "", "A" * 65):
        sent = chat.feishu("help", ALICE)
        assert cause(bot, sent._replace(body=json.dumps({"encrypt": sealed}), headers={})) == "missing-header"
    assert cause(bot, chat.feishu("help", ALICE), body=json.dumps({"encrypt": "A", "b": [0] * 99})) != ""


def test_people_of_another_company_are_told_so(bot: Function, feishu: FeishuApi) -> None:
    """People outside the robot's own company have no id in DingTalk's message."""
    body = json.loads(chat.dingtalk(f"import a {KEY}", ALICE).body)
    del body["senderStaffId"]
    text = seen(bot, feishu, chat.dingtalk_signed(json.dumps(body), ALICE))

    assert "robot's own company" in text
    assert bot.audit[-1]["reason"] == "users"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("<at>Keys</at> check X", "check X"),
        ("<at>Keys</at>&nbsp;check X\n", "check X"),
        ('<p><at id="0">SSH keys</at>&nbsp;check</p><p>X</p>', "check X"),
        ("<div>check X &#39;</div>", "check X '"),
        ("check X", "check X"),
        ('<p style="margin:0"><at>Keys</at> check X</p>', "check X"),
        ("<at>Keys</at> check <pre>X</pre>", "check X"),
        ('<at>Keys</at> check <codeblock class="Bash"><code>X</code></codeblock>', "check X"),
        ("<strong>check</strong> <span>X</span>", "check X"),
        ('check X <a href="mailto:a@b.com" title="mailto:a@b.com">a@b.com</a>', "check X a@b.com"),
        ("check <KEY> &lt;b&gt;", "check <KEY> &lt;b&gt;"),
        ("check X<attachment id='1'></attachment>", "check X"),
    ],
)
def test_teams_markup_is_undone(text: str, typed: str) -> None:
    """The mention, tags of lines, links and formats, and entities of blanks go; what was typed stays."""
    assert teams._plain(text).split() == typed.split()


def test_teams_markup_is_undone_in_no_time() -> None:
    """The cost of half tags grows with the length of the text."""
    for part in ("<", "<p", "<a ", "<p >", "<at>", "</"):
        for start in ("", "<p ", "<at>"):
            make = partial(growth.text, start, part)
            assert growth.exponent(teams._plain, make, 16384) < growth.NEARLY_LINEAR, (start, part)


def test_pictures_are_answered_with_help(bot: Function, feishu: FeishuApi) -> None:
    """What has no text is no command."""
    picture = {"msgtype": "image", "chattype": "single", "from": {"userid": "alice"}}
    assert "import KEY_NAME" in seen(bot, feishu, chat.wecom_bot_sealed(json.dumps(picture), ALICE))
    event = chat.feishu("help", ALICE)
    assert event.body
    assert BY_NAME["feishu"].budget == pytest.approx(1.2)
