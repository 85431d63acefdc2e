"""What the function takes from its surroundings, in one record that tests can replace."""

from __future__ import annotations

import os
import time

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def chance() -> float:
    """Return a number in [0, 1) from the operating system's randomness.

    A seeded generator at module level would repeat itself in every copy of a snapshotted
    instance; the operating system's does not.
    """
    return int.from_bytes(os.urandom(7), "big") / (1 << 56)


class Ambient(NamedTuple):
    """The clocks, the sleep, the randomness and the environment of one invocation.

    Attributes:
        wall: seconds since the Unix epoch, for signatures of callers.
        monotonic: seconds of a clock that never goes back, for deadlines.
        sleep: waits that many seconds.
        random: a number in [0, 1), for spreading retries.
        environ: the environment as it is now; SCF rewrites it before every call.
    """

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    environ: Mapping[str, str]


REAL = Ambient(time.time, time.monotonic, time.sleep, chance, os.environ)
