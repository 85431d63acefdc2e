"""Event sources: only a listed one is a caller."""

from __future__ import annotations

import pytest

from handler.callers import api_key, trigger
from handler.callers.allow import Allow
from handler.callers.caller import Caller, Known
from handler.problems import Unauthenticated

KNOWN = (
    Known(Caller("key", api_key.ApiKey((b"x",)), Allow(), {}), (b"x",)),
    Known(Caller("hires", trigger.Trigger("ckafka:new-hires"), Allow(), {}), ()),
    Known(Caller("nightly", trigger.Trigger("timer:nightly"), Allow(), {}), ()),
    Known(Caller("inside", trigger.Trigger("invoke"), Allow(), {}), ()),
)


@pytest.mark.parametrize(
    ("source", "caller"), [("ckafka:new-hires", "hires"), ("timer:nightly", "nightly"), ("invoke", "inside")]
)
def test_listed_source_is_its_caller(source: str, caller: str) -> None:
    """A source that a caller of the file names is that caller."""
    assert trigger.recognise(source, KNOWN).id == caller


@pytest.mark.parametrize(
    "source",
    ["", "ckafka:", "ckafka:new", "ckafka:new-hires ", "CKAFKA:new-hires", "timer:new-hires", "Invoke"],
)
def test_unlisted_source_is_nobody(source: str) -> None:
    """Only a listed source is recognised, and it must be exactly equal."""
    with pytest.raises(Unauthenticated) as raised:
        trigger.recognise(source, KNOWN)
    assert raised.value.cause == "unlisted-source"


def test_source_is_claimed_and_needs_no_secret() -> None:
    """A source belongs to one caller, and nothing is read from the environment for it."""
    assert list(trigger.Trigger("invoke").claims()) == [("trigger source", "invoke")]
    assert trigger.Trigger("invoke").secrets("callers[0]", {}) == ()
