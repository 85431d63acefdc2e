"""An account that answers from a script, on a clock that only it and sleeping move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from handler import problems
from handler.ambient import Ambient
from handler.deadline import Deadline
from handler.importing import importer
from handler.importing.account import (
    Created,
    Duplicate,
    Full,
    Listing,
    Nonsense,
    Refused,
    Throttled,
    Unanswered,
    Unreached,
)
from handler.importing.decision import Imported
from handler.importing.key_pair import KeyPair
from handler.importing.ledger import Ledger
from handler.importing.order import Order, Region
from handler.importing.reading import Reading
from handler.importing.waiting import Pace
from handler.sentence import Sentence
from tests.faults.scene import order
from tests.handler.sentences import assert_well_put
from tests.keys.many import key

CREATED = Created("skey-new", "r-created")
DUPLICATE = Duplicate("r-duplicate")
FULL = Full(
    problems.KeyPairQuota(Sentence("Full."), Sentence("Delete one."), cvm_code="InvalidKeyPair.LimitExceeded")
)
REFUSED = Refused(
    problems.UnknownProject(
        Sentence("Unknown."), Sentence("Send another."), cvm_code="InvalidProjectId.NotFound"
    )
)
DENIED = Refused(
    problems.Misconfigured("cause", cvm_code="AuthFailure.UnauthorizedOperation", cvm_request_id="r-denied")
)
STRANGE = Refused(
    problems.UpstreamError(
        Sentence("Strange."), Sentence("Send it again."), cvm_code="Strange", cvm_request_id="r-strange"
    )
)
CROWD = Throttled(23, 10, 0.0)  # a wait of exactly 3 s
BLIND = Throttled(0, 0, 0.0)  # a wait of exactly 1 s, since nothing is drawn
UNREACHED = Unreached("refused")
NO_REPLY = Unanswered("timeout")
NONSENSE = Nonsense("status 502")

ABSENT = Listing((KeyPair("skey-x", "somebody", 0, key(99).blob, {}, "r-list"),), "r-list")
PRESENT = Listing((*ABSENT.pairs, KeyPair("skey-old", "alice", 0, key(1).blob, {}, "r-list")), "r-list")
RENAMED = Listing((KeyPair("skey-old", "bob", 0, key(1).blob, {}, "r-list"),), "r-list")
RETAKEN = Listing((KeyPair("skey-old", "alice", 0, key(2).blob, {}, "r-list"),), "r-list")


class Slow(NamedTuple):
    """An outcome that comes after this many seconds."""

    outcome: Any
    seconds: float


# What a wait must leave of the time, in seconds: for the call after it, and for waking up late.
AFTER_A_WAIT = importer.LEAST_FOR_AN_IMPORT + importer.WAKING
AFTER_A_WAIT_FOR_A_LOOK_UP = importer.LEAST_FOR_A_LOOK_UP + importer.WAKING


class World:
    """An account that answers from a script, and a clock that only it and sleeping move.

    The last line of a script is repeated for ever.
    """

    def __init__(self, writes: Sequence[Any] = (), lists: Sequence[Any] = (), drawn: float = 0.0) -> None:
        self.now = 0.0
        self.asked: list[tuple[str, float]] = []
        self.sleeps: list[float] = []
        self.calls = 0
        self.seconds = 0.0
        self.regions: set[Region] = set()
        self._scripts = {"write": list(writes), "list": list(lists)}
        self.ambient = Ambient(self.clock, self.clock, self.sleep, lambda: drawn, {})

    def clock(self) -> float:
        """Return seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Pass this many seconds."""
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.now += seconds

    def import_key_pair(self, order: Order) -> Any:
        """Answer as the script has it."""
        self.regions.add(order.region)
        return self._next("write")

    def list_key_pairs(self, region: Region, deadline: Deadline, begun: Reading | None = None) -> Any:
        """Answer as the script has it."""
        self.regions.add(region)
        return self._next("list")

    def _next(self, what: str) -> Any:
        self.asked.append((what, self.now))
        script = self._scripts[what]
        outcome = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(outcome, Slow):
            self.now += outcome.seconds
            return outcome.outcome
        return outcome

    @property
    def course(self) -> str:
        """What was asked, in order: `w` for a write, `l` for a look-up."""
        return "".join(what[0] for what, _ in self.asked)

    def run(self, wanted: Order | None = None, budget: float = 20.0) -> Imported:
        """Import with this many seconds left."""
        deadline = Deadline(self.now + budget, self.clock)
        ledger, pace = Ledger(self), Pace(self.clock)
        return importer.import_key(
            wanted or order(), ledger, pace, deadline, self.ambient, lambda _n, _p: True
        )

    def problem(self, wanted: Order | None = None, budget: float = 20.0) -> problems.Problem:
        """Return what an import raises."""
        with pytest.raises(problems.Problem) as raised:
            self.run(wanted, budget)
        assert_well_put(raised.value)
        return raised.value
