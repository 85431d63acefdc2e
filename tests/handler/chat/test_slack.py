"""Slack: signature, form, reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import slack
from handler.chat.message import Probe, Proof, Typed
from handler.chat.wording import Fact, Text
from handler.http import Body, HttpRequest
from handler.problems import Forbidden, MalformedRequest, Unauthenticated, UnsupportedMediaType
from local import chat
from tests.handler.chat import vectors
from tests.handler.chat.scene import ALICE, AMBIENT, NOW, call, entry, known, request


def proof(sent: chat.PlatformRequest, *callers: Any, **changes: Any) -> Proof:
    """Return what a request proves to be a message."""
    asked, body = request(sent, **changes)
    proved = slack.verify(asked, body, known(*callers), AMBIENT)
    assert isinstance(proved, Proof)
    return proved


def cause(sent: chat.PlatformRequest, now: float = NOW, **changes: Any) -> str:
    """Return why a request is refused."""
    asked, body = request(sent, **changes)
    with pytest.raises(Unauthenticated) as refused:
        slack.verify(asked, body, known(), AMBIENT._replace(wall=lambda: now))
    return refused.value.cause


def changed(sent: chat.PlatformRequest, **headers: Any) -> dict[str, Any]:
    """Return the headers of a request with some changed, or taken out by None."""
    members = {**sent.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {"headers": {name: value for name, value in members.items() if value is not None}}


def test_slacks_own_example_is_accepted() -> None:
    """The request that Slack's documentation signs is proved, and read as what it says."""
    headers = {
        "X-Slack-Request-Timestamp": vectors.SLACK_TIMESTAMP,
        "X-Slack-Signature": vectors.SLACK_SIGNATURE,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    asked, body = request(chat.PlatformRequest("POST", "/chat/slack", {}, headers, vectors.SLACK_BODY))
    callers = known(
        entry("slack", team=vectors.SLACK_TEAM), environ={"SLACK_SIGNING_SECRET": vectors.SLACK_SECRET}
    )
    at_that_time = AMBIENT._replace(wall=lambda: float(vectors.SLACK_TIMESTAMP))

    proved = slack.verify(asked, body, callers, at_that_time)
    assert isinstance(proved, Proof)
    typed = slack.command(proved)

    assert (typed.user, typed.channel, typed.team) == (vectors.SLACK_USER, "G8PSS9T3V", vectors.SLACK_TEAM)
    assert (typed.text, typed.prefix) == ("", "/webhook-collect")
    assert [candidate.caller.id for candidate in typed.candidates] == ["slack"]
    with pytest.raises(Unauthenticated):
        slack.verify(asked, body, callers, AMBIENT)


def test_what_is_typed_is_read() -> None:
    """User, workspace, channel, command and text come out of the form."""
    typed = slack.command(proof(chat.slack("import a + b & c\nü", ALICE)))

    assert typed[1:6] == ("U0ALICE", "import a + b &amp; c\nü", chat.TEAM, "C0GENERAL", "/key")


@pytest.mark.parametrize("late", [-300, -1, 0, 299, 300])
def test_five_minutes_either_way_are_in_time(late: int) -> None:
    """A clock may be five minutes off, in either direction."""
    asked, body = request(chat.slack("help", ALICE))

    assert slack.verify(asked, body, known(), AMBIENT._replace(wall=lambda: NOW + late))


@pytest.mark.parametrize("late", [-301, 301, 86400, -1e9, 1e12])
def test_a_stale_request_is_refused(late: float) -> None:
    """Older than five minutes, or from the future: a replay."""
    assert cause(chat.slack("help", ALICE), NOW + late) == "stale-timestamp"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_slack_signature": None}, "missing-header"),
        ({"x_slack_request_timestamp": None}, "missing-header"),
        ({"x_slack_signature": ""}, "bad-signature"),
        ({"x_slack_signature": "v0=" + "0" * 64}, "bad-signature"),
        ({"x_slack_signature": "v1=" + "0" * 64}, "bad-signature"),
        ({"x_slack_signature": "ü"}, "bad-signature"),
        ({"x_slack_signature": "\ud800"}, "bad-signature"),
        ({"x_slack_signature": ["v0=1", "v0=2"]}, "repeated-header"),
        ({"x_slack_signature": 7}, "header-not-text"),
        ({"x_slack_signature": "0" * 5000}, "header-too-long"),
        ({"x_slack_request_timestamp": "1_700_000_000"}, "bad-timestamp"),
        ({"x_slack_request_timestamp": "now"}, "bad-timestamp"),
        ({"x_slack_request_timestamp": "-1"}, "bad-timestamp"),
        ({"x_slack_request_timestamp": "１７０００００００００"}, "bad-timestamp"),
        ({"x_slack_request_timestamp": "9" * 400}, "bad-timestamp"),
        ({"x_slack_request_timestamp": str(int(NOW) - 1)}, "bad-signature"),
    ],
)
def test_hostile_headers_are_refused(headers: dict[str, Any], expected: str) -> None:
    """Missing, twice, not a number, not text, too long: one refusal, each with its cause."""
    sent = chat.slack("help", ALICE)

    assert cause(sent, **changed(sent, **headers)) == expected


def test_a_changed_body_is_refused() -> None:
    """A signature is over the bytes as they were sent."""
    sent = chat.slack("help", ALICE)

    assert cause(sent, body=sent.body + "&x=1") == "bad-signature"
    assert cause(sent, body=sent.body.replace("help", "hel%70")) == "bad-signature"
    assert cause(sent, body="") == "bad-signature"
    assert cause(sent, body={"text": "help"}) == "body-not-text"
    assert cause(sent, body=None) == "bad-signature"


@given(st.text(), st.text(), st.binary())
def test_nothing_unsigned_is_accepted(timestamp: str, signature: str, content: bytes) -> None:
    """Whatever headers and bytes a stranger sends, it is a refusal and no other error."""
    headers = {"x-slack-request-timestamp": (timestamp,), "x-slack-signature": (signature,)}
    asked = HttpRequest("POST", "/chat/slack", headers, {}, None, encoded=False)

    with pytest.raises(Unauthenticated):
        slack.verify(asked, Body(content, content), known(), AMBIENT)


def test_no_caller_of_slack_is_a_refusal() -> None:
    """Where no caller has a signing secret, nothing can be signed."""
    asked, body = request(chat.slack("help", ALICE))
    with pytest.raises(Unauthenticated) as refused:
        slack.verify(asked, body, known(entry("mattermost")), AMBIENT)

    assert refused.value.cause == "bad-signature"


def test_any_of_several_secrets_will_do() -> None:
    """While a secret is changed, the old and the new one prove a request."""
    environ = {**chat.VARIABLES, "SLACK_SIGNING_SECRET_NEXT": "another-secret-of-32-characters-."}
    callers = known(
        entry("slack", secretEnv=["SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET_NEXT"]), environ=environ
    )
    renewed = ALICE._replace(variables={"SLACK_SIGNING_SECRET": "another-secret-of-32-characters-."})

    for sender in (ALICE, renewed):
        asked, body = request(chat.slack("help", sender))
        assert isinstance(slack.verify(asked, body, callers, AMBIENT), Proof)


def test_the_check_of_the_certificate_is_answered() -> None:
    """Slack's check of the URL's certificate gets its 200 without proving anything."""
    asked, body = request(chat.PlatformRequest("POST", "/chat/slack", {}, {}, "token=x&ssl_check=1"))

    assert slack.verify(asked, body, known(), AMBIENT) == Probe("")
    assert (
        cause(chat.PlatformRequest("POST", "/chat/slack", {}, {}, "token=x&ssl_check=0")) == "missing-header"
    )
    assert (
        cause(chat.PlatformRequest("POST", "/chat/slack", {}, {}, "ssl_check=1&ssl_check=1"))
        == "missing-header"
    )


def test_a_message_is_for_the_callers_of_its_workspace() -> None:
    """Of callers that share a secret those of the message's workspace are meant, in the order of the file."""
    here, there = entry("slack", channels=["C1"]), {**entry("slack", team="T0OTHER"), "id": "there"}
    again = {**entry("slack", channels=["C2"]), "id": "again"}

    typed = slack.command(proof(chat.slack("help", ALICE), here, there, again))
    assert [candidate.caller.id for candidate in typed.candidates] == ["slack", "again"]


@pytest.mark.parametrize("team", ["T0STRANGE", "t0thisone", chat.TEAM + " "])
def test_another_workspace_is_forbidden(team: str) -> None:
    """A workspace that no caller has is refused by name, though its message is signed."""
    typed = slack.command(proof(chat.slack("help", ALICE._replace(team=team))))

    assert isinstance(typed.text, Forbidden)
    assert typed.text.reason == "team"
    assert [candidate.caller.id for candidate in typed.candidates] == ["slack"]


@pytest.mark.parametrize(
    "body",
    [
        f"team_id={chat.TEAM}&user_id=U1&text=a&text=b",
        f"team_id={chat.TEAM}&user_id=U1&user_id=U2&text=a",
        f"team_id={chat.TEAM}&team_id=T0OTHER&user_id=U1&text=a",
        f"team_id={chat.TEAM}&user_id=U1&text=%ff%fe",
        f"team_id={chat.TEAM}&user_id=%ff&text=a",
        "team_id=%c3%28&user_id=U1&text=a",
    ],
)
def test_a_signed_form_that_cannot_be_read_is_a_problem(body: str) -> None:
    """A field twice, or bytes that are no text, are told to the sender: the request is Slack's."""
    typed = slack.command(proof(chat.slack_signed(body, ALICE)))

    assert isinstance(typed.text, MalformedRequest)
    assert len(typed.candidates) == 1


@pytest.mark.parametrize(
    ("content_type", "fine"),
    [
        (None, True),
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-URLencoded; charset=utf-8", True),
        ("application/json", False),
        ("multipart/form-data; boundary=x", False),
    ],
)
def test_a_slash_command_is_a_form(content_type: str | None, fine: bool) -> None:
    """A signed message of another media type is refused as such."""
    sent = chat.slack("help", ALICE)
    typed = slack.command(proof(sent, **changed(sent, content_type=content_type)))

    assert isinstance(typed.text, str if fine else UnsupportedMediaType)


def test_only_a_command_is_a_prefix() -> None:
    """What stands before commands in the help is what Slack takes for one, and nothing else."""
    for sent, prefix in (("%2Fssh-key", "/ssh-key"), ("", ""), ("%3C%21channel%3E", ""), ("%2Fa%20b", "")):
        body = f"team_id={chat.TEAM}&user_id=U1&text=&command={sent}"
        assert slack.command(proof(chat.slack_signed(body, ALICE))).prefix == prefix


def test_a_reply_is_for_its_sender_and_escaped() -> None:
    """A reply is ephemeral; what Slack could take for markup means itself."""

    text = Text("refused", "No <!channel> & co.", (Fact("Value", "a`b<c>"), "See `ssh-keygen` & <go>."))
    reply = slack.render(text, Typed((), "U1", ""), call())

    assert (reply["statusCode"], reply["headers"]["Content-Type"]) == (200, "application/json")
    assert reply["headers"]["X-Request-Id"] == "r-1"
    assert json.loads(reply["body"]) == {
        "response_type": "ephemeral",
        "text": "*No &lt;!channel&gt; &amp; co.*\nValue: `a'b&lt;c&gt;`\nSee `ssh-keygen` &amp; &lt;go&gt;.",
    }


@pytest.mark.parametrize(
    ("sentence", "sent"),
    [
        ("Imported as _a_.", "Imported as `_a_`."),
        ("已导入为 a__。", "已导入为 `a__`。"),
        ("_ and _a and a_b", "`_` and `_a` and a_b"),
        ("Send `_a_` or _b_", "Send `_a_` or `_b_`"),
    ],
)
def test_a_name_with_underscores_is_shown_as_it_is(sentence: str, sent: str) -> None:
    """Slack would show what stands between two underscores in italics, without them."""
    reply = slack.render(Text("created", sentence, (sentence,)), Typed((), "U1", ""), call())

    assert json.loads(reply["body"])["text"] == f"*{sent}*\n{sent}"
