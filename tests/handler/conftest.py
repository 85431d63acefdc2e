"""What the tests of the function share: a stand-in for CVM, and the function in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cvm import Options, StandIn, serve
from local.in_process import Function


@pytest.fixture(scope="module")
def _shared() -> Iterator[StandIn]:
    with serve(Options(rate=0)) as cvm:
        yield cvm


@pytest.fixture
def cvm(_shared: StandIn) -> StandIn:
    """Return a stand-in with an empty account."""
    _shared.clear()
    return _shared


@pytest.fixture
def function(cvm: StandIn) -> Iterator[Function]:
    """Yield the function with one caller, who has an API key."""
    with Function(cvm) as made:
        yield made
