"""The dependencies of the function as the wheels that the lock file pins, for SCF's Python and Linux."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from package import runtime

# CPython on a Linux with glibc 2.17: https://cloud.tencent.com/document/product/583/40323 names the
# Python, https://cloud.tencent.com/document/product/583/11061 the CentOS 7 line below it (PEP 599).
_TARGET = (
    "--python-version",
    runtime.VERSION,
    "--implementation",
    "cp",
    "--platform",
    "manylinux2014_x86_64",
)


class WheelFile(NamedTuple):
    """One file of a wheel; `path` is where it would stand in site-packages."""

    path: str
    data: bytes


def download(lock: Path, cache: Path) -> list[Path]:
    """Return the wheels that `lock` pins, in order of name, from `cache` where they are there already.

    Raises CalledProcessError where pip finds no wheel for SCF, or one whose hash is not in the lock.
    """
    folder = cache / f"wheels-{runtime.VERSION}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            command += ["--no-deps", "--require-hashes", "--only-binary=:all:", *_TARGET]
            fetched = Path(scratch, "wheels")
            fetched.mkdir()
            subprocess.run([*command, "--dest", fetched, "--requirement", lock], check=True)
            # Whole or not at all; another process may have been quicker.
            if not folder.is_dir():
                fetched.rename(folder)
    return sorted(folder.glob("*.whl"))


def files(wheel: Path) -> Iterator[WheelFile]:
    """Yield what is in a wheel (PEP 427), in order of path."""
    with ZipFile(wheel) as archive:
        for path in sorted(archive.namelist()):
            # Scripts and headers would go elsewhere than site-packages; nothing that is pinned has any.
            if ".data/" in path:
                raise ValueError(f"{wheel.name} holds {path}, which does not belong into site-packages.")
            if not path.endswith("/"):
                yield WheelFile(path, archive.read(path))
