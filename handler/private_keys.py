"""Recognises private key material, in any form and anywhere in a text.

It comes before every other check: whoever sends a private key has to be told so, even where the text
is too long or broken as well, and nothing after it may keep or show a part of it.

The text is looked at twice: as its ASCII characters without blanks and control characters, where
base64 shows, and the same in capitals, where words show. What hides them from a plain search (a byte
order mark, zero-width and no-break spaces, UTF-16 read as bytes, lines broken anywhere) is thus out
of the way. Every look-up is linear in the length of the text, however often it nearly matches.
"""

from __future__ import annotations

import re

from handler import key_line

_BLANKS_AND_CONTROLS = bytes(range(0x21)) + b"\x7f"

# What stands in private key files alone.
_WORDS = (
    b"PUTTY-USER-KEY-FILE-",
    b"PRIVATE-LINES:",  # of a PuTTY file
    b"PRIVATE-MAC:",
    b"DEK-INFO:",  # of encrypted PEM, RFC 1421
    b"PROC-TYPE:4,ENCRYPTED",
    b"PRIVATEEXPONENT",  # openssl's -text, DNSSEC, ASN.1 notation
    b"PRIVATE-KEY-FORMAT:",  # DNSSEC
    b"AGE-SECRET-KEY-1",
    b"OPENSSH-KEY-V1",  # OpenSSH's file, decoded
)

# What the base64 of a private key file begins with, or has where no public key can have it.
_BASE64 = (
    b"b3BlbnNzaC1rZXktdjE",  # "openssh-key-v1"
    b"AAAABG5vbmUAAAAEbm9uZQ",  # its cipher and key derivation: none and none,
    b"AAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0",  # or aes256-ctr and bcrypt
    b"P2/56wAA",  # ssh.com's magic number
    b"UHVUVFktVXNlci1LZXktRmlsZ",  # "PuTTY-User-Key-File"
    b"UFJJVkFURSBLRV",  # "PRIVATE KEY" at each of the three places in a group of three bytes:
    b"BSSVZBVEUgS0VZ",  # PEM encoded in base64 once more, as in a Kubernetes secret
    b"QUklWQVRFIEtFW",
    b"BgkqhkiG9w0BBQ",  # the object identifier of PKCS#5 encryption, at the same three places
    b"YJKoZIhvcNAQU",
    b"GCSqGSIb3DQEF",
    b"KoZIhvcNAQwB",  # and that of PKCS#12 encryption
    b"qhkiG9w0BDAE",
    b"qGSIb3DQEMA",
)

# Base64 of DER (X.690): a SEQUENCE whose length takes 3, 2 or 1 bytes, then INTEGER 0, 1 or 3, then
# what follows that version in PKCS#1, PKCS#8, SEC 1, DSA's form and PKCS#12. No public form has this.
_DER = (
    rb"MI(?:[I-L][A-Za-z0-9+/]{2}[AQgw]IBA[ADQTz]|[GH][A-Za-z0-9+/]AgE[ABD][MBA])"
    rb"|M[A-H][AEIMQUYcgkosw048]CAQ(?:[AE]wBQYDK2V|AwEwYHKoZI|EEI)"
)

_QUOTE = rb"(?:\\?[\"']|&quot;|&#34;|%22)"
_JWK = _QUOTE + rb"(?:d|dp|dq|qi)" + _QUOTE + rb"(?::|%3A)" + _QUOTE + rb"[\w-]{20}"

_IN_MARKER = rb"--[^A-Z]{0,3}(?:BEGIN|END)[^-]{0,40}?PRIVATE|PRIVATE[^A-Z]{0,9}KEY(?:BLOCK)?--"
_NAMED = rb"PRIVATE[^A-Z]{0,9}KEY"


def found_in(text: str) -> bool:
    """Whether there is a private key, a part of one or a container of one in the text."""
    seen = text.encode("ascii", "ignore").translate(None, _BLANKS_AND_CONTROLS)
    capitals = seen.upper()
    return (
        any(start in seen for start in _BASE64)
        or any(word in capitals for word in _WORDS)
        or re.search(_DER, seen) is not None
        or (b":" in seen or b"%3A" in seen) and re.search(_JWK, seen) is not None
        or b"<D>" in seen and b"<Modulus>" in seen
        or b"PRIVATE" in capitals and _is_named(text, seen, capitals)
    )


def _is_named(text: str, seen: bytes, capitals: bytes) -> bool:
    """Whether the words are those of a key file, and not of somebody's comment on a public key."""
    if len(text) > key_line.LONGEST:  # no key, so that the words alone may decide
        return re.search(_NAMED, capitals) is not None
    if re.search(_IN_MARKER, capitals):
        return True
    if b"NzaC1" in seen or b"VjZHNh" in seen:  # the data of a public key: "ssh-" or "ecdsa"
        return False
    # A marker whose dashes are gone, or the words with something like base64 beside them.
    begins = re.search(rb"(?:BEGIN|END)[^-]{0,40}?" + _NAMED, capitals)
    named = re.search(_NAMED, capitals) and re.search(r"[A-Za-z0-9+/=_-]{40}", text)
    return bool(begins or named)
