"""Undoes what programs do to a line of text on its way from a file into a request.

Nothing is accepted because of it: `wrong_shapes` looks at the result to find out what the sender had, and
whether the damage is the reason to name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from handler.key_gate import reasons as why
from handler.key_gate.dashes import DASHES
from handler.key_gate.reasons import Reason

_ENTITIES = {
    "amp": "&", "quot": '"', "apos": "'", "lt": "<", "gt": ">", "nbsp": " ", "plus": "+", "sol": "/",
    "equals": "=", "num": "#", "commat": "@", "hyphen": "-", "dash": "-", "tab": "\t", "newline": "\n",
}  # fmt: skip
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

_ANSI = r"\x1b\[[0-9;]*[A-Za-z]"
_SPACES = r"[\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_UNSEEN = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_HYPHENS = f"[{DASHES}]"
_FULL_WIDTH = r"[\uff01-\uff5e]"
# Of a key: letters, digits, and the signs and blanks between them.
_FULL_WIDTH_KEY = r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff0b\uff0d\uff0f\uff1d\u3000]"
# Marks that Chinese writing puts around what is quoted.
_BRACKETS = "「」『』【】《》〈〉〔〕（）［］｛｝＂＇｀"
# What stands before and behind a key in quotation marks, code fences, mark-up and quoted mail.
_OPENING = f"\"'`<>([{{*«»‹›„‚“”‘’{_BRACKETS} \t\r\n"
_CLOSING = f"\"'`<>)]}}*«»‹›“”‘’{_BRACKETS},;.，；。、 \t\r\n"


# Each repair looks for its first character before it compiles a pattern, since most texts need no repair.
def undo(text: str) -> tuple[Reason | None, str]:
    """Return the text as it may have been, and the first kind of damage that was found in it, if any."""
    damage: Reason | None = None
    for reason, repair in _REPAIRS:
        repaired = repair(text).strip(" \t\r\n")
        if repaired != text:
            damage = damage or reason
            text = repaired
    return damage, text


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2])

    return re.sub(r'\\(?:u([0-9a-fA-F]{4})|([nrt/"\\]))', plain, text)


def _without_entities(text: str) -> str:
    if "&" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        if found[1]:
            return chr(min(int(found[1]), 0x10FFFF))
        if found[2]:
            return chr(min(int(found[2], 16), 0x10FFFF))
        return _ENTITIES.get(found[3].lower(), found[0])

    return re.sub(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));", plain, text)


def _url_decoded(text: str) -> str:
    if text.startswith("ssh-rsa+AAAA"):
        text = text.replace("+", " ")
    if "%" not in text or not re.search("%(?:20|2[bB]|2[fF]|3[dD]|0[aAdD9])", text):
        return text
    return re.sub("%([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)


def _visible(text: str) -> str:
    if text.isascii() and re.sub("[\t\r\n]", "", text).isprintable():
        return text
    return re.sub(_UNSEEN, "", re.sub(_SPACES, " ", re.sub(_ANSI, "", text)))


def _half_width(text: str) -> str:
    if text.isascii() or not re.search(_FULL_WIDTH_KEY, text):
        return text
    return _plain(text.replace("\u3000", " "))


def _plain(text: str) -> str:
    if text.isascii():
        return text
    text = re.sub(_FULL_WIDTH, lambda found: chr(ord(found[0]) - 0xFEE0), text)
    return re.sub(_HYPHENS, "-", text)


def _unquoted(text: str) -> str:
    inner = text.lstrip(_OPENING)
    if inner == text:
        return text
    if text[:1] == ">":  # mail has the mark before every line
        inner = re.sub(r"([\r\n])[> \t]+", r"\1", inner)
    return inner.rstrip(_CLOSING)


def _small_letters(text: str) -> str:
    return re.sub(r"\Assh-rsa(?=[ \t])", "ssh-rsa", text, flags=re.IGNORECASE)


_REPAIRS: tuple[tuple[Reason, Callable[[str], str]], ...] = (
    (why.ESCAPED, _unescaped),
    (why.HTML_ENCODED, _without_entities),
    (why.URL_ENCODED, _url_decoded),
    (why.FULL_WIDTH, _half_width),
    (why.INVISIBLE, _visible),
    (why.QUOTED, _unquoted),
    (why.TYPOGRAPHIC, _plain),
    (why.CAPITALS, _small_letters),
)
