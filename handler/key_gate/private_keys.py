"""Recognises private key material, in any form and anywhere in a text.

It comes before every other check: the sender of a private key has to know it, even where the text is too long
or broken as well, and no later step may keep or show a part of it.

The text is looked at twice: as its ASCII characters without blanks and control characters, where base64
shows, and the same in capitals, where words show. So a byte order mark, zero-width and no-break spaces,
UTF-16 read as bytes and broken lines hide nothing. Texts of a megabyte come here too. So every search is for
a pattern with a fixed beginning: it is linear, and in the worst case ten times quicker than `bytes.find`.
"""

from __future__ import annotations

import re

from handler.key_gate import line as key_line

_BLANKS_AND_CONTROLS = bytes(range(0x21)) + b"\x7f"


def _patterns(*patterns: bytes) -> tuple[re.Pattern[bytes], ...]:
    return tuple(map(re.compile, patterns))


# What the base64 of a private key begins with, or holds where no public key does. In DER (X.690) it
# is INTEGER 0, 1 or 3 and what follows that version in PKCS#1, PKCS#8, SEC 1, DSA's form and PKCS#12,
# right behind the beginning of a SEQUENCE. That beginning, "MI" and more, is looked at last, because
# it is in every other text.
_BASE64 = _patterns(
    rb"b3BlbnNzaC1rZXktdjE",  # "openssh-key-v1"
    rb"NhAAAAAwEAAQ",  # the end of "ssh-rsa", and 65537, where that file has them: its second line
    rb"IBA[ADQTz](?<=MI[I-L][A-Za-z0-9+/]{2}[AQgw]IBA.)",  # DER of 256 bytes and more,
    rb"AgE[ABD][MBA](?<=MI[GH][A-Za-z0-9+/]AgE..)",  # of 128 and more,
    rb"CAQ(?:[AE]wBQYDK2V|AwEwYHKoZI|EEI(?<=M[A-H].CAQEEI))",  # and of less: Ed25519 and ECDSA
    rb"BgkqhkiG9w0BBQ",  # PKCS#8 encrypted as PKCS#5 has it: its identifier in a long SEQUENCE,
    rb"GCSqGSIb3DQEF",  # in a short one,
    rb"qhkiG9w0BDAE",  # and encrypted as PKCS#12 has it
    rb"P2/56wAA",  # ssh.com's magic number
    rb"UHVUVFktVXNlci1LZXktRmlsZ",  # "PuTTY-User-Key-File"
)
_PEM_AGAIN = re.compile(rb"LS0t")  # "---": PEM in base64 once more, as in a Kubernetes secret
_PRIVATE_KEY_AGAIN = rb"UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW"  # at each place of three bytes

# RFC 7517, member "d", in JSON and in what escapes JSON. Compiled where there is a colon.
_JWK = (
    rb'"d":"[\w-]{20}',
    rb"'d':'[\w-]{20}",
    rb'\\"d\\":\\"[\w-]{20}',
    rb"&quot;d&quot;:&quot;[\w-]{20}",
    rb"%22d%22(?::|%3A)(?:%20)?%22[\w-]{20}",
)

# DER (X.690) inside an RSA private key (RFC 8017 appendix A.1.2): 65537 with another INTEGER behind it, or an
# INTEGER as long as a prime of a key of 1024 to 8192 bits, with its highest bit set, that is not the first of
# a SEQUENCE, as the modulus of a public key is. Compiled where a text is nothing but base64.
_INNER_DER = (
    rb"(?s)\x02\x03\x01\x00\x01\x02[\x81\x82]"
    rb"|(?<!\x30\x48)(?<!\x30\x47)\x02\x41\x00[\x80-\xff].{63}\x02\x41\x00[\x80-\xff]"
    rb"|(?<!\x30\x81[\x80-\xff])\x02\x81[\x81\xc1]\x00[\x80-\xff]"
    rb"|(?<!\x30\x82[\x01-\x04].)\x02\x82\x01[\x01\x81]\x00[\x80-\xff]"
    rb"|(?<!\x30\x82[\x01-\x04].)\x02\x82\x02\x01\x00[\x80-\xff]"
)

_DASHED_KEY = re.compile(rb"-KEY-")
_FILES = rb"PUTTY-USER-KEY-FILE-|AGE-SECRET-KEY-1|OPENSSH-KEY-V1"
_ENCRYPTED_PEM = re.compile(rb"DEK-INFO:")  # RFC 1421
_PRIVATE = re.compile(rb"PRIVATE")
# Of PuTTY, of OpenSSL's print, of DNSSEC and of SSH-1.
_MEMBERS = rb"PRIVATE(?:-LINES:|-MAC:|EXPONENT|-KEY-FORMAT:|KEYFILEFORMAT)"
_NAMED = rb"PRIVATE[^A-Z]{0,9}KEY"
_MARKER = rb"--[^A-Z]{0,3}(?:BEGIN|END)[^-]{0,40}?PRIVATE|PRIVATE[^A-Z]{0,9}KEY(?:BLOCK)?--"


def found_in(text: str) -> bool:
    """Whether there is a private key, a part of one or a container of one in the text."""
    seen = text.encode("ascii", "ignore").translate(None, _BLANKS_AND_CONTROLS)
    return _shows_base64(seen) or _shows_members(seen) or _shows_words(text, seen)


def is_part_of_pem(text: str) -> bool:
    """Say whether a text is lines out of the middle of an RSA private key's PEM file.

    Args:
        text: no longer than the longest key.
    """
    if not re.fullmatch(r"[A-Za-z0-9+/ \t\r\n]{16,}={0,2}", text):
        return False
    data = re.sub("[^A-Za-z0-9+/]", "", text)
    # Where the first line is not whole, its four-character groups begin later.
    return any(re.search(_INNER_DER, key_line.decode_base64(data[start:])) for start in range(4))


def _shows_base64(seen: bytes) -> bool:
    if any(pattern.search(seen) for pattern in _BASE64):
        return True
    return bool(_PEM_AGAIN.search(seen) and re.search(_PRIVATE_KEY_AGAIN, seen))


def _shows_members(seen: bytes) -> bool:
    """Whether there is the private member of a JSON Web Key, or of an RSAKeyValue in XML."""
    may_be_json = b":" in seen or b"%3A" in seen
    if may_be_json and any(re.search(pattern, seen) for pattern in _JWK):
        return True
    return b"<" in seen and bool(re.search(b"<D>", seen) and re.search(b"<Modulus>", seen))


def _shows_words(text: str, seen: bytes) -> bool:
    capitals = seen.upper()
    if _ENCRYPTED_PEM.search(capitals) or (_DASHED_KEY.search(capitals) and re.search(_FILES, capitals)):
        return True
    if not _PRIVATE.search(capitals):
        return False
    return bool(re.search(_MEMBERS, capitals)) or _is_named(text, seen, capitals)


def _is_named(text: str, seen: bytes, capitals: bytes) -> bool:
    """Whether the words are those of a key file, and not of a comment on a public key."""
    if len(text) > key_line.LONGEST:  # there is no key, so the words alone decide
        return re.search(_NAMED, capitals) is not None
    if re.search(_MARKER, capitals):
        return True
    if b"NzaC1" in seen or b"VjZHNh" in seen:  # the data of a public key: "ssh-" or "ecdsa"
        return False
    # A marker whose dashes are gone, or the words with something like base64 beside them.
    begins = re.search(rb"(?:BEGIN|END)[^-]{0,40}?" + _NAMED, capitals)
    return bool(begins or (re.search(_NAMED, capitals) and re.search(r"[A-Za-z0-9+/=_-]{40}", text)))
