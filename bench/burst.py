"""Bursts of real processes: `python -m bench.burst [--size N] [--runs N]`.

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
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from bench import events, upstream
from bench.instance import API_KEY
from local.columns import Help

#: How many imports CVM takes in a second.
LIMIT = 10

_HASH = hashlib.sha256(API_KEY.encode()).hexdigest()
_CALLERS = {"callers": [{"id": "bench", "auth": {"scheme": "api-key", "sha256": [_HASH]}}]}


class Kind(NamedTuple):
    """How many instances come at once, and how CVM refuses: with the `count`, or always with `limit+1`."""

    size: int
    message: str


class Result(NamedTuple):
    """The result of a burst: key pairs created, imports sent, and seconds until the last answer."""

    created: int
    calls: int
    last: float


def all_kinds(kinds: Sequence[Kind], runs: int) -> dict[Kind, list[Result]]:
    """Return the results of this many bursts of each kind; the kinds run beside each other."""
    # Each in a process of its own, for its own environment. A burst is idle but for its first instants.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(kinds), spawn) as pool:
        return dict(zip(kinds, pool.map(several, kinds, [runs] * len(kinds)), strict=True))


def several(kind: Kind, runs: int) -> list[Result]:
    """Return the results of this many bursts of one kind, one after the other."""
    with upstream.running(LIMIT, kind.message) as endpoint, environment(endpoint):
        return [run(endpoint, kind.size) for _ in range(runs)]


@contextlib.contextmanager
def environment(endpoint: str) -> Iterator[Path]:
    """Give this process, and those that it forks, the environment of the function; yield its callers file."""
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
        yield callers


def run(endpoint: str, size: int) -> Result:
    """Return the result of one burst of this many instances."""
    _warm_up()
    _control(endpoint, "POST", "reset")
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(size), context.SimpleQueue()
    crowd = [context.Process(target=_instance, args=(number, start, answers)) for number in range(size)]
    for process in crowd:
        process.start()
    replies = [answers.get() for _ in crowd]
    for process in crowd:
        process.join()
    calls = [call for call in _control(endpoint, "GET", "calls") if call["action"] == "ImportKeyPair"]
    begun = min(began for began, _, _ in replies)
    last = max(ended for _, ended, _ in replies) - begun
    return Result([status for *_, status in replies].count(201), len(calls), last)


def _warm_up() -> None:
    """Load everything that an import needs, so that forked instances have it; keep no connection."""
    from handler.upstream import transport
    from index import main_handler

    with quiet():
        main_handler(events.request({"keyName": "a", "publicKey": events.PUBLIC_KEY, "dryRun": True}), {})
    transport.forget()


def _instance(number: int, start: Any, answers: Any) -> None:
    from index import main_handler

    event = events.imports(f"burst_{number}")
    with quiet():
        start.wait()
        began = time.monotonic()
        reply: Any = main_handler(event, {"time_limit_in_ms": 30_000})
        ended = time.monotonic()
    answers.put((began, ended, reply["statusCode"]))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Suppress everything that is printed."""
    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
        yield


def _control(endpoint: str, method: str, what: str) -> Any:
    request = urllib.request.Request(f"{endpoint}/_control/{what}", method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def main() -> int:
    """Print each burst of both kinds; return 1 if an import has failed."""
    parser = argparse.ArgumentParser(
        "python -m bench.burst",
        description="Lets many instances import at the same moment, against the stand-in for CVM.",
        formatter_class=Help,
    )
    parser.add_argument("--size", type=int, default=100, help="instances in a burst (default: 100)")
    parser.add_argument("--runs", type=int, default=20, help="bursts of each kind (default: 20)")
    options = parser.parse_args()
    kinds = [Kind(options.size, message) for message in ("count", "limit+1")]
    results = all_kinds(kinds, options.runs)
    for kind in kinds:
        for burst in results[kind]:
            each = burst.calls / kind.size
            print(f"{kind.message}: {burst.created} created, {each:.2f} calls each, {burst.last:.1f} s")
    return 0 if all(burst.created == kind.size for kind in kinds for burst in results[kind]) else 1


if __name__ == "__main__":
    sys.exit(main())
