"""serverless.yml as Tencent Cloud's own code reads it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from package import ROOT
from package.deployment import document
from tests import shared
from tests.deploy.examples import EXAMPLES

HERE = Path(__file__).parent
ENVIRON = {"ONBOARDING_SECRET": "whsec_bm90IGEgc2VjcmV0"}

Calls = list[dict[str, Any]]


class Rendered(NamedTuple):
    """What Tencent's component sends for one description: for a new function, and for one that is there."""

    inputs: dict[str, Any]
    created: Calls
    updated: Calls


@pytest.fixture(scope="session")
def inputs() -> dict[str, Any]:
    """Return the `inputs` of serverless.yml, with its variables filled in."""
    return document.parse((ROOT / "serverless.yml").read_text(encoding="utf-8"), ENVIRON)


@pytest.fixture(scope="session")
def _rendered(inputs: dict[str, Any]) -> dict[str, Rendered] | None:
    if not shared.npm_ci(HERE):
        return None
    described = {"serverless.yml": inputs, **EXAMPLES}
    created, updated = (_render(list(described.values()), *there) for there in ([], ["there"]))
    return {
        name: Rendered(*both)
        for name, both in zip(described, zip(described.values(), created, updated, strict=True), strict=True)
    }


def _render(described: list[dict[str, Any]], *there: str) -> list[Calls]:
    command = ["node", "render.js", *there]
    output = subprocess.check_output(command, cwd=HERE, text=True, input=json.dumps(described))
    calls: list[Calls] = json.loads(output)
    return calls


@pytest.fixture
def rendered(
    _rendered: dict[str, Rendered] | None, missing: Callable[[str, str], None]
) -> dict[str, Rendered] | None:
    """Return the API calls of Tencent's component for each description; None without Node.js."""
    if _rendered is None:
        missing("node or npm", "serverless.yml against Tencent Cloud's component toolkit")
    return _rendered
