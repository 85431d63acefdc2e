"""The function beside a stand-in for CVM that neither slows down nor fills up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handler.upstream import transport
from local.cvm import Options, serve
from tests.handler.triggers.samples import Function


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Function]:
    """Let in CKafka, EventBridge, a timer and direct Invoke."""
    with serve(Options(quota=0, rate=0)) as cvm:
        yield Function(cvm, tmp_path)
        # The kept connection would outlive the stand-in.
        transport.forget()
