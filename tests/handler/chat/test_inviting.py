"""Invitations that are asked for in a chat: where they are shown, to whom, and what they allow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from handler.chat import command
from handler.chat.inviting import LONGEST_LINK
from handler.invitations import token
from handler.problems import InvalidRequest
from local import chat
from local.cvm import StandIn
from local.feishu import FeishuApi
from local.in_process import Function, Json, public_keys
from tests.handler.chat.conversations import PRIVATE, PUBLIC, seen
from tests.handler.chat.scene import ALICE, CALLERS, NOW, entry, function
from tests.handler.invitations.scene import ENVIRON, PAGE, SECRET

KEY = public_keys()[0]


@contextmanager
def inviting(
    feishu: FeishuApi, cvm: StandIn | None = None, allow: Json | None = None, **environ: str
) -> Iterator[Function]:
    """Run the function with a caller of each platform, all of which may invite."""
    rules = {"invite": True, "keyNames": ["onb_*"]} if allow is None else allow
    callers = [{**entry, "allow": rules} for entry in CALLERS]
    with function(cvm, callers, **{**ENVIRON, "FEISHU_ENDPOINT": feishu.url, **environ}) as made:
        yield made


def invited(text: str) -> token.Invitation:
    """Return the invitation whose link or token is in a text."""
    found = re.search(r"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{43}", text)
    assert found
    invitation, cause = token.verify(found[0].encode(), (SECRET,), NOW)
    assert cause == ""
    assert invitation is not None
    return invitation


@pytest.mark.parametrize("play", PRIVATE)
@pytest.mark.parametrize("verb", ["invite", "邀请"])
def test_where_nobody_else_reads_it_the_link_is_shown(play: str, verb: str, feishu: FeishuApi) -> None:
    """The reply has link, name and end; the audit line holds the id, and the log never the token."""
    with inviting(feishu) as bot:
        text = seen(bot, feishu, play, f"{verb} onb_bob project=7 region=ap-shanghai tag:owner=bob")
    made = invited(text)

    assert f"{PAGE}#" in text
    assert "onb_bob" in text
    assert "2023-11-16T22:13:20Z" in text
    assert made == token.Invitation(
        made.id, play.removesuffix("-single"), "onb_bob", int(NOW) + token.USUAL_LIFE, "U0ALICE",
        7, "ap-shanghai", None, {"owner": "bob"},
    )  # fmt: skip
    (line,) = bot.audit
    assert (line["result"], line["invitation"], line["keyName"], line["user"], line["caller"]) == (
        "invited", made.id, "onb_bob", "U0ALICE", made.caller,
    )  # fmt: skip
    assert not re.search(r"[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{43}", str(bot.log))


@pytest.mark.parametrize("play", PUBLIC)
def test_where_others_read_it_there_is_none(play: str, feishu: FeishuApi) -> None:
    """In a group, in Teams and everywhere on DingTalk the command is refused for everybody."""
    with inviting(feishu) as bot:
        text = seen(bot, feishu, play, "invite onb_bob")

    assert "others can read this chat" in text
    assert PAGE not in text
    assert [(line["code"], line["reason"]) for line in bot.audit] == [("forbidden", "private-chat")]


def test_dingtalk_shows_none_one_to_one(feishu: FeishuApi) -> None:
    """Its signature does not cover the message, so that a conversation of two proves nothing."""
    body = {**json.loads(chat.dingtalk("invite onb_bob", ALICE).body), "conversationType": "1"}
    sent = chat.dingtalk_signed(json.dumps(body), ALICE)
    with inviting(feishu) as bot:
        answer = bot.answer(sent.event())

    assert "others can read this chat" in chat.seen(sent, answer.status, answer.text, ALICE)
    assert bot.audit[0]["reason"] == "private-chat"


@pytest.mark.parametrize("play", PRIVATE)
def test_who_may_not_invite_is_refused(play: str, feishu: FeishuApi) -> None:
    """Without `allow.invite` the answer names the rule, and no invitation is made."""
    with inviting(feishu, allow={}) as bot:
        text = seen(bot, feishu, play, "invite onb_bob")

    assert "may not invite others" in text
    assert [(line["code"], line["reason"]) for line in bot.audit] == [("forbidden", "invite")]


@pytest.mark.parametrize(
    ("changes", "typed", "message"),
    [
        ({"INVITATION_SECRETS": ""}, "invite onb_bob", "INVITATION_SECRETS is not set"),
        ({}, "invite bob", "keyNames"),
        ({}, "invite", "KEY_NAME"),
        ({}, "invite b-o-b", "KEY_NAME"),
        ({}, "invite onb_bob please", "no place in an invitation"),
        ({}, "invite onb_bob --dry-run", "no place in an invitation"),
        ({}, "invite onb_bob expires=2027-01-31", "no place in an invitation"),
        ({}, "invite onb_bob expiresIn=5", "no place in an invitation"),
        ({}, f"invite onb_bob {KEY}", "no place in an invitation"),
        ({}, "invite onb_bob project=1 project=2", "twice"),
    ],
)
def test_what_cannot_be_is_explained(
    changes: dict[str, str], typed: str, message: str, feishu: FeishuApi
) -> None:
    """A wrong command, a name out of bounds and a function without secrets are refused in words."""
    with inviting(feishu, None, None, **changes) as bot:
        text = seen(bot, feishu, "slack", typed)

    assert message in text
    assert [line.get("result") for line in bot.audit] == [None]


def test_without_a_page_the_token_itself_is_shown(feishu: FeishuApi) -> None:
    """Without a page, the reply has the token and says where it goes."""
    with inviting(feishu, PAGE_URL="") as bot:
        text = seen(bot, feishu, "slack", "invite onb_bob")

    assert invited(text).key_name == "onb_bob"
    assert "#" not in text
    assert "Authorization: Invitation TOKEN" in text


@pytest.mark.slow
@pytest.mark.parametrize("play", PRIVATE)
def test_no_link_is_cut_off(play: str, feishu: FeishuApi) -> None:
    """The longest link arrives whole on every platform; a longer one is refused, and not logged as made."""
    with inviting(feishu) as bot:
        for size in range(255, 0, -1):
            tags = " ".join(f"tag:t{number}={'x' * size}" for number in range(4))
            text = seen(bot, feishu, play, f"invite onb_bob {tags}")
            if "wrong" not in text:
                break
            assert "longer than" in text
            assert "result" not in bot.audit[-1]
        assert size < 255
        assert invited(text).tags == {f"t{number}": "x" * size for number in range(4)}
        (link,) = re.findall(rf"{PAGE}#[\w.-]+", text)
        assert LONGEST_LINK - 8 < len(link) <= LONGEST_LINK


def test_an_invitation_from_a_chat_is_redeemed(cvm: StandIn, feishu: FeishuApi) -> None:
    """The key is imported as if the inviting user had typed it; not once they are off the list."""
    rules = {"invite": True, "keyNames": ["{user}_*"]}
    for users, status in ((["U0ALICE"], 201), (["U0BOB"], 401)):
        callers: list[Any] = [{**entry("slack", users=["U0ALICE"]), "allow": rules}]
        with function(cvm, callers, **ENVIRON) as bot:
            link = seen(bot, feishu, "slack", "invite u0alice_key")
        sent = re.findall(r"#([\w.-]+)", link)[0]
        callers = [{**entry("slack", users=users), "allow": rules}]
        with function(cvm, callers, **ENVIRON) as bot:
            answer = bot.ask(
                "POST", "/key-pairs", {"publicKey": KEY}, headers={"authorization": f"Invitation {sent}"}
            )
        assert answer.status == status
    assert [*cvm.account.key_pairs] == ["u0alice_key"]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("invite onb_a", {"keyName": "onb_a"}),
        ("Invite onb_a region=ap-shanghai", {"keyName": "onb_a", "region": "ap-shanghai"}),
        ("Invite onb_a account=prod", {"keyName": "onb_a", "account": "prod"}),
        ("邀请onb_a tag:owner=爱", {"keyName": "onb_a", "tags": {"owner": "爱"}}),
    ],
)
def test_the_command_is_read(typed: str, value: Json) -> None:
    """The verb is found in both languages, and options are members of the request."""
    assert command.parse(typed) == ("invite", value, "")


@pytest.mark.parametrize("typed", ["invite", "邀请：", f"invite {KEY}"])
def test_an_invitation_is_for_a_name(typed: str) -> None:
    """Without one, or with a key in its place, the reply says how the command is written."""
    with pytest.raises(InvalidRequest, match="invalid-request") as refused:
        command.parse(typed)
    assert str(refused.value.detail) == "The key name is missing: `invite KEY_NAME`."
