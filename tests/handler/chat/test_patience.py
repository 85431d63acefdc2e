"""The time that a platform gives for an answer, and what is said when it is over."""

from __future__ import annotations

import pytest

from local import chat
from local.cvm import StandIn
from local.in_process import Function, public_keys
from tests.doubles.clocks import StandingClock
from tests.handler.chat.scene import (
    AMBIENT,
    CALLERS,
    every,
    say,
)

KEY, OTHER, *_ = public_keys()


@every
@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({"ImportKeyPair": "throttle"}, "upstream-busy"),
        ({"ImportKeyPair": "drop-after", "DescribeKeyPairs": "throttle"}, "outcome-unknown"),
    ],
)
def test_out_of_time_nothing_is_lost(platform: str, faults: dict[str, str], code: str, cvm: StandIn) -> None:
    """When the platform's time is over, the reply says to send the same again, and that works."""
    clock = StandingClock()
    ambient = AMBIENT._replace(monotonic=clock.now, sleep=clock.sleep)
    for action, kind in faults.items():
        cvm.fault(action, kind, times=None)
    with Function(cvm, list(CALLERS), ambient, chat.VARIABLES) as bot:
        seen = say(bot, platform, f"import alice {KEY}")
        assert bot.audit[-1]["code"] == code
        assert "Nothing was lost: send the same again" in seen
        assert sum(clock.sleeps) <= {"slack": 2.0, "mattermost": 2.0, "wecom": 4.0}[platform]
        cvm.clear_faults()
        again = say(bot, platform, f"import alice {KEY}")
        assert cvm.account.key_pairs["alice"].key_id in again


@every
def test_the_platforms_time_is_used(platform: str, cvm: StandIn) -> None:
    """All but a second of the platform's time goes into trying, unless TIME_BUDGET_MS is less."""
    cvm.fault("ImportKeyPair", "throttle", times=None)
    spent = {}
    for budget in ("1000", "20000"):
        clock = StandingClock()
        ambient = AMBIENT._replace(monotonic=clock.now, sleep=clock.sleep, random=lambda: 0.5)
        environ = {**chat.VARIABLES, "TIME_BUDGET_MS": budget}
        with Function(cvm, list(CALLERS), ambient, environ) as bot:
            say(bot, platform, f"import alice {KEY}")
        spent[budget] = sum(clock.sleeps)

    least, most = (2.0, 4.0) if platform == "wecom" else (1.0, 2.0)
    assert spent["1000"] <= 1.0
    assert least < spent["20000"] <= most
