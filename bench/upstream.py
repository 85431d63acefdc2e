"""The CVM stand-in as a process of its own, so that nothing of it is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.subjects import ROOT
from local.cvm import Credential

#: What the measured role signs with.
CREDENTIAL = Credential("AKIDbench", "key-of-the-bench", "token-of-the-bench")


@contextmanager
def running(rate: int = 0, message: str = "count") -> Iterator[str]:
    """Yield the URL of a stand-in without quota or objection to a key that is there already.

    Args:
        rate: how many requests it takes in a second, 0 for any number.
        message: how it refuses more: `count` or `limit+1`.
    """
    limits = ["--rate", str(rate), "--rate-message", message, "--quota", "0", "--same-key-twice"]
    command = [sys.executable, "-m", "local.cvm", *limits, "--credential", ":".join(CREDENTIAL)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["endpoint"]
        finally:
            process.terminate()
