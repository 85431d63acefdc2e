"""Who is let in by a chat, and what everybody else is answered."""

from __future__ import annotations

import base64

import pytest

from handler.problems import Unauthenticated
from local import chat
from local.cvm import StandIn
from local.in_process import Function, Json, public_keys
from tests.handler.chat.scene import (
    ALICE,
    MAL,
    PRIVATE,
    entry,
    every,
    function,
    refusal,
    say,
)

KEY, OTHER, *_ = public_keys()


def test_a_stranger_hears_of_a_leaked_key_too(cvm: StandIn) -> None:
    """A person who may not import still learns that a private key must not be sent."""
    with function(cvm, [entry("slack", users=["U0ALICE"])]) as bot:
        assert "Treat this key as leaked" in say(bot, "slack", PRIVATE, MAL)


@every
def test_somebody_who_is_not_listed_is_forbidden(platform: str, cvm: StandIn) -> None:
    """Only listed people may import, check or ask for help; others learn the id that is to be listed."""
    with function(cvm, [entry(platform, users=["U0ALICE", "U0BOB"])]) as bot:
        for typed in (f"import a {KEY}", f"check {KEY}", "help"):
            seen = say(bot, platform, typed, MAL)
            assert "not among the people" in seen
            assert "U0MAL" in seen
            line = bot.audit[-1]
            assert (line["code"], line["reason"], line["user"], line["caller"]) == (
                "forbidden",
                "users",
                "U0MAL",
                platform,
            )
        assert cvm.calls == []
        assert "Imported" in say(bot, platform, f"import a {KEY}")


@pytest.mark.parametrize("platform", ["slack", "mattermost"])
def test_a_channel_that_is_not_listed_is_forbidden(platform: str, cvm: StandIn) -> None:
    """Where channels are listed, only they count, for everyone in them if no users are listed."""
    callers = [entry(platform, users=None, channels=["C0KEYS"])]
    with function(cvm, callers) as bot:
        seen = say(bot, platform, f"import a {KEY}")
        assert "from this channel" in seen
        assert "C0GENERAL" in seen
        assert bot.audit[-1]["reason"] == "channels"
        assert "Imported" in say(bot, platform, f"import a {KEY}", MAL._replace(channel="C0KEYS"))


@pytest.mark.parametrize("platform", ["slack", "mattermost"])
def test_the_first_caller_with_the_channel_answers(platform: str, cvm: StandIn) -> None:
    """Of callers with one secret the first that has the channel is meant, else the first."""
    ops = {**entry(platform, users=["U0ALICE"], channels=["C0OPS"]), "id": "ops"}
    rest = {**entry(platform), "id": "rest", "allow": {"dryRunOnly": True}}
    if platform == "mattermost":
        ops["auth"]["tokenEnv"], rest["auth"]["tokenEnv"] = (
            ["MATTERMOST_TOKEN", "M_2"],
            ["M_2", "MATTERMOST_TOKEN"],
        )
    with function(cvm, [ops, rest], M_2="x" * 26) as bot:
        in_ops = ALICE._replace(channel="C0OPS")
        assert "Imported" in say(bot, platform, f"import a {KEY}", in_ops)
        assert "not among the people" in say(bot, platform, f"import a {KEY}", in_ops._replace(user="U0MAL"))
        assert "dryRunOnly" in say(bot, platform, f"import b {OTHER}")
        assert [line["caller"] for line in bot.audit] == ["ops", "ops", "rest"]


def test_another_workspace_is_forbidden(bot: Function, cvm: StandIn) -> None:
    """An unknown workspace is refused in Slack's form, with the id to list."""
    seen = say(bot, "slack", f"import a {KEY}", ALICE._replace(team="T0STRANGE"))

    assert "from this workspace" in seen
    assert "T0STRANGE" in seen
    assert (bot.audit[-1]["code"], bot.audit[-1]["reason"]) == ("forbidden", "team")
    assert cvm.calls == []


@every
def test_names_can_be_bound_to_their_user(platform: str, cvm: StandIn) -> None:
    """`{user}` in `keyNames` is the id of the sender, and no reply names key pairs of others."""
    callers = [{**entry(platform), "allow": {"keyNames": ["{user}_*"]}}]
    with function(cvm, callers) as bot:
        assert "Imported" in say(bot, platform, f"import u0alice_laptop {KEY}")
        refused = say(bot, platform, f"import u0alice_2 {OTHER}", MAL)
        assert "u0alice_laptop" not in refused
        assert (bot.audit[-1]["code"], bot.audit[-1]["reason"]) == ("forbidden", "key-names")
        hidden = say(bot, platform, f"import u0mal_laptop {KEY}", MAL)
        assert bot.audit[-1]["code"] == "public-key-conflict"
        assert cvm.account.key_pairs["u0alice_laptop"].key_id not in hidden
        assert "u0alice_laptop" not in hidden


@every
def test_a_forged_request_is_refused_as_anywhere(platform: str, bot: Function, cvm: StandIn) -> None:
    """Without proof there is one body for all, with status 401, and only the log knows the cause."""
    sent = chat.PLAYERS[platform](f"import a {KEY}", ALICE)
    forged = {**sent.event(), "headers": {}, "queryString": {}, "body": sent.body.replace("token=", "t=")}
    problem = refusal(bot.answer(forged))
    elsewhere = refusal(bot.ask("POST", "/key-pairs", "{}", headers={}))

    assert (problem["status"], problem) == (401, elsewhere)
    assert problem["detail"] == Unauthenticated("").detail
    assert bot.audit[0]["code"] == "unauthenticated"
    assert bot.audit[0]["cause"]
    assert cvm.calls == []


@every
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"httpMethod": "PUT"}, 405),
        ({"httpMethod": "DELETE"}, 405),
        ({"body": "x" * 65537}, 413),
        ({"body": base64.b64encode(b"x" * 65537).decode(), "isBase64Encoded": True}, 413),
        ({"body": "?", "isBase64Encoded": True}, 400),
        ({"path": "/chat/irc"}, 404),
        ({"body": "x" * 65536}, 401),
        ({"body": base64.b64encode(b"\xff" * 65536).decode(), "isBase64Encoded": True, "headers": {}}, 401),
        ({"body": {"a": []}}, 401),
        ({"body": None, "headers": {}}, 401),
    ],
)
def test_what_is_wrong_before_the_proof_is_refused_as_anywhere(
    platform: str, change: Json, status: int, bot: Function
) -> None:
    """Path, method, size and base64 are judged first, in the order of every route; then the proof."""
    event = {**chat.PLAYERS[platform]("help", ALICE).event(), **change}
    if "body" in change:
        event["headers"] = {}

    assert refusal(bot.answer(event))["status"] == status


@every
def test_without_callers_a_chat_is_misconfigured(platform: str, cvm: StandIn) -> None:
    """A missing secret, or a wrong setting, is a 500 before anything is proved."""
    sent = chat.PLAYERS[platform]("help", ALICE).event()
    with function(cvm, WECOM_TOKEN="") as bot:
        assert refusal(bot.answer(sent))["code"] == "misconfigured"
        assert "WECOM_TOKEN" in bot.log[-1]["cause"]
    with function(cvm, MIN_RSA_BITS="few") as bot:
        assert refusal(bot.answer(sent))["code"] == "misconfigured"


@pytest.mark.parametrize("user", ["", "a b", "x" * 129, "<@U1>", "李雷", "a\nb"])
@every
def test_who_has_no_proper_id_is_nobody(platform: str, user: str, bot: Function, cvm: StandIn) -> None:
    """An id that no platform gives is neither accepted nor logged."""
    sender = ALICE._replace(user=user)
    sent = chat.PLAYERS[platform](f"import a {KEY}", sender)
    answer = bot.answer(sent.event())

    assert answer.status == 200
    if platform != "wecom" or user:
        assert "who typed it" in chat.seen(sent, answer.status, answer.text, sender)
        assert (bot.audit[-1]["code"], bot.audit[-1].get("user")) == ("malformed-request", None)
    assert cvm.calls == []
