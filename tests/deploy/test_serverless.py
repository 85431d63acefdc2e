"""serverless.yml deploys what it should, within the limits of the platform."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tencentcloud.scf.v20180416 import models

from handler import settings
from package import ROOT, runtime
from package.deployment.calls import calls
from tests.deploy.examples import EXAMPLES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("described", [pytest.param(example, id=name) for name, example in EXAMPLES.items()])
def test_api_knows_every_parameter(inputs: dict[str, Any], described: dict[str, Any]) -> None:
    """Tencent's SDK warns of a parameter that the API does not have; warnings are errors here."""
    for call in [*calls(inputs, b"zip"), *calls(described, b"zip")]:
        request = getattr(models, f"{call.action}Request")()
        request._deserialize(call.parameters)

        assert request.FunctionName == call.parameters["FunctionName"]


def test_function_is_the_one_that_was_measured(inputs: dict[str, Any]) -> None:
    """Runtime, entry, memory and time are what the package and the settings count on."""
    assert inputs["src"] == "./dist/function"
    assert inputs["handler"] == "index.main_handler"
    assert inputs["runtime"] == f"Python{runtime.of_the_project()}"
    assert inputs["memorySize"] == 512
    assert inputs["timeout"] == 30
    variables = inputs["environment"]["variables"]
    assert settings.from_environment(variables).time_budget < inputs["timeout"] - 1


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
    assert [list(event) for event in inputs["events"]] == [["http"], ["ckafka"], ["cos"], ["timer"]]
    assert _parameters(inputs, "ckafka")["enable"] is False
    assert _parameters(inputs, "cos")["enable"] is False
    assert _parameters(inputs, "timer")["enable"] is False


def test_a_kafka_batch_fits_into_one_invocation(inputs: dict[str, Any]) -> None:
    """CVM takes ten imports a second; half of the time stays free for what goes wrong."""
    budget = settings.from_environment(inputs["environment"]["variables"]).time_budget

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
