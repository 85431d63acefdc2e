"""Replies that are longer than a platform shows."""

from __future__ import annotations

import pytest

from handler.chat import fitting
from local.cvm import StandIn
from local.feishu import FeishuApi
from local.in_process import public_keys
from tests.handler.chat.conversations import seen
from tests.handler.chat.scene import entry, function

(KEY, *_) = public_keys()


@pytest.mark.parametrize(
    ("lines", "most", "shown"),
    [
        (["a", "bb", "c"], 6, "a\nbb\nc"),
        (["a", "bb", "c"], 5, "a\n…\nc"),
        (["a", "bbb", "ccc", "d"], 9, "a\n…\nccc\nd"),
        (["a", "bbb", "ccc", "d"], 8, "a\n…\nd"),
        (["aaaa", "b"], 3, "aaaa\n…"),
        (["aaaa"], 3, "aaaa"),
        (["a", "bb", "c", "dd"], 5, "a\n…\nc\n…"),
    ],
)
def test_the_longest_lines_are_left_out(lines: list[str], most: int, shown: str) -> None:
    """Each as a whole, in the order in which they stand, and never the headline."""
    assert fitting.fitted(lines, most) == shown


def test_a_size_may_be_counted_in_bytes() -> None:
    """A Chinese character has three bytes in UTF-8."""
    assert fitting.fitted(["a", "一二", "b"], 9, lambda text: len(text.encode())) == "a\n…\nb"
    assert fitting.fitted(["a", "一二", "b"], 10, lambda text: len(text.encode())) == "a\n一二\nb"


@pytest.mark.parametrize("platform", ["discord", "wecom"])
def test_a_key_pair_with_long_tags_is_shown_in_whole_lines(
    platform: str, cvm: StandIn, feishu: FeishuApi
) -> None:
    """What fits is shown in whole, the last line too, and no code span stays open."""
    tags = {f"tag{number}{'k' * 100}": "v" * 200 for number in range(12)}
    cvm.account.insert("onb_alice", KEY, tags=tags)
    with function(cvm, [{**entry(platform), "allow": {"look": True}}], FEISHU_ENDPOINT=feishu.url) as bot:
        text = seen(bot, feishu, platform, "show onb_alice")

    assert "More tags" in text.splitlines()[-1]
    assert "…" in text.splitlines()
    for line in text.splitlines():
        assert line.count("`") in (0, 2)
        assert not line.startswith("Tag") or line.rstrip("`").endswith("v" * 200)
