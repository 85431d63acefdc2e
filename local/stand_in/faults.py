"""Faults on demand: what goes wrong with which call.

A `Fault` waits for calls of its action; when its turn comes, it becomes the `Plan` of that one call. Kinds
can be joined with `+`: `rival-name+drop-after` lets somebody else take the name and then loses the reply.
Each stand-in adds kinds of its own to those that all have in common.
"""

from __future__ import annotations

import random
import threading
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """A rule for calls of one action (`*` for any), counted from when the rule is set.

    `nth` is the first call that it concerns, 1 being the next; `times` how many calls, None for all
    that follow. With `probability` below 1 each of these is hit by chance, from a generator with `seed`.
    With an `account` only calls in that account count. The other members are what the kinds of faults name
    in backquotes.
    """

    action: str
    kind: str
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0
    status: int = 502
    code: str = "InternalError"
    asked: int = 11
    content_type: str = "application/json; charset=utf-8"
    account: str = ""


class Plan(NamedTuple):
    """What happens to one call, in the order of the members; how long and how much the fault says."""

    fault: Fault = Fault("", "")
    wait: bool = False
    somebody: str = ""
    execute: bool = True
    late: bool = False
    wait_after: bool = False
    error: str = ""
    without: str = ""
    page: bool = False
    http_error: bool = False
    retype: bool = False
    end: str = ""


#: Names of faults, each with what it does, for people, and the members of `Plan` that it sets.
Kinds = dict[str, tuple[str, dict[str, Any]]]

# Each of these comes in two forms: NAME-before, not executed, and NAME-after, executed.
_EITHER: Kinds = {
    "drop": ("connection closed without a reply", {"end": "drop"}),
    "reset": ("connection reset without a reply", {"end": "reset"}),
    "http-error": ("a page with HTTP `status`", {"page": True, "http_error": True}),
    "html": ("a page with HTTP status 200", {"page": True}),
    "internal-error": ("InternalError", {"error": "InternalError"}),
    "error": ("the error `code`", {"error": "`code`"}),
}

COMMON: Kinds = {
    "delay-before": ("waits `seconds`, then executes, even if the client has gone", {"wait": True}),
    "delay-after": ("executes, and answers `seconds` later", {"wait_after": True}),
    "late-write": (
        "executes `seconds` later; now closes the connection, or answers as a kind joined to it does",
        {"late": True, "execute": False, "end": "drop"},
    ),
    **{
        name + when: (f"{says}; {done}", {**sets, "execute": done == "executed"})
        for name, (says, sets) in _EITHER.items()
        for when, done in (("-before", "not executed"), ("-after", "executed"))
    },
    "truncated": ("half of the reply's body, then closed; executed", {"end": "truncate"}),
    "dribbled": ("the reply's body in pieces over `seconds`; executed", {"end": "dribble"}),
    "content-type": ("the reply called `content_type`; executed", {"retype": True}),
}


def plan(fault: Fault, kinds: Kinds) -> Plan:
    """Return what a fault means for one call; raise ValueError for a kind that does not exist."""
    sets: dict[str, Any] = {}
    for part in fault.kind.split("+"):
        if part not in kinds:
            raise ValueError(f"there is no such kind of fault; there are {', '.join(kinds)}")
        sets.update(kinds[part][1])
    if sets.get("error") == "`code`":
        sets["error"] = fault.code
    if sets.get("late") and (sets.get("error") or sets.get("page")):
        sets["end"] = ""
    return Plan(fault, **sets)


class _Rule:
    """A fault with what has happened to it so far."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.left = fault.times
        self.chance = random.Random(fault.seed)

    def concerns(self, action: str, account: str) -> bool:
        """Return whether calls of this action in this account count."""
        return self.fault.action in (action, "*") and self.fault.account in (account, "")

    def strikes(self) -> bool:
        """Say whether the fault concerns this call, by turn and by chance; if so, count one use."""
        if self.seen < self.fault.nth or self.left == 0:
            return False
        if self.fault.probability < 1 and self.chance.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The rules that are set, in their order; at most one of them concerns a call."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []

    def add(self, fault: Fault) -> None:
        """Set a rule; raise ValueError if it could never make sense."""
        plan(fault, self._kinds)
        with self._lock:
            self._rules.append(_Rule(fault))

    def next(self, action: str, account: str = "") -> Plan:
        """Return the plan of one call; without a rule for it, the undisturbed one."""
        with self._lock:
            concerned = [rule for rule in self._rules if rule.concerns(action, account)]
            for rule in concerned:
                rule.seen += 1
            struck = next((rule for rule in concerned if rule.strikes()), None)
            self._rules = [rule for rule in self._rules if rule.left != 0]
        return plan(struck.fault, self._kinds) if struck else Plan()

    def waiting(self) -> list[Fault]:
        """List the rules that can still strike."""
        with self._lock:
            return [rule.fault for rule in self._rules]

    def clear(self) -> None:
        """Drop all rules."""
        with self._lock:
            self._rules.clear()
