"""What is made for one run is strong enough to be real, and gone afterwards."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from handler.callers.file import load
from handler.chat import schemes
from handler.key_gate.public_key import parse
from local import throwaway


def test_an_api_key_is_long_and_new() -> None:
    """It has more than the 32 characters that the function asks for, and no two are alike."""
    first, second = throwaway.api_key(), throwaway.api_key()
    assert first != second
    assert len(first) >= 40


def test_callers_hold_the_hash_and_not_the_key() -> None:
    """The file knows the API key by its SHA-256 alone, and lists the trigger sources."""
    text = throwaway.callers("k" * 40, throwaway.trigger_callers(["ckafka:a", "invoke"]))
    assert "k" * 40 not in text
    assert hashlib.sha256(b"k" * 40).hexdigest() in text
    sources = [caller["auth"].get("source") for caller in json.loads(text)["callers"]]
    assert sources == [None, "ckafka:a", "invoke"]


def test_the_function_reads_these_callers(tmp_path: Path) -> None:
    """The function's strict reader takes the file."""
    (tmp_path / "callers.json").write_text(
        throwaway.callers("k" * 40, throwaway.trigger_callers(["timer:nightly"]))
    )
    assert len(load(str(tmp_path / "callers.json"), schemes).callers) == 2


def test_a_key_is_made_and_its_private_half_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: Callable[[str, str], None]
) -> None:
    """`ssh-keygen` makes a new RSA key of 3072 bits every time, and no file of it stays."""
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen", "making a throw-away key")
        return
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    line, origin = throwaway.public_key()
    assert parse(line, 2048).bits == 3072
    assert "ssh-keygen" in origin
    assert list(tmp_path.iterdir()) == []


def test_without_ssh_keygen_a_shipped_key_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the tool still has a key to show."""
    monkeypatch.setenv("PATH", "")
    line, origin = throwaway.public_key()
    assert parse(line, 2048).bits >= 3072
    assert origin == "shipped in events/keys.pub"
