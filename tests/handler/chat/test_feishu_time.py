"""Feishu's three seconds: CVM or Feishu's API too slow, tokens that end meanwhile, and what a repeat says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from handler.chat import feishu_api
from handler.upstream import transport
from local import chat, cvm
from local import feishu as lark
from local.in_process import Function, public_keys
from tests.doubles.clocks import Clock
from tests.handler.chat.scene import ALICE, AMBIENT, CALLERS, NOW

KEY = public_keys()[0]

#: By when deciding ends, and by when all ends, in seconds on the clock of these tests.
DECIDED, OVER = 1.2, 2.0


class Slow:
    """The clock of a stand-in, which lets time pass for the function whenever a request is looked at."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.until = 0.0
        self.each = 0.0
        self.seen: list[float] = []

    def __call__(self) -> float:
        """Return the time of the recorded messages; meanwhile the function waits."""
        self.seen.append(self._clock.now)
        self._clock.now = max(self._clock.now + self.each, self.until)
        return NOW


class Scene(NamedTuple):
    """The function between two stand-ins that can be slow."""

    bot: Function
    clock: Clock
    account: cvm.StandIn
    cvm_pace: Slow
    feishu: lark.FeishuApi
    feishu_pace: Slow

    def deliver(self, sent: chat.PlatformRequest) -> int:
        """Deliver an event at second 0, and return the status that Feishu gets."""
        self.clock.now = 0.0
        self.feishu_pace.seen.clear()
        return self.bot.answer(sent.event()).status

    def hang(self, kind: str) -> None:
        """Let CVM's next reply not come before the time for deciding is over."""
        self.account.fault("*", kind)
        self.cvm_pace.until = DECIDED

    def calls(self) -> list[str]:
        """Return what Feishu's API was asked, in order."""
        return [call.action for call in self.feishu.calls]


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Yield the function at second 0 of a clock that only the stand-ins move."""
    feishu_api.forget()
    clock = Clock(0.0)
    cvm_pace, feishu_pace = Slow(clock), Slow(clock)
    options = lark.Options(
        app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"], rate=0, chat_rate=0
    )

    def sleep(seconds: float) -> None:
        clock.now += seconds

    ambient = AMBIENT._replace(monotonic=clock, sleep=sleep, random=lambda: 0.5)
    with (
        cvm.serve(cvm.Options(rate=0), cvm_pace) as account,
        lark.serve(options, feishu_pace) as feishu,
        Function(account, list(CALLERS), ambient, {**chat.VARIABLES, "FEISHU_ENDPOINT": feishu.url}) as bot,
    ):
        yield Scene(bot, clock, account, cvm_pace, feishu, feishu_pace)
    feishu_api.forget()


def test_a_cvm_that_hangs_leaves_time_for_the_reply(scene: Scene) -> None:
    """Deciding ends 0.8 s before the limit; the reply says that nothing is lost, and is there in time."""
    scene.hang("drop-before")
    scene.feishu_pace.each = 0.15

    assert scene.deliver(chat.feishu(f"import alice {KEY}", ALICE)) == 200
    assert scene.feishu_pace.seen[0] == pytest.approx(DECIDED), "the time for deciding was used"
    assert scene.calls() == ["tenant_access_token", "reply"]
    assert scene.clock.now <= OVER
    assert "Nothing was lost: send the same again" in scene.feishu.replies[0].text


def test_a_slow_token_leaves_no_time_to_send(scene: Scene) -> None:
    """Where the token has taken the rest, no reply is begun that could not be awaited, and Feishu repeats."""
    scene.hang("drop-before")
    scene.feishu_pace.each = 0.38

    assert scene.deliver(chat.feishu(f"import alice {KEY}", ALICE)) == 503
    assert scene.calls() == ["tenant_access_token"]
    assert scene.clock.now <= OVER
    assert scene.bot.log[-1]["cause"] == "NeverSent"


@pytest.mark.parametrize("action", ["tenant_access_token", "reply"])
def test_an_api_that_hangs_ends_with_503(scene: Scene, action: str) -> None:
    """Whichever call hangs to the end: the import stands, the log says so, and the repeat is `unchanged`."""
    sent = chat.feishu(f"import alice {KEY}", ALICE)
    if action == "reply":
        scene.deliver(chat.feishu("help", ALICE))
    scene.feishu.fault(action, "drop-before")
    scene.feishu_pace.until = OVER
    shown = len(scene.feishu.replies)

    assert scene.deliver(sent) == 503
    assert scene.clock.now == OVER
    assert len(scene.feishu.replies) == shown
    assert (scene.bot.log[-1]["log"], scene.bot.log[-1]["cause"]) == ("error", "NoReply")
    assert scene.bot.audit[-1]["result"] == "created"

    scene.feishu_pace.until = 0.0
    assert scene.deliver(sent) == 200
    assert scene.bot.audit[-1]["result"] == "unchanged"
    (reply,) = scene.feishu.replies[shown:]
    assert "alice is there already" in reply.text


def test_the_answer_of_a_cvm_that_was_late_is_told_once(scene: Scene) -> None:
    """CVM imports after the function has given up: the message sent again shows the truth, one time."""
    scene.hang("drop-after")
    assert scene.deliver(chat.feishu(f"import alice {KEY}", ALICE)) == 200
    assert scene.bot.audit[-1]["code"] == "outcome-unknown"
    assert [*scene.account.account.key_pairs] == ["alice"]

    scene.cvm_pace.until = 0.0
    again = chat.feishu(f"import alice {KEY}", ALICE)
    assert [scene.deliver(again) for _ in range(3)] == [200] * 3
    assert [line["result"] for line in scene.bot.audit[1:]] == ["unchanged"] * 3
    first, second = scene.feishu.replies
    assert "Nothing was lost" in first.text
    assert "alice is there already" in second.text
    assert [*scene.account.account.key_pairs] == ["alice"]


def test_a_late_cvm_and_a_reply_that_fails_are_told_once(scene: Scene) -> None:
    """Where neither came in time Feishu repeats the event, and people read the truth alone."""
    sent = chat.feishu(f"import alice {KEY}", ALICE)
    scene.hang("drop-after")
    scene.feishu.fault("reply", "internal-error-before")
    assert scene.deliver(sent) == 503

    scene.cvm_pace.until = 0.0
    assert [scene.deliver(sent) for _ in range(2)] == [200, 200]
    (reply,) = scene.feishu.replies
    assert "alice is there already" in reply.text


def test_a_reply_whose_answer_was_lost_is_not_sent_twice(scene: Scene) -> None:
    """Feishu has shown the reply, its answer never came: the repeat of the event shows no second one."""
    sent = chat.feishu("help", ALICE)
    scene.feishu.fault("reply", "drop-after")

    assert [scene.deliver(sent) for _ in range(2)] == [503, 200]
    assert len(scene.feishu.replies) == 1


def test_a_new_token_that_ends_at_once_is_renewed_by_the_repeat(scene: Scene) -> None:
    """Another instance's renewal can end a token between its making and its use."""
    sent = chat.feishu("help", ALICE)
    scene.feishu.fault("reply", "token-refused")

    assert scene.deliver(sent) == 503
    scene.feishu.expire()
    assert scene.deliver(sent) == 200
    assert scene.calls() == ["tenant_access_token", "reply", "reply", "tenant_access_token", "reply"]
    assert len(scene.feishu.replies) == 1


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("error-before", "token refused with status 200 and code 10014"),
        ("internal-error-before", "token refused with status 500 and code 2200"),
        ("html-before", "token refused with status 200 and code -1"),
    ],
)
def test_a_refused_token_is_logged_by_its_code(scene: Scene, kind: str, cause: str) -> None:
    """Without a token nothing is sent, and the next event asks for one again."""
    scene.feishu.fault("tenant_access_token", kind, code="10014")

    assert scene.deliver(chat.feishu("help", ALICE)) == 503
    assert scene.bot.log[-1]["cause"] == cause
    assert scene.deliver(chat.feishu("help", ALICE)) == 200
    transport.forget()
