"""Feishu's envelope: what opens, and what does not."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import feishu_cipher

KEY = b"sixteen-or-more-characters"
VECTOR = bytes(range(16))


def raw(plain: bytes) -> bytes:
    """Return the base64 of whole blocks, encrypted as they are."""
    encryptor = Cipher(algorithms.AES(hashlib.sha256(KEY).digest()), modes.CBC(VECTOR)).encryptor()
    return b64encode(VECTOR + encryptor.update(plain) + encryptor.finalize())


@given(st.binary(max_size=100))
def test_what_is_sealed_opens(message: bytes) -> None:
    """A sealed message opens with the same key."""
    assert feishu_cipher.unseal(KEY, feishu_cipher.seal(KEY, message, VECTOR)) == (message, "")


@pytest.mark.parametrize(
    ("encrypted", "fault"),
    [
        (b"A", "bad-base64"),
        (b"", "bad-ciphertext"),
        (b64encode(bytes(16)), "bad-ciphertext"),
        (b64encode(bytes(33)), "bad-ciphertext"),
        (b64encode(bytes(47)), "bad-ciphertext"),
        (feishu_cipher.seal(KEY, b"hello", VECTOR) + b"\n", "bad-ciphertext"),
        (b" " + feishu_cipher.seal(KEY, b"hello", VECTOR), "bad-ciphertext"),
        (raw(bytes(16)), "bad-padding"),
        (raw(b"\x11" * 32), "bad-padding"),
        (raw(b"\xff" * 256), "bad-padding"),
        (raw(b"hello world, hi\x02"), "bad-padding"),
        (raw(b"hello world, \x03\x02\x03"), "bad-padding"),
    ],
)
def test_what_is_no_envelope_does_not_open(encrypted: bytes, fault: str) -> None:
    """Base64 that is written otherwise, parts of blocks, and padding that is none."""
    assert feishu_cipher.unseal(KEY, encrypted) == (b"", fault)


def test_a_block_of_padding_is_one() -> None:
    """A message of whole blocks has sixteen bytes more."""
    assert feishu_cipher.unseal(KEY, raw(b"x" * 16 + b"\x10" * 16)) == (b"x" * 16, "")
