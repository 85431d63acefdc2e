"""The function beside a stand-in for CVM that neither slows down nor fills up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cvm import Options, serve
from tests.doubles.function import Function


@pytest.fixture
def function() -> Iterator[Function]:
    """Let in CKafka, EventBridge, a timer and direct Invoke."""
    with serve(Options(quota=0, rate=0)) as cvm, Function(cvm) as function:
        yield function
