"""Many items in one event: whether the next item costs more than the one before."""

from __future__ import annotations

from typing import Any, NamedTuple

from bench import events, upstream
from bench.instance import cost, instances, task
from bench.subjects import Subjects
from tests.keys.many import public_keys

#: The most items of an array.
SIZES = (1, 10, 25, 50, 100)


class Batch(NamedTuple):
    """One array: processor time of an item in milliseconds, and the process's most memory in MiB."""

    items: int
    each: float
    peak: float


def batches(subjects: Subjects, rounds: int) -> list[Batch]:
    """Measure arrays of growing size, each in a warm process of its own against an empty account."""
    keys = public_keys(max(SIZES) + 1)
    return [
        min((_one(subjects, keys, size) for _ in range(rounds)), key=lambda batch: batch.each)
        for size in SIZES
    ]


def _one(subjects: Subjects, keys: list[str], size: int) -> Batch:
    items = [{"keyName": f"many_{number}", "publicKey": key} for number, key in enumerate(keys)]
    tasks = task([events.request(items[-1])]) + task([events.request(items[:size])])
    with (
        upstream.running() as endpoint,
        instances(subjects.python, endpoint) as measured,
        measured.start(subjects.ours) as process,
    ):
        output, _ = process.communicate(tasks)
    spent = cost(output.splitlines()[-1])
    _check(spent.reply, size)
    return Batch(size, spent.cpu[0] / size * 1e3, spent.peak / 1024)


def _check(reply: Any, size: int) -> None:
    created = str(reply.get("body")).count('"created"')
    if reply.get("statusCode") != 207 or created != size:
        raise ValueError(f"Expected {size} key pairs to be created, not {created}")
