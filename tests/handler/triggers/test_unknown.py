"""Events of no known kind."""

from __future__ import annotations

import json

import pytest

from tests.doubles.function import Function
from tests.handler.triggers.samples import ckafka


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        {},
        {"Records": []},
        {"Records": [*ckafka(["{}"])["Records"], {"CMQ": {"msgBody": "{}"}}]},
        {"clslogs": {"data": "H4sIAAAAAAAA"}},
        {"headers": {}, "payload": {"keyName": "alice", "publicKey": "MARKED"}, "isBase64Encoded": "false"},
    ],
)
def test_it_is_logged_and_answered(function: Function, event: object) -> None:
    """One line and one problem, whatever it is; nothing of the event is in either, and nothing is raised."""
    answer = function(event)
    assert (answer["status"], answer["code"], answer["retryable"]) == (400, "malformed-request", False)
    assert function.fields("trigger", "code") == [("unknown", "malformed-request")]
    assert "MARKED" not in json.dumps(answer) + function.output


def test_wrong_settings_do_not_make_it_come_again(function: Function) -> None:
    """An event that nobody understands is one whatever the settings are."""
    function.environ["LOG_LEVEL"] = "loud"
    assert function({"a": 1})["code"] == "malformed-request"
