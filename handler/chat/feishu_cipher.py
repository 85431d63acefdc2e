"""The envelope that Feishu puts around events: AES-256-CBC, and SHA-256 over the outside.

https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/encrypt-key-encryption-configuration-case
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from binascii import Error, a2b_base64

_BLOCK = 16


def sign(key: bytes, timestamp: bytes, nonce: bytes, body: bytes) -> bytes:
    """Return the signature over a body, in hex: SHA-256 of the four texts, joined."""
    return hashlib.sha256(timestamp + nonce + key + body).hexdigest().encode()


def seal(key: bytes, message: bytes, vector: bytes) -> bytes:
    """Return the base64 of an encrypted message.

    Args:
        key: the Encrypt Key, as it is shown.
        message: what to encrypt.
        vector: 16 bytes that nobody can foresee.
    """
    padding = _BLOCK - len(message) % _BLOCK
    # Imported late, as in `unseal`.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(hashlib.sha256(key).digest()), modes.CBC(vector)).encryptor()
    sealed = encryptor.update(message + bytes([padding]) * padding) + encryptor.finalize()
    return b64encode(vector + sealed)


def unseal(key: bytes, encrypted: bytes) -> tuple[bytes, str]:
    """Return the message in an envelope, and why it cannot be read; one of the two is empty."""
    try:
        sealed = a2b_base64(encrypted)
    except Error:
        return b"", "bad-base64"
    if len(sealed) < 2 * _BLOCK or len(sealed) % _BLOCK or b64encode(sealed) != encrypted:
        return b"", "bad-ciphertext"
    # Imported late: a message whose signature is wrong needs no cipher.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(hashlib.sha256(key).digest()), modes.CBC(sealed[:_BLOCK]))
    decryptor = cipher.decryptor()
    plain = decryptor.update(sealed[_BLOCK:]) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        return b"", "bad-padding"
    return plain[:-padding], ""
