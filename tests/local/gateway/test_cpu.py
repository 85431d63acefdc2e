"""An instance gets the share of a processor that its memory size gives."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from local.gateway import Options, cpu
from local.gateway.options import check
from tests.local.gateway.client import Run

BURN = """
    import time
    def main_handler(event, context):
        began, used = time.perf_counter(), time.process_time()
        while time.process_time() - used < event: pass
        return (time.perf_counter() - began) / (time.process_time() - used)
"""


@pytest.mark.parametrize(("memory", "share"), [(1769, 1.0), (3072, 1.0), (442, 0.25)])
def test_the_share_grows_with_the_memory(memory: int, share: float) -> None:
    """A whole processor is for 1,769 MB, and nobody gets more than one."""
    assert cpu.share(memory) == pytest.approx(share, rel=0.01)


def test_work_takes_as_much_longer(run: Run, missing: Callable[[str, str], None]) -> None:
    """At 442 MB, a second of work takes about four, and the instance goes on afterwards."""
    if not sys.platform.startswith("linux"):
        return missing("Linux", "an instance gets its share of a processor")
    gateway = run(BURN, memory=442, cpu_share=True)
    gateway.invoke(0.01)  # what may be made up for is used up
    stretched = gateway.invoke(0.2).result

    assert isinstance(stretched, float)
    assert stretched > 2.5
    assert gateway.invoke(0.0).failure is None
    return None


def test_only_where_a_share_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the option is refused, and not ignored."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ValueError, match="Linux"):
        check(Options(cpu_share=True))
