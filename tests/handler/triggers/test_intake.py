"""What is read out of an event, and what of it may be logged."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.problems import MalformedJson
from handler.triggers import intake
from handler.triggers.delivery import Redeliver
from tests.doubles.function import Function
from tests.handler.test_event import JSON, MARKS
from tests.handler.triggers.samples import ckafka, cloud_event, requests, timer
from tests.keys.many import public_keys


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("new-hires", "new-hires"),
        ("persistent://appid/ns/topic", "persistent://appid/ns/topic"),
        ("a" * 128, "a" * 128),
        ("a" * 129, ""),
        ("", ""),
        ("two words", ""),
        ("line\n", ""),
        ("ключ", ""),
        ("-----BEGIN RSA PRIVATE KEY-----", ""),
        (None, ""),
        (5, ""),
        (["a"], ""),
    ],
)
def test_only_what_looks_like_a_name_is_one(given_name: object, name: str) -> None:
    """Anything else would reach the log by the name of a name."""
    assert intake.name_for_log(given_name) == name


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (36, 36),
        ("36", 36),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-1, None),
        (True, None),
        (1.0, None),
        ("", None),
        ("-1", None),
        ("٣", None),
        ("1" * 20, None),
        (None, None),
        ([1], None),
    ],
)
def test_only_what_is_a_number_is_one(value: object, number: int | None) -> None:
    """Offsets come as numbers, on some pages as text."""
    assert intake.number_for_log(value) == number


@given(value=JSON.filter(lambda value: not isinstance(value, str)))
def test_what_is_parsed_already_is_read_by_the_same_rules(value: Any) -> None:
    """A value and its text come to the same."""

    def outcome(content: object) -> object:
        try:
            return repr(intake.json_value(content))
        except MalformedJson as problem:
            return problem.detail

    assert outcome(value) == outcome(json.dumps(value))


@pytest.mark.fuzz
@given(
    event=st.one_of(
        JSON,
        MARKS,
        JSON.map(lambda body: ckafka([body])),
        JSON.map(cloud_event),
        JSON.map(timer),
        JSON.map(lambda items: {"items": items}),
        st.lists(MARKS, max_size=3).map(lambda events: {"EventList": events}),
    ).filter(lambda event: not (isinstance(event, dict) and "httpMethod" in event))
)
def test_no_event_raises_anything_but_a_redelivery(function: Function, event: object) -> None:
    """Whatever comes is decided and logged, what is returned is JSON, and nothing is imported."""
    try:
        answer = function(event)
    except Redeliver:
        pass
    else:
        assert json.loads(json.dumps(answer)) == answer
    assert function.audit
    assert not function.cvm.account.key_pairs


MARK = "MARKEDPRIVATEKEY"
PRIVATE = f"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1{MARK}AAAA\n-----END OPENSSH PRIVATE KEY-----\n"
KEY = public_keys(1)[0]

MARKED = [
    {"keyName": "alice", "publicKey": PRIVATE},
    {"keyName": "alice", "publicKey": f"{KEY} {PRIVATE}"},
    {"keyName": PRIVATE, "publicKey": KEY},
    {"keyName": "alice", "publicKey": KEY, PRIVATE: 1},
    {"keyName": "alice", "publicKey": KEY, "tags": {"a": PRIVATE}},
    {"keyName": "alice", "publicKey": KEY, "region": PRIVATE},
    PRIVATE,
    [PRIVATE],
]


def _with_marks() -> list[Any]:
    bodies = [*MARKED, json.dumps(PRIVATE)]
    named = ckafka(requests([KEY]))
    named["Records"][0]["Ckafka"].update(topic=PRIVATE, partition=PRIVATE, offset=PRIVATE, msgKey=PRIVATE)
    return [
        ckafka(bodies),
        named,
        {"EventList": [cloud_event(body, id=PRIVATE, subject=PRIVATE, time=PRIVATE) for body in bodies]},
        cloud_event({"msgBody": PRIVATE, "topic": PRIVATE}, source=PRIVATE, traceparent=PRIVATE),
        timer(PRIVATE),
        timer(json.dumps({"items": MARKED}), name=PRIVATE),
        {"items": MARKED},
        *(body for body in MARKED if isinstance(body, dict)),
        {"Records": [{PRIVATE: PRIVATE}], PRIVATE: PRIVATE},
        [PRIVATE],
    ]


def _shown(function: Function, event: object) -> str:
    """Return what SCF logs of a call besides the function's own lines."""
    try:
        return json.dumps(function(event))
    except Redeliver as error:
        return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("fault", ["", "throttle", "drop-after", "denied", "html-after"])
def test_nothing_secret_is_raised_returned_or_logged(function: Function, fault: str) -> None:
    """Marked private keys wherever a sender can put them, and the function's own credentials, stay inside."""
    if fault:
        function.cvm.fault("*", fault, times=None)
    function.environ["TIME_BUDGET_MS"] = "1000"
    events = [*_with_marks(), ckafka(requests([KEY]))]
    shown = "\n".join(_shown(function, event) for event in events) + function.output
    assert shown.count("private-key") >= 4
    for secret in (MARK, "BEGIN", KEY.split()[1][20:60], *function.cvm.credentials):
        assert not secret or secret not in shown


def test_triggers_alone_load_no_sdk() -> None:
    """A record that is refused before CVM is asked costs neither the SDK nor requests."""
    script = (
        "import json, sys\n"
        "from handler.main import main_handler\n"
        "main_handler(json.loads(sys.stdin.read()), {})\n"
        "print([n for n in ('tencentcloud', 'requests', 'jsonschema') if n in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps({"items": ["{"]}),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert run.stdout.splitlines()[-1] == "[]"
