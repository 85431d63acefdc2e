"""The time of an invocation starts at its entry, before anything is read and proved."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from handler.ambient import REAL
from handler.triggers.delivery import Redeliver
from local import chat, in_process
from local.cvm import Options, StandIn, serve
from tests.doubles.function import Function
from tests.handler.chat import scene
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

(ALICE,) = requests(public_keys(1))


def slow_start(seconds: float) -> Callable[[], float]:
    """Return a clock by which so many seconds pass between the entry and whatever comes next."""
    moments = iter([0.0])
    return lambda: next(moments, seconds)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(ALICE, id="invoke"),
        pytest.param({"Type": "Timer", "TriggerName": "nightly", "Message": ALICE}, id="timer"),
    ],
)
@pytest.mark.parametrize(("seconds", "calls"), [(1.0, 1), (2.5, 0)])
def test_what_was_spent_before_an_event_is_decided_counts(
    event: object, seconds: float, calls: int, cvm: StandIn
) -> None:
    """With two seconds to go, an event that was read for longer asks CVM for nothing any more."""
    with Function(cvm) as function:
        function.environ["TIME_BUDGET_MS"] = "2000"
        # A timer's record that may succeed later is asked for again.
        with contextlib.suppress(Redeliver):
            function(event, REAL._replace(monotonic=slow_start(seconds)))
        assert len(cvm.calls) == calls
        assert function.audit[-1].get("code") == (None if calls else "upstream-busy")


@pytest.mark.parametrize(("seconds", "calls"), [(1.0, 1), (2.5, 0)])
def test_what_was_spent_before_a_request_is_decided_counts(seconds: float, calls: int, cvm: StandIn) -> None:
    """Proving the caller and reading a large body take from the same time as importing."""
    ambient = REAL._replace(monotonic=slow_start(seconds))
    with in_process.Function(cvm, ambient=ambient, environ={"TIME_BUDGET_MS": "2000"}) as function:
        answer = function.post(ALICE)
        assert (answer.status == 503) == (calls == 0)
        assert len(cvm.calls) == calls


@pytest.mark.parametrize(("seconds", "calls"), [(1.0, 1), (2.5, 0)])
def test_what_was_spent_before_a_command_is_decided_counts(seconds: float, calls: int) -> None:
    """A chat's sender has waited since the entry too."""
    with serve(Options(rate=0), lambda: scene.NOW) as cvm:
        ambient = scene.AMBIENT._replace(monotonic=slow_start(seconds))
        with in_process.Function(cvm, [scene.entry("slack")], ambient, chat.VARIABLES) as bot:
            reply = scene.say(bot, "slack", f"import {ALICE['keyName']} {ALICE['publicKey']}")
        assert ("Nothing was lost" in reply) == (calls == 0)
        assert len(cvm.calls) == calls
