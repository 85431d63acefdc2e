"""What importing means: one key pair per name, never another key under it, and only true answers.

CVM has no idempotency token, no fingerprint and no dry run, and it loses replies; the account's key
pairs are the only store. So an import is sent first, and whenever its answer leaves anything open,
the account is listed and compared with what was asked for (`handler.importing.decision`).

`created` is said only of a KeyId that CVM gave to this very request; what a look-up proves is
`unchanged`. Once a write of a request is in doubt, only a look-up can say that nothing was written.
"""

from __future__ import annotations

import math
from functools import partial

from handler.deadline import Deadline
from handler.importing.account import (
    CHANGING,
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
from handler.importing.decision import Imported, compare, would_create
from handler.importing.waiting import IMPORT, LIST, Pace, Waits
from handler.problems import (
    Misconfigured,
    OutcomeUnknown,
    UpstreamBusy,
    UpstreamError,
    UpstreamUnreachable,
)
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.ambient import Ambient
    from handler.importing.decision import MayKnow
    from handler.importing.ledger import Ledger
    from handler.importing.order import Order, Region
    from handler.importing.reading import Reading
    from handler.problems import Problem

#: Imports after the first one that may follow a look-up which found nothing.
MORE_IMPORTS = 3

#: With less time left (seconds) nothing is sent any more: the answer would come too late.
LEAST_FOR_AN_IMPORT = 0.3
LEAST_FOR_A_LOOK_UP = 0.15

#: A sleep may end this much too late (seconds); a wait fits if the next call still starts in time.
WAKING = 0.05

#: The look-ups in a row that may be answered with nonsense before the request ends, where no write is in
#: doubt.
_NONSENSE = 3

#: Seconds to wait for a CVM that cannot be reached.
_UNREACHABLE = 5


def import_key(
    order: Order, ledger: Ledger, pace: Pace, deadline: Deadline, ambient: Ambient, may_know: MayKnow
) -> Imported:
    """Import one key pair, or find out what a real import would do if the order is a dry run.

    Undisturbed, an import is one upstream call.

    Args:
        order: what a caller has been granted.
        ledger: the account, with what is known of it; see `handler.importing.account`.
        pace: until when CVM should not be asked again; noted where a wait does not fit any more.
        deadline: the moment by which this returns or raises.
        ambient: clock, sleep and randomness.
        may_know: whether this caller may know a key pair with that name and project.

    Raises:
        Problem: every answer but `created` and `unchanged`.
    """
    course = _Course(ledger, pace, order.region, deadline, ambient)
    if order.dry_run:
        listing = course.look_up()
        return _found(order, ledger, may_know) or would_create(order, listing.request_id)
    for _ in range(1 + MORE_IMPORTS):
        outcome = course.write(order)
        if isinstance(outcome, Created):
            return Imported("created", outcome.key_id, order.project_id, order.tags, (), outcome.request_id)
        if isinstance(outcome, (Refused, _TooLate)) and not course.in_doubt:
            raise outcome.problem
        course.look_up()
        if found := _found(order, ledger, may_know):
            return found
        if isinstance(outcome, _TooLate):
            raise course.unsettled(_busy(1))
        if isinstance(outcome, (Refused, Full)):
            raise outcome.problem
        course.pause()
    # No import is left, but a write that is late may have landed in the pause.
    course.look_up()
    if found := _found(order, ledger, may_know):
        return found
    raise course.unsettled(_busy(1))


def look_up(ledger: Ledger, region: Region, deadline: Deadline, ambient: Ambient) -> None:
    """Fill the ledger with all key pairs of the account, for an answer to many orders at once.

    It takes at most half the time left, so that the orders can still be decided without it. A wait that does
    not fit into this half may fit into the whole time, so it is not noted in the pace.

    Raises:
        Problem: they cannot be had.
    """
    half = Deadline(deadline.clock() + deadline.left() / 2, deadline.clock)
    _Course(ledger, Pace(deadline.clock), region, half, ambient).look_up()


def list_all(ledger: Ledger, region: Region, deadline: Deadline, ambient: Ambient) -> Listing:
    """Return all key pairs of the account, where they are all that is wanted.

    Raises:
        Problem: they cannot be had.
    """
    return _Course(ledger, Pace(deadline.clock), region, deadline, ambient).look_up()


def _found(order: Order, ledger: Ledger, may_know: MayKnow) -> Imported | None:
    """Decide from what is known of the account; None where neither name nor key is there."""
    return compare(order, ledger.near(order), may_know)


class _TooLate(NamedTuple):
    """Nothing was written, and another try does not fit into the time that is left."""

    problem: Problem


class _Course:
    """The course of one request: the tries and waits so far, and whether a write is in doubt."""

    def __init__(
        self, ledger: Ledger, pace: Pace, region: Region, deadline: Deadline, ambient: Ambient
    ) -> None:
        self.in_doubt = False
        self._wrote = False
        self._ledger = ledger
        self._pace = pace
        self._region = region
        self._deadline = deadline
        self._sleep = ambient.sleep
        self._new_waits = partial(Waits, ambient.random, ambient.monotonic)
        self._waits = self._new_waits()

    def write(self, order: Order) -> Created | Duplicate | Full | Refused | Unanswered | Nonsense | _TooLate:
        """Import until CVM has decided, a write is in doubt, or no time is left for another try."""
        self._wrote = True
        problem: Problem = _busy(1)
        while self._deadline.left() >= LEAST_FOR_AN_IMPORT:
            outcome = self._ledger.import_key_pair(order)
            if not isinstance(outcome, (Throttled, Unreached)):
                self.in_doubt = self.in_doubt or isinstance(outcome, (Unanswered, Nonsense))
                return outcome
            room = self._room(LEAST_FOR_AN_IMPORT)
            wait, problem = self._setback(outcome, room)
            if wait <= room:
                self._sleep(wait)
                continue
            self._pace.hold(IMPORT, problem.retry_after)
            if self.in_doubt:
                # The write in doubt may still arrive, so a late look-up shows more than an early one.
                self._sleep(max(0.0, room))
            break
        return _TooLate(problem)

    def look_up(self) -> Listing:
        """List the account's key pairs; try again as long as the time allows.

        Raises:
            Problem: they cannot be had.
        """
        problem: Problem = _busy(1)
        nonsense, last = 0, False
        reading: Reading | None = None
        while self._deadline.left() >= LEAST_FOR_A_LOOK_UP:
            outcome = self._ledger.list_key_pairs(self._region, self._deadline, reading)
            if isinstance(outcome, Listing):
                return outcome
            if not isinstance(outcome, Refused):
                if outcome.reading and outcome.reading.length > (reading.length if reading else 0):
                    # A list of many pages meets CVM's limit once a second; that does not mean that many
                    # instances are calling.
                    nonsense, self._waits = 0, self._new_waits()
                reading = outcome.reading
            room = self._room(LEAST_FOR_A_LOOK_UP)
            wait, problem = self._setback(outcome, room)
            nonsense = nonsense + 1 if isinstance(outcome, Nonsense) else 0
            believed = isinstance(outcome, Refused) or nonsense == _NONSENSE or wait > room
            if wait > room:
                self._pace.hold(LIST, problem.retry_after)
            # After a doubtful write, all the time is used, up to a last look-up at its end.
            if last or room < 0 or (believed and not self.in_doubt):
                break
            last = wait > room
            self._sleep(min(wait, room))
        if self.in_doubt or not self._wrote or isinstance(problem, (Misconfigured, UpstreamBusy)):
            raise self.unsettled(problem)
        raise _busy(1)

    def _setback(
        self, outcome: Throttled | Unreached | Unanswered | Nonsense | Refused, room: float
    ) -> tuple[float, Problem]:
        """Return the seconds to wait before the next try, and the problem if there is none."""
        if isinstance(outcome, Throttled):
            wait = self._waits.after_throttle(outcome, room)
            return wait, _busy(wait)
        wait = self._waits.after_failure()
        if isinstance(outcome, Refused):
            return wait, outcome.problem
        if isinstance(outcome, Nonsense):
            return wait, _busy(wait) if outcome.cause == CHANGING else _unreadable(outcome.cause)
        return wait, _unreachable(outcome.cause)

    def _room(self, least: float) -> float:
        """Return the longest wait (seconds) after which there is still time for another call."""
        return self._deadline.left() - least - WAKING

    def pause(self) -> None:
        """Wait a little, so that an earlier write can arrive."""
        self._sleep(max(0.0, min(self._waits.after_failure(), self._room(LEAST_FOR_AN_IMPORT))))

    def unsettled(self, problem: Problem) -> Problem:
        """Return the problem, or `outcome-unknown` where a write is in doubt."""
        if not self.in_doubt:
            return problem
        return OutcomeUnknown(
            Sentence(
                "The import was sent to CVM, but no answer came that can be relied on, and looking for the"
                " key pair did not settle it in time. It may be there or not."
            ),
            Sentence(
                "Send the same request again: it finds the key pair if it is there, and imports it if not."
            ),
            cvm_code=problem.cvm_code,
            cvm_request_id=problem.cvm_request_id,
            cause=problem.cause,
        )


def _busy(wait: float) -> Problem:
    return UpstreamBusy(
        Sentence("CVM is too busy to settle this request in the time that it has. Nothing was written."),
        Sentence("Send the same request again after the seconds that retryAfter names."),
        retry_after=max(1, math.ceil(wait)),
    )


def _unreachable(cause: str) -> Problem:
    return UpstreamUnreachable(
        Sentence("CVM could not be reached, or did not answer. Nothing was written."),
        Sentence("Send the same request again later."),
        retry_after=_UNREACHABLE,
        cause=cause,
    )


def _unreadable(cause: str) -> Problem:
    return UpstreamError(
        Sentence("CVM's list of key pairs cannot be read. Nothing was written."),
        Sentence("Send the same request again later."),
        cause=cause,
    )
