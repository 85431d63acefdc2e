"""A burst of real processes: `python -m bench.burst [--size N] [--runs N]`.

That many warm instances hand one request each to `index.main_handler` at the same instant; the CVM
stand-in takes ten imports in each second and counts refused ones too. Nothing is simulated but CVM.
`bench/throttle_simulation.py` shows the same policy for more sizes, in no time.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench import events, upstream
from bench.instance import API_KEY

#: How many imports CVM takes in a second.
LIMIT = 10

_HASH = hashlib.sha256(API_KEY.encode()).hexdigest()
_CALLERS = {"callers": [{"id": "bench", "auth": {"scheme": "api-key", "sha256": [_HASH]}}]}


class Result(NamedTuple):
    """What became of a burst: the created key pairs, the imports sent, the last answer after (seconds)."""

    created: int
    calls: int
    last: float


@contextlib.contextmanager
def environment(endpoint: str) -> Iterator[None]:
    """Let this process, and those that it forks, have the environment of the function."""
    with tempfile.TemporaryDirectory() as folder:
        callers = Path(folder) / "callers.json"
        callers.write_text(json.dumps(_CALLERS), encoding="utf-8")
        os.environ.update(
            CVM_ENDPOINT=endpoint,
            CALLERS_FILE=str(callers),
            TENCENTCLOUD_REGION="ap-guangzhou",
            TENCENTCLOUD_SECRETID=upstream.CREDENTIAL.secret_id,
            TENCENTCLOUD_SECRETKEY=upstream.CREDENTIAL.secret_key,
            TENCENTCLOUD_SESSIONTOKEN=upstream.CREDENTIAL.token,
        )
        yield


def run(endpoint: str, size: int) -> Result:
    """Return what becomes of one burst of so many instances."""
    _warm_up()
    _control(endpoint, "POST", "reset")
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(size), context.SimpleQueue()
    crowd = [context.Process(target=_instance, args=(number, start, answers)) for number in range(size)]
    for process in crowd:
        process.start()
    told = [answers.get() for _ in crowd]
    for process in crowd:
        process.join()
    calls = [call for call in _control(endpoint, "GET", "calls") if call["action"] == "ImportKeyPair"]
    begun = min(began for began, _, _ in told)
    last = max(ended for _, ended, _ in told) - begun
    return Result([status for *_, status in told].count(201), len(calls), last)


def _warm_up() -> None:
    """Load everything that an import needs, so that forked instances have it; keep no connection."""
    from handler import cvm_transport
    from index import main_handler

    with _quiet():
        main_handler(events.request({"keyName": "a", "publicKey": events.PUBLIC_KEY, "dryRun": True}), {})
    cvm_transport.forget()


def _instance(number: int, start: Any, answers: Any) -> None:
    from index import main_handler

    event = events.imports(f"burst_{number}")
    with _quiet():
        start.wait()
        began = time.monotonic()
        reply: Any = main_handler(event, {"time_limit_in_ms": 30_000})
        ended = time.monotonic()
    answers.put((began, ended, reply["statusCode"]))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
        yield


def _control(endpoint: str, method: str, what: str) -> Any:
    request = urllib.request.Request(f"{endpoint}/_control/{what}", method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def main() -> int:
    """Print each burst and the figures of all; return 1 if one of a hundred misses what it must be."""
    parser = argparse.ArgumentParser(prog="python -m bench.burst")
    parser.add_argument("--size", type=int, default=100, help="instances in a burst (default: 100)")
    parser.add_argument("--runs", type=int, default=20, help="bursts of each kind (default: 20)")
    options = parser.parse_args()
    reached = True
    for message, slack, most in (("count", 1.5, 2.1), ("limit+1", 1.8, 3.2)):
        with upstream.running(LIMIT, message) as endpoint, environment(endpoint):
            results = []
            for _ in range(options.runs):
                results.append(run(endpoint, options.size))
                created, calls, last = results[-1]
                print(f"{message}: {created} created, {calls / options.size:.2f} calls each, {last:.1f} s")
        each = statistics.mean(result.calls for result in results) / options.size
        last = max(result.last for result in results)
        print(
            f"{message}: all created: {all(result.created == options.size for result in results)};"
            f" {each:.2f} calls each; the last after {last:.1f} s at most,"
            f" {statistics.mean(result.last for result in results):.1f} s on average\n",
            flush=True,
        )
        ideal = options.size / LIMIT
        reached = reached and all(result.created == options.size for result in results)
        reached = reached and (options.size != 100 or (each <= most and last <= slack * ideal))
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
