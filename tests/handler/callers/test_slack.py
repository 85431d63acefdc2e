"""The record of a Slack caller: whose secrets it names, and what it claims."""

from __future__ import annotations

import pytest

from handler.callers.audience import Audience
from handler.callers.slack import Slack
from handler.problems import Misconfigured

EVERYBODY = Audience(None, None)


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
