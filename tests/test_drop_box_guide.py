"""docs/drop-box.md shows what works: its policy, its caller and its trigger are those of the project."""

from __future__ import annotations

import json
import re

import yaml

from handler.callers import file
from handler.chat import schemes
from local.in_process import ROOT

GUIDE = (ROOT / "docs" / "drop-box.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """Return the code blocks of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_policy_is_the_one_that_the_project_has() -> None:
    """Both places show the same permissions."""
    policy = (ROOT / "docs" / "cam" / "drop-box-policy.json").read_text(encoding="utf-8")

    assert json.loads(blocks("json")[0]) == json.loads(policy)


def test_the_function_takes_the_caller() -> None:
    """The entry is one that `callers.json` may have."""
    (caller,) = file.parse(blocks("json")[1].encode(), schemes).callers

    assert caller.id == "hr"


def test_the_trigger_is_the_one_in_serverless_yml() -> None:
    """The trigger is the one in serverless.yml, except for the switch that the reader sets."""
    (shown,) = yaml.safe_load(blocks("yaml")[0])
    deployed = yaml.safe_load((ROOT / "serverless.yml").read_text(encoding="utf-8"))
    (trigger,) = [each for each in deployed["inputs"]["events"] if "cos" in each]

    assert shown["cos"]["parameters"] == trigger["cos"]["parameters"] | {"enable": True}
