"""A command whose reader has gone ends without a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local.in_process import ROOT


@pytest.mark.parametrize(
    ("command", "code"),
    [("local.callers check callers.example.json", 2), ("local.callers new a --scheme api-key", 2)],
)
def test_a_closed_pipe_is_no_traceback(command: str, code: int) -> None:
    """The command ends with its own exit code for output that cannot be delivered, and prints nothing."""
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        reader.wait()
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=ROOT,
            stdout=reader.stdin,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert (done.returncode, done.stderr) == (code, "")
