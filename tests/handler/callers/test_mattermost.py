"""The record of a Mattermost caller: whose tokens it names, and what it claims."""

from __future__ import annotations

import pytest

from handler.callers.audience import Audience
from handler.callers.mattermost import Mattermost
from handler.problems import Misconfigured

EVERYBODY = Audience(None, None)


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
