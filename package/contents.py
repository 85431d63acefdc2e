"""What goes into the package, and what a function has no use for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from package import wheels


class PackedFile(NamedTuple):
    """One file of the package; `path` is relative to the package's root, with slashes."""

    path: str
    data: bytes


# Patterns of paths, each with why nothing misses what it matches.
LEFT_OUT = {
    "*.pyi": "types, for checkers",
    "*/py.typed": "a mark for type checkers",
    "*.h": "for compilers",
    "*/tests/*": "tests",
    "*/test_*.py": "tests",
    "*/benchmarks/*": "measurements of jsonschema",
    "bin/*": "command lines",
    "cffi/*": "builds extensions; what cryptography needs when it runs is _cffi_backend",
    "pycparser/*": "reads C, for cffi",
    # requests takes any of two detectors or none (requests/compat.py). It guesses the encoding of a reply
    # that names none; CVM's is JSON, which has but one. It costs a tenth of a cold start.
    "charset_normalizer/*": "guesses encodings",
}

# Below the project's root; an editor's copy or a cache matches none of them.
_OWN = (
    "handler/**/[!.]*.py",
    "handler/key_gate/data/[!.]*.*[!~]",
    "page/dist/hand-in.*[!~]",
    "schemas/[!.]*.json",
)


def own(root: Path) -> Iterator[PackedFile]:
    """Yield the function itself, and one's own callers where there are any."""
    for pattern in _OWN:
        for path in sorted(root.glob(pattern)):
            yield PackedFile(path.relative_to(root).as_posix(), path.read_bytes())
    for name in ("index.py", "callers.json"):
        if (root / name).is_file():
            yield PackedFile(name, (root / name).read_bytes())
    yield PackedFile("licenses/import-key-pair/LICENSE", (root / "LICENSE").read_bytes())


def dependency(wheel: Path) -> Iterator[PackedFile]:
    """Yield what a function needs of a wheel: its code and data, and its licence out of the metadata.

    Raises ValueError for a wheel whose licence has no text anywhere.
    """
    name = wheel.name.split("-")[0]
    code = []
    texts = []
    declared = b""
    for path, data in wheels.files(wheel):
        folder, _, rest = path.partition("/")
        if not folder.endswith(".dist-info"):
            if not any(fnmatch(path, pattern) for pattern in LEFT_OUT):
                code.append(PackedFile(path, data))
        elif _is_licence(rest):
            texts.append(PackedFile(f"licenses/{name}/{rest.rpartition('/')[2]}", data))
        elif rest == "METADATA":
            declared = _declared(data)
    if not texts and b"License: Apache License 2.0" in declared:
        declared += b"The text of that licence: licenses/requests/LICENSE\n"
    elif not texts:
        raise ValueError(f"{wheel.name} holds no text of its licence.")
    if code:
        yield from [*code, *texts, PackedFile(f"licenses/{name}/DECLARED", declared)]


def _is_licence(path: str) -> bool:
    name = path.rpartition("/")[2].upper()
    return path.startswith("licenses/") or name.startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))


def _declared(metadata: bytes) -> bytes:
    """Return the lines of a wheel's metadata that name it, its authors and its licence."""
    headers = metadata.split(b"\n\n", 1)[0].splitlines()
    kept = tuple(b"Name Version Author Author-email Home-page License License-Expression".split())
    return b"".join([line + b"\n" for line in headers if line.split(b":")[0] in kept])
