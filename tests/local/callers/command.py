"""What the tests of `python -m local.callers` share: files of callers, and a run of the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.callers.__main__ import main

ROOT = Path(__file__).parents[3]
CASES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "handler" / "callers" / "files.json").read_text(encoding="utf-8")
)

#: A caller's proof that is right, and a role of another account.
WEBHOOKS = {"scheme": "standard-webhooks", "secretEnv": ["A"]}
ROLE = "qcs::cam::uin/200000000002:roleName/ImportKeyPair"


def text_of(case: dict[str, Any]) -> bytes:
    """Return the bytes of a case's file."""
    text: str = case["text"] if "text" in case else json.dumps(case["file"])
    return text.encode()


def callers(*entries: dict[str, Any] | None) -> bytes:
    """Return the text of a file with these callers."""
    return json.dumps({"callers": entries}).encode()


def run(capsys: pytest.CaptureFixture[str], *arguments: str, **environ: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    code = main(arguments, environ)
    printed = capsys.readouterr()
    return code, printed.out, printed.err
