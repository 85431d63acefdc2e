"""Many items in one event: whether the next item costs more than the one before."""

from __future__ import annotations

import base64
import math
import random
import struct
from typing import Any, NamedTuple

from bench import events, upstream
from bench.instance import cost, instances, task
from bench.subjects import Subjects

#: So many items an array may hold.
SIZES = (1, 10, 25, 50, 100)

_PRIMES = math.prod(n for n in range(3, 65537, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2)))


class Batch(NamedTuple):
    """One array: processor time of an item in milliseconds, and the process's most memory in MiB."""

    items: int
    each: float
    peak: float


def batches(subjects: Subjects, rounds: int) -> list[Batch]:
    """Measure arrays of growing size, each in a warm process of its own against an empty account."""
    keys = _keys(max(SIZES) + 1)
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


def _keys(count: int) -> list[str]:
    """Return lines of RSA keys that nobody holds, but that pass for sound ones; the same every time."""
    seeded = random.Random(2048)
    keys: list[str] = []
    while len(keys) < count:
        n = seeded.getrandbits(2048) | 1 << 2047 | 1
        if math.gcd(n, _PRIMES) == 1:
            parts = (b"ssh-rsa", b"\1\0\1", b"\0" + n.to_bytes(256, "big"))
            blob = b"".join(struct.pack(">I", len(part)) + part for part in parts)
            keys.append(f"ssh-rsa {base64.b64encode(blob).decode('ascii')}")
    return keys
