"""DingTalk: a signature over the time alone, and whose robot and company a message names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handler.chat import dingtalk
from handler.chat.message import Probe, Proof
from handler.problems import Forbidden
from local import chat
from tests.handler.chat.proofs import cause, commanded, typed, verified, without
from tests.handler.chat.scene import ALICE, NOW, entry

SENT = chat.dingtalk("help", ALICE)


def message(**changes: Any) -> chat.PlatformRequest:
    """Return a signed message with other members; None takes one out."""
    members = {**json.loads(SENT.body), **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return chat.dingtalk_signed(json.dumps(kept), ALICE)


def signed_at(timestamp: str) -> chat.PlatformRequest:
    """Return a message with a good signature over this time."""
    secret = chat.VARIABLES["DINGTALK_CLIENT_SECRET"].encode()
    signature = dingtalk.sign(secret, timestamp.encode()).decode()
    return SENT._replace(headers={**SENT.headers, "timestamp": timestamp, "sign": signature})


@pytest.mark.parametrize("name", ["timestamp", "sign"])
def test_a_header_that_is_missing_is_a_refusal(name: str) -> None:
    """Signature and time are both required."""
    assert cause(dingtalk, without(SENT, name)) == "missing-header"


def test_a_wrong_signature_is_a_refusal() -> None:
    """Whatever robot the message names; so is one that holds for another time."""
    wrong = {**SENT.headers, "sign": "A" * 44}
    assert cause(dingtalk, SENT._replace(headers=wrong)) == "bad-signature"
    later = {**SENT.headers, "timestamp": f"{int(NOW) + 1}000"}
    assert cause(dingtalk, SENT._replace(headers=later)) == "bad-signature"
    assert cause(dingtalk, SENT, entry("slack")) == "bad-signature"


@pytest.mark.parametrize("timestamp", ["soon", "-1", "1e12", f"{int(NOW)}000.0", "1" * 16, "\u00b2"])
def test_what_is_no_time_in_milliseconds_is_a_refusal(timestamp: str) -> None:
    """A text that is no time in milliseconds is refused, even if it is well signed."""
    assert cause(dingtalk, signed_at(timestamp)) == "bad-timestamp"


@pytest.mark.parametrize(("late", "fine"), [(300, True), (-300, True), (300.5, False), (-300.5, False)])
def test_five_minutes_either_way_are_in_time(late: float, fine: bool) -> None:
    """Five minutes are fresh and a millisecond more is stale."""
    sent = signed_at(str(int((NOW + late) * 1000)))
    if fine:
        assert isinstance(verified(dingtalk, sent), Proof)
    else:
        assert cause(dingtalk, sent) == "stale-timestamp"


def test_a_body_that_is_no_text_is_refused() -> None:
    """A gateway that parsed it leaves no bytes to read."""
    assert cause(dingtalk, SENT, body={"a": 1}) == "body-not-text"


@pytest.mark.parametrize(
    "change",
    [
        {"robotCode": "dingother"},
        {"robotCode": None},
        {"senderCorpId": "dingother"},
        {"senderCorpId": None},
        {"chatbotCorpId": None},
        {"chatbotCorpId": "", "senderCorpId": ""},
        {"chatbotCorpId": None, "senderCorpId": None},
    ],
)
def test_only_the_robots_own_company_is_let_in(change: dict[str, Any]) -> None:
    """Robot and company have to be named, and to be the right ones: the signature covers neither."""
    assert cause(dingtalk, message(**change)) == "wrong-robot"


def test_of_robots_with_one_secret_the_named_one_is_meant() -> None:
    """Callers may share a secret; the robot in the message decides."""
    other = {**entry("dingtalk", robotCode="dingother"), "id": "other"}
    found = typed(dingtalk, message(robotCode="dingother"), entry("dingtalk"), other)
    assert [candidate.caller.id for candidate in found.candidates] == ["other"]


def test_what_is_typed_is_read() -> None:
    """The text with who typed it and where; others read the reply, and no signature covers the text."""
    found = typed(dingtalk, message(text={"content": " check X"}))
    assert (found.text, found.user, found.channel) == (" check X", ALICE.user, ALICE.channel)
    assert (found.private, found.signed) == (False, False)


def test_a_picture_is_an_empty_text() -> None:
    """It is answered with how to write a command; what is no message at all with silence."""
    assert typed(dingtalk, message(msgtype="picture", text=None)).text == ""
    assert commanded(dingtalk, message(msgtype=None)) == Probe('{"msgtype": "empty"}', "application/json")


def test_who_has_no_id_in_the_company_is_forbidden() -> None:
    """DingTalk names nobody who is not of the robot's own company."""
    text = typed(dingtalk, message(senderStaffId=None)).text
    assert isinstance(text, Forbidden)
    assert text.reason == "users"
