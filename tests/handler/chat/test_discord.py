"""Discord: what proves that it asks, what its command holds, where it may be used, and the reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handler.chat import discord
from handler.chat.message import Probe, Proof
from handler.chat.wording import Fact, Text
from handler.problems import Forbidden
from local import chat
from tests.handler.chat.proofs import cause, typed, verified, without
from tests.handler.chat.scene import ALICE, NOW, call, entry

#: A caller without a list of servers, and the key of an application that no caller has.
ANYWHERE = entry("discord", guilds=None, users=["U0ALICE"])
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def interaction(**changes: Any) -> chat.PlatformRequest:
    """Return a use of the command with other members; None takes one out."""
    members = {**json.loads(chat.discord("help", ALICE).body), **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return chat.discord_signed(json.dumps(kept), ALICE)


def with_options(*options: object) -> chat.PlatformRequest:
    """Return a use of the command with these options."""
    return interaction(data={"name": "key", "options": list(options)})


def test_a_signature_of_another_application_is_refused() -> None:
    """It has the right form and fits these bytes, but no caller has this key."""
    sent = chat.discord("help", ALICE)
    signature = OTHER.sign((ALICE.timestamp() + sent.body).encode()).hex()
    assert (
        cause(discord, sent._replace(headers={**sent.headers, "x-signature-ed25519": signature}))
        == "bad-signature"
    )


def test_time_and_body_are_signed() -> None:
    """A signature holds for neither another body nor another second."""
    sent = chat.discord("help", ALICE)
    assert cause(discord, sent._replace(body=sent.body + " ")) == "bad-signature"
    later = {**sent.headers, "x-signature-timestamp": str(int(NOW) + 1)}
    assert cause(discord, sent._replace(headers=later)) == "bad-signature"


@pytest.mark.parametrize("signature", ["", "z" * 128, "0" * 126, "0" * 130, "0" * 127 + "\n"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    """A text of any length or letters that is no signature is refused."""
    sent = chat.discord("help", ALICE)
    refused = cause(discord, sent._replace(headers={**sent.headers, "x-signature-ed25519": signature}))
    assert refused in ("bad-signature", "missing-header", "bad-header")


@pytest.mark.parametrize("name", ["x-signature-ed25519", "x-signature-timestamp"])
def test_a_header_that_is_missing_is_a_refusal(name: str) -> None:
    """Signature and time are both required."""
    sent = chat.discord("help", ALICE)
    assert cause(discord, without(sent, name)) == "missing-header"


@pytest.mark.parametrize(("late", "fine"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_either_way_are_in_time(late: float, fine: bool) -> None:
    """Five minutes are fresh and a second more is stale."""
    sent = chat.discord("help", ALICE)
    if fine:
        assert isinstance(verified(discord, sent, now=NOW + late), Proof)
    else:
        assert cause(discord, sent, now=NOW + late) == "stale-timestamp"


def test_any_of_several_public_keys_will_do() -> None:
    """While one is replaced by another; a key that is no point of the curve is passed over."""
    own = entry("discord")["auth"]["publicKeys"][0]
    no_point = "02" + "00" * 31
    for keys in ([OTHER.public_key().public_bytes_raw().hex(), own], [no_point, own]):
        assert isinstance(
            verified(discord, chat.discord("help", ALICE), entry("discord", publicKeys=keys)), Proof
        )
    nobodys = entry("discord", publicKeys=[no_point])
    assert cause(discord, chat.discord("help", ALICE), nobodys) == "bad-signature"


def test_a_ping_is_answered_with_a_pong() -> None:
    """Where it is signed; an unsigned one is a refusal, for which Discord looks."""
    assert verified(discord, chat.discord_ping("", ALICE)) == Probe('{"type": 1}', "application/json")
    stranger = ALICE._replace(variables={})
    assert cause(discord, chat.discord_ping("", stranger)) == "bad-signature"


def test_what_is_typed_is_read() -> None:
    """The command's text with who typed it, in which server and channel, and how the command is called."""
    found = typed(discord, chat.discord("check X", ALICE))
    assert (found.text, found.user, found.team) == ("check X", ALICE.user, chat.GUILD)
    assert (found.channel, found.prefix) == (ALICE.channel, "/key command:")


def test_outside_of_a_server_the_user_stands_alone() -> None:
    """A direct message has no member."""
    alone = interaction(member=None, user={"id": "U0ALICE"}, guild_id=None)
    assert typed(discord, alone, ANYWHERE).user == "U0ALICE"


STRING = {"name": "command", "type": 3, "value": "check X"}


@pytest.mark.parametrize(
    "options",
    [[], [STRING, STRING], [{**STRING, "type": 4}], [{**STRING, "value": 5}], ["check X"], [None]],
)
def test_what_is_not_one_option_of_text_is_no_command(options: list[object]) -> None:
    """Such an interaction is answered with help."""
    assert typed(discord, with_options(STRING)).text == "check X"
    assert typed(discord, with_options(*options)).text == ""


def test_only_a_command_is_one() -> None:
    """A button or a form with the same members is answered with help."""
    for kind in (3, 4, 5, None):
        assert typed(discord, interaction(type=kind, data={"name": "key", "options": [STRING]})).text == ""


@pytest.mark.parametrize("name", ["", "a b", "x" * 33, "<@1>"])
def test_only_the_name_of_a_command_is_repeated(name: str) -> None:
    """Help repeats only the name of a command; other text is left out."""
    assert typed(discord, interaction(data={"name": name, "options": [STRING]})).prefix == ""


@pytest.mark.parametrize("guild", ["1103", "", None])
def test_another_server_is_forbidden(guild: str | None) -> None:
    """Where servers are listed, only those count, and a message outside of any is in none of them."""
    text = typed(discord, interaction(guild_id=guild)).text
    assert isinstance(text, Forbidden)
    assert text.reason == "guilds"
    assert typed(discord, interaction(guild_id=guild), ANYWHERE).text == "help"


def test_a_command_is_for_the_callers_of_its_server() -> None:
    """Of callers with one key the first that has the server is meant, or that has none listed."""
    here, there = entry("discord"), {**entry("discord", guilds=["1103"]), "id": "there"}
    for callers, names in (
        ([there, here], ["discord"]),
        ([here, {**ANYWHERE, "id": "anywhere"}], ["discord", "anywhere"]),
    ):
        found = typed(discord, chat.discord("help", ALICE), *callers)
        assert [candidate.caller.id for candidate in found.candidates] == names


def test_a_reply_is_for_its_sender_and_calls_nobody() -> None:
    """It is ephemeral, mentions nobody, and ends before what Discord takes."""
    text = Text("created", "Imported.", (Fact("Tags", "@everyone"),))
    answer: Any = discord.render(text, typed(discord, chat.discord("help", ALICE)), call())
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["type"], body["data"]["flags"]) == (200, 4, 64)
    assert body["data"]["allowed_mentions"] == {"parse": []}
    long = text._replace(headline="x" * 3000)
    answer = discord.render(long, typed(discord, chat.discord("help", ALICE)), call())
    assert len(json.loads(answer["body"])["data"]["content"]) == 2000


def test_a_caller_of_another_platform_proves_nothing() -> None:
    """Only callers of this scheme are asked."""
    assert cause(discord, chat.discord("help", ALICE), entry("slack")) == "bad-signature"
