"""What CVM says of a count and a limit, and when calls of our own explain a refusal."""

from __future__ import annotations

import itertools

import pytest

from handler.cvm import throttle


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Your current request times equals to `37` in a second, which exceeds the limit `10`", (37, 10)),
        ("您当前每秒请求 `6` 次，超过了每秒频率上限 `5`，请稍后重试。", (6, 5)),
        ("current request times equals to 7 in a second,which exceeds the frequency limit 5 for", (7, 5)),
        ("equals to `37` in a second.\nlimit `10`", (37, 10)),
        ("Your current request times equals to `21` in a second.", (0, 0)),
        ("equals to `2` in a second, limit `1`", (2, 1)),
        ("equals to `37` in a second, limit `10`, try again after `5`", (37, 10)),
        ("equals to `10` in a second, limit `10`", (0, 0)),
        ("equals to `9` in a second, limit `10`", (0, 0)),
        ("equals to `1` in a second, limit `0`", (0, 0)),
        ("equals to `123456` in a second, limit `100000`", (123456, 100000)),
        ("equals to `12345678` in a second, limit `10`", (0, 0)),
        ("equals to `1234567` in a second, limit `123456`", (0, 0)),
        ("equals to `999999` in a second, limit `1000000`", (0, 0)),
        ("equals to `３７` in a second, limit `１０`", (0, 0)),
        ("", (0, 0)),
    ],
    ids=itertools.count(),
)
def test_count_and_limit_are_read_where_both_are_named(message: str, named: tuple[int, int]) -> None:
    """In English and Chinese, with and without backticks; anything else names nothing."""
    assert throttle.counted(message) == named


def test_of_a_long_message_only_the_beginning_is_read() -> None:
    """A text made to be searched for long would hold the function beyond its time."""
    message = "equals to `37` in a second, which exceeds the frequency limit `10`"
    assert throttle.counted(" " * (1001 - len(message)) + message) == (37, 10)
    assert throttle.counted(" " * (1003 - len(message)) + message) == (0, 0)


def test_own_calls_that_explain_a_refusal_clear_a_second_after_the_first_of_them() -> None:
    """The second that CVM counts began no later than the first of the calls it names."""
    sent = [0.5, 9.0] + [10.0 + 0.02 * step for step in range(11)]
    assert throttle.clear_in(sent, 11, 10, 10.25) == pytest.approx(0.75)
    assert throttle.clear_in([10.0, 10.2], 2, 1, 10.25) == pytest.approx(0.75)
    assert throttle.clear_in([9.5, 10.0, 10.2], 2, 1, 10.25) == pytest.approx(0.75), "one of them fell before"
    assert throttle.clear_in(sent, 12, 10, 10.25) == 0, "a count that includes somebody else's calls"
    assert throttle.clear_in(sent, 0, 0, 10.25) == 0, "no count"
    assert throttle.clear_in(sent, 11, 10, 11.0) == 0, "the first is a whole second old"
    assert throttle.clear_in(sent, 10, 10, 10.25) == 0, "a count within the limit"
