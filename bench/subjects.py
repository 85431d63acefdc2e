"""What is measured: the function as it is deployed, and what it is measured against."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from package import certificates, runtime

ROOT = Path(__file__).resolve().parent.parent
BENCH = Path(__file__).resolve().parent


class Subject(NamedTuple):
    """One handler to measure; `path` is where its process finds `index` and the packages."""

    name: str
    path: tuple[Path, ...]


class Subjects(NamedTuple):
    """All of them, and the interpreter without packages that runs them."""

    python: Path
    ours: Subject
    baseline: Subject
    sdk_call: Subject
    floor: Subject


def prepare(archive: Path, folder: Path) -> Subjects:
    """Lay out all subjects below `folder`, ours from the zip that is deployed."""
    python = bare_python(folder / "bare")
    function = folder / "ours"
    shutil.rmtree(function, ignore_errors=True)
    with ZipFile(archive) as file:
        file.extractall(function)
    baseline = _baseline(folder / "baseline")
    return Subjects(
        python=python,
        ours=Subject("ours", (function,)),
        baseline=Subject("baseline", (baseline,)),
        # Our package has no HTTP client of the SDK's.
        sdk_call=Subject("bare SDK call", (BENCH / "sdk_call", baseline)),
        floor=Subject("standard library", (BENCH / "floor",)),
    )


def trust(ours: Subject, baseline: Subject, ca: Path) -> None:
    """Add an authority to those that each of the two trusts, where it looks for them."""
    own = ca.read_bytes()
    for path, data in certificates.split(own):
        (ours.path[0] / path).write_bytes(data)
    bundle = baseline.path[0] / certificates.BUNDLE
    public = bundle.with_suffix(".public")
    if not public.exists():
        shutil.copy(bundle, public)
    bundle.write_bytes(public.read_bytes() + own)


def bare_python(folder: Path, python_of: str = sys.executable) -> Path:
    """Return a Python, or this one, without any packages, not even those of its own installation."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([python_of, "-m", "venv", "--clear", "--without-pip", folder], check=True)
    return python


def _baseline(folder: Path) -> Path:
    """Lay the naive handler out as `pip install -t` leaves it: no byte code of SCF's Python.

    People install with another Python than SCF's; what that one compiles is of no use there, so nothing
    is compiled here.
    """
    lock = _baseline_lock()
    stamp = folder / "lock.txt"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(lock, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-compile", "--require-hashes", "--only-binary=:all:"]
        command += ["--python-version", runtime.VERSION, "--platform", "manylinux2014_x86_64"]
        subprocess.run([*command, "--target", folder, "--requirement", stamp], check=True)
    shutil.copy(BENCH / "baseline/index.py", folder)
    return folder


def _baseline_lock() -> str:
    """Return the lock of what the naive handler needs: what ours has, and the SDK's typed client."""
    dev = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    (typed,) = re.findall(r"^tencentcloud-sdk-python-cvm==.*(?:\n .*)*", dev, re.MULTILINE)
    return f"{(ROOT / 'requirements.txt').read_text(encoding='utf-8')}{typed}\n"
