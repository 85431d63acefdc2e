"""Reads the public key file that a user names, and refuses a private key."""

from __future__ import annotations

from pathlib import Path

# Room for the longest RSA key that is allowed, several times over.
_LONGEST = 64 * 1024
# PEM (RFC 7468), OpenSSH and PuTTY keys say what they are.
_PRIVATE_MARKS = (b"PRIVATE KEY", b"PuTTY-User-Key-File", b"SSH PRIVATE KEY FILE FORMAT")


class NotUsableError(Exception):
    """The file cannot be handed in; the message says what to do instead."""


class PrivateKeyError(NotUsableError):
    """The file holds a private key."""


def read_file(name: str) -> str:
    """Return the text of a public key file; `~` is the home directory.

    The function finds other faults of the key.

    Raises:
        NotUsableError: there is no such file, it is a private key, or it is no text. Nothing of its content
            is in the message.
    """
    path = at_home(name)
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except FileNotFoundError:
        raise NotUsableError(
            f"There is no file {path}. Make a key pair with: ssh-keygen -t rsa -b 3072\n"
            "Then hand in the file that ends in .pub."
        ) from None
    except OSError as error:
        raise NotUsableError(f"{path} cannot be read: {error.strerror}.") from None
    if any(mark in data for mark in _PRIVATE_MARKS):
        raise PrivateKeyError(_private(path))
    if len(data) > _LONGEST or b"\0" in data or not _is_text(data):
        raise NotUsableError(
            f"{path} is no public key: that is one line of text, in a file that ends in .pub."
        )
    # `$(cat file)` does the same.
    return data.decode("utf-8").rstrip("\n")


def at_home(name: str) -> Path:
    """Return the path of a name; `~` is the home directory.

    Raises:
        NotUsableError: it is the home directory of somebody who has none.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise NotUsableError(f"There is no home directory for {name}: give the whole path.") from None


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _private(path: Path) -> str:
    public = path.with_name(path.name + ".pub")
    if public.exists():
        return f"{path} is a private key: it stays with you. Hand in its public half: {public}"
    return (
        f"{path} is a private key: it stays with you. Write its public half to a file of its own with:\n"
        f"  ssh-keygen -y -f {path} > {public}\n"
        "and hand in that one."
    )
