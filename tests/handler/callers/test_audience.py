"""Who may speak as a chat caller, and where; and what a list of channels claims."""

from __future__ import annotations

import pytest

from handler.callers import audience
from handler.callers.audience import Audience
from handler.problems import Forbidden

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
