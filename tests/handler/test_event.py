"""Whose event it is."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import routes
from handler.event import source_of, triggers
from handler.http import is_http
from local.events import EVENTS
from tests.handler.triggers.samples import ckafka, cloud_event, timer

ROOT = Path(__file__).parents[2]

CKAFKA = {"topic": "t", "partition": 0, "offset": 0, "msgKey": "None", "msgBody": "{}"}
CMQ = {
    "type": "topic",
    "topicOwner": 120000000,
    "topicName": "t",
    "msgId": "1",
    "msgBody": "{}",
    "msgTag": "a,b",
}
COS = {"cos": {"cosObject": {"key": "/1/b/f", "size": 9}}, "event": {"eventName": "cos:ObjectCreated:Put"}}
REQUEST = {"keyName": "alice", "publicKey": "ssh-rsa AAAA"}


def name_of(event: object) -> str:
    """Return the short name of the source that an event is recognised as."""
    source: Any = source_of(event)
    return "http" if source is routes else str(source.__name__.rpartition(".")[2])


SHAPES = {
    "function URL": (
        "http",
        {"httpMethod": "POST", "path": "/", "headers": {}, "queryString": {}},
    ),
    "API Gateway": (
        "http",
        {
            "requestContext": {"serviceId": "service-f94sy04v", "httpMethod": "ANY", "stage": "release"},
            "httpMethod": "GET",
            "headers": {"Host": "a"},
            "pathParameters": {},
            "queryStringParameters": {},
            "headerParameters": {},
            "stageVariables": {},
            "path": "/x",
        },
    ),
    "CloudBase access": (
        "http",
        {"httpMethod": "GET", "headers": {}, "multiValueHeaders": {}, "path": "/", "isBase64Encoded": False},
    ),
    "HTTP without headers in it": ("http", {"httpMethod": "GET", "headers": None}),
    "one message": ("ckafka", {"Records": [{"Ckafka": CKAFKA}]}),
    "several messages": ("ckafka", {"Records": [{"Ckafka": CKAFKA}] * 3}),
    "a message with a capital Partition": ("ckafka", {"Records": [{"Ckafka": {**CKAFKA, "Partition": 1}}]}),
    "a message that is nothing": ("ckafka", {"Records": [{"Ckafka": None}]}),
    "messages beside a keyName": ("ckafka", {"Records": [{"Ckafka": CKAFKA}], **REQUEST}),
    "one event": ("eventbridge", cloud_event(REQUEST)),
    "an event of version 0": ("eventbridge", cloud_event(REQUEST, specversion="0", time=1615430559146)),
    "an event of version 1.0.2": ("eventbridge", cloud_event("{}", specversion="1.0.2")),
    "an event without data in it": ("eventbridge", cloud_event(None)),
    "an event without type": ("eventbridge", {"specversion": "1.0", "source": "a", "data": {}}),
    "an event that carries HTTP": (
        "eventbridge",
        cloud_event({"httpMethod": "POST", "headers": {}, "body": ""}),
    ),
    "an event that carries a message": ("eventbridge", cloud_event(CKAFKA, source="ckafka.cloud.tencent")),
    "several events": ("eventbridge", {"EventList": [cloud_event({}), cloud_event({})]}),
    "several events of no known form": ("eventbridge", {"EventList": [1]}),
    "a timer": ("timer", timer("")),
    "a timer without a message": (
        "timer",
        {"Type": "Timer", "TriggerName": "a", "Time": "2019-02-21T11:49:00Z"},
    ),
    "a timer with a keyName": ("timer", {"Type": "Timer", **REQUEST}),
    "a request": ("invoke", REQUEST),
    "a request of which only the name is there": ("invoke", {"keyName": None}),
    "several requests": ("invoke", {"items": [REQUEST]}),
    "several requests that are none": ("invoke", {"items": None}),
    "a request of type Timer, in lower case": ("invoke", {"Type": "timer", **REQUEST}),
    "a request with empty batches beside it": ("invoke", {**REQUEST, "Records": [], "EventList": []}),
    "messages of two sources": ("unknown", {"Records": [{"Ckafka": CKAFKA}, {"CMQ": CMQ}]}),
    "messages of CMQ": ("unknown", {"Records": [{"CMQ": CMQ}]}),
    "objects of COS": ("cos", {"Records": [COS]}),
    "logs of CLS": ("unknown", {"clslogs": {"data": "H4sIAAAAAAAA"}}),
    "a load balancer": (
        "unknown",
        {"headers": {"Host": "a"}, "payload": REQUEST, "isBase64Encoded": "false"},
    ),
    "a media workflow": ("unknown", {"EventType": "WorkflowTask", "WorkflowTaskEvent": {}}),
    "no messages": ("unknown", {"Records": []}),
    "messages that are no list": ("unknown", {"Records": {"Ckafka": CKAFKA}}),
    "no events": ("unknown", {"EventList": []}),
    "events that are no list": ("unknown", {"EventList": {"0": cloud_event({})}}),
    "half an event": ("unknown", {"specversion": "1.0", "source": "a", "type": "b"}),
    "a method without headers": ("unknown", {"httpMethod": "POST", "path": "/", "body": json.dumps(REQUEST)}),
    "headers without a method": ("unknown", {"headers": {}, "body": json.dumps(REQUEST)}),
    "a request in other letters": ("unknown", {"KeyName": "alice", "PublicKey": "ssh-rsa AAAA"}),
    "an empty object": ("unknown", {}),
    "a list of requests": ("unknown", [REQUEST]),
    "a text": ("unknown", json.dumps(REQUEST)),
    "a number": ("unknown", 1),
    "nothing": ("unknown", None),
}


@pytest.mark.parametrize(("source", "event"), SHAPES.values(), ids=list(SHAPES))
def test_each_shape_is_of_one_source(source: str, event: object) -> None:
    """Every documented shape goes to its own source, and what only looks like one to none."""
    assert name_of(event) == source


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: str(path.stem))
def test_recorded_events_are_of_the_source_that_their_file_names(path: Path) -> None:
    """A file in events/ is named by its source."""
    source = name_of(json.loads(path.read_text(encoding="utf-8")))
    first, *_ = path.stem.split("-")
    assert source == {"function": "http", "api": "http", "cloudbase": "http"}.get(first, first)


def test_the_order_is_the_documented_one() -> None:
    """An event with the marks of all sources is of the first, and so on as marks are taken away."""
    event: dict[str, Any] = {
        "httpMethod": "POST",
        "headers": {},
        **ckafka(["{}"]),
        **cloud_event({}),
        "Type": "Timer",
        "keyName": "alice",
    }
    seen = []
    for mark in ("headers", "Records", "specversion", "Type", "keyName", "httpMethod"):
        seen.append(name_of(event))
        del event[mark]
    assert seen == ["http", "ckafka", "eventbridge", "timer", "invoke", "unknown"]


def test_every_source_is_a_module_with_two_functions() -> None:
    """Whoever adds a source writes `recognises(event)` and `answer(event, call)`, and that is all."""
    for module in triggers():
        assert list(inspect.signature(module.recognises).parameters) == ["event"]
        assert list(inspect.signature(module.answer).parameters) == ["event", "call"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
RECORDS = st.lists(st.fixed_dictionaries({}, optional={"Ckafka": JSON, "CMQ": JSON}), max_size=3)
MARKS = st.fixed_dictionaries(
    {},
    optional={
        "Records": RECORDS | JSON,
        "EventList": st.lists(JSON, max_size=3) | JSON,
        "specversion": JSON,
        "source": JSON,
        "data": JSON,
        "Type": st.just("Timer") | JSON,
        "keyName": JSON,
        "items": JSON,
        "requestContext": JSON,
        "body": JSON,
        "path": JSON,
    },
)


@pytest.mark.slow
@pytest.mark.fuzz
@given(event=MARKS, method=JSON, headers=JSON)
def test_http_goes_before_everything(event: dict[str, Any], method: object, headers: object) -> None:
    """Whatever else stands in an HTTP event, it is one: no request passes as an event of another source."""
    assert source_of({**event, "httpMethod": method, "headers": headers}) is routes


@pytest.mark.slow
@pytest.mark.fuzz
@given(event=JSON | MARKS)
def test_any_event_has_exactly_one_source(event: object) -> None:
    """Recognising never fails, and only what has both marks is HTTP."""
    assert (source_of(event) is routes) == is_http(event)


def test_an_http_request_loads_no_trigger() -> None:
    """A request with events of every source in body, headers and query never comes near their code."""
    inner = [ckafka([REQUEST]), cloud_event(REQUEST), timer(json.dumps(REQUEST)), {"items": [REQUEST]}]
    event = {
        "httpMethod": "POST",
        "path": "/key-pairs",
        "headers": {"content-type": "application/cloudevents+json", "ce-source": "my.app", "records": "[]"},
        "queryString": {"Type": "Timer"},
        "Records": inner[0]["Records"],
        "EventList": [inner[1]],
        "Type": "Timer",
        **inner[1],
        "body": json.dumps(inner),
    }
    script = (
        "import json, sys\n"
        "from handler.main import main_handler\n"
        "reply = main_handler(json.loads(sys.stdin.read()), {})\n"
        "loaded = [name for name in sys.modules if name.startswith('handler.triggers')]\n"
        "print(json.dumps([reply['statusCode'], loaded]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"CALLERS_FILE": str(ROOT / "callers.example.json"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    status, loaded = json.loads(run.stdout.splitlines()[-1])
    assert status in (401, 500)
    assert loaded == []
