"""Events of EventBridge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doubles.function import Function
from tests.handler.triggers.samples import cloud_event, requests
from tests.keys.many import public_keys

ONE, TWO, THREE = public_keys(3)
REQUEST = {"keyName": "alice", "publicKey": ONE}
MESSAGE = {
    "topic": "new-hires",
    "Partition": 1,
    "offset": 37,
    "msgKey": "test",
    "msgBody": json.dumps(REQUEST),
}


@pytest.mark.parametrize(
    ("data", "others"),
    [
        (REQUEST, {}),
        (json.dumps(REQUEST), {}),
        (REQUEST, {"specversion": "0", "time": 1615430559146}),
        (REQUEST, {"specversion": "1.0.2", "time": "2021-03-11T02:42:39Z"}),
        (REQUEST, {"specversion": 1, "time": None, "subject": 5, "type": []}),
        ({**REQUEST, "dryRun": False}, {"datacontenttype": "text/plain"}),
    ],
)
def test_one_event_holds_one_request(function: Function, data: object, others: dict[str, Any]) -> None:
    """`data` is the request, parsed or not; version, time and type do not matter."""
    assert function(cloud_event(data, **others)) == {"created": 1}
    assert function.fields("trigger", "source", "eventId", "caller", "keyName", "result") == [
        (
            "eventbridge",
            "eventbridge:my.app",
            "13a3f42d-7258-4ada-da6d-023a333b4662",
            "caller-2",
            "alice",
            "created",
        )
    ]


def test_several_events_in_one_delivery(function: Function) -> None:
    """Each is of the caller that lists its source, and each has its line."""
    function.let_in("eventbridge:my.app", "eventbridge:/other/app")
    first, second, third = requests([ONE, TWO, THREE])
    event = {
        "EventList": [
            cloud_event(first, id="a"),
            cloud_event(json.dumps(second), source="/other/app", id="b"),
            cloud_event(third, source="elsewhere", id="c"),
            cloud_event("{", id="d"),
            None,
        ]
    }
    assert function(event) == {"created": 2, "refused": 3}
    assert function.fields("eventId", "caller", "code") == [
        ("a", "caller-1", None),
        ("b", "caller-2", None),
        ("c", None, "unauthenticated"),
        ("d", "caller-1", "malformed-json"),
        (None, None, "unauthenticated"),
    ]


@pytest.mark.parametrize("data", [MESSAGE, json.dumps(MESSAGE)])
def test_a_connector_wraps_a_message(function: Function, data: object) -> None:
    """The request is the text in `msgBody`; who sends it is the event's source, not the topic."""
    function.let_in("eventbridge:ckafka.cloud.tencent")
    assert function(cloud_event(data, source="ckafka.cloud.tencent")) == {"created": 1}
    assert function.fields("caller", "keyName") == [("caller-1", "alice")]


def test_a_wrapped_message_says_where_it_stands(function: Function) -> None:
    """Topic, partition and offset are logged beside the event's id."""
    function(cloud_event(MESSAGE))
    assert function.fields("eventId", "topic", "partition", "offset") == [
        ("13a3f42d-7258-4ada-da6d-023a333b4662", "new-hires", 1, 37)
    ]


def test_a_message_of_tdmq(function: Function) -> None:
    """Its topic is a URL, and it has no offset."""
    topic = "persistent://appid/ns/topic"
    message = {"topic": topic, "tags": "", "TopicType": "0", "msgId": "1:2:0", "msgBody": json.dumps(REQUEST)}
    assert function(cloud_event(message)) == {"created": 1}
    assert function.fields("topic", "offset") == [(topic, None)]


@pytest.mark.parametrize("as_text", [False, True])
def test_an_http_request_in_an_event_is_refused(function: Function, as_text: bool) -> None:
    """Nothing in the envelope of the API Gateway connector tells who has sent the request."""
    wrapped = {
        "headers": {"authorization": "Bearer x"},
        "body": json.dumps(REQUEST),
        "stageVariables": {},
        "path": "/key-pairs",
        "queryString": {},
        "httpMethod": "POST",
    }
    event = cloud_event(json.dumps(wrapped) if as_text else wrapped, type="connector:apigw")
    assert function(event) == {"refused": 1}
    assert function.fields("code", "cause") == [("unauthenticated", "http-request-in-event")]
    assert function.asked() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "invalid-request"),
        ("", "malformed-json"),
        ([REQUEST], "invalid-request"),
        ({"items": [REQUEST]}, "invalid-request"),
        ({"msgBody": ""}, "malformed-json"),
        ({"msgBody": json.dumps([REQUEST])}, "invalid-request"),
        ({"msgBody": {"msgBody": json.dumps(REQUEST)}}, "invalid-request"),
    ],
)
def test_data_that_holds_no_request(function: Function, data: object, code: str) -> None:
    """It is logged and done."""
    assert function(cloud_event(data)) == {"refused": 1}
    assert function.fields("code") == [(code,)]


@pytest.mark.parametrize(
    ("parent", "trace"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", None),
        (["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"], None),
        (None, None),
    ],
)
def test_a_trace_goes_on(function: Function, parent: object, trace: str | None) -> None:
    """An event that carries a trace is logged with its id."""
    function(cloud_event(REQUEST, traceparent=parent))
    assert function.fields("traceId") == [(trace,)]
