"""Mattermost: token, form, reply."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import mattermost
from handler.chat.message import Proof, Typed
from handler.chat.wording import Fact, Text
from handler.http import Body, HttpRequest
from handler.problems import MalformedRequest, Unauthenticated, UnsupportedMediaType
from local import chat
from tests.handler.chat.scene import ALICE, AMBIENT, call, entry, known, request

TOKEN = chat.VARIABLES["MATTERMOST_TOKEN"]
FORM = "application/x-www-form-urlencoded"


def proof(sent: chat.PlatformRequest, *callers: Any, **changes: Any) -> Proof:
    """Return what a request proves to be a message."""
    asked, body = request(sent, **changes)
    return mattermost.verify(asked, body, known(*callers), AMBIENT)


def cause(sent: chat.PlatformRequest, *callers: Any, **changes: Any) -> str:
    """Return why a request is refused."""
    with pytest.raises(Unauthenticated) as refused:
        proof(sent, *callers, **changes)
    return refused.value.cause


def test_what_is_typed_is_read() -> None:
    """User, team, channel, command and text come out of the form; mentions may be there many times."""
    sent = chat.mattermost("import a + b & c\nü", ALICE)
    body = sent.body + "&user_mentions=a&user_mentions=b"

    typed = mattermost.command(proof(sent, body=body))

    assert typed[1:6] == ("U0ALICE", "import a + b & c\nü", "this1team1on1this1machine1", "C0GENERAL", "/key")
    assert [candidate.caller.id for candidate in typed.candidates] == ["mattermost"]


@pytest.mark.parametrize(
    ("header", "form", "expected"),
    [
        (f"Token {TOKEN}", TOKEN, ""),
        (f"Token {TOKEN}", None, ""),
        (f"token  {TOKEN} ", None, ""),
        (None, TOKEN, ""),
        # Another scheme is somebody else's, such as TC3 behind a Function URL with CAM.
        ("TC3-HMAC-SHA256 Credential=x", TOKEN, ""),
        ("Bearer x", TOKEN, ""),
        # The header wins.
        ("Token wrong", TOKEN, "unknown-token"),
        (f"Token {TOKEN}", "wrong", ""),
        ("Token", TOKEN, "missing-token"),
        ("Token ", TOKEN, "missing-token"),
        (None, None, "missing-token"),
        (None, "", "missing-token"),
        (None, "wrong", "unknown-token"),
        (None, TOKEN[:-1], "unknown-token"),
        (None, TOKEN + "x", "unknown-token"),
        (None, TOKEN.upper(), "unknown-token"),
        ("Token ü\ud800", None, "unknown-token"),
        ([f"Token {TOKEN}"] * 2, TOKEN, "repeated-header"),
        (7, TOKEN, "header-not-text"),
        ("Token " + "x" * 5000, TOKEN, "header-too-long"),
    ],
)
def test_the_token_is_in_the_header_or_in_the_form(header: Any, form: str | None, expected: str) -> None:
    """A header of this scheme decides alone; without one the form does."""
    fields = {"user_id": "alice", "text": "help"} | ({} if form is None else {"token": form})
    headers = {"content-type": FORM} | ({} if header is None else {"authorization": header})
    sent = chat.PlatformRequest("POST", "/chat/mattermost", {}, headers, urllib.parse.urlencode(fields))

    if expected:
        assert cause(sent) == expected
    else:
        assert mattermost.command(proof(sent)).user == "alice"


def test_two_tokens_in_a_form_are_none() -> None:
    """Of two tokens neither counts, not even the right one."""
    sent = chat.PlatformRequest("POST", "/chat/mattermost", {}, {}, f"token={TOKEN}&token={TOKEN}&text=help")

    assert cause(sent) == "missing-token"


def test_a_body_that_is_no_text_is_refused() -> None:
    """A body that a gateway has parsed is no form, even if the header says so."""
    assert cause(chat.mattermost("help", ALICE), body={"text": "help"}) == "body-not-text"


def test_any_of_several_tokens_will_do() -> None:
    """While a token is changed, the old and the new one prove a request."""
    environ = {**chat.VARIABLES, "MATTERMOST_TOKEN_NEXT": "another-token-of-mattermost"}
    callers = known(
        entry("mattermost", tokenEnv=["MATTERMOST_TOKEN", "MATTERMOST_TOKEN_NEXT"]), environ=environ
    )
    renewed = ALICE._replace(variables={"MATTERMOST_TOKEN": "another-token-of-mattermost"})

    for sender in (ALICE, renewed):
        asked, body = request(chat.mattermost("help", sender))
        assert mattermost.verify(asked, body, callers, AMBIENT).candidates


def test_no_caller_of_mattermost_is_a_refusal() -> None:
    """Where no caller has a token, none is right."""
    assert cause(chat.mattermost("help", ALICE), entry("slack")) == "unknown-token"


@given(st.text(), st.binary())
def test_nothing_without_the_token_is_accepted(header: str, content: bytes) -> None:
    """Whatever header and bytes a stranger sends, it is a refusal and no other error."""
    asked = HttpRequest("POST", "/chat/mattermost", {"authorization": (header,)}, {}, None, encoded=False)

    with pytest.raises(Unauthenticated):
        mattermost.verify(asked, Body(content, content), known(), AMBIENT)


def test_a_form_that_cannot_be_read_is_a_problem() -> None:
    """With the right token, a form in pieces is told to the sender."""
    sent = chat.mattermost("help", ALICE)

    assert isinstance(mattermost.command(proof(sent, body="text=%ff")).text, MalformedRequest)
    headers = {**sent.headers, "content-type": "application/json"}
    assert isinstance(mattermost.command(proof(sent, headers=headers)).text, UnsupportedMediaType)


def test_a_reply_is_for_its_sender_and_escaped() -> None:
    """A reply is ephemeral; what Markdown could take for markup means itself, code stays code."""

    text = Text("refused", "a_b is *there*.", (Fact("Value", "a`b_c"), "Use `onb_*`, not <x> or [y](z)."))
    reply = mattermost.render(text, Typed((), "alice", ""), call())

    assert (reply["statusCode"], reply["headers"]["Content-Type"]) == (200, "application/json")
    assert json.loads(reply["body"]) == {
        "response_type": "ephemeral",
        "skip_slack_parsing": True,
        "text": "**a\\_b is \\*there\\*.**  \nValue: `a'b_c`  \nUse `onb_*`, not \\<x> or \\[y\\](z).",
    }
