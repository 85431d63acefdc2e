"""serverless.yml as Tencent Cloud's own code reads it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from package import deployment
from package.__main__ import ROOT

HERE = Path(__file__).parent
ENVIRON = {"ONBOARDING_SECRET": "whsec_bm90IGEgc2VjcmV0"}


@pytest.fixture(scope="session")
def inputs() -> dict[str, Any]:
    """The `inputs` of serverless.yml, with its variables filled in."""
    return deployment.read((ROOT / "serverless.yml").read_text(encoding="utf-8"), ENVIRON)


@pytest.fixture(scope="session")
def _rendered(inputs: dict[str, Any]) -> list[dict[str, Any]] | None:
    if not (shutil.which("node") and shutil.which("npm")):
        return None
    installed = HERE / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=HERE, check=True)
        installed.touch()
    command = ["node", "render.js"]
    output = subprocess.check_output(command, cwd=HERE, text=True, input=json.dumps(inputs))
    calls: list[dict[str, Any]] = json.loads(output)
    return calls


@pytest.fixture
def rendered(
    _rendered: list[dict[str, Any]] | None, missing: Callable[[str, str], None]
) -> list[dict[str, Any]] | None:
    """The API calls by which Tencent's component would deploy serverless.yml; None without Node.js."""
    if _rendered is None:
        missing("node or npm", "serverless.yml against Tencent Cloud's component toolkit")
    return _rendered
