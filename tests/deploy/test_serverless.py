"""serverless.yml deploys what it should, within the limits of the platform."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tencentcloud.scf.v20180416 import models

from handler import settings
from package import deployment
from package.__main__ import ROOT

pytestmark = pytest.mark.slow

# What Tencent's component adds by itself: defaults of the API, which it repeats.
DEFAULTS = {"DeployMode", "DiskSize", "InstallDependency", "L5Enable", "Namespace", "Version"}
# It uploads the code into a bucket first.
CODE = {"Code"}


def _by_type(calls: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {call.get("Type", ""): call for call in calls if call["Action"].startswith("Create")}


def _plain(call: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in call.items() if name not in DEFAULTS | CODE | {"Action"}}
    if kept.get("TriggerDesc", "").startswith("{"):
        kept["TriggerDesc"] = json.loads(kept["TriggerDesc"])
    return kept


def test_our_calls_are_those_of_tencents_component(
    inputs: dict[str, Any], rendered: list[dict[str, Any]] | None
) -> None:
    """`tccli` with our requests and the component with serverless.yml deploy the same function."""
    if rendered is None:
        return
    ours = [
        {"Action": call.action, **call.parameters}
        for call in deployment.calls(inputs, b"zip")
        if call.action.startswith("Create")
    ]

    theirs = _by_type(rendered)
    assert set(theirs) == {"Event", "http", "ckafka", "timer"}
    assert {name: _plain(call) for name, call in _by_type(ours).items()} == {
        name: _plain(call) for name, call in theirs.items()
    }


def test_component_sends_nothing_that_changes_a_function_unasked(
    rendered: list[dict[str, Any]] | None,
) -> None:
    """Beside creating, the component only asks, and publishes no version."""
    if rendered is not None:
        assert not [call for call in rendered if not call["Action"].startswith(("Create", "Get", "List"))]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("create-function", models.CreateFunctionRequest),
        ("update-function-code", models.UpdateFunctionCodeRequest),
        ("update-function-configuration", models.UpdateFunctionConfigurationRequest),
        ("create-trigger-http", models.CreateTriggerRequest),
        ("create-trigger-ckafka", models.CreateTriggerRequest),
        ("create-trigger-timer", models.CreateTriggerRequest),
    ],
)
def test_api_knows_every_parameter(inputs: dict[str, Any], name: str, model: Callable[[], Any]) -> None:
    """Tencent's SDK warns of a parameter that the API does not have; warnings are errors here."""
    call = next(call for call in deployment.calls(inputs, b"zip") if call.file == name)

    request = model()
    request._deserialize(call.parameters)

    assert request.FunctionName == inputs["name"]


def test_function_is_the_one_that_was_measured(inputs: dict[str, Any]) -> None:
    """Runtime, entry, memory and time are what the package and the settings count on."""
    assert inputs["src"] == "./dist/function"
    assert inputs["handler"] == "index.main_handler"
    assert inputs["runtime"] == "Python3.10"
    assert inputs["memorySize"] == 512
    assert inputs["timeout"] == 30
    variables = inputs["environment"]["variables"]
    assert settings.read(variables).time_budget < inputs["timeout"] - 1


def test_limits_of_the_platform_are_kept(inputs: dict[str, Any]) -> None:
    """https://cloud.tencent.com/document/product/583/11637 and the fields' own ranges."""
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]", inputs["name"])
    assert inputs["memorySize"] in {64, *range(128, 3073, 128)}
    assert 1 <= inputs["timeout"] <= 900
    assert 3 <= inputs["initTimeout"] <= 300
    assert re.fullmatch(r"[A-Za-z0-9 ,.\n]{1,1000}", inputs["description"])
    variables = inputs["environment"]["variables"]
    assert sum(len(name) + len(value) for name, value in variables.items()) <= 4096
    assert not [name for name in variables if name.startswith(("SCF_", "QCLOUD_", "TENCENTCLOUD_"))]
    assert all(isinstance(value, str) for value in variables.values())


def _parameters(inputs: dict[str, Any], kind: str) -> dict[str, Any]:
    (parameters,) = [event[kind]["parameters"] for event in inputs["events"] if kind in event]
    return dict(parameters)


def test_url_is_on_and_says_who_may_reach_it(inputs: dict[str, Any]) -> None:
    """Without netConfig nobody could reach it, without authType the default would decide."""
    url = _parameters(inputs, "http")

    assert url["enable"] is True
    assert url["authType"] == "NONE"
    assert url["netConfig"] == {"enableIntranet": False, "enableExtranet": True}


def test_other_triggers_wait_switched_off(inputs: dict[str, Any]) -> None:
    """Each is there, so that the next deployment keeps it, and off until somebody wants it."""
    assert [list(event) for event in inputs["events"]] == [["http"], ["ckafka"], ["timer"]]
    assert _parameters(inputs, "ckafka")["enable"] is False
    assert _parameters(inputs, "timer")["enable"] is False


def test_a_kafka_batch_fits_into_one_invocation(inputs: dict[str, Any]) -> None:
    """CVM takes ten imports a second; half of the time stays free for what goes wrong."""
    budget = settings.read(inputs["environment"]["variables"]).time_budget

    assert 1 <= _parameters(inputs, "ckafka")["maxMsgNum"] <= budget / 2 * 10
    assert 1 <= _parameters(inputs, "ckafka")["timeout"] <= 60


def test_timer_is_one_that_scf_understands(inputs: dict[str, Any]) -> None:
    """Seven fields, and a request of at most 4 KB (https://cloud.tencent.com/document/product/583/9708)."""
    timer = _parameters(inputs, "timer")

    assert len(timer["cronExpression"].split()) == 7
    assert len(timer["argument"]) <= 4096
    assert set(json.loads(timer["argument"])) == {"keyName", "publicKey"}


def test_no_secret_stands_in_serverless_yml() -> None:
    """A value that looks like a secret comes from the environment."""
    for line in (ROOT / "serverless.yml").read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip().partition(": ")
        if re.search("SECRET|TOKEN|KEY$", name):
            assert re.fullmatch(r"\$\{env:[A-Z_]+\}", value), line
