"""Whatever is handed to the function, it answers in the form that the contract names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings

from handler.chat.platforms import BY_PATH
from tests.conftest import LONG
from tests.fuzz import sources, verdict
from tests.fuzz.scene import Surroundings, handed_in, signed, stage


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Yield the function's surroundings, for as long as it is fuzzed."""
    with stage(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


#: What a run that comes far enough meets, whatever examples it draws.
REACHED = {
    *("/key-pairs 201", "/key-pairs 200", "/key-pairs 207", "/health 200", "OPTIONS 204"),
    *(f"{path} 200" for path in BY_PATH),
    "feishu reply",
    *("ckafka created", "eventbridge created", "timer created", "invoke created", "invoke many"),
    *("unknown malformed-request", "malformed-request", "malformed-json", "unsupported-media-type"),
    *("unauthenticated", "forbidden", "not-found", "method-not-allowed"),
    *("invalid-request", "invalid-public-key"),
}

#: What so few examples may not meet.
NO_KEY = {
    "httpMethod": "POST",
    "path": "/key-pairs",
    "headers": {},
    "body": '{"keyName": "onb_alice", "publicKey": "ssh-ed25519 AAAA", "tags": {"owner": "alice"}}',
}


@pytest.mark.slow
@pytest.mark.fuzz
def test_no_event_makes_it_fail(upstream: Surroundings) -> None:
    """1,000 events, 100,000 under `make fuzz`: never an exception, a 5xx or an answer of another form."""
    seen: set[str] = set()

    # Under `make fuzz` others each time; what fails is printed whole, so it can be had again.
    @settings(max_examples=100_000 if LONG else 1_000, derandomize=not LONG)
    @given(sources.events(), sources.CONTEXTS)
    @example(signed(NO_KEY), {})
    def fuzzed(event: Any, context: Any) -> None:
        upstream.clear()
        seen.update(verdict.judge(event, *handed_in(event, context)))
        seen.update(verdict.sent(upstream.feishu.replies))

    fuzzed()
    assert seen >= REACHED, "the events come as far as CVM"
