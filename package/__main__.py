"""`python -m package`: makes `dist/function/`, which serverless.yml deploys, and `dist/function.zip`."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from local.columns import Help
from package import ROOT, build, contents, runtime, validator, wheels
from package.deployment import document, limits

_NO_RUNTIME = """\
SCF runs CPython {wanted}, and only a {wanted} can make its byte code; this is {version}.
Install one and run `make package` again, for example:
  pyenv install {wanted}
  uv python install {wanted}
or let a container do it:
  docker run --rm -v "$PWD:/src" -w /src python:{wanted} make package"""

_TOO_LARGE = """\
The zip was made, but the request that uploads it would have over {limit:,} bytes. Make callers.json smaller,
or upload the zip to a bucket and name that in serverless.yml: see docs/operations.md, With tccli."""


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Make the package of the project at `root` and say what came of it; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m package",
        description="Makes dist/function, which serverless.yml deploys, and dist/function.zip.",
        formatter_class=Help,
    )
    parser.add_argument("--dist", type=Path, default=root / "dist", help="where to (default: dist)")
    parser.add_argument("--downloads", type=Path, default=root / "dist", help="where wheels are kept")
    options = parser.parse_args(arguments)
    if not runtime.runs_this():
        print(_NO_RUNTIME.format(wanted=runtime.VERSION, version=sys.version.split()[0]), file=sys.stderr)
        return 1
    callers = root / "callers.json"
    if callers.exists() and not _are_good(callers):
        print("The package was not made: mend callers.json first.", file=sys.stderr)
        return 1
    if not validator.is_current(root):
        print(
            "handler/request/schema_check.py is stale: run `python -m package.validator` first.",
            file=sys.stderr,
        )
        return 1
    make(root, options.dist, options.downloads)
    print(_summary(options.dist), end="")
    if not _fits(root, options.dist / "function.zip"):
        print(_TOO_LARGE.format(limit=limits.OWN_BYTES), file=sys.stderr)
        return 1
    if not callers.exists():
        print("It holds no callers.json, so the function would refuse every call as misconfigured.")
        print("Start from callers.example.json, see README.")
    return 0


def make(root: Path, dist: Path, downloads: Path) -> None:
    """Make `function/` and `function.zip` in `dist`, from wheels that are kept in `downloads`."""
    folder = dist / "function"
    build.write_files(_files(root, wheels.download(root / "requirements.txt", downloads)), folder)
    build.compile_all(folder)
    build.set_modes(folder)
    build.pack(folder, dist / "function.zip")


def _files(root: Path, pinned: list[Path]) -> Iterator[contents.PackedFile]:
    files = [*contents.own(root), *(file for wheel in pinned for file in contents.dependency(wheel))]
    yield from files
    yield contents.release(files)


def _are_good(callers: Path) -> bool:
    command = [sys.executable, "-m", "local.callers", "check", str(callers)]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def _fits(root: Path, archive: Path) -> bool:
    """Return whether the zip can be sent within a request, or is uploaded to a bucket anyway."""
    description = root / "serverless.yml"
    if description.exists() and document.takes_bucket(description.read_text(encoding="utf-8")):
        return True
    return limits.request_bytes(archive.stat().st_size) <= limits.OWN_BYTES


def _summary(dist: Path) -> str:
    archive = (dist / "function.zip").read_bytes()
    files = [path for path in (dist / "function").rglob("*") if path.is_file()]
    unpacked = sum(path.stat().st_size for path in files)
    return (
        f"{os.path.relpath(dist / 'function.zip')}: {len(archive) / 1e6:.2f} MB, {len(files)} files, "
        f"{unpacked / 1e6:.1f} MB unpacked\n"
        f"sha256 {hashlib.sha256(archive).hexdigest()}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
