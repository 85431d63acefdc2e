"""The records of chat callers: whose secrets they name, what they claim, and who may speak."""

from __future__ import annotations

import base64

import pytest

from handler.callers import audience
from handler.callers.audience import Audience
from handler.callers.mattermost import Mattermost
from handler.callers.slack import Slack
from handler.callers.wecom import WeCom
from handler.problems import Forbidden, Misconfigured

EVERYBODY = Audience(None, None)
# Of the official sample (https://developer.work.weixin.qq.com/document/path/90968).
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


CHANNELS_SAID = (
    "Key pairs cannot be imported from this channel.",
    (
        "Use a channel that the administrator of this function has set up for it, or ask for this one to be"
        " added to `channels` in its callers file."
    ),
)
USERS_SAID = (
    "You are not among the people who may import key pairs from here.",
    "Ask the administrator of this function to add your user id to `users` in its callers file.",
)
SAID = {"channels": CHANNELS_SAID, "users": USERS_SAID}


@pytest.mark.parametrize(
    ("users", "channels", "user", "channel", "reason"),
    [
        (None, None, "anybody", "anywhere", ""),
        (("U1", "U2"), None, "U2", "anywhere", ""),
        (("U1",), None, "U2", "anywhere", "users"),
        (("U1",), None, "u1", "anywhere", "users"),
        (("U1",), None, "", "anywhere", "users"),
        (None, ("C1", "C2"), "anybody", "C2", ""),
        (None, ("C1",), "anybody", "C2", "channels"),
        (None, ("C1",), "anybody", "", "channels"),
        (("U1",), ("C1",), "U1", "C1", ""),
        (("U1",), ("C1",), "U2", "C1", "users"),
        (("U1",), ("C1",), "U1", "C2", "channels"),
    ],
)
def test_only_listed_people_speak_in_listed_channels(
    users: tuple[str, ...] | None, channels: tuple[str, ...] | None, user: str, channel: str, reason: str
) -> None:
    """Where both users and channels are listed both must hold; the refusal names the list."""
    who = Audience(users, channels)
    if not reason:
        audience.admit(who, user, channel)
        return
    with pytest.raises(Forbidden) as raised:
        audience.admit(who, user, channel)
    assert (raised.value.reason, raised.value.detail, raised.value.remedy) == (reason, *SAID[reason])


def test_claims_are_for_each_channel_or_all_of_them() -> None:
    """A caller without channels stands for all of them, under one empty name."""
    assert [*Audience(None, ("C1", "C2")).claims("x", "a")] == [("x", ("a", "C1")), ("x", ("a", "C2"))]
    assert [*Audience(("U1",), None).claims("x", "a", "b")] == [("x", ("a", "")), ("x", ("b", ""))]


def test_slack_reads_its_signing_secrets() -> None:
    """Each signing secret that is set counts; none set is a misconfiguration."""
    record = Slack(("OLD", "NEW"), "T1", EVERYBODY)
    assert record.secrets("x", {"OLD": "8f74" * 8, "NEW": "2231" * 8}) == (b"8f74" * 8, b"2231" * 8)
    with pytest.raises(Misconfigured) as raised:
        record.secrets("callers[0]", {})
    assert raised.value.cause == (
        "callers[0]: none of the environment variables OLD, NEW is set; it must hold a Slack signing secret,"
        " as the app's Basic Information page shows it."
    )


def test_slack_claims_its_team_and_channels() -> None:
    """One team and channel is one caller."""
    assert list(Slack(("A",), "T1", Audience(None, ("C1", "C2"))).claims()) == [
        ("team and channel", ("T1", "C1")),
        ("team and channel", ("T1", "C2")),
    ]


def test_mattermost_reads_its_tokens() -> None:
    """Each token that is set counts; a malformed one is a misconfiguration."""
    record = Mattermost(("OLD", "NEW"), EVERYBODY)
    assert record.secrets("x", {"NEW": "gr8token42" * 3}) == (b"gr8token42" * 3,)
    with pytest.raises(Misconfigured) as raised:
        record.secrets("callers[0]", {"NEW": "gr8 token " * 4})
    assert raised.value.cause == (
        "callers[0]: the environment variable NEW must hold the token of a Mattermost slash command."
    )


def test_mattermost_claims_tokens_and_channels() -> None:
    """One token and channel is one caller."""
    assert list(Mattermost(("A", "B"), Audience(None, ("C1", "C2"))).claims()) == [
        ("token variable and channel", ("A", "C1")),
        ("token variable and channel", ("A", "C2")),
        ("token variable and channel", ("B", "C1")),
        ("token variable and channel", ("B", "C2")),
    ]


def test_wecom_reads_token_and_aes_key() -> None:
    """Token and key come in this order; the key is 32 bytes."""
    record = WeCom("TOKEN", "AES_KEY", "wx5823bf96d3bd56c7", EVERYBODY)
    secrets = record.secrets("x", {"TOKEN": "QDG6eK", "AES_KEY": AES_KEY})
    assert secrets == (b"QDG6eK", base64.b64decode(AES_KEY + "="))
    assert len(secrets[1]) == 32


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TOKEN": "QDG6eK"}, "AES_KEY is not set; it must hold the EncodingAESKey of the WeCom app's"),
        (
            {"AES_KEY": AES_KEY},
            "TOKEN is not set; it must hold the Token of the WeCom app's message receiver.",
        ),
        (
            {"TOKEN": "a b", "AES_KEY": AES_KEY},
            "TOKEN must hold the Token of the WeCom app's message receiver.",
        ),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:]}, "receiver: 43 letters and digits."),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY + "="}, "AES_KEY must hold the EncodingAESKey"),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:] + "\n"}, "AES_KEY must hold the EncodingAESKey"),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:] + "-"}, "AES_KEY must hold the EncodingAESKey"),
    ],
)
def test_wecom_needs_both(environ: dict[str, str], says: str) -> None:
    """Without either, or with one malformed, the caller cannot be proved."""
    with pytest.raises(Misconfigured) as raised:
        WeCom("TOKEN", "AES_KEY", "ww1", EVERYBODY).secrets("callers[0]", environ)
    assert raised.value.cause.startswith("callers[0]: the environment variable ")
    assert says in raised.value.cause


def test_wecom_claims_corporation_and_token() -> None:
    """One app is one caller; a corporation may have several."""
    assert list(WeCom("T", "K", "ww1", EVERYBODY).claims()) == [
        ("receiveId and tokenEnv", (("ww1", "T"), ""))
    ]
