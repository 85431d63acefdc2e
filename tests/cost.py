"""What something costs, whatever else the machine does and however much the other tests have left behind."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the block takes more processor time than that."""
    gc.collect()
    gc.disable()
    begun = time.process_time()
    try:
        yield
    finally:
        took = time.process_time() - begun
        gc.enable()
    assert took < seconds
