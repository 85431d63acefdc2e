"""Cold starts: what a fresh process spends until it has answered, in instructions and in seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import NamedTuple

from bench import events
from bench.instance import Instances, cost, task
from bench.subjects import Subject, Subjects

#: Modules that stand for a package; a refusal that loads one does work that nobody asked for.
PACKAGES = ("cryptography", "jsonschema", "requests", "sshpubkeys", "tencentcloud")


class Counted(NamedTuple):
    """One cold start under callgrind: millions of instructions, and the packages that it loaded."""

    millions: float
    packages: tuple[str, ...]


class Timed(NamedTuple):
    """Cold starts by the clock: the best of several, in milliseconds, and the most memory in MiB."""

    wall: float
    cpu: float
    peak: float


def count(instances: Instances, subject: Subject, event: object, status: int) -> Counted:
    """Count one cold start; the reply must have the status.

    Raises ValueError where it has not: a figure of a handler that does not work is worth nothing.
    """
    spent, instructions = instances.instructions(subject, [event])
    _check(spent.reply, status)
    return Counted(instructions / 1e6, packages(spent.modules))


def packages(modules: Iterable[str]) -> tuple[str, ...]:
    """Return which of the packages these modules belong to."""
    loaded = {module.split(".")[0] for module in modules}
    return tuple(package for package in PACKAGES if package in loaded)


def refusals(instances: Instances, subject: Subject, language: str = "") -> dict[str, Counted]:
    """Count each kind of refusal from cold, in a reader's language."""
    return {
        code: count(instances, subject, event, status)
        for code, (status, event) in events.refusals(language).items()
    }


def clock(instances: Instances, subjects: Subjects, rounds: int) -> dict[str, Timed]:
    """Time cold imports of all subjects in turns, so that a slow minute of the machine hits all alike."""
    compared = (subjects.baseline, subjects.ours, subjects.floor)
    seen: dict[str, list[Timed]] = {subject.name: [] for subject in compared}
    for number in range(rounds):
        for subject in compared:
            seen[subject.name].append(_once(instances, subject, f"cold_{subject.name[:4]}_{number:04}"))
    return {name: Timed(*map(min, zip(*timed, strict=True))) for name, timed in seen.items()}


def _once(instances: Instances, subject: Subject, name: str) -> Timed:
    began = time.perf_counter()
    with instances.start(subject) as process:
        output, _ = process.communicate(task([events.imports(name)]))
    wall = time.perf_counter() - began
    spent = cost(output)
    _check(spent.reply, 201)
    return Timed(wall * 1e3, spent.total * 1e3, spent.peak / 1024)


def _check(reply: object, status: int) -> None:
    if not isinstance(reply, dict) or reply.get("statusCode") != status:
        raise ValueError(f"Expected a reply with {status}, not {json.dumps(reply)}")
