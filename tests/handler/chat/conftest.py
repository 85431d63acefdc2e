"""An account in the time of the recorded messages, so that what is signed for CVM is fresh there too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handler.upstream import transport
from local.cvm import Options, StandIn, serve
from tests.handler.chat.scene import NOW


@pytest.fixture(scope="session")
def _shared() -> Iterator[StandIn]:
    with serve(Options(rate=0), lambda: NOW) as stand_in:
        yield stand_in
        transport.forget()
