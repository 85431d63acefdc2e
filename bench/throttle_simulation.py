"""What becomes of a crowd that CVM throttles: `python -m bench.throttle_simulation`.

A crowd of warm instances imports one key each at the same instant. CVM takes ten calls in each second
of its own clock and counts refused ones too. The waits are those of `handler.importing.waiting`;
the network, the instants at which processes really wake up and where CVM's second begins are drawn
from a seeded generator. Nothing is shared between the instances.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bench.results import table
from handler.importing.account import Throttled
from handler.importing.importer import LEAST_FOR_AN_IMPORT, WAKING
from handler.importing.waiting import Waits
from local.columns import Help

LIMIT = 10
BUDGET = 20.0
#: A call to CVM and back, in seconds.
ROUND_TRIP = 0.05
#: The mean delay of a process that should wake up, in seconds.
DELAY = 0.01


class Burst(NamedTuple):
    """How a crowd comes.

    Attributes:
        size: the instances.
        counts_up: whether a refusal names the true count; else it always names limit + 1.
        width: the seconds over which "the same instant" is smeared.
        others: calls a second that somebody else makes with the same account, at random instants.
    """

    size: int
    counts_up: bool
    width: float = 0.2
    others: float = 0.0


class Result(NamedTuple):
    """What became of it: how many succeeded, with how many calls in all, the last after how long."""

    succeeded: int
    calls: int
    last: float


class _Caller:
    """One instance on its way."""

    def __init__(self, chance: random.Random) -> None:
        self.now = 0.0
        self.waits = Waits(chance.random, lambda: self.now)

    def next_try(self, refused: float, throttled: Throttled) -> float | None:
        """Return when it tries again, None where it gives up."""
        self.now = refused
        room = BUDGET - refused - LEAST_FOR_AN_IMPORT - WAKING
        wait = self.waits.after_throttle(throttled, room)
        return refused + wait if wait <= room else None


def run(burst: Burst, seed: int) -> Result:
    """Return the result of one crowd."""
    chance = random.Random(seed)
    phase = chance.random()
    callers = [_Caller(chance) for _ in range(burst.size)]

    def trip() -> float:
        return ROUND_TRIP / 2 * chance.uniform(0.8, 1.2)

    queue: list[tuple[float, int]] = [
        (chance.random() * burst.width + trip(), number) for number in range(burst.size)
    ]
    queue += [(moment, -1) for moment in _others(burst.others, chance)]
    heapq.heapify(queue)
    seconds: Counter[int] = Counter()
    succeeded, calls, last = 0, 0, 0.0
    while queue:
        moment, number = heapq.heappop(queue)
        seconds[int(moment + phase)] += 1
        if number < 0:
            continue
        calls += 1
        count = seconds[int(moment + phase)]
        if count <= LIMIT:
            succeeded, last = succeeded + 1, moment + trip()
            continue
        refusal = Throttled(count if burst.counts_up else LIMIT + 1, LIMIT, 0.0)
        again = callers[number].next_try(moment + trip(), refusal)
        if again is not None:
            heapq.heappush(queue, (again + chance.expovariate(1 / DELAY) + trip(), number))
    return Result(succeeded, calls, last)


def _others(rate: float, chance: random.Random) -> Iterable[float]:
    moment = 0.0
    while rate and (moment := moment + chance.expovariate(rate)) < BUDGET:
        yield moment


def runs(burst: Burst, count: int = 20) -> list[Result]:
    """Return the results of this many crowds."""
    return [run(burst, seed) for seed in range(count)]


def overview(count: int = 20) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table: what becomes of so many crowds of every size."""
    head = ["instances", "message", "succeed", "calls each", "at most", "last after, s", "at most, s"]
    kinds = [
        Burst(size, counts_up, others=others)
        for counts_up in (True, False)
        for others in (0.0, 3.0)
        for size in (2, 5, 12, 20, 50, 100, 150, 200, 300, 500, 1000)
    ]
    return head, [_row(burst, runs(burst, count)) for burst in kinds]


def _row(burst: Burst, results: list[Result]) -> list[str]:
    each = [result.calls / burst.size for result in results]
    last = [result.last for result in results]
    message = "counts up" if burst.counts_up else "limit + 1"
    beside = f", beside {burst.others:.0f} calls a second of somebody else's" if burst.others else ""
    return [
        f"{burst.size}",
        message + beside,
        f"{min(result.succeeded for result in results)}",
        f"{statistics.mean(each):.2f}",
        f"{max(each):.2f}",
        f"{statistics.mean(last):.1f}",
        f"{max(last):.1f}",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        "python -m bench.throttle_simulation",
        description="Prints what becomes of crowds of every size.",
        formatter_class=Help,
    )
    parser.add_argument("--crowds", type=int, default=20, metavar="COUNT", help="of each size (20)")
    head, rows = overview(parser.parse_args(arguments).crowds)
    print(table(head, rows), end="")


if __name__ == "__main__":
    main()
