"""What costs much to make and is made once, however many processes run the tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until no other process holds the lock on this file, which must exist, and hold it."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this run that `make` filled; the first process that asks for it calls `make`."""
    base = factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, lock, done = (run / f"{name}{end}" for end in ("", ".lock", ".done"))
    lock.touch()
    with locked(lock):
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder


def npm_ci(folder: Path) -> bool:
    """Install what the package-lock.json of a folder pins, unless it is there; return False without npm.

    Raises CalledProcessError where npm fails.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    with locked(lock):
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            subprocess.run(command, cwd=folder, check=True)
            installed.touch()
    return True
