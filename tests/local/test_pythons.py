"""The Pythons that `make test` runs on: the deployed one, and the newest at hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from package import ROOT, runtime

Missing = Callable[[str, str], None]


def _version(which: str) -> str | None:
    """Return what `local/find-python` finds, as "3.13"; None where it finds nothing."""
    found = subprocess.run([ROOT / "local" / "find-python", which], capture_output=True, text=True)
    if found.returncode:
        return None
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([found.stdout.strip(), "-I", "-c", code], text=True).strip()


def test_the_deployed_python_is_here(missing: Missing) -> None:
    """Where SCF's Python is missing, the tests ran on another."""
    if _version(runtime.VERSION) is None:
        missing(runtime.NAME, "the tests on the deployed Python")


def test_a_newer_python_is_here(missing: Missing) -> None:
    """The newest Python shows what the next runtime will refuse."""
    newest = _version("newest")
    assert newest, "this test runs on some Python"
    if newest == runtime.VERSION:
        missing("a newer CPython", "the tests on the newest Python")


def test_what_the_newest_python_runs_is_there() -> None:
    """Each line of the list is a path of this tree and what it rests on."""
    lines = (ROOT / "tests" / "newest.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.partition("#") for line in lines if not line.startswith("#")]

    assert listed
    for path, _, reason in listed:
        assert (ROOT / path.strip()).exists(), path
        assert reason.strip(), path
