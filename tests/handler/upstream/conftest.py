"""No connection outlives the test that made it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handler.upstream import transport


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    transport.forget()
    yield
    transport.forget()
