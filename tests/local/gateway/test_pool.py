"""Instances are kept warm, started when all are busy, limited in number, and all ended at the end."""

from __future__ import annotations

import os
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from local.gateway import EventOutcome, Failed, Gateway, Options, serve
from tests.local.gateway.client import Run, gone

SLOW = """
    import time
    def main_handler(event, context):
        print("begin")
        time.sleep(event)
        print("end")
"""


def together(gateway: Gateway, events: list[float]) -> list[EventOutcome]:
    """Hand over all events at one time."""
    with ThreadPoolExecutor(len(events)) as threads:
        return list(threads.map(gateway.invoke, events))


def test_an_instance_takes_one_event_at_a_time(run: Run) -> None:
    """Two events at one time go to two instances, and neither instance begins before it has ended."""
    gateway = run(SLOW)
    assert {outcome.instance for outcome in together(gateway, [0.3, 0.3])} == {1, 2}
    for number in (1, 2):
        printed = [line.split(" | ")[1] for line in gateway.log if line.startswith(f"instance {number} | ")]
        assert printed == ["begin", "end"]


def test_beyond_the_limit_calls_are_refused_with_432(run: Run) -> None:
    """When every instance is busy and no more may be started, the caller is told at once."""
    gateway = run(SLOW, instances=1, memory=128)
    outcomes = together(gateway, [0.5, 0.5])
    refused = [outcome.failure for outcome in outcomes if outcome.failure]
    assert [failure.status for failure in refused] == [432]
    assert "concurrency exceeded reserved quota 128 MB" in refused[0].message
    assert gateway.invoke(0).failure is None


def test_instances_can_be_warm_from_the_start(run: Run) -> None:
    """As many as asked for are loaded before the first call, as with provisioned concurrency."""
    gateway = run(SLOW, warm=2)
    assert not any(outcome.cold for outcome in together(gateway, [0.3, 0.3]))


def test_a_gateway_that_cannot_warm_up_does_not_start(run: Run) -> None:
    """Code that does not load is told at the start if instances were to be warm from it."""
    with pytest.raises(Failed, match="nothing_like_it"):
        run("import nothing_like_it", warm=1)


def test_an_instance_that_died_between_calls_is_replaced(run: Run) -> None:
    """A warm instance whose process is gone costs nobody a call."""
    gateway = run("import os\ndef main_handler(event, context): return os.getpid()")
    pid = gateway.invoke({}).result
    assert isinstance(pid, int)
    os.kill(pid, 9)
    assert gone(pid)
    # The gateway hears of it a moment later than the operating system.
    time.sleep(0.3)
    outcome = gateway.invoke({})
    assert outcome.instance == 2
    assert outcome.result != pid


def test_nothing_is_left_running(tmp_path: Path) -> None:
    """When the gateway ends, every instance ends, busy or not."""
    (tmp_path / "index.py").write_text("import os\ndef main_handler(event, context): return os.getpid()\n")
    with serve(Options(code=tmp_path)) as gateway:
        pid = gateway.invoke({}).result
        assert isinstance(pid, int)
    assert gone(pid)


def test_a_gateway_does_not_wait_for_a_call(tmp_path: Path) -> None:
    """It ends at once, instance included, while a function still runs."""
    source = "import os, time\ndef main_handler(event, context): print(os.getpid()); time.sleep(60)\n"
    (tmp_path / "index.py").write_text(source)
    with ThreadPoolExecutor(1) as threads:
        with serve(Options(code=tmp_path)) as gateway:
            call = threads.submit(gateway.invoke, {})
            while not gateway.log:
                time.sleep(0.01)
            pid = int(gateway.log[0].split()[-1])
        assert gone(pid)
        with pytest.raises(CancelledError):
            call.result()
