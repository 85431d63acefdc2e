"""A thousand objects in a minute: `python -m bench.drop_box [--objects N] [--seconds S]`.

Each object is one event and each event one invocation in a process of its own, as the COS trigger makes
them. CVM takes ten imports in each second and counts refused ones too, so they come faster than it takes
them. An event that is raised comes again a minute later, at most twice, as SCF does with asynchronous events
(https://cloud.tencent.com/document/product/583/41138). Nothing is simulated but CVM and COS.
"""

from __future__ import annotations

import argparse
import heapq
import json
import multiprocessing
import os
import queue
import sys
import time
import urllib.request
from typing import Any, NamedTuple

from bench import burst, events, upstream
from local.columns import Help

BUCKET = "keys-1250000000"
CALLERS = {
    "callers": [
        {"id": "bench", "auth": {"scheme": "trigger", "source": f"cos:{BUCKET}/in/", "results": "out/"}}
    ]
}

#: SCF's repeats of an event, and the seconds before each.
REPEATS, PAUSE = 2, 60.0


class Result(NamedTuple):
    """What became of the objects: imported, invocations, imports sent, the last one after (seconds)."""

    imported: int
    invocations: int
    calls: int
    last: float


def run(objects: int, seconds: float) -> Result:
    """Return the result of this many objects, put evenly within this many seconds."""
    with (
        upstream.running(burst.LIMIT) as cvm,
        upstream.objects() as store,
        burst.environment(cvm) as callers,
    ):
        callers.write_text(json.dumps(CALLERS), encoding="utf-8")
        os.environ["COS_ENDPOINT"] = store
        _warm_up(_put(store, "warm"))
        _control(cvm, "POST", "reset")
        return _deliver(cvm, [_put(store, f"object_{number}") for number in range(objects)], seconds)


def _deliver(cvm: str, sent: list[Any], seconds: float) -> Result:
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    due = [(number * seconds / len(sent), number) for number in range(len(sent))]
    deliveries = [0] * len(sent)
    imported, running, last, begun = 0, 0, 0.0, time.monotonic()
    while due or running:
        now = time.monotonic() - begun
        if due and due[0][0] <= now:
            number = heapq.heappop(due)[1]
            context.Process(target=_instance, args=(number, sent[number], answers)).start()
            deliveries[number], running = deliveries[number] + 1, running + 1
            continue
        try:
            number, ended = answers.get(timeout=due[0][0] - now if due else None)
        except queue.Empty:
            continue
        now, running = time.monotonic() - begun, running - 1
        if ended:
            imported, last = imported + 1, now
        elif deliveries[number] <= REPEATS:
            heapq.heappush(due, (now + PAUSE, number))
    calls = [call for call in _control(cvm, "GET", "calls") if call["action"] == "ImportKeyPair"]
    return Result(imported, sum(deliveries), len(calls), last)


def _instance(number: int, event: Any, answers: Any) -> None:
    answers.put((number, _imports(event)))


def _imports(event: Any) -> bool:
    """Hand an event to the function, and say whether its key pair is there; what it raises comes again."""
    from handler.triggers.delivery import Redeliver
    from index import main_handler

    with burst.quiet():
        try:
            ended: Any = main_handler(event, {"time_limit_in_ms": 30_000})
        except Redeliver:
            return False
    return set(ended) <= {"created", "unchanged"}


def _warm_up(event: Any) -> None:
    """Load everything that an import needs, so that forked instances have it; keep no connection."""
    from handler.upstream import transport

    if not _imports(event):
        raise ValueError("Expected the first object to be imported")
    transport.forget()


def _put(store: str, name: str) -> Any:
    """Put an object and return its event."""
    return _control(store, "PUT", f"objects/{BUCKET}/in/{name}.pub", events.PUBLIC_KEY.encode())


def _control(endpoint: str, method: str, what: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(f"{endpoint}/_control/{what}", body, method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def main() -> int:
    """Print what becomes of the objects; return 1 if one was not imported."""
    parser = argparse.ArgumentParser(
        "python -m bench.drop_box",
        description="Puts many objects into a bucket of the stand-in, one invocation for each.",
        formatter_class=Help,
    )
    parser.add_argument("--objects", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="within how long (default: 60)")
    options = parser.parse_args()
    result = run(options.objects, options.seconds)
    print(
        f"{result.imported} of {options.objects} imported in {result.invocations} invocations"
        f" with {result.calls} imports sent, the last after {result.last:.1f} s"
    )
    return 0 if result.imported == options.objects else 1


if __name__ == "__main__":
    sys.exit(main())
