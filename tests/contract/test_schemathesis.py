"""Schemathesis reads the contract and tries to find where the function does not keep it."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import cvm, gateway
from local.examples import INVITING
from local.in_process import API_KEY, ROOT, caller
from tests.conftest import LONG

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the function behind a Function URL, and a stand-in that takes any project and region."""
    callers = tmp_path_factory.mktemp("contract") / "callers.json"
    callers.write_text(json.dumps({"callers": [caller(allow={"invite": True})]}), encoding="utf-8")
    options = cvm.Options(rate=0, quota=1_000_000, any_project=True, any_region=True)
    with cvm.serve(options) as upstream:
        environment = {"CVM_ENDPOINT": upstream.url, "CALLERS_FILE": str(callers), **INVITING}
        with gateway.serve(gateway.Options(environment=environment)) as front:
            yield front.url


def run(url: str, seed: int, examples: int, folder: Path) -> str:
    """Run every check of Schemathesis with every kind of data, and return what it printed.

    It tries each limit of the schema, and `examples` more values for each operation.
    """
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
        *("run", str(ROOT / "schemas" / "openapi.json")),
        *("--url", url, "--checks", "all", "--mode", "all"),
        *("--max-examples", str(examples), "--seed", str(seed)),
        *("--header", f"Authorization: Bearer {API_KEY}", "--no-color"),
    ]
    environment = {
        **os.environ,
        # What Hypothesis works out once of Unicode is kept there; in a new folder it would do it anew.
        "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.contract.schemathesis_hooks",
    }
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout[-6_000:]
    return ran.stdout


def cases(printed: str) -> int:
    """Return how many cases Schemathesis says that it has tried, all of them passed."""
    found = re.search(r"(\d+) generated, \1 passed", printed)
    assert found, printed[-2_000:]
    return int(found[1])


@pytest.mark.slow
@pytest.mark.fuzz
def test_schemathesis_finds_nothing(url: str, tmp_path: Path) -> None:
    """A thousand cases and every check, `ignored_auth` and `unsupported_method` among them: nothing found.

    Under `make fuzz` many more, others each time; the seed is in the output where one fails.
    """
    seed, examples = (random.randrange(1 << 32), 100) if LONG else (1, 2)

    assert cases(run(url, seed, examples, tmp_path)) >= 1_000
