"""The function's folder and zip, with the same bytes from every build of the same sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from package.contents import PackedFile

# Where SCF unpacks code (https://cloud.tencent.com/document/product/583/30228): the byte code carries
# these paths, so that tracebacks name files that are there.
CODE_ROOT = "/var/user"

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_WORLD_READABLE = 0o100644


def write_files(files: Iterable[PackedFile], folder: Path) -> None:
    """Write the files into an emptied folder, readable by all.

    Raises ValueError where two packages claim the same path.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for path, data in files:
        target = folder / path
        if target.exists():
            raise ValueError(f"Two packages hold {path}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def compile_all(folder: Path, python: str = sys.executable) -> None:
    """Put byte code beside every module, which that Python then takes without looking at its source.

    SCF sets PYTHONDONTWRITEBYTECODE and its code is read-only, so what is not compiled here is compiled
    again at every cold start. `unchecked-hash` (PEP 552) holds no time, which an unpacked zip would not keep.

    Raises CalledProcessError where a module does not compile.
    """
    command = [python, "-S", "-W", "ignore", "-m", "compileall", "-q", "-f"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", CODE_ROOT, str(folder)]
    # The order of a set in a constant depends on the hash seed; nothing else of this machine may matter but
    # where the interpreter is, and the library that it may be linked against.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    subprocess.run(command, env={**kept, "PYTHONHASHSEED": "0"}, check=True)


def set_modes(folder: Path) -> None:
    """Give everything in the folder the same mode, independent of the umask."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def pack(folder: Path, archive: Path) -> None:
    """Write the folder into a zip: entries by name, one time, one mode."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=9) as file:
        for path in paths:
            entry = ZipInfo(path, _EARLIEST_ZIP_TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # Unix, where the mode counts
            entry.external_attr = _WORLD_READABLE << 16
            file.writestr(entry, (folder / path).read_bytes())
