"""Reads a text as one OpenSSH RSA public key, or says precisely why it is none.

The form is the one line of a `.pub` file, `ssh-rsa BASE64 [comment]` (sshd(8), AUTHORIZED_KEYS FILE FORMAT,
without options), with the data of RFC 4253, section 6.6 in it. Text that programs read in different ways is
refused, so that every program reads an accepted line as the same key.

The order is fixed, and the first fault found is named: private key, length, shape, base64 and wire format,
comment, strength. At the end, `sshpubkeys` checks the line that was rebuilt from the checked data; it can
only refuse.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from itertools import accumulate

from handler.key_gate import fingerprints, private_keys, weak_keys
from handler.key_gate import line as key_line
from handler.key_gate import reasons as why
from handler.record import NamedTuple
from handler.sentence import Sentence

_HEADER = b"\0\0\0\x07ssh-rsa"
_PLAUSIBLE = 4096  # bytes; no part of a key is longer, so a text cannot have lost more in one

# Control characters, bidirectional controls, line and paragraph separators, surrogates, tag
# characters and noncharacters. All else of Unicode is welcome.
_BAD_IN_COMMENT = (
    "[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


class PublicKey(NamedTuple):
    """An OpenSSH RSA public key that has passed every check."""

    e: int
    n: int
    bits: int
    comment: str
    blob: bytes  # RFC 4253, section 6.6
    fingerprint: str  # "SHA256:…" as `ssh-keygen -l` prints it
    fingerprint_md5: str  # "MD5:aa:bb:…" as `ssh-keygen -l -E md5` prints it
    line: str  # "ssh-rsa BASE64", rebuilt, without comment


def parse(text: str, min_bits: int) -> PublicKey:
    """Return the key in the text, which may have blanks and line ends around it and nothing else.

    Args:
        text: as it was sent; anything that a str can hold.
        min_bits: the least size of the modulus, in bits, that the caller may import.

    Raises:
        InvalidPublicKey: not exactly one OpenSSH RSA public key; `reason` says why.
        WeakPublicKey: one, and unsafe; `reason` says why.
    """
    if private_keys.found_in(text):
        raise why.PRIVATE_KEY.problem()
    if len(text) > key_line.LONGEST:
        raise why.TOO_LONG.problem()
    data, comment = _fields(text.strip(" \t\r\n"))
    blob = _blob(data, comment)
    e, n = _numbers(blob)
    if not (comment.isascii() and comment.isprintable()) and re.search(_BAD_IN_COMMENT, comment):
        raise why.BAD_COMMENT.problem()
    weak_keys.require_strong(e, n, min_bits)
    key = _public_key(e, n, comment, blob)
    if not _is_confirmed(key):
        raise why.SECOND_OPINION.problem()
    return key


def decode_blob(text: str | None) -> bytes | None:
    """Return the blob of a stored line `ssh-rsa BASE64 [comment]`, or None where that is no RSA key.

    It is for comparing with the keys that CVM stores; strength and comment are not checked.
    """
    shape = key_line.LINE.match((text or "").lstrip())
    if shape is None:
        return None
    data = shape[1].rstrip("=")
    if "=" in data or len(data) % 4 == 1:
        return None
    blob = key_line.decode_base64(data)
    wire = key_line.strings(blob)
    complete = not wire.missing and wire.end == len(blob)
    return blob if complete and wire.strings[0] == key_line.TYPE else None


def _fields(line: str) -> tuple[str, str]:
    """Base64 and comment of a line of the right shape."""
    shape = key_line.LINE.fullmatch(line)
    if shape is None:
        # Naming another shape takes a dozen regular expressions, which a good line does not need.
        from handler.key_gate import wrong_shapes

        raise wrong_shapes.reason_of(line).problem()
    comment = shape[2] or ""
    if "AAAA" in comment or "BEGIN" in comment:
        from handler.key_gate import wrong_shapes

        if wrong_shapes.holds_key(comment):
            follows = shape[1].startswith("AAAA")
            raise (why.MULTIPLE_KEYS if follows else why.EXTRA_TEXT).problem()
    return shape[1], comment


def _blob(field: str, comment: str) -> bytes:
    """Return the decoded base64 of a line: complete, of type `ssh-rsa`, exactly as an encoder writes it."""
    data, padding, rest = _split_padding(field)
    blob = key_line.decode_base64(data)
    wire = key_line.strings(blob)
    surplus = len(blob) - wire.end
    if wire.strings and wire.strings[0] != key_line.TYPE:
        raise (why.DAMAGED_START if _shows_type(data) else why.TYPE_MISMATCH).problem()
    if wire.missing and not rest:
        raise _incomplete(data, blob, wire, comment).problem(count=_bytes(wire.missing))
    if rest.startswith("AAAAB3NzaC1yc2E"):
        surplus += sum(len(key_line.decode_base64(part)) for part in rest.split("="))
        raise why.TRAILING_DATA.problem(count=_bytes(surplus))
    if rest or len(padding) > 2:
        raise why.INNER_PADDING.problem()
    if len(data) % 4 == 1 or len(padding) != -len(data) % 4:
        raise why.MISSING_PADDING.problem()
    if b2a_base64(blob, newline=False).decode() != field:
        raise why.UNUSED_BITS.problem()
    if surplus:
        raise why.TRAILING_DATA.problem(count=_bytes(surplus))
    return blob


def _shows_type(data: str) -> bool:
    """Whether "ssh-rsa" can be made out in base64 whose beginning is shifted or whose capitals are lost."""
    return "zac1yc2e" in data[:32].lower() and data[7:15] != "zaC1yc2E"


def _bytes(count: int) -> Sentence:
    return Sentence("1 byte") if count == 1 else Sentence("{count} bytes", count=count)


def _split_padding(field: str) -> tuple[str, str, str]:
    """Base64 up to the first equals sign, that run of equals signs, and whatever follows."""
    end = field.find("=")
    data, tail = (field, "") if end < 0 else (field[:end], field[end:])
    rest = tail.lstrip("=")
    return data, tail[: len(tail) - len(rest)], rest


def _incomplete(data: str, blob: bytes, wire: key_line.Wire, comment: str) -> why.Reason:
    """Why a blob ends before its third string does."""
    if not wire.strings and blob[:11] != _HEADER[: len(blob)]:
        if blob[4:11] == key_line.TYPE:
            return why.BAD_LENGTH
        return why.DAMAGED_START if _shows_type(data) else why.NOT_KEY_DATA
    if wire.missing > _PLAUSIBLE:
        return why.BAD_LENGTH
    if comment and _goes_on(data, comment):
        return why.WRAPPED
    reads_modulus = len(wire.strings) == 2 and len(blob) >= wire.end + 4
    return why.TRUNCATED if reads_modulus else why.TRUNCATED_EARLY


def _goes_on(data: str, comment: str) -> bool:
    """Whether the comment is the rest of the data, with blanks where lines were broken."""
    pieces = re.match(r"(?:[A-Za-z0-9+/]+={0,2}(?:[ \t]+|$))*", comment)
    words = pieces[0].split() if pieces else []
    if words and len(words[0]) >= 40:
        return True
    wire = key_line.strings(key_line.decode_base64(data + "".join(words).replace("=", "")))
    # A word of the real comment may have been taken for data, so one break must be at the very end.
    wanted = (wire.end * 8 + 5) // 6
    ends = accumulate(len(word.rstrip("=")) for word in words)
    return not wire.missing and any(len(data) + end == wanted for end in ends)


def _numbers(blob: bytes) -> tuple[int, int]:
    """Exponent and modulus of a complete blob, which must be written as RFC 4251, section 5 has it."""
    _, e, n = key_line.strings(blob).strings
    for number in (e, n):
        if number[:1] >= b"\x80":
            raise why.NEGATIVE.problem()
        # An exponent of zero is a bad exponent, however it is written.
        if any(number) and number[0] == 0 and number[1] < 0x80:
            raise why.ZERO_PADDED.problem()
    if not any(n):
        raise why.ZERO.problem()
    return int.from_bytes(e, "big"), int.from_bytes(n, "big")


def _public_key(e: int, n: int, comment: str, blob: bytes) -> PublicKey:
    shown = fingerprints.of_key(blob)
    return PublicKey(
        e=e,
        n=n,
        bits=shown.bits,
        comment=comment,
        blob=blob,
        fingerprint=shown.sha256,
        fingerprint_md5=shown.md5,
        line="ssh-rsa " + b2a_base64(blob, newline=False).decode(),
    )


def _is_confirmed(key: PublicKey) -> bool:
    """Whether sshpubkeys reads the rebuilt line as the same key."""
    # Imported here: with cryptography and ecdsa, this import costs more than the rest of this module.
    from sshpubkeys import SSHKey

    other = SSHKey(strict=True, disallow_options=True)
    try:
        other.parse(key.line)
        return bool(
            other.key_type == key_line.TYPE
            and other.bits == key.bits
            and other.hash_sha256() == key.fingerprint
            and other.hash_md5() == key.fingerprint_md5
        )
    except Exception:  # noqa: BLE001 - it documents some and raises more; each of them is a refusal
        return False
