"""Feishu: what its signature, its token and its app prove, and which of its events are commands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handler.chat import feishu
from handler.chat.message import Probe, Proof
from handler.chat.wording import Text
from local import chat
from local.in_process import Json
from tests.handler.chat.proofs import cause, commanded, typed, verified, without
from tests.handler.chat.scene import ALICE, NOW, entry

SENT = chat.feishu("help", ALICE)
NAMES = ("x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature")


def event(*, message: Json | None = None, sender: Json | None = None, **header: str) -> chat.PlatformRequest:
    """Return an event that brings a message, with other members."""
    body: dict[str, Any] = {
        "schema": "2.0",
        "header": {
            "event_id": "event-1",
            "event_type": "im.message.receive_v1",
            "token": chat.VARIABLES["FEISHU_VERIFICATION_TOKEN"],
            "app_id": chat.APP,
            **header,
        },
        "event": {
            "sender": {"sender_id": {"open_id": "ou_7d"}, "sender_type": "user", **(sender or {})},
            "message": {
                "message_id": "om_1",
                "chat_id": "oc_1",
                "chat_type": "group",
                "message_type": "text",
                "content": json.dumps({"text": "@_user_1 check X"}),
                **(message or {}),
            },
        },
    }
    return chat.feishu_sealed(json.dumps(body), ALICE)


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_signature_needs_time_and_nonce(name: str) -> None:
    """The cause says that one is missing."""
    assert cause(feishu, without(SENT, name)) == "missing-header"


@pytest.mark.parametrize("name", NAMES)
def test_time_nonce_and_signature_belong_together(name: str) -> None:
    """None of them may be another one's, nor may the body."""
    other = {**SENT.headers, name: str(int(NOW) + 1)}
    assert cause(feishu, SENT._replace(headers=other)) == "bad-signature"
    assert cause(feishu, SENT._replace(body=SENT.body + " ")) == "bad-signature"


@pytest.mark.parametrize(("late", "fine"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_either_way_are_in_time(late: float, fine: bool) -> None:
    """Five minutes are fresh and a second more is stale."""
    if fine:
        assert isinstance(verified(feishu, SENT, now=NOW + late), Proof)
    else:
        assert cause(feishu, SENT, now=NOW + late) == "stale-timestamp"


def test_what_is_typed_is_read() -> None:
    """The text without the mention, who typed it and where, and which message and event are answered."""
    found = typed(feishu, event())
    assert (str(found.text).strip(), found.user, found.channel) == ("check X", "ou_7d", "oc_1")
    assert (found.message, found.event) == ("om_1", "event-1")


@pytest.mark.parametrize(
    ("kind", "private"), [("p2p", True), ("group", False), ("topic", False), ("", False)]
)
def test_only_one_to_one_nobody_else_reads(kind: str, private: bool) -> None:
    """Every kind of chat that is not known to be private is none."""
    assert typed(feishu, event(message={"chat_type": kind})).private is private


@pytest.mark.parametrize("kind", ["image", "post", "interactive", "file"])
def test_only_a_text_is_a_command(kind: str) -> None:
    """Whatever its content looks like, anything else is answered with help."""
    assert typed(feishu, event(message={"message_type": kind})).text == ""


@pytest.mark.parametrize(
    "other",
    [
        event(sender={"sender_type": "app"}),
        event(sender={"sender_type": ""}),
        event(event_type="im.message.message_read_v1"),
        event(message={"message_id": ""}),
        event(message={"message_id": "om_1/../../x"}),
        event(message={"message_id": "om 1"}),
        event(message={"message_id": "m" * 65}),
    ],
)
def test_what_nobody_typed_is_answered_with_nothing(other: chat.PlatformRequest) -> None:
    """Other bots and other events; an id that would be another address than a message's is none."""
    assert commanded(feishu, other) == Probe("")


def test_of_apps_with_one_key_the_named_one_is_meant() -> None:
    """Their callers may differ; an app that no caller names is refused."""
    other = {**entry("feishu", appId="cli_other"), "id": "other"}
    found = typed(feishu, event(app_id="cli_other"), entry("feishu"), other)
    assert [candidate.caller.id for candidate in found.candidates] == ["other"]
    assert cause(feishu, event(app_id="cli_other"), entry("feishu")) == "wrong-app"


def test_a_reply_mentions_nobody() -> None:
    """A tag's value or a comment never becomes a mention."""
    text = Text("created", "Imported.", ('<at user_id="all">everyone</at>',))
    assert "<at" not in feishu._plain(text, private=True)
