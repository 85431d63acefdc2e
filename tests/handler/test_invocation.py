"""The record of one call."""

from __future__ import annotations

import pytest

import handler
from handler import invocation
from handler.ambient import REAL, Ambient
from handler.problems import Misconfigured


def ambient(**environ: str) -> Ambient:
    """Return surroundings with a clock that stands still at 100 seconds."""
    return REAL._replace(monotonic=lambda: 100.0, environ=environ)


def test_the_first_call_of_an_instance_is_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first call counts from loading, and only it is marked cold."""
    monkeypatch.setattr(handler, "LOADED", 99.0)
    monkeypatch.setattr(invocation, "_first_call", [True])
    first, second = invocation.begin({}, ambient()), invocation.begin({}, ambient())

    assert (first.loaded, second.loaded) == (99.0, None)
    assert first.deadline(20.0).left() == pytest.approx(19.0)
    assert second.deadline(20.0).left() == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("context", "environ", "region"),
    [
        ({}, {"TENCENTCLOUD_REGION": "ap-guangzhou"}, "ap-guangzhou"),
        ({"tencentcloud_region": "ap-singapore"}, {}, "ap-singapore"),
        ({"tencentcloud_region": "ap-singapore"}, {"TENCENTCLOUD_REGION": "ap-guangzhou"}, "ap-guangzhou"),
        ({"tencentcloud_region": "ap-singapore"}, {"TENCENTCLOUD_REGION": "?"}, "ap-singapore"),
        ({"tencentcloud_region": 5}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_the_function_knows_its_region(
    context: dict[str, object], environ: dict[str, str], region: str
) -> None:
    """The platform tells the region in the environment, or in the context."""
    assert invocation.begin(context, ambient(**environ)).own_region() == region


def test_wrong_settings_are_told_when_they_are_asked_for() -> None:
    """A wrong setting does not break the call itself; only a step that needs settings fails."""
    call = invocation.begin({}, ambient(LOG_LEVEL="loud", PROBLEM_BASE_URL="https://x/"))

    with pytest.raises(Misconfigured):
        call.configured()
    assert call.problem_base_url() == "urn:import-key-pair:problem:"


def test_milliseconds_count_from_entry() -> None:
    """The time of a call is counted from its entry."""
    times = iter([100.0, 100.25])
    call = invocation.begin({}, REAL._replace(monotonic=lambda: next(times), environ={}))

    assert call.milliseconds() == 250
