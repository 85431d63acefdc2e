"""bench/RESULTS.md: what was measured, on what, how, and whether it is what it must be."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.subjects import ROOT


class Figure(NamedTuple):
    """One row of the summary: what it is, what it must reach, what was measured, and if that does."""

    name: str
    goal: str
    measured: str
    reached: bool


def at_most(name: str, value: float, limit: float, unit: str = "") -> Figure:
    """Return the row of a figure that must not exceed its limit."""
    return Figure(name, f"≤ {limit:g}{unit}", f"{value:.2f}{unit}", value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "") -> Figure:
    """Return the row of a figure that must not fall below its limit."""
    return Figure(name, f"≥ {limit:g}{unit}", f"{value:.2f}{unit}", value >= limit)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def summary(figures: Iterable[Figure]) -> str:
    """Return the table of all figures."""
    head = ["figure", "must reach", "measured", "reached"]
    return table(head, [[*figure[:3], "yes" if figure.reached else "**no**"] for figure in figures])


def machine() -> str:
    """Return what the figures were measured on, and with what."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    versions = re.findall(r"^([a-z-]+)==(\S+)", lock, re.MULTILINE)
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    python = f"CPython {platform.python_version()}, {platform.python_compiler()}"
    rows = [
        ["measured", time.strftime("%Y-%m-%d", time.gmtime())],
        ["machine", f"{_processor()}, {os.cpu_count()} cores, {system}"],
        ["interpreter", f"{python}, without packages of its own"],
        ["callgrind", _first_line(["valgrind", "--version"])],
        ["packages", ", ".join(f"{name} {version}" for name, version in versions)],
    ]
    return table(["", ""], rows)


def _processor() -> str:
    processors = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*: (.*)$", processors, re.MULTILINE)
    return found[1] if found else platform.machine()


def _first_line(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except FileNotFoundError:
        return "missing"


METHOD = """\
- **Instructions** are those of a fresh process under `valgrind --tool=callgrind` with `PYTHONHASHSEED=0`,
  from exec to the end; two counts differ by less than 0.1 %, on whatever else the machine is doing. Each
  process has SCF's environment (`PYTHONDONTWRITEBYTECODE=x`, nothing of this shell's), runs on a bare
  virtual environment of SCF's CPython, finds `index` and the packages on `PYTHONPATH`, and gets one
  Function URL event. Upstream is the CVM stand-in in a process of its own, with real signatures, and with
  rate, quota and duplicate keys off.
- **HTTPS** is TLS 1.3 to that stand-in under CVM's own name. Its authority is made for the run and added to
  what each handler trusts, where that handler looks: a file in `certificates/`, a line in certifi's bundle.
  Only the look-up of the name is led to this machine.
- **Times** are taken in turns: one of each, over and over, so that a slow minute hits all alike. Of cold
  starts the best of all rounds is given, of warm calls the median and the best twentieth; both are
  processor time unless it says wall.
- **ours** is the unpacked `dist/function.zip`. **baseline** is [bench/baseline](baseline/index.py), what
  one writes from the READMEs of the three packages, with the same versions, laid out by `pip install -t`,
  without byte code for SCF's Python as nobody makes any. It has no callers, no look-ups and no time limits.
  **standard library** is [bench/floor](floor/index.py): the same import by hand. **bare SDK call** is
  [bench/sdk_call](sdk_call/index.py): the generic client, kept, with the request in and the reply out,
  and nothing checked.
"""


def write(path: Path, figures: Sequence[Figure], sections: Sequence[tuple[str, str]]) -> None:
    """Write the page; the sections are heading and text, in order."""
    parts = ["# Results\n", "Made by `make bench`. README quotes the ratios.\n", summary(figures)]
    parts += [f"## {heading}\n\n{text}" for heading, text in sections]
    parts += [f"## Method\n\n{METHOD}", f"## Machine and versions\n\n{machine()}"]
    path.write_text("\n".join(parts), encoding="utf-8")
    print("\n".join(parts[:3]), file=sys.stdout)
