"""Stand-ins for tests of the stand-ins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cvm import Options, StandIn, serve
from tests.doubles.clocks import Clock


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """A stand-in with its defaults, but no limit on the rate."""
    with serve(Options(rate=0)) as stand_in:
        yield stand_in


@pytest.fixture
def clock() -> Clock:
    """The second in which the documents' examples were signed, 2019-02-25T16:24:25Z."""
    return Clock(1551113065.0)
