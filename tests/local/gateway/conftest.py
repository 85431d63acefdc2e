"""Throw-away functions for the gateway to run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Gateway, Options, serve
from tests.local.gateway.client import Run


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Run a function, given as source, behind a gateway until the test is over."""
    with ExitStack() as stack:

        def start(source: str, **options: Any) -> Gateway:
            code = tmp_path / "code"
            code.mkdir(exist_ok=True)
            (code / "index.py").write_text(textwrap.dedent(source), encoding="utf-8")
            return stack.enter_context(serve(Options(code=code, **options)))

        yield start
