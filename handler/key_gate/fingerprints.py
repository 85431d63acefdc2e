"""What `ssh-keygen -l` prints of a decoded RSA key: bits and fingerprints, in both forms."""

from __future__ import annotations

import hashlib
from binascii import b2a_base64

from handler.key_gate import line
from handler.record import NamedTuple


class Fingerprints(NamedTuple):
    """The bits of the modulus, and the hashes of a key."""

    bits: int
    sha256: str
    md5: str


def of_key(blob: bytes) -> Fingerprints:
    """Return what is printed of a complete blob of type `ssh-rsa`."""
    sha256 = b2a_base64(hashlib.sha256(blob).digest(), newline=False).decode().rstrip("=")
    md5 = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return Fingerprints(
        int.from_bytes(line.strings(blob).strings[2], "big").bit_length(),
        f"SHA256:{sha256}",
        "MD5:" + ":".join(md5[i : i + 2] for i in range(0, len(md5), 2)),
    )
