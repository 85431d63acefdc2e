"""A stand-in for CVM, a clock, and throw-away functions for the gateway to run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local import cvm as stand_in
from local import gateway
from tests.doubles.clocks import Clock
from tests.local.gateway.client import Run


@pytest.fixture
def cvm() -> Iterator[stand_in.StandIn]:
    """Yield a stand-in with its defaults, but no limit on the rate."""
    with stand_in.serve(stand_in.Options(rate=0)) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """Return the second in which the documents' examples were signed, 2019-02-25T16:24:25Z."""
    return Clock(1551113065.0)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Run a function, given as source, behind a gateway until the test is over."""
    with ExitStack() as stack:

        def start(source: str, **options: Any) -> gateway.Gateway:
            code = tmp_path / "code"
            code.mkdir(exist_ok=True)
            (code / "index.py").write_text(textwrap.dedent(source), encoding="utf-8")
            return stack.enter_context(gateway.serve(gateway.Options(code=code, **options)))

        yield start
