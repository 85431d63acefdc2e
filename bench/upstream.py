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
def running() -> Iterator[str]:
    """Yield the URL of a stand-in without rate, quota or objection to a key that is there already."""
    switches = ["--rate", "0", "--quota", "0", "--same-key-twice", "--credential", ":".join(CREDENTIAL)]
    command = [sys.executable, "-m", "local.cvm", *switches]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["endpoint"]
        finally:
            process.terminate()
