"""COS's own SDK signs a thousand requests alike."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from handler.upstream import cos
from handler.upstream.tc3 import Credentials
from package import ROOT

PYTHON = ROOT / ".venv-peers/bin/python"
CHARACTERS = "abcXYZ019-_.~/ +%&=?#;,:'\"()[]{}<>|\\^`!@$*腾讯云密钥é𝄞"
# What the SDK signs of headers: its own list, and everything that begins with x-cos-.
HEADERS = ("Content-Type", "Content-MD5", "Content-Length", "Range", "x-cos-acl", "x-cos-forbid-overwrite")

pytestmark = pytest.mark.slow


def _text(chance: random.Random, longest: int) -> str:
    return "".join(chance.choices(CHARACTERS, k=chance.randint(1, longest)))


def _ascii(chance: random.Random, longest: int) -> str:
    return "".join(
        chance.choices(
            [character for character in CHARACTERS if character.isascii()], k=chance.randint(1, longest)
        )
    )


def _request(chance: random.Random) -> dict[str, Any]:
    bucket = f"keys-{chance.randint(10**9, 10**10 - 1)}.cos.ap-guangzhou.myqcloud.com"
    chosen = chance.sample(HEADERS, chance.randint(0, len(HEADERS)))
    names = {f"p{number}{_text(chance, 5)}".lower() for number in range(chance.randint(0, 4))}
    return {
        "method": chance.choice(["GET", "PUT", "HEAD"]),
        "path": "/" + _text(chance, 40),
        "parameters": {name: _text(chance, 20) for name in sorted(names)},
        "headers": {"Host": bucket, **{name: _ascii(chance, 30).strip() or "x" for name in chosen}},
        "id": f"AKID{chance.randrange(10**20)}",
        "key": f"{chance.randrange(10**30)}",
        "now": chance.randint(1_600_000_000, 1_900_000_000),
    }


def test_sdk_signs_a_thousand_requests_alike(missing: Callable[[str, str], None]) -> None:
    """Chinese names, blanks, plus, percent and parameters: `Authorization` is the same to the byte."""
    if not PYTHON.exists():
        missing("cos-python-sdk-v5", "COS's signature as its own SDK makes it")
        return
    chance = random.Random(7)
    asked = [_request(chance) for _ in range(1_000)]
    peer = ROOT / "tests/handler/upstream/cos_peer.py"

    done = subprocess.run(
        [PYTHON, "-I", peer], input=json.dumps(asked), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    for request, theirs in zip(asked, json.loads(done.stdout), strict=True):
        keys = Credentials(request["id"], request["key"], "")
        span = (request["now"] - 60, request["now"] + 600)
        parts = (request["method"], request["path"], request["parameters"], request["headers"])
        assert cos.authorization(*parts, keys, span) == theirs, request
