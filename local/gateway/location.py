"""Finds the code that an instance runs, and the interpreter that runs it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from local.gateway.options import Options
from package import runtime


class Code(NamedTuple):
    """The directory that SCF would call /var/user, and the command line of the interpreter for it."""

    root: Path
    python: tuple[str, ...]


@contextlib.contextmanager
def located(options: Options) -> Iterator[Code]:
    """Yield the code to run; a zip is unpacked for as long as this lasts.

    A source tree runs with the packages around it: on the interpreter that runs the gateway if that is a
    virtual environment's, else on the tree's own `.venv` if there is one. A package has to bring all it
    needs: it runs on the deployed version of CPython where one can be found, without that one's packages
    (`-S`).

    Raises:
        ValueError: there is no such code.
    """
    if options.package is None:
        root = options.code.resolve()
        if not root.is_dir():
            raise ValueError(f"there is no directory {options.code}")
        yield Code(root, (options.python or _surrounding_python(root),))
        return
    python = (options.python or bare_python(), "-S")
    package = options.package.resolve()
    if package.is_dir():
        yield Code(package, python)
        return
    with tempfile.TemporaryDirectory(prefix="scf-code-") as directory:
        _unpack(package, Path(directory))
        yield Code(Path(directory).resolve(), python)


def bare_python() -> str:
    """Return a CPython of the deployed version, or the running one where there is none."""
    for candidate in _candidates():
        if _version(candidate) == runtime.NUMBERS:
            return candidate
    return sys.executable


def _candidates() -> Iterator[str]:
    # A virtual environment's interpreter is a link; without its packages it is the one behind it.
    yield str(getattr(sys, "_base_executable", sys.executable))
    named = shutil.which(f"python{runtime.VERSION}")
    if named:
        yield named
    # pyenv's own command refuses to start unless that version is switched on, hence the folders behind.
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    found = pyenv.glob(f"versions/{runtime.VERSION}*/bin/python{runtime.VERSION}")
    yield from sorted(str(path) for path in found)


def _version(python: str) -> tuple[int, ...] | None:
    question = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-I", "-S", "-c", question], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.split()
    return tuple(map(int, words[1:])) if words[:1] == [b"cpython"] else None


def _surrounding_python(root: Path) -> str:
    own = root / ".venv" / "bin" / "python"
    in_environment = sys.prefix != sys.base_prefix
    return str(own) if own.exists() and not in_environment else sys.executable


def _unpack(package: Path, directory: Path) -> None:
    try:
        with zipfile.ZipFile(package) as archive:
            archive.extractall(directory)
    except (OSError, zipfile.BadZipFile):
        raise ValueError(f"{package} is neither a directory nor a zip") from None
