"""The contract is clean under linters that nobody here wrote; `make clients-test` runs this."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.in_process import ROOT
from tests import shared

HERE = Path(__file__).parent

LINTERS = {
    "redocly": ["@redocly/cli/bin/cli.js", "lint", "--extends", "recommended-strict"],
    "spectral": ["@stoplight/spectral-cli/dist/index.js", "lint", "--fail-severity", "hint"],
}


@pytest.mark.parametrize("name", LINTERS)
def test_the_contract_is_clean_under_a_strict_linter(name: str, linted: Callable[[list[str]], str]) -> None:
    """Neither Redocly's strict rules nor `spectral:oas` find anything, not even a warning."""
    assert "warning" not in linted(LINTERS[name]).partition("validating")[2]


@pytest.fixture
def linted(missing: Callable[[str, str], None]) -> Callable[[list[str]], str]:
    """Return what lints the contract, asserts that nothing is wrong with it and returns what was printed."""
    tools = HERE / "node_modules"

    def run(command: list[str]) -> str:
        if not shared.npm_ci(HERE):
            missing("node or npm", "the contract under strict linters")
            return ""
        ran = subprocess.run(
            ["node", str(tools / command[0]), *command[1:], str(ROOT / "schemas" / "openapi.json")],
            cwd=HERE,
            env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    return run
