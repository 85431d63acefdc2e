"""The form of a key: OpenSSH's one line, and RFC 4253's wire format in the base64 of it.

This module reads and does not judge; `public_key` judges.
"""

from __future__ import annotations

import re
from binascii import a2b_base64

from handler.record import NamedTuple

LONGEST = 16384  # characters; the longest key takes 2,746, the rest is left to the comment
TYPE = b"ssh-rsa"

# Fields end at blanks and tabs alone, as in OpenSSH: no other white space, no Unicode. Equals signs
# may stand anywhere in the data here, so that it can be said what is wrong with them. The comment begins with
# no blank, so that a run of blanks can be divided in one way alone.
LINE = re.compile(r"ssh-rsa[ \t]+([A-Za-z0-9+/][A-Za-z0-9+/=]*)(?:[ \t]+([^ \t\r\n][^\r\n]*)?)?")


class Wire(NamedTuple):
    """What a blob holds of the three strings of RFC 4253, section 6.6: type, exponent, modulus."""

    strings: list[bytes]  # those that are complete
    end: int  # offset of the first byte behind them
    missing: int  # bytes, at least; 0 when all three are complete


def strings(blob: bytes) -> Wire:
    """Return the strings at the beginning of a blob, as far as they are complete."""
    strings: list[bytes] = []
    end = 0
    while len(strings) < 3:
        begin = end + 4
        size = int.from_bytes(blob[end:begin], "big") if begin <= len(blob) else 0
        if begin + size > len(blob):
            return Wire(strings, end, begin + size - len(blob))
        end = begin + size
        strings.append(blob[begin:end])
    return Wire(strings, end, 0)


def decode_base64(data: str) -> bytes:
    """Return the bytes of base64 without its padding.

    `data` holds letters of base64's alphabet alone. A last one that begins a byte and does not end
    it is left out.
    """
    whole = data[:-1] if len(data) % 4 == 1 else data
    return a2b_base64(whole + "=" * (-len(whole) % 4))
