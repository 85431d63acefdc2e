"""WeCom's envelope."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import wecom_cipher, wecom_xml
from tests.handler.chat.vectors import CHECK, ECHO, HELLO, REPLY, TEST, Envelope

KEY = bytes(range(32))
RECEIVER = b"ww1234567890abcdef"
RANDOM = b"0123456789abcdef"


def raw(plain: bytes, key: bytes = KEY) -> bytes:
    """Return the base64 of any plain text, encrypted without padding it."""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize())


@pytest.mark.parametrize("envelope", [ECHO, HELLO, TEST, CHECK, REPLY])
def test_official_signatures_come_out(envelope: Envelope) -> None:
    """The signature over each published message is the published one."""
    signature = wecom_cipher.sign(
        envelope.token.encode(),
        envelope.timestamp.encode(),
        envelope.nonce.encode(),
        envelope.encrypted.encode(),
    )

    assert signature.decode() == envelope.signature


@pytest.mark.parametrize("envelope", [ECHO, HELLO, TEST, CHECK, REPLY])
def test_official_messages_open(envelope: Envelope) -> None:
    """Each published message opens with its key, for its receiver, and says what it should say."""
    message, fault = wecom_cipher.unseal(
        envelope.key, envelope.encrypted.encode(), envelope.receive_id.encode()
    )

    assert fault == ""
    text = message.decode()
    if envelope in (HELLO, TEST):
        text = wecom_xml.parse(message)["Content"]
    assert text == envelope.message or envelope is CHECK


def test_an_official_reply_comes_out() -> None:
    """With the same 16 random bytes, sealing the published reply gives the published text."""
    sealed = wecom_cipher.seal(
        REPLY.key, REPLY.message.encode(), REPLY.receive_id.encode(), b"1234567890123456"
    )

    assert sealed.decode() == REPLY.encrypted


@given(st.binary(max_size=200), st.binary(max_size=64), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens(message: bytes, receiver: bytes, random: bytes) -> None:
    """Messages of every length come out again, and only for the same receiver."""
    sealed = wecom_cipher.seal(KEY, message, receiver, random)

    assert wecom_cipher.unseal(KEY, sealed, receiver) == (message, "")
    assert wecom_cipher.unseal(KEY, sealed, receiver + b"x") == (b"", "wrong-receiver")
    assert wecom_cipher.unseal(KEY[::-1], sealed, receiver)[1] != ""


@pytest.mark.parametrize(
    ("encrypted", "fault"),
    [
        (b"", "bad-ciphertext"),
        (b"!", "bad-ciphertext"),
        (b"AAA", "bad-base64"),
        (base64.b64encode(bytes(31)), "bad-ciphertext"),
        (base64.b64encode(bytes(33)), "bad-ciphertext"),
        (base64.b64encode(bytes(32)) + b"\n", "bad-ciphertext"),
        (base64.b64encode(bytes(32))[:-2] + b"B=", "bad-ciphertext"),
        ("密".encode(), "bad-ciphertext"),
        (raw(RANDOM + bytes(4) + RECEIVER[:11] + b"\x00"), "bad-padding"),
        (raw(RANDOM + bytes(4) + RECEIVER[:11] + b"\x21"), "bad-padding"),
        (raw(RANDOM + bytes(4) + RECEIVER[:10] + b"\x01\x02"), "bad-padding"),
        (raw(b"\x20" * 32), "bad-length"),
        (raw(RANDOM + b"\xff\xff\xff\xff" + RECEIVER[:11] + b"\x01"), "bad-length"),
        (raw(RANDOM + b"\x00\x00\x00\x0c" + RECEIVER[:11] + b"\x01"), "bad-length"),
        (raw(RANDOM + b"\x00\x00\x00\x0b" + RECEIVER[:11] + b"\x01"), "wrong-receiver"),
        (raw(b"\x00" * 16 + b"\x10" * 16), "bad-length"),
    ],
)
def test_what_is_no_envelope_does_not_open(encrypted: bytes, fault: str) -> None:
    """Truncation, wrong padding, an impossible length and another receiver have their causes."""
    assert wecom_cipher.unseal(KEY, encrypted, RECEIVER) == (b"", fault)


@given(st.integers(0, 1 << 30))
def test_no_change_of_a_sealed_message_goes_unseen_in_the_signature(place: int) -> None:
    """Whatever character of the ciphertext changes, the signature does not fit any more."""
    sealed = bytearray(wecom_cipher.seal(KEY, b"import a", RECEIVER, RANDOM))
    signature = wecom_cipher.sign(b"token", b"1", b"2", bytes(sealed))
    sealed[place % len(sealed)] ^= 1

    assert wecom_cipher.sign(b"token", b"1", b"2", bytes(sealed)) != signature
