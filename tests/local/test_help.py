"""Every command explains itself with `--help`, and does nothing else then."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.columns import WIDTH
from local.events import EVENTS

ROOT = EVENTS.parent

#: Started by the gateway, in an environment of the function's own.
_NOT_FOR_PEOPLE = {"local.gateway.bootstrap"}


def commands() -> list[str]:
    """Return every module that can be run."""
    files = [file for folder in ("local", "package", "bench") for file in (ROOT / folder).rglob("*.py")]
    names = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        for file in files
        if '\nif __name__ == "__main__":' in file.read_text(encoding="utf-8")
    }
    return sorted(names - _NOT_FOR_PEOPLE)


@pytest.mark.slow
@pytest.mark.parametrize("name", commands())
def test_help_is_all_that_help_does(name: str, tmp_path: Path) -> None:
    """Exit code 0, a usage line, lines that fit a terminal, and no file or output beside it."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", name, "--help"], cwd=ROOT, env=environ, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python -m {name} ")
    assert list(tmp_path.iterdir()) == []
    assert [line for line in done.stdout.splitlines() if len(line) > WIDTH] == []


def test_make_help_lists_every_target_with_its_text() -> None:
    """`make help` prints each target that has a `##` text, and that text."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*## (.*)", makefile, re.MULTILINE)
    # Within another make, it would name the folder too.
    command = ["make", "--no-print-directory", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert [line.split(None, 2)[1:] for line in done.stdout.splitlines()] == [list(each) for each in targets]
    assert {"run", "serve", "test"} <= {name for name, _ in targets}
