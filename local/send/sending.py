"""Sends what is wanted, up to a hundred at a time, and waits and repeats what may succeed later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from local.send.client import Reply, post
from local.send.credential import Credential
from local.send.wanted import Wanted

#: So many keys the function takes in one request.
MOST = 100

#: What may succeed when the same is sent again, without anybody mending anything.
_PASSING = (502, 503, 504)

#: How long to wait where the answer does not say, in seconds.
_USUAL_WAIT = 5


class Outcome(NamedTuple):
    """What became of one key: a status and a body in the function's form."""

    wanted: Wanted
    status: int
    body: Mapping[str, Any]

    @property
    def is_done(self) -> bool:
        """Whether the key pair is there now; in a dry run, whether it could be."""
        return "result" in self.body

    @property
    def is_passing(self) -> bool:
        """Whether the very same may succeed later."""
        return self.body.get("retryable") is True


class Line(NamedTuple):
    """Where to send to, as whom, and the clock and the sleep to do it by."""

    url: str
    credential: Credential
    timeout: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def send(self, value: object, *, now: float | None = None, sign_for: bytes | None = None) -> Reply:
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

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def written(value: object) -> bytes:
    """Return a JSON value as it is sent: ASCII, without blanks, as most programs would write it again."""
    return json.dumps(value, separators=(",", ":")).encode()


def send_all(
    line: Line, wanted: Sequence[Wanted], patience: float, progress: Callable[[int, str], None]
) -> Iterator[Outcome]:
    """Yield an outcome for each key, in order; all of them go out in requests of up to a hundred.

    Args:
        line: where to, and as whom.
        wanted: the keys.
        patience: for how many seconds in all to wait and send again what may succeed later.
        progress: is told how many are settled, and what is being waited for.

    Raises:
        UnreachableError: no answer came.
        NotOursError: the caller is not known, or something else answers there.
    """
    settled = 0
    for start in range(0, len(wanted), MOST):
        outcomes = _sent(line, wanted[start : start + MOST])
        while (pause := _pause(outcomes)) is not None and pause <= patience:
            patience -= pause
            waiting = [index for index, outcome in enumerate(outcomes) if outcome.status in _PASSING]
            progress(settled + len(outcomes) - len(waiting), f"{len(waiting)} wait {pause} s")
            line.sleep(pause)
            again = _sent(line, [outcomes[index].wanted for index in waiting])
            for index, outcome in zip(waiting, again, strict=True):
                outcomes[index] = outcome
        settled += len(outcomes)
        progress(settled, "")
        yield from outcomes


def _pause(outcomes: Sequence[Outcome]) -> int | None:
    """Return how long to wait before sending again what may succeed then, or None if nothing may."""
    waits = [outcome.body.get("retryAfter") for outcome in outcomes if outcome.status in _PASSING]
    return max((wait if isinstance(wait, int) else _USUAL_WAIT for wait in waits), default=None)


def _sent(line: Line, wanted: Sequence[Wanted]) -> list[Outcome]:
    if len(wanted) == 1:
        reply = line.send(wanted[0].members)
        _require_ours(reply)
        return [Outcome(wanted[0], reply.status, reply.body)]
    reply = line.send([one.members for one in wanted])
    _require_ours(reply)
    results = reply.body.get("results")
    if results is None:
        # One problem stands for all of them.
        return [Outcome(one, reply.status, reply.body) for one in wanted]
    try:
        pairs = [(item["status"], dict(item["body"])) for item in results]
        return [Outcome(one, *pair) for one, pair in zip(wanted, pairs, strict=True)]
    except (TypeError, KeyError, ValueError):
        raise NotOursError(reply) from None


def _require_ours(reply: Reply) -> None:
    if not reply.is_ours() or reply.status == 401:
        raise NotOursError(reply)
