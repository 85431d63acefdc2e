"""Warm imports: the processor time of one call in a process that has answered before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from subprocess import Popen
from typing import NamedTuple

from bench import events
from bench.instance import Instances, cost, task
from bench.subjects import Subject, Subjects

_TO_WARM_UP = 20
_AT_A_TIME = 20


class Warm(NamedTuple):
    """Processor time of one warm import in milliseconds: the median, and the best twentieth."""

    median: float
    best: float


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
    if answered.reply["statusCode"] != 201:
        raise ValueError(f"{subject.name} does not import: {answered.reply}")
    return answered.cpu
