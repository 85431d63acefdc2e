"""The command, the function that it sends to, and a key to send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import cvm
from tests.local.send.sender import (
    KEYS,
    Front,
    Sender,
    fronted,
)


@pytest.fixture
def stand_in() -> Iterator[cvm.StandIn]:
    """CVM, as quick as it can be."""
    with cvm.serve(cvm.Options(rate=0)) as running:
        yield running


@pytest.fixture
def front(stand_in: cvm.StandIn) -> Iterator[Front]:
    """Yield the function behind HTTP, with two callers: one signs, one has a key."""
    with fronted(stand_in) as running:
        yield running


@pytest.fixture
def send(
    front: Front, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Sender:
    """Return the command, against that function."""
    monkeypatch.chdir(tmp_path)
    return Sender(front, capsys)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """Return a public key file."""
    path = tmp_path / "alice.pub"
    path.write_text(KEYS[0] + "\n", encoding="ascii")
    return path
