"""Recorded events are complete, have the shape of their source, and are filled with fresh values."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from handler import http
from local import events
from local.gateway import Options
from local.gateway.shapes import SHAPES
from local.http1 import Request

VALUES = {
    "PUBLIC_KEY": 'ssh-rsa AAAA "me\\home"',
    "API_KEY": "k" * 40,
    "INVITATION": "e.s",
    "INVITED_KEY": "ssh-rsa B",
}
RECORDED = sorted(events.EVENTS.glob("*.json"))
HTTP = [path for path in RECORDED if path.name.startswith(tuple(SHAPES))]


def name(path: Path) -> str:
    """Name a file in a test's id."""
    return path.stem


@pytest.mark.parametrize("path", RECORDED, ids=name)
def test_every_event_is_explained(path: Path) -> None:
    """`events/README.md` says what each file is and where its shape is from."""
    assert f"`{path.name}`" in (events.EVENTS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", HTTP, ids=name)
def test_http_events_have_the_shape_of_their_front_door(path: Path) -> None:
    """A recorded event has the very members that the gateway builds for the same front door."""
    recorded = events.load(path)
    shape = next(shape for shape in SHAPES if path.name.startswith(shape))
    body = b"\xff" if recorded.get("isBase64Encoded") else b"text"
    built = SHAPES[shape].event(Request("POST", "/", "", (), body, True), "203.0.113.7", Options())
    assert set(recorded) == set(built)
    for member, value in built.items():
        if isinstance(value, dict) and member in ("requestContext", "headers"):
            missing = set(value) - set(recorded[member])
            assert not missing, f"{member} lacks {missing}"


@pytest.mark.parametrize("path", RECORDED, ids=name)
def test_nothing_is_left_to_fill(path: Path) -> None:
    """After filling, no placeholder is left, and an HTTP request tells the true length of its body."""
    event = events.fill(events.load(path), VALUES)
    assert "${" not in json.dumps(event)
    if http.is_http(event):
        encoded = event.get("isBase64Encoded") in (True, "true")
        body = base64.b64decode(event["body"]) if encoded else event["body"].encode()
        assert b"${" not in body
        assert int(event["headers"].get("content-length", 0)) == len(body)


def test_a_value_inside_json_text_is_escaped() -> None:
    """A placeholder within JSON within JSON stays JSON, whatever the value holds."""
    filled = events.fill({"body": '{"publicKey": "${PUBLIC_KEY}"}'}, VALUES)
    assert json.loads(filled["body"]) == {"publicKey": VALUES["PUBLIC_KEY"]}


def test_a_value_alone_is_itself() -> None:
    """A text that is the placeholder and nothing else becomes the value, wherever it stands."""
    assert events.fill([{"a": "${PUBLIC_KEY}"}, 1, None], VALUES) == [{"a": VALUES["PUBLIC_KEY"]}, 1, None]


def test_a_recorded_event_stays_as_it_is() -> None:
    """Filling makes a new event and leaves the one it was given alone."""
    event: Any = {"body": "${API_KEY}", "headers": {"content-length": "1"}}
    assert events.fill(event, VALUES)["headers"] == {"content-length": "40"}
    assert event == {"body": "${API_KEY}", "headers": {"content-length": "1"}}


KAFKA = {"Ckafka": {"topic": "a"}}
CLOUD_EVENT = {"specversion": "1.0", "source": "s", "data": {}}


@pytest.mark.parametrize(
    ("event", "sources"),
    [
        ({"Records": [KAFKA, {"Ckafka": {"topic": "b"}}, KAFKA]}, ["ckafka:a", "ckafka:b"]),
        (events.load(events.EVENTS / "cos-put.json"), ["cos:keys-1250000000/in/"]),
        ({"Records": [{"cos": {}, "event": {}}]}, ["invoke"]),
        (CLOUD_EVENT, ["eventbridge:s"]),
        ({"EventList": [CLOUD_EVENT, {**CLOUD_EVENT, "source": "t"}]}, ["eventbridge:s", "eventbridge:t"]),
        ({"Type": "Timer", "TriggerName": "nightly"}, ["timer:nightly"]),
        ({"keyName": "a", "publicKey": "b"}, ["invoke"]),
        ({"httpMethod": "GET", "headers": {}}, []),
        ([1], []),
    ],
)
def test_the_sources_of_an_event(event: object, sources: list[str]) -> None:
    """What `callers.json` has to list, so that a trigger's event is let in."""
    assert events.sources(event) == sources
