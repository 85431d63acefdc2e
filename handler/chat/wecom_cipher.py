"""The envelope that WeCom puts around messages and replies: AES-256-CBC, and SHA-1 over the outside.

https://developer.work.weixin.qq.com/document/path/91144: the key is 32 bytes, its first 16 are the
initialisation vector, and the plain text is 16 random bytes, the message's length in 4 (big-endian),
the message and the id of the receiver, padded as PKCS#7 does, but to whole 32 bytes.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from binascii import Error, a2b_base64

_RANDOM = 16
_HEAD = _RANDOM + 4
_BLOCK = 32


def sign(token: bytes, timestamp: bytes, nonce: bytes, encrypted: bytes) -> bytes:
    """Return the signature over four texts, in hex: SHA-1 of them in their byte order, joined."""
    joined = b"".join(sorted((token, timestamp, nonce, encrypted)))
    # SHA-1 is WeCom's choice; what it signs is under AES as well.
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest().encode()


def seal(key: bytes, message: bytes, receive_id: bytes, random: bytes) -> bytes:
    """Return the base64 of an encrypted message.

    Args:
        key: 32 bytes.
        message: what to encrypt.
        receive_id: whom it is for.
        random: 16 bytes that nobody can foresee.
    """
    plain = random + len(message).to_bytes(4, "big") + message + receive_id
    padding = _BLOCK - len(plain) % _BLOCK
    # Imported late, as in `unseal`.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize())


def unseal(key: bytes, encrypted: bytes, receive_id: bytes) -> tuple[bytes, str]:
    """Return the message in an envelope, and why it cannot be read; one of the two is empty.

    The signature has to be proved before: only a sender who knows the token may learn which fault it is.
    """
    try:
        sealed = a2b_base64(encrypted)
    except Error:
        return b"", "bad-base64"
    if not sealed or len(sealed) % _BLOCK or b64encode(sealed) != encrypted:
        return b"", "bad-ciphertext"
    # Imported late: a message whose signature is wrong needs no cipher.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        return b"", "bad-padding"
    end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD], "big")
    body = plain[:-padding]
    if end > len(body):
        return b"", "bad-length"
    if not hmac.compare_digest(body[end:], receive_id):
        return b"", "wrong-receiver"
    return body[_HEAD:end], ""
