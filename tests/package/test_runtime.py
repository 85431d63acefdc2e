"""One place names the Python that SCF runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from package import ROOT, runtime

# What the source itself is written for, what a person reads, and what was measured.
ELSEWHERE = {
    "pyproject.toml": "the oldest Python that the source is written for",
    "local/find-python": "the range that the locked packages have wheels for",
    "local/venv": "the same range, in a message",
    "serverless.yml": "the runtime, held to this by tests/deploy",
    "package/python-version": "the place",
}
CODE = re.compile(r"Makefile|.*\.(py|yml|toml)|local/[a-z-]+")
NAMES = re.compile(r"(?<![\d.])3\.10(?![\d.])|\(3, 10\)|cpython-310|py310")


def test_the_variable_goes_before_the_file() -> None:
    """`PACKAGE_PYTHON=3.12 make package` makes a package for 3.12."""
    question = "from package import runtime as r; print(r.VERSION, r.NUMBERS, r.NAME, r.SCF_NAME, r.TAG)"
    command = [sys.executable, "-c", question]

    printed = subprocess.check_output(
        command, cwd=ROOT, env={**os.environ, "PACKAGE_PYTHON": "3.12"}, text=True
    )

    assert printed == "3.12 (3, 12) CPython 3.12 Python3.12 cpython-312\n"
    assert runtime.of_the_project() == (ROOT / "package/python-version").read_text().strip()


@pytest.mark.slow
def test_make_hands_the_version_on() -> None:
    """The virtual environment that makes the package has the same Python."""
    printed = subprocess.check_output(
        ["make", "--dry-run", "package"], cwd=ROOT, env={**os.environ, "PACKAGE_PYTHON": "3.12"}, text=True
    )

    assert "local/venv .venv requirements-dev.txt 3.12 newest" in printed


def test_no_other_file_names_it() -> None:
    """A newer Python is one line, wherever the version is asked for."""
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).split()
    code = [
        name for name in listed if CODE.fullmatch(name) and name != f"tests/package/{Path(__file__).name}"
    ]

    naming = {
        name for name in code if (ROOT / name).is_file() and NAMES.search((ROOT / name).read_text("utf-8"))
    }

    assert naming <= ELSEWHERE.keys()
