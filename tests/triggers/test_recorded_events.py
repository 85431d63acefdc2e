"""The recorded events of every trigger, and what becomes of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local import cos, events
from tests.doubles.function import Function
from tests.keys.many import public_keys

KEY = public_keys(1)[0]

# What is returned: counts, or what an Invoke gets to see; then what each audit line says.
EXPECTED: dict[str, tuple[object, list[str]]] = {
    "ckafka-batch": (
        {"created": 1, "refused": 3, "unchanged": 1},
        ["created", "malformed-json", "invalid-public-key", "public-key-conflict", "unchanged"],
    ),
    "ckafka-one": ({"created": 1}, ["created"]),
    "eventbridge-one": ({"created": 1}, ["created"]),
    "eventbridge-text": ({"created": 1}, ["created"]),
    "eventbridge-batch": (
        {"created": 1, "refused": 2},
        ["created", "public-key-conflict", "invalid-request"],
    ),
    "eventbridge-ckafka": ({"created": 1}, ["created"]),
    "eventbridge-tdmq": ({"created": 1}, ["created"]),
    "eventbridge-apigw": ({"refused": 1}, ["unauthenticated"]),
    "cos-put": ({"created": 1}, ["created"]),
    "timer-one": ({"created": 1}, ["created"]),
    "timer-items": (
        {"created": 1, "unchanged": 1, "refused": 1},
        ["created", "unchanged", "invalid-request"],
    ),
    "timer-bad-json": ({"refused": 1}, ["malformed-json"]),
    "invoke-import": ("created", ["created"]),
    "invoke-dry-run": ("created", ["created"]),
    "invoke-items": ([201, 200, 409], ["created", "unchanged", "public-key-conflict"]),
    "invoke-bad-request": ("invalid-request", ["invalid-request"]),
    "unknown-mixed-records": ("malformed-request", ["malformed-request"]),
    "unknown-cmq": ("malformed-request", ["malformed-request"]),
    "unknown-clb": ("malformed-request", ["malformed-request"]),
    "unknown-cls": ("malformed-request", ["malformed-request"]),
}


def _short(returned: Any) -> object:
    """Return what an Invoke got to see in a word, or the statuses of several; counts as they are."""
    if "results" in returned:
        return [result["status"] for result in returned["results"]]
    return returned.get("result") or returned.get("code") or returned


def test_every_recorded_trigger_is_here() -> None:
    """No file in events/ is without an expectation, and none is expected that is not there."""
    http = ("function-url", "api-gateway", "cloudbase")
    recorded = {path.stem for path in events.EVENTS.glob("*.json") if not path.stem.startswith(http)}
    assert recorded == set(EXPECTED)
    readme = (events.EVENTS / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.json`" in readme for name in recorded), "and each is explained"


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_event_ends_as_expected(function: Function, name: str) -> None:
    """Its decisions are logged one by one, with the source that they came from."""
    returned, decisions = EXPECTED[name]
    recorded = events.load(events.EVENTS / f"{name}.json")
    function.let_in(*events.sources(recorded))
    with cos.serve(keyring=function.cvm.keyring) as store:
        function.environ["COS_ENDPOINT"] = store.url
        for bucket, key in events.objects(recorded):
            store.put(bucket, key, KEY.encode())
        assert _short(function(events.fill(recorded, {"PUBLIC_KEY": KEY}))) == returned
    assert [line.get("result") or line["code"] for line in function.audit] == decisions
    assert {line["trigger"] for line in function.audit} == {name.split("-")[0]}
    assert KEY.split()[1][40:90] not in function.output + json.dumps(returned)
