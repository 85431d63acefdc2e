"""Every field of serverless.yml is sent or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from package.deployment import function
from package.deployment.calls import calls
from package.deployment.fields import WrongFileError
from package.runtime import SCF_NAME

INPUTS: dict[str, Any] = {"name": "keys", "region": "ap-guangzhou", "runtime": SCF_NAME}
TIMER = {"name": "night", "cronExpression": "0 0 3 * * * *"}
KAFKA = {"instanceId": "ckafka-1", "topic": "hires"}
COS = {"bucket": "k-1.cos.ap-guangzhou.myqcloud.com", "events": "cos:ObjectCreated:*"}


def _event(kind: str, **parameters: Any) -> dict[str, Any]:
    return {"events": [{kind: {"parameters": parameters}}]}


def _refusal(changed: dict[str, Any]) -> str:
    with pytest.raises(WrongFileError) as raised:
        list(calls({**INPUTS, **changed}, b"zip"))
    return str(raised.value)


@pytest.mark.parametrize("name", sorted(function.REFUSED))
def test_field_that_is_not_sent_is_refused_by_name(name: str) -> None:
    """The component knows it, so the reason is given; nothing is left out in silence."""
    assert _refusal({name: "x"}).startswith(f"inputs.{name} is not sent by `make deployment`: ")


@pytest.mark.parametrize("kind", ["apigw", "cls", "cmq", "mps", "clb"])
def test_trigger_that_the_function_does_not_read_is_refused(kind: str) -> None:
    """It would be made, and every event of it end in `malformed-request`."""
    assert _refusal(_event(kind)).startswith(f"inputs.events[0].{kind} is not sent by `make deployment`: ")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"memorysize": 128}, "inputs.memorysize is unknown. Did you mean memorySize?"),
        ({"whatever": 1}, "inputs.whatever is unknown."),
        ({"runtime": None}, "inputs.runtime is missing."),
        ({"name": "1keys"}, "inputs.name must have"),
        ({"name": "k" * 61}, "inputs.name must have"),
        ({"type": "web"}, "inputs.type must be event."),
        ({"memorySize": 200}, "inputs.memorySize must be 64, or a multiple of 128"),
        ({"memorySize": 4096}, "inputs.memorySize must be from 64 to 3072."),
        ({"timeout": 901}, "inputs.timeout must be from 1 to 900."),
        ({"timeout": "soon"}, "inputs.timeout must be a whole number."),
        ({"timeout": True}, "inputs.timeout must be a whole number."),
        ({"initTimeout": 2}, "inputs.initTimeout must be from 3 to 300."),
        ({"description": "x" * 1001}, "inputs.description must have 1 to 1000 characters."),
        ({"role": 7}, "inputs.role must be a text"),
        ({"publicAccess": "false"}, "inputs.publicAccess must be true or false"),
        ({"vpcConfig": {"vpc": "x"}}, "inputs.vpcConfig.vpc is unknown. Did you mean vpcId?"),
        ({"vpcConfig": "x"}, "inputs.vpcConfig must be a mapping"),
        ({"layers": [{"name": "a", "version": 1}] * 6}, "inputs.layers must have at most 5 entries."),
        ({"layers": {}}, "inputs.layers must be a list."),
        ({"layers": [{"name": "a", "version": "x"}]}, "inputs.layers[0].version must be a whole number."),
        ({"deadLetter": {"type": "SQS"}}, "inputs.deadLetter.type must be CMQ-TOPIC or"),
        ({"tags": ["a"]}, "inputs.tags must be a mapping"),
        ({"src": "./handler"}, "inputs.src must be ./dist/function"),
        ({"src": {"bucket": "b"}}, "inputs.src needs both"),
        ({"src": {"src": ".", "exclude": []}}, "inputs.src.src is unknown."),
        ({"environment": {"vars": {}}}, "inputs.environment.vars is unknown. Did you mean variables?"),
        ({"environment": {"variables": ["A"]}}, "inputs.environment.variables must be a mapping"),
        ({"environment": {"variables": {"A-B": "x"}}}, "inputs.environment.variables.A-B must be a letter"),
        ({"environment": {"variables": {"SCF_X": "x"}}}, "SCF_X begins like a variable of the platform."),
        ({"environment": {"variables": {"A": True}}}, "variables.A must be a text"),
        ({"environment": {"variables": {"A": None}}}, "variables.A must be a text"),
        ({"environment": {"variables": {"A": "é" * 2048}}}, "takes 4097 bytes; SCF allows 4096"),
        ({"events": {}}, "inputs.events must be a list."),
        ({"events": ["http"]}, "inputs.events[0] must be one kind of trigger"),
        ({"events": [{"http": {}, "timer": {}}]}, "inputs.events[0] must be one kind of trigger"),
        ({"events": [{"htp": {}}]}, "inputs.events[0].htp is unknown. Did you mean http?"),
        ({"events": [{"http": {"params": {}}}]}, "inputs.events[0].http.params is unknown."),
        (_event("http", netconfig={}), "http.parameters.netconfig is unknown. Did you mean netConfig?"),
        (_event("http", authType="NO"), "http.parameters.authType must be NONE or CAM."),
        (_event("timer", name="x"), "timer.parameters.cronExpression is missing."),
        (_event("timer", cronExpression="0 0 3 * * * *"), "timer.parameters.name is missing."),
        (
            _event("timer", **{**TIMER, "cronExpression": "0 3 * * *"}),
            "cronExpression must have seven fields",
        ),
        (_event("timer", **TIMER, argument="é" * 2049), "argument must have at most 4096 bytes."),
        (_event("ckafka", topic="x"), "ckafka.parameters.instanceId is missing."),
        (_event("ckafka", **KAFKA, name="mine"), "name must be ckafka-1-hires, the instance and the topic."),
        (_event("ckafka", **KAFKA, maxMsgNum=10_001), "maxMsgNum must be from 1 to 10000."),
        (_event("ckafka", **KAFKA, timeout=61), "timeout must be from 1 to 60."),
        (_event("cos", events="x"), "cos.parameters.bucket is missing."),
        (_event("cos", **COS, filter={"pre": ""}), "cos.parameters.filter.pre is unknown."),
        ({"events": _event("http")["events"] * 2}, "lists http $DEFAULT 2 times."),
        ({"events": _event("timer", **TIMER)["events"] * 2}, "lists timer night $DEFAULT 2 times."),
        ({"events": _event("cos", **COS)["events"] * 2}, "lists cos k-1.cos.ap-guangzhou.myqcloud.com"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], message: str) -> None:
    """A field is named by its place in the file, with what it must be."""
    assert message in _refusal(changed)


def test_more_triggers_than_scf_takes_are_refused() -> None:
    """Ten of one kind: https://cloud.tencent.com/document/product/583/11637."""
    timers = [_event("timer", **{**TIMER, "name": f"n{number}"})["events"][0] for number in range(11)]

    list(calls({**INPUTS, "events": timers[:10]}, b"zip"))
    assert "11 timer triggers, over 10" in _refusal({"events": timers})


def test_variables_may_take_four_kilobytes() -> None:
    """Names and values count, as UTF-8."""
    variables = {"A": "é" * 2047, "B": ""}

    create, *_ = calls({**INPUTS, "environment": {"variables": variables}}, b"zip")

    assert create.parameters["Environment"]["Variables"][1] == {"Key": "B", "Value": ""}


def test_two_triggers_of_one_kind_have_a_file_each() -> None:
    """Also two on one bucket, which the API tells apart by their filters alone."""
    events = [
        *_event("timer", **TIMER)["events"],
        *_event("timer", **{**TIMER, "name": "nöön"})["events"],
        *_event("cos", **COS, filter={"prefix": "a/"})["events"],
        *_event("cos", **COS, filter={"prefix": "b/"})["events"],
    ]

    files = [call.file for call in calls({**INPUTS, "events": events}, b"zip")][3:]

    assert files == [
        "create-trigger-timer-night",
        "create-trigger-timer-n__n",
        "create-trigger-cos-k-1.cos.ap-guangzhou.myqcloud.com",
        "create-trigger-cos-k-1.cos.ap-guangzhou.myqcloud.com-2",
    ]


def test_beijing_is_named_with_the_bucket() -> None:
    """COS has three regions there, and the API asks which: 583/17244, `Code`."""
    inputs = {**INPUTS, "region": "ap-beijing", "src": {"bucket": "b", "object": "/o"}}

    create, *_ = calls(inputs, b"")

    assert create.parameters["Code"]["CosBucketRegion"] == "ap-beijing"
