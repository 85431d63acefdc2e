"""The function behind its URL, as `make serve` runs it, for clients that were made out of the contract."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_not_run: set[str] = set()


@pytest.fixture(scope="session")
def served() -> Iterator[Mapping[str, str]]:
    """Yield the variables that `make serve` prints: where the function is, and how to be let in."""
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "local.serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            printed: dict[str, str] = {}
            for line in process.stdout:
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    printed[name] = value
                if line.startswith("cd "):
                    break
            yield {**os.environ, **printed}
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture
def missing() -> Callable[[str, str], None]:
    """Return what records that a check did not run because a tool is missing; the test then returns."""
    return lambda tool, check: _not_run.add(f"{check} because {tool} is missing")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Name those checks in the last lines of the run."""
    for text in sorted(_not_run):
        config.get_terminal_writer().line(f"not run: {text}")
