"""Teams: a signature over the whole message, its time, its channel, and the HTML around a command."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from handler.chat import teams
from handler.chat.message import Probe, Proof
from local import chat
from tests.handler.chat.proofs import cause, commanded, typed, verified, without
from tests.handler.chat.scene import ALICE, NOW, entry

SENT = chat.teams("help", ALICE)


def message(**changes: Any) -> chat.PlatformRequest:
    """Return a signed message with other members; None takes one out."""
    members = {**json.loads(SENT.body), **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return chat.teams_signed(json.dumps(kept), ALICE)


def authorized(value: str) -> chat.PlatformRequest:
    """Return a message with this header."""
    return SENT._replace(headers={**SENT.headers, "authorization": value})


def test_another_token_proves_nothing() -> None:
    """The header has the right form, and nobody's signature."""
    assert cause(teams, authorized("HMAC " + "A" * 43 + "=")) == "bad-signature"
    assert cause(teams, SENT._replace(body=SENT.body + " ")) == "bad-signature"
    assert cause(teams, SENT, entry("slack")) == "bad-signature"


@pytest.mark.parametrize("scheme", ["Bearer", "hmac", ""])
def test_only_its_own_scheme_counts(scheme: str) -> None:
    """A good signature behind another word proves nothing."""
    signature = SENT.headers["authorization"].partition(" ")[2]
    assert cause(teams, authorized(f"{scheme} {signature}")) == "bad-signature"


def test_without_header_or_text_nothing_is_proved() -> None:
    """The cause says which it was."""
    assert cause(teams, without(SENT, "authorization")) == "missing-header"
    assert cause(teams, SENT, body={"a": 1}) == "body-not-text"


@pytest.mark.parametrize("hours", [-11, 0, 8, 14])
@pytest.mark.parametrize(("late", "fine"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_either_way_are_in_time(hours: int, late: int, fine: bool) -> None:
    """Five minutes either way are fresh, in any time zone."""
    zone = timezone(timedelta(hours=hours))
    sent = message(timestamp=datetime.fromtimestamp(NOW + late, zone).isoformat())
    if fine:
        assert isinstance(verified(teams, sent), Proof)
    else:
        assert cause(teams, sent) == "stale-timestamp"


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "yesterday", "2023-11-14T22:13:20", "2023-02-30T00:00:00Z", "0000-01-01T00:00:00Z"],
)
def test_a_message_without_a_time_is_a_refusal(timestamp: str | None) -> None:
    """A time has a zone, and is one of the calendar."""
    assert cause(teams, message(timestamp=timestamp)) == "bad-timestamp"


def test_what_is_typed_is_read() -> None:
    """The text without the mention, with who typed it and in which channel; others read the reply."""
    found = typed(teams, chat.teams("check X", ALICE))
    assert str(found.text).strip() == "check X"
    assert (found.user, found.channel, found.private) == (ALICE.user, ALICE.channel, False)


def test_the_channel_is_named_by_the_team_or_by_the_thread() -> None:
    """Outside of a team the conversation's id stands for it, without the message that began the thread."""
    conversation = {"id": "19:chat@thread.v2;messageid=17"}
    named = message(conversation=conversation, channelData={"channel": {"id": "19:keys@thread.tacv2"}})
    assert typed(teams, named).channel == "19:keys@thread.tacv2"
    assert typed(teams, message(conversation=conversation, channelData=None)).channel == "19:chat@thread.v2"


@pytest.mark.parametrize("end", ["<br>", "<BR/>", "<br />", "</p><P>", "</Div>"])
def test_line_ends_are_kept(end: str) -> None:
    """Line ends are kept in every spelling of their tags."""
    text = typed(teams, message(text=f"<at>Keys</at> check A{end}B")).text
    assert str(text).split() == ["check", "A", "B"]


def test_what_is_no_message_is_answered_with_nothing() -> None:
    """Somebody came into the channel, or a message was edited."""
    assert commanded(teams, message(type="conversationUpdate")) == Probe("")
