"""A message that proves nothing loads nothing that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local import chat
from local.in_process import ROOT
from tests.handler.chat.scene import PLATFORMS

_HEAVY = ("cryptography", "jsonschema", "requests", "sshpubkeys", "tencentcloud", "urllib", "logging")

_RUN = """
import json, sys
before = set(sys.modules)
import index
reply = index.main_handler(json.loads(sys.stdin.read()), {"request_id": "r-1"})
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps([reply["statusCode"], sorted(loaded)]))
"""


def cold(sent: chat.PlatformRequest, folder: Path) -> tuple[int, list[str]]:
    """Return the status of a request to a fresh process, and the packages that it has loaded."""
    callers = folder / "callers.json"
    callers.write_text(json.dumps({"callers": list(chat.CALLERS)}), encoding="utf-8")
    environ = {**chat.VARIABLES, "CALLERS_FILE": str(callers), "TENCENTCLOUD_REGION": "ap-guangzhou"}
    ran = subprocess.run(
        [sys.executable, "-c", _RUN],
        input=json.dumps(sent.event()),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environ,
    )
    status, loaded = json.loads(ran.stdout.splitlines()[-1])
    return status, [package for package in _HEAVY if package in loaded]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_forged_message_loads_no_package(platform: str, tmp_path: Path) -> None:
    """Neither cipher nor schema nor SDK is loaded for somebody who proves nothing."""
    stranger = chat.Sender(variables={name: value[::-1] for name, value in chat.VARIABLES.items()})

    assert cold(chat.PLAYERS[platform]("help", stranger), tmp_path) == (401, [])


@pytest.mark.parametrize(
    ("player", "packages"), [("slack", []), ("wecom", ["cryptography"]), ("wecom-check", ["cryptography"])]
)
def test_help_and_checks_load_the_cipher_at_most(player: str, packages: list[str], tmp_path: Path) -> None:
    """WeCom's envelope needs the cipher; the check of a URL, due within a second, needs nothing else."""
    assert cold(chat.PLAYERS[player]("help", chat.Sender()), tmp_path) == (200, packages)
