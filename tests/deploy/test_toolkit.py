"""`make deployment` and Tencent Cloud's own component send the same requests."""

from __future__ import annotations

from typing import Any

import pytest

from package.deployment.calls import calls
from tests.deploy.conftest import Calls, Rendered
from tests.deploy.examples import EXAMPLES

pytestmark = pytest.mark.slow

# What the component adds by itself. Of these the API knows none any more...
OUTDATED = {"DeployMode", "DiskSize", "L5Enable"}
# ... and these it takes to be meant where they are missing.
DEFAULTS = {"InstallDependency": "FALSE", "Version": "2018-04-16"}
# The component uploads the zip into a bucket of its own; `src` with a bucket is compared.
UPLOADED = {"CosBucketName": "bucket", "CosObjectName": "object"}


def _plain(call: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in call.items()
        if name not in OUTDATED and DEFAULTS.get(name) != value and not _is_upload(name, value)
    }


def _is_upload(name: str, value: Any) -> bool:
    return name == "Code" and ("ZipFile" in value or value == UPLOADED)


def _sent(found: Calls, *actions: str) -> list[dict[str, Any]]:
    return [_plain(call) for call in found if call["Action"] in actions]


def _ours(inputs: dict[str, Any]) -> Calls:
    return [{"Action": call.action, **call.parameters} for call in calls(inputs, b"zip")]


@pytest.mark.parametrize("name", ["serverless.yml", *EXAMPLES])
def test_new_function_gets_the_same_requests(name: str, rendered: dict[str, Rendered] | None) -> None:
    """CreateFunction and every CreateTrigger are the same, TriggerDesc to the byte."""
    if rendered is None:
        return
    example = rendered[name]

    for action in ("CreateFunction", "CreateTrigger"):
        assert _sent(_ours(example.inputs), action) == _sent(example.created, action)


@pytest.mark.parametrize("name", ["serverless.yml", *EXAMPLES])
def test_update_sends_the_same_requests(name: str, rendered: dict[str, Rendered] | None) -> None:
    """An update changes what the component would change, and empties what it would empty."""
    if rendered is None:
        return
    example = rendered[name]

    for action in ("UpdateFunctionCode", "UpdateFunctionConfiguration"):
        assert _sent(_ours(example.inputs), action) == [
            # What the API cannot change, the component sends all the same.
            {key: value for key, value in call.items() if key not in {"AsyncRunEnable", "TraceEnable"}}
            for call in _sent(example.updated, action)
        ]


def test_the_component_adds_no_more_than_is_listed(rendered: dict[str, Rendered] | None) -> None:
    """Its extras are outdated parameters and defaults; it publishes nothing and changes nothing unasked."""
    if rendered is None:
        return
    expected = ("Create", "Get", "List")

    for example in rendered.values():
        assert not [call for call in example.created if not call["Action"].startswith(expected)]
        (created,) = [call for call in example.created if call["Action"] == "CreateFunction"]
        ours = {name for call in _ours(example.inputs)[:1] for name in call}
        assert set(created) - ours <= OUTDATED | set(DEFAULTS)


def test_tags_are_sent_with_the_function(inputs: dict[str, Any]) -> None:
    """The component tags by calls of their own; the API takes tags with the function itself."""
    create, *_ = calls({**inputs, "tags": {"team": "security"}}, b"zip")

    assert create.parameters["Tags"] == [{"Key": "team", "Value": "security"}]
