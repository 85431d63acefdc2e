"""Where the instructions of a cold import go: one part after the other, in the order of a request."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.subjects import Subjects

#: What is loaded up to and with each part, on top of what stands before it.
_PARTS = (
    ("interpreter", "pass"),
    ("the function, up to a known caller's parsed JSON", "import index"),
    ("sshpubkeys, cryptography, ecdsa", "import sshpubkeys"),
    ("the way to CVM: sockets, HTTP", "import handler.cvm.client"),
    ("TLS", "import handler.upstream.tls"),
    ("the SDK's signature", "import tencentcloud.common.sign"),
)


class Part(NamedTuple):
    """One part and its millions of instructions."""

    name: str
    millions: float


def parts(subjects: Subjects, whole: float) -> list[Part]:
    """Count each part; what is left of the `whole` is the work itself."""
    counted = [
        _count(subjects, "; ".join(code for _, code in _PARTS[: end + 1])) for end in range(len(_PARTS))
    ]
    steps = [after - before for before, after in zip([0.0, *counted], counted, strict=False)]
    found = [Part(name, step) for (name, _), step in zip(_PARTS, steps, strict=True)]
    rest = Part("the import itself: checks, connection, certificates, reply, log", whole - counted[-1])
    return [*found, rest]


def _count(subjects: Subjects, code: str) -> float:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(subjects.python)]
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "x",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(subjects.ours.path[0]),
    }
    done = subprocess.run(
        [*command, "-W", "ignore", "-c", code],
        env=environ,
        cwd=Path("/"),
        check=True,
        capture_output=True,
        text=True,
    )
    (count,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(count) / 1e6
