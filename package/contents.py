"""What goes into the package, and what is left out because the function does not use it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from handler import __version__
from package import certificates, translations, wheels


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
    # Of cryptography: RSA numbers, for sshpubkeys; AES and Ed25519, for chats.
    "cryptography/x509/*": "certificates",
    "cryptography/fernet.py": "tokens",
    "cryptography/cobblestone.py": "a cipher that no platform uses",
    "cryptography/hazmat/asn1/*": "ASN.1",
    "cryptography/hazmat/primitives/cmac.py": "codes that no platform uses",
    "cryptography/hazmat/primitives/hpke.py": "encryption to a public key",
    "cryptography/hazmat/primitives/kdf/*": "keys out of passwords",
    "cryptography/hazmat/primitives/keywrap.py": "keys in keys",
    "cryptography/hazmat/primitives/poly1305.py": "codes that no platform uses",
    "cryptography/hazmat/primitives/serialization/*": "key files; sshpubkeys reads the one form by itself",
    "cryptography/hazmat/primitives/twofactor/*": "one-time passwords",
    "jsonschema/cli.py": "a command line",
    "jsonschema/__main__.py": "a command line",
    # What the SDK's client sends through. Here the SDK only signs (handler/upstream/tc3.py), and the function
    # sends by itself (handler/upstream/transport.py).
    "requests/*": "an HTTP client",
    "urllib3/*": "connections, for requests",
    "idna/*": "host names, for requests",
    "charset_normalizer/*": "guesses encodings, for requests",
    "certifi/*": "the same certificates as `certificates.FOLDER` holds",
}

# Patterns of what alone is taken of a wheel, each with why the rest is not.
TAKEN = {
    # Its client would need requests; `sign` needs nothing but `exception`.
    "tencentcloud_sdk_python_common": (
        "tencentcloud/__init__.py",
        "tencentcloud/common/__init__.py",
        "tencentcloud/common/exception/*",
        "tencentcloud/common/sign.py",
    ),
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
    if (root / translations.SOURCE).is_file():
        yield PackedFile(translations.COMPILED.as_posix(), translations.compiled(root))
    yield PackedFile("licenses/import-key-pair/LICENSE", (root / "LICENSE").read_bytes())


def release(files: Iterable[PackedFile]) -> PackedFile:
    """Return the file by which `/health` says what is deployed: the version, and a hash of these files."""
    digest = hashlib.sha256()
    for path, data in sorted(files):
        digest.update(b"%s\0%d\0" % (path.encode(), len(data)))
        digest.update(data)
    return PackedFile("release", f"{__version__}+{digest.hexdigest()[:12]}\n".encode())


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
        if path == certificates.BUNDLE:
            code += [PackedFile(*file) for file in certificates.split(data)]
        elif not folder.endswith(".dist-info"):
            if _matches(path, TAKEN.get(name, ("*",))) and not _matches(path, LEFT_OUT):
                code.append(PackedFile(path, data))
        elif _is_licence(rest):
            texts.append(PackedFile(f"licenses/{name}/{rest.rpartition('/')[2]}", data))
        elif rest == "METADATA":
            declared = _declared(data)
    if not texts and b"License: Apache License 2.0" in declared:
        declared += b"The text of that licence: licenses/cryptography/LICENSE.APACHE\n"
    elif not texts:
        raise ValueError(f"{wheel.name} holds no text of its licence.")
    if code:
        yield from [*code, *texts, PackedFile(f"licenses/{name}/DECLARED", declared)]


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def _is_licence(path: str) -> bool:
    name = path.rpartition("/")[2].upper()
    return path.startswith("licenses/") or name.startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))


def _declared(metadata: bytes) -> bytes:
    """Return the lines of a wheel's metadata that name it, its authors and its licence."""
    headers = metadata.split(b"\n\n", 1)[0].splitlines()
    kept = tuple(b"Name Version Author Author-email Home-page License License-Expression".split())
    return b"".join([line + b"\n" for line in headers if line.split(b":")[0] in kept])
