"""Whatever is handed to the function, it answers in the form that the contract names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from handler.chat.platforms import BY_PATH
from local import chat
from local.in_process import public_keys
from tests.conftest import LONG
from tests.fuzz import sources, verdict
from tests.fuzz.scene import RECORDED, Surroundings, handed_in, signed, stage


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Yield the function's surroundings, for as long as it is fuzzed."""
    with stage(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


#: The answers that the known events lead to, before other events are drawn.
REACHED = {
    *("/key-pairs 201", "/key-pairs 200", "/key-pairs 207", "/health 200", "OPTIONS 204"),
    *(f"{path} 200" for path in BY_PATH),
    "feishu reply",
    *("ckafka created", "eventbridge created", "timer created", "invoke created", "invoke many"),
    *("unknown malformed-request", "malformed-request", "malformed-json", "unsupported-media-type"),
    *("unauthenticated", "forbidden", "not-found", "method-not-allowed"),
    *("invalid-request", "invalid-public-key"),
}


def known() -> Iterator[Any]:
    """Yield what random events may miss: the recorded ones, every chat, and refusals that take some doing."""
    yield from RECORDED.values()
    for name in sorted(chat.PLAYERS):
        yield chat.PLAYERS[name]("help", chat.Sender()).event()
    whole = signed({"httpMethod": "POST", "path": "/key-pairs", "body": json.dumps(FORBIDDEN)})
    yield whole
    yield {**whole, "httpMethod": "PUT"}
    yield {**whole, "httpMethod": "OPTIONS"}
    yield {**whole, "body": "%", "isBase64Encoded": True}


#: The signing caller may only use names that begin with onb_.
FORBIDDEN = {"keyName": "alice", "publicKey": public_keys()[0], "tags": {"owner": "alice"}}


@pytest.mark.slow
@pytest.mark.fuzz
def test_no_event_makes_it_fail(upstream: Surroundings) -> None:
    """Known events and 300 more, 100,000 under `make fuzz`: never an exception, a 5xx or an unknown form."""
    seen: set[str] = set()

    def judge(event: Any, context: Any) -> None:
        upstream.clear()
        seen.update(verdict.judge(event, *handed_in(event, context)))
        seen.update(verdict.sent(upstream.feishu.replies))

    for event in known():
        judge(event, {})
    assert seen >= REACHED, "the events come as far as CVM"
    # Under `make fuzz` others each time; what fails is printed whole, so it can be had again.
    count = settings(max_examples=100_000 if LONG else 300, derandomize=not LONG)
    count(given(sources.events(), sources.CONTEXTS)(judge))()
