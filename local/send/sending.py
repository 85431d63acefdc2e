"""Sends what is wanted, a few requests at a time, and waits and repeats what may succeed later."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from local.send.client import FunctionReply, UnreachableError, post
from local.send.credential import CallerCredential
from local.send.pace import SendingPace
from local.send.wanted import KeyToSend

#: The keys of one request. The function takes 100, but then the first results would come late.
TOGETHER = 20

#: The requests that are sent at the same time: while one waits for CVM, another one can be answered.
ABREAST = 4

#: Codes after which the same request may succeed later, without any change.
_PASSING = (502, 503, 504)

#: How long to wait where the answer does not say, in seconds.
_USUAL_WAIT = 5


class KeyOutcome(NamedTuple):
    """What became of one key: a status and a body in the function's form."""

    wanted: KeyToSend
    status: int
    body: Mapping[str, Any]

    @property
    def is_done(self) -> bool:
        """Whether the key pair is there now; in a dry run, whether it could be."""
        return "result" in self.body

    @property
    def account(self) -> str:
        """The account that it went to, or should have gone to; empty where it is the function's choice."""
        return str(self.body.get("account") or self.wanted.members.get("account") or "")

    @property
    def is_passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.body.get("retryable") is True


class Line(NamedTuple):
    """Where to send to, as which caller, and with which clock and sleep."""

    url: str
    credential: CallerCredential
    timeout: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def send(
        self, value: object, *, now: float | None = None, sign_for: bytes | None = None
    ) -> FunctionReply:
        """Return the answer to a JSON value.

        Args:
            value: what to send.
            now: the time to sign with; without it, now.
            sign_for: the bytes to sign instead of those that are sent.

        Raises:
            UnreachableError: no answer came.
        """
        body = written(value)
        moment = self.clock() if now is None else now
        headers = self.credential.headers(body if sign_for is None else sign_for, moment)
        return post(self.url, body, headers, self.timeout)


class NotOursError(Exception):
    """The answer to all keys at once is not one to go on with; the reply is in `reply`."""

    def __init__(self, reply: FunctionReply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def written(value: object) -> bytes:
    """Return a JSON value as it is sent: ASCII, without blanks, as most programs would write it again."""
    return json.dumps(value, separators=(",", ":")).encode()


def send_all(
    line: Line, wanted: Sequence[KeyToSend], patience: float, progress: Callable[[int, str], None]
) -> Iterator[tuple[int, KeyOutcome]]:
    """Yield the place of each key and its outcome, as they are settled.

    Args:
        line: where to, and as whom.
        wanted: the keys.
        patience: for how many seconds in all to wait and send again what may succeed later.
        progress: is told how many more are settled, and what is being waited for.

    Raises:
        UnreachableError: no answer came.
        NotOursError: the caller is not known, or something else answers there.
    """
    left = list(range(len(wanted)))
    while left:
        passing: list[tuple[int, KeyOutcome]] = []
        for places, outcomes in _round(line, wanted, left):
            for place, outcome in zip(places, outcomes, strict=True):
                if outcome.status in _PASSING:
                    passing.append((place, outcome))
                else:
                    progress(1, "")
                    yield place, outcome
        pause = _pause([outcome for _, outcome in passing])
        if pause is None or pause > patience:
            progress(len(passing), "")
            yield from passing
            return
        patience -= pause
        progress(0, f"{len(passing)} wait {pause} s")
        line.sleep(pause)
        left = sorted(place for place, _ in passing)


def _round(
    line: Line, wanted: Sequence[KeyToSend], places: Sequence[int]
) -> Iterator[tuple[Sequence[int], Sequence[KeyOutcome]]]:
    """Yield the places of the keys of each request, and what became of them, as the answers come in.

    The first request goes alone: where the caller is not known, the others need not be sent.
    """
    parts = [places[start : start + TOGETHER] for start in range(0, len(places), TOGETHER)]
    answers: queue.SimpleQueue[tuple[Sequence[int], Sequence[KeyOutcome] | Exception]] = queue.SimpleQueue()

    def ask(part: Sequence[int]) -> None:
        try:
            answers.put((part, _sent(line, [wanted[place] for place in part])))
        except (UnreachableError, NotOursError) as problem:
            answers.put((part, problem))

    pace = SendingPace(line.clock(), len(wanted))
    under_way = 0
    failure: Exception | None = None
    for number, part in enumerate(parts):
        if wait := pace.wait(0 if wanted[part[0]].is_dry else len(part), line.clock()):
            line.sleep(wait)
        # A thread that still waits for its answer does not keep an interrupted command from ending.
        threading.Thread(target=ask, args=(part,), daemon=True).start()
        under_way += 1
        while under_way and (number == 0 or under_way == ABREAST or number == len(parts) - 1):
            answered, outcomes = answers.get()
            under_way -= 1
            if isinstance(outcomes, Exception):
                failure = failure or outcomes
                continue
            pace.give_back(sum(not _is_import(outcome) for outcome in outcomes))
            yield answered, outcomes
        if failure:
            break
    while under_way:
        answered, outcomes = answers.get()
        under_way -= 1
        if not isinstance(outcomes, Exception):
            yield answered, outcomes
    if failure:
        raise failure


def _is_import(outcome: KeyOutcome) -> bool:
    """Say whether CVM may have counted an import for a key, or none was counted here to begin with."""
    is_asked = outcome.status == 201 or outcome.status >= 500 or "cvmCode" in outcome.body
    return is_asked or outcome.wanted.is_dry


def _pause(outcomes: Sequence[KeyOutcome]) -> int | None:
    """Return how long to wait before sending again what may succeed then, or None if nothing may."""
    waits = [outcome.body.get("retryAfter") for outcome in outcomes if outcome.status in _PASSING]
    return max((wait if isinstance(wait, int) else _USUAL_WAIT for wait in waits), default=None)


def _sent(line: Line, wanted: Sequence[KeyToSend]) -> list[KeyOutcome]:
    if len(wanted) == 1:
        reply = line.send(wanted[0].members)
        _require_ours(reply)
        return [KeyOutcome(wanted[0], reply.status, reply.body)]
    reply = line.send([row.members for row in wanted])
    _require_ours(reply)
    results = reply.body.get("results")
    if results is None:
        # One problem stands for all of them.
        return [KeyOutcome(row, reply.status, reply.body) for row in wanted]
    try:
        pairs = [(item["status"], dict(item["body"])) for item in results]
        return [KeyOutcome(row, *pair) for row, pair in zip(wanted, pairs, strict=True)]
    except (TypeError, KeyError, ValueError):
        raise NotOursError(reply) from None


def _require_ours(reply: FunctionReply) -> None:
    if not reply.is_ours() or reply.status == 401:
        raise NotOursError(reply)
