"""A change that makes a cold start dearer does not pass unseen.

Counts of an import and of refusals, held to what was recorded with `make bench`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench import accounts, cold, events, record, subjects, upstream
from bench.counted import REFUSALS
from bench.instance import CACHEGRIND, Instances, cost, instances, task, valgrind
from bench.subjects import Subject
from tests.conftest import LONG

pytestmark = pytest.mark.slow

TOLERANCE = 0.05


class Measured:
    """The package of this checkout, ready to be started."""

    def __init__(self, python: Path, folder: Path, running: Instances) -> None:
        self.floor = Subject("standard library", (subjects.BENCH / "floor",))
        self.ours = Subject("ours", (folder,))
        self.python = python
        self.running = running


@pytest.fixture
def measured(dist: Path | None, tmp_path: Path) -> Iterator[Measured | None]:
    """Yield the packed function beside a CVM stand-in, or None where its Python is not at hand."""
    if dist is None:
        yield None
        return
    python = subjects.bare_python(tmp_path / "bare")
    with upstream.running() as endpoint, instances(python, endpoint, counter=CACHEGRIND) as running:
        yield Measured(python, dist / "function", running)


def test_instructions_are_those_that_were_recorded(
    measured: Measured | None, missing: Callable[[str, str], None]
) -> None:
    """Neither a dependency that doubles a cold start nor five per cent of anything slips in."""
    if measured is None:
        return
    if not valgrind():
        missing("valgrind", "instruction counts of cold starts against the recorded ones")
        return
    refusals = events.refusals()
    wanted = {"import": (201, events.imports("count"))}
    # What else is refused takes the same way as these.
    others = ("unauthenticated", "invalid-public-key") if LONG else ("unauthenticated",)
    wanted |= {code: refusals[code] for code in others}
    with ThreadPoolExecutor(2) as pool:
        floor = pool.submit(cold.count, measured.running, measured.floor, events.imports("floor"), 201)
        counts = {
            name: pool.submit(cold.count, measured.running, measured.ours, event, status)
            for name, (status, event) in wanted.items()
        }
    multiples = {name: count.result().millions / floor.result().millions for name, count in counts.items()}

    # Cheaper is welcome, and to be recorded, so that it stays.
    recorded = record.multiples()
    assert multiples == {name: pytest.approx(recorded[name], rel=TOLERANCE) for name in wanted}


@pytest.mark.long
def test_another_account_costs_what_was_recorded(
    measured: Measured | None, missing: Callable[[str, str], None]
) -> None:
    """A cold import into another account costs at most 60 M instructions more, and no more than it did."""
    if measured is None:
        return
    if not valgrind():
        missing("valgrind", "the instruction count of a cold import into another account")
        return
    floor = cold.count(measured.running, measured.floor, events.imports("floor"), 201).millions
    with upstream.accounts() as up, accounts.instances(measured.python, up, up.cvm) as running:
        more = accounts.count(running, measured.ours)

    assert more <= accounts.MOST
    # Of so little, five per cent are less than what one count differs from another.
    assert more / floor == pytest.approx(record.multiples()[accounts.RECORDED], abs=0.01)


@pytest.mark.parametrize("code", REFUSALS)
def test_refusal_loads_no_package_that_it_does_not_need(measured: Measured | None, code: str) -> None:
    """Who is refused at the door does not wait for the SDK to be loaded."""
    if measured is None:
        return
    _, event = events.refusals()[code]

    with measured.running.start(measured.ours) as process:
        output, _ = process.communicate(task([event]))

    loaded = {module.split(".")[0] for module in cost(output).modules}
    assert loaded & set(cold.PACKAGES) <= set(REFUSALS[code][1])


def test_memory_of_an_import_stays_small(measured: Measured | None) -> None:
    """At most 30 MiB, a seventeenth of what the function is given."""
    if measured is None:
        return
    with measured.running.start(measured.ours) as process:
        output, _ = process.communicate(task([events.imports("memory")]))

    assert cost(output).reply["statusCode"] == 201
    assert cost(output).peak / 1024 <= 30
