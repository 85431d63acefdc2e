"""A measured instance: one process that has the environment of SCF and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.subjects import BENCH, Subject
from bench.upstream import CREDENTIAL, HOST
from local.gateway import environment
from local.gateway.options import Options

API_KEY = "an-api-key-that-only-the-bench-knows"

_HASH = hashlib.sha256(API_KEY.encode()).hexdigest()

#: The entry of `callers.json` for whoever has the key.
CALLER = {"id": "bench", "auth": {"scheme": "api-key", "sha256": [_HASH]}}

_ROLE = (CREDENTIAL.secret_id, CREDENTIAL.secret_key, CREDENTIAL.token)
# Under callgrind a process is fifty times slower, so it gets all the time that there is.
_OPTIONS = Options(credentials=_ROLE, timeout=900, environment={"TIME_BUDGET_MS": "890000"})

#: valgrind's tools that count instructions. Figures are given in the counts of the first. Those of the second
#: are nearly the same and come sooner.
CALLGRIND = ("--tool=callgrind", "--callgrind-out-file=/dev/null")
CACHEGRIND = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")


class Cost(NamedTuple):
    """What one process has spent: see invoke.py."""

    reply: Any
    cpu: list[float]
    total: float
    peak: int
    modules: list[str]


class Instances:
    """Starts processes for a Python and an upstream; holds the callers file while it is open.

    Args:
        python: the interpreter, without packages of its own.
        endpoint: where CVM is, as the setting says it.
        callers: the callers file.
        port: where on this machine CVM's own name leads, or 0 for its real address.
        counter: what counts instructions, CALLGRIND or CACHEGRIND.
    """

    def __init__(
        self, python: Path, endpoint: str, callers: Path, port: int = 0, counter: Sequence[str] = CALLGRIND
    ) -> None:
        self._python = python
        self._endpoint = endpoint
        self._callers = callers
        self._port = port
        self._counter = counter

    def environ(self, subject: Subject) -> dict[str, str]:
        """Return the whole environment of a process, as SCF sets it."""
        own = {"CVM_ENDPOINT": self._endpoint, "CALLERS_FILE": str(self._callers)}
        if self._port:
            own["BENCH_ROUTE"] = json.dumps({HOST: self._port})
        options = _OPTIONS._replace(environment={**_OPTIONS.environment, **own})
        return {
            **environment.variables(options, subject.path[0]),
            **environment.role(options),
            "PYTHONPATH": os.pathsep.join(map(str, subject.path)),
        }

    @property
    def command(self) -> list[str]:
        """The command line that loads a subject and reads tasks."""
        return [str(self._python), str(BENCH / "invoke.py")]

    def start(self, subject: Subject) -> subprocess.Popen[str]:
        """Start a process that takes tasks until its input ends."""
        pipe = subprocess.PIPE
        environ = self.environ(subject)
        return subprocess.Popen(self.command, env=environ, cwd="/", stdin=pipe, stdout=pipe, text=True)

    def instructions(self, subject: Subject, events: Sequence[Any]) -> tuple[Cost, int]:
        """Hand the events to a fresh process under valgrind; return the cost and its instructions."""
        command = ["valgrind", *self._counter, *self.command]
        environ = {**self.environ(subject), "PYTHONHASHSEED": "0"}
        done = subprocess.run(
            command, env=environ, cwd="/", input=task(events), check=True, capture_output=True, text=True
        )
        (count,) = re.findall(r"I +refs: +([\d,]+)", done.stderr)
        return cost(done.stdout), int(count.replace(",", ""))


@contextmanager
def instances(
    python: Path, endpoint: str, port: int = 0, counter: Sequence[str] = CALLGRIND
) -> Iterator[Instances]:
    """Yield what starts processes that know one caller with one API key; see `Instances`."""
    folder = Path(tempfile.mkdtemp())
    try:
        callers = folder / "callers.json"
        callers.write_text(json.dumps({"callers": [CALLER]}), encoding="utf-8")
        yield Instances(python, endpoint, callers, port, counter)
    finally:
        shutil.rmtree(folder)


def task(events: Sequence[Any]) -> str:
    """Return the line that hands these events to a process."""
    context = environment.context(_OPTIONS, "request-of-the-bench")
    return json.dumps({"events": list(events), "context": context}) + "\n"


def cost(output: str) -> Cost:
    """Read what a process has printed; the function's own log lines are passed over."""
    (line,) = [line for line in output.splitlines() if line.startswith("=")]
    return Cost(**json.loads(line[1:]))


def valgrind() -> bool:
    """Tell whether instructions can be counted here."""
    return shutil.which("valgrind") is not None
