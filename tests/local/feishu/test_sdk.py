"""Feishu's own client gets a token from the stand-in and replies to a message."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from local.feishu import Options, serve
from local.in_process import ROOT

PYTHON = ROOT / ".venv-peers" / "bin" / "python"

pytestmark = pytest.mark.slow


def test_the_sdk_replies(missing: Callable[[str, str], None]) -> None:
    """It understands both answers, and what it sends passes every check."""
    if not PYTHON.exists():
        missing("lark-oapi", "the Feishu stand-in as Feishu's own client sees it")
        return
    with serve() as lark:
        asked = {
            "domain": lark.url,
            "app_id": Options().app_id,
            "app_secret": Options().app_secret,
            "message_id": "om_1",
            "text": "已创建",
        }
        ran = subprocess.run(
            [PYTHON, "-I", "-W", "ignore", ROOT / "tests" / "local" / "feishu" / "sdk_peer.py"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        (sent,) = lark.replies
        assert json.loads(ran.stdout.splitlines()[-1]) == {"code": 0, "reply_id": sent.reply_id}
        assert (sent.text, sent.message_id, sent.uuid) == ("已创建", "om_1", "e1")
