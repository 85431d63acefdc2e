"""The function as `make package` would make it for the newest Python at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.subjects import ROOT, Subject, bare_python
from package import build, runtime

_MAKING = """
import sys
from pathlib import Path
from package import ROOT
from package.__main__ import make
make(ROOT, Path(sys.argv[1]), ROOT / "dist")
"""


class Newest(NamedTuple):
    """A version such as `3.13`, its interpreter without packages, and the function for it."""

    version: str
    python: Path
    subject: Subject


def prepare(folder: Path) -> tuple[Newest, ...]:
    """Make the function for the newest Python, with its wheels and its byte code.

    Returns:
        One, or none where no newer Python than SCF's is at hand.
    """
    asked = subprocess.run(["local/find-python", "newest"], cwd=ROOT, capture_output=True, text=True)
    executable = asked.stdout.strip()
    if not executable:
        return ()
    command = [executable, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if version == runtime.VERSION:
        return ()
    environ = {**os.environ, "PACKAGE_PYTHON": version}
    subprocess.run([sys.executable, "-c", _MAKING, folder], cwd=ROOT, env=environ, check=True)
    function = folder / "function"
    # The process above has compiled for its own Python.
    build.compile_all(function, executable)
    return (Newest(version, bare_python(folder / "bare", executable), Subject("newest", (function,))),)
