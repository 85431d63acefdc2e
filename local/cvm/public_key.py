"""What the stand-in takes for a public key, and public keys that nobody owns.

The real service documents "OpenSSH RSA" and no more, so this reader accepts any size and comment and is
strict about the structure (RFC 4253, section 6.6). Two texts are the same key if their blobs are equal.
"""

from __future__ import annotations

import base64
import binascii
import os


def decode(text: str, ed25519: bool = False) -> tuple[str, bytes] | None:
    """Give the algorithm and the blob of a one-line OpenSSH public key, or None for anything else.

    Args:
        text: `ssh-rsa BASE64 [comment]`.
        ed25519: take `ssh-ed25519` too, which the real service seems to do without saying so.
    """
    fields = text.split(None, 2)
    if len(fields) < 2:
        return None
    try:
        blob = base64.b64decode(fields[1].encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    parts = _strings(blob)
    if fields[0] == "ssh-rsa" and len(parts) == 3:
        good = parts[0] == b"ssh-rsa" and all(part and part[0] < 0x80 and any(part) for part in parts[1:])
    elif ed25519 and fields[0] == "ssh-ed25519" and len(parts) == 2:
        good = parts[0] == b"ssh-ed25519" and len(parts[1]) == 32
    else:
        good = False
    return (fields[0], blob) if good else None


def line(algorithm: str, blob: bytes, comment: str = "") -> str:
    """Write a key as OpenSSH does."""
    return f"{algorithm} {base64.b64encode(blob).decode()} {comment}".rstrip()


def made_up() -> str:
    """Make a well-formed `ssh-rsa` line of 2048 bits; its number is random, so nobody has its private key."""
    modulus = b"\0" + bytes([0x80 | os.urandom(1)[0]]) + os.urandom(254) + b"\1"
    return line("ssh-rsa", b"".join(_string(part) for part in (b"ssh-rsa", b"\1\0\1", modulus)))


def _string(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _strings(blob: bytes) -> list[bytes]:
    """Split a blob into its strings; an empty list if the lengths do not add up."""
    parts, at = [], 0
    while at < len(blob):
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        if at + 4 > len(blob) or end > len(blob):
            return []
        parts.append(blob[at + 4 : end])
        at = end
    return parts
