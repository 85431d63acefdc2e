"""Warm imports: the processor time of one call in a process that has answered before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from subprocess import Popen
from typing import Any, NamedTuple

from bench import events
from bench.instance import Instances, cost, task
from bench.subjects import Subject, Subjects

_TO_WARM_UP = 20
_AT_A_TIME = 20


class Warm(NamedTuple):
    """Processor time of one warm import in milliseconds: the median, and the best twentieth."""

    median: float
    best: float


class Counted(NamedTuple):
    """Millions of instructions of a process's second call, of its third, and of each later one."""

    first: float
    second: float
    later: float


def count(instances: Instances, subject: Subject) -> Counted:
    """Count warm imports, as what each call more adds to a process."""
    sums = {}
    for calls in (1, 2, 3, 13):
        spent, instructions = instances.instructions(
            subject, [events.imports(f"{subject.name[:4]}_{calls}_{number}") for number in range(calls)]
        )
        _require_import(subject, spent.reply)
        sums[calls] = instructions / 1e6
    return Counted(sums[2] - sums[1], sums[3] - sums[2], (sums[13] - sums[3]) / 10)


def imports(instances: Instances, subjects: Subjects, rounds: int) -> dict[str, Warm]:
    """Measure all subjects in turns of twenty imports each."""
    compared = (subjects.baseline, subjects.ours, subjects.sdk_call, subjects.floor)
    spent: dict[str, list[float]] = {subject.name: [] for subject in compared}
    with ExitStack() as stack:
        processes = [(subject, stack.enter_context(instances.start(subject))) for subject in compared]
        names = (f"warm_{number:06}" for number in range(10**6))
        for subject, process in processes:
            _ask(process, subject, names, _TO_WARM_UP)
        for _ in range(rounds):
            for subject, process in processes:
                spent[subject.name] += _ask(process, subject, names, _AT_A_TIME)
    return {
        name: Warm(statistics.median(each) * 1e3, statistics.quantiles(each, n=20)[0] * 1e3)
        for name, each in spent.items()
    }


def _ask(process: Popen[str], subject: Subject, names: Iterator[str], count: int) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(task([events.imports(next(names)) for _ in range(count)]))
    process.stdin.flush()
    output = next(line for line in process.stdout if line.startswith("="))
    answered = cost(output)
    _require_import(subject, answered.reply)
    return answered.cpu


def _require_import(subject: Subject, reply: Any) -> None:
    if reply["statusCode"] != 201:
        raise ValueError(f"{subject.name} does not import: {reply}")
