"""The stand-in tells a key from rubbish and knows a key again, whatever its comment."""

from __future__ import annotations

import base64

import pytest

from local.cvm.public_key import decode, line, made_up
from tests.keys import forms

RSA = made_up()
BLOB = base64.b64decode(RSA.split()[1])
ED25519 = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()


def rsa(*parts: bytes) -> str:
    """Write a key of these parts."""
    return "ssh-rsa " + forms.b64(b"".join(map(forms.string, parts)))


@pytest.mark.parametrize("text", [RSA, RSA + " me@here", f"  {RSA}\tmy  key \n", RSA.replace(" ", "\t")])
def test_reads_a_key_with_any_comment(text: str) -> None:
    """Comment and blanks do not change a key."""
    assert decode(text) == ("ssh-rsa", BLOB)


def test_reads_small_keys() -> None:
    """The service documents no smallest size."""
    assert decode(rsa(b"ssh-rsa", b"\3", b"\x7f"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "ssh-rsa",
        "ssh-rsa AAAA",
        "ssh-rsa !!!!",
        "ssh-rsa é",
        "ssh-rsa \ud800",
        RSA[:-1],
        RSA[:-4],
        RSA.replace("ssh-rsa ", "ssh-dss "),
        RSA.replace("ssh-rsa ", ""),
        rsa(b"ssh-rsa", b"\1\0\1"),
        rsa(b"ssh-rsa", b"\1\0\1", b"\x7f" * 256, b""),
        rsa(b"ssh-dss", b"\1\0\1", b"\x7f" * 256),
        rsa(b"ssh-rsa", b"\1\0\1", b"\xff" * 256),
        rsa(b"ssh-rsa", b"\0", b"\x7f" * 256),
        rsa(b"ssh-rsa", b"\1\0\1", b""),
        "-----BEGIN RSA PRIVATE KEY-----",
        ED25519,
    ],
)
def test_refuses_rubbish(text: str) -> None:
    """What does not add up is no key."""
    assert decode(text) is None


def test_reads_ed25519_if_told_so() -> None:
    """The other algorithm is a matter of choice."""
    key = decode(ED25519, ed25519=True)

    assert key
    assert line(*key, "comment") == ED25519 + " comment"
    assert decode(ED25519[:-4], ed25519=True) is None
    assert decode(RSA, ed25519=True)


def test_made_up_keys_differ() -> None:
    """Invented keys are 2048 bits long, odd, and never the same."""
    first, second = made_up(), made_up()

    assert first != second
    assert len(BLOB) == 279
    assert BLOB[-1] % 2 == 1
