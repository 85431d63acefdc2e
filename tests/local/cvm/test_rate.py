"""Ten a second for each action and user, in windows that begin with the clock's second."""

from __future__ import annotations

import pytest

from local.cvm import Options, StandIn, serve
from tests.doubles.clocks import Clock
from tests.local.cvm.client import Answer, call, code, importing


def asked(cvm: StandIn, clock: Clock, action: str = "DescribeKeyPairs", **how: object) -> Answer:
    """Ask for something at the stand-in's own time."""
    return call(cvm, action, now=clock.now, **how)


def test_windows_begin_with_the_second(clock: Clock) -> None:
    """What counts is the clock's second, not the last thousand milliseconds."""
    with serve(Options(), clock) as cvm:
        clock.now = 1551113065.99
        assert [code(asked(cvm, clock)) for _ in range(11)] == ["ok"] * 10 + ["RequestLimitExceeded"]
        clock.now = 1551113066.0
        assert [code(asked(cvm, clock)) for _ in range(11)] == ["ok"] * 10 + ["RequestLimitExceeded"]


@pytest.mark.parametrize(("message", "counts"), [("count", [11, 12, 13]), ("limit+1", [11, 11, 11])])
def test_message(clock: Clock, message: str, counts: list[int]) -> None:
    """Refused requests count, and the message tells so or always names the limit and one."""
    with serve(Options(rate_message=message), clock) as cvm:
        answers = [asked(cvm, clock) for _ in range(13)][10:]

        assert [answer["Error"]["Message"] for answer in answers] == [
            f"Your current request times equals to `{count}` in a second, which exceeds the frequency limit"
            " `10` for a second. Please reduce the frequency of calls."
            for count in counts
        ]


def test_message_in_chinese(clock: Clock) -> None:
    """The Chinese text is the one that was seen."""
    with serve(Options(rate=5), clock) as cvm:
        answers = [asked(cvm, clock, headers={"x-tc-language": "zh-CN"}) for _ in range(6)]

        assert answers[5]["Error"]["Message"] == (
            "您当前每秒请求 `6` 次，超过了每秒频率上限 `5`，请稍后重试。"
        )


def test_each_action_and_user_has_its_own(clock: Clock) -> None:
    """Another action and another user are counted apart; one role's credentials are one user."""
    with serve(Options(rate=2), clock) as cvm:
        for action, answers in (("DescribeKeyPairs", 3), ("ModifyKeyPairAttribute", 3)):
            codes = [code(asked(cvm, clock, action)) for _ in range(answers)]
            assert codes[1] != "RequestLimitExceeded"
            assert codes[2] == "RequestLimitExceeded"

        ours = [code(asked(cvm, clock, credential=cvm.mint("ours"))) for _ in range(3)]
        theirs = [code(asked(cvm, clock, credential=cvm.mint("theirs"))) for _ in range(3)]
        assert ours == theirs == ["ok", "ok", "RequestLimitExceeded"]


def test_unauthenticated_requests_do_not_count(clock: Clock) -> None:
    """Nobody can use up somebody else's requests."""
    with serve(Options(rate=1), clock) as cvm:
        wrong = cvm.credentials._replace(secret_key="wrong")
        assert code(asked(cvm, clock, credential=wrong)) == "AuthFailure.SignatureFailure"
        assert code(asked(cvm, clock)) == "ok"


def test_refused_parameters_count(clock: Clock) -> None:
    """A request counts once its user and action are known, whatever becomes of it; it executes nothing."""
    with serve(Options(rate=1), clock) as cvm:
        assert code(asked(cvm, clock, "ImportKeyPair")) == "MissingParameter"
        assert code(asked(cvm, clock, "ImportKeyPair", parameters=importing("a"))) == "RequestLimitExceeded"
        assert not cvm.account.key_pairs


def test_no_limit(clock: Clock) -> None:
    """Rate 0 is no limit."""
    with serve(Options(rate=0), clock) as cvm:
        assert {code(asked(cvm, clock)) for _ in range(30)} == {"ok"}
