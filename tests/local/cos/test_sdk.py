"""Tencent's own client for COS writes to the stand-in and reads from it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from local.cos import serve
from local.in_process import ROOT
from tests.local.cos.client import BUCKET

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
KEYS = ("in/alice.pub", "in/张三 +%2F.pub", "in/a&b=c;d.pub", "in/~._-'(!).pub")

pytestmark = pytest.mark.slow


def test_the_sdk_writes_and_reads(missing: Callable[[str, str], None]) -> None:
    """Its signatures hold for names of every kind, ranges and parameters."""
    if not PYTHON.exists():
        missing("cos-python-sdk-v5", "the COS stand-in as Tencent's own client sees it")
        return
    with serve() as cos:
        cos.add_bucket(BUCKET)
        asked = {
            "proxy": cos.host,
            "credential": list(cos.credentials),
            "region": "ap-guangzhou",
            "bucket": BUCKET,
            "keys": KEYS,
        }
        ran = subprocess.run(
            [PYTHON, "-I", ROOT / "tests" / "local" / "cos" / "sdk_peer.py"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == {key: key for key in KEYS}
        assert {call.code for call in cos.calls} == {"ok"}
