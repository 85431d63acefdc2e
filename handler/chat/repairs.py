"""Undoes what chat platforms, keyboards and clipboards do to a text on its way.

Only a change with one meaning is undone. Nothing here guesses at a key: the key gate refuses a key in which
anything is left over.
"""

from __future__ import annotations

import re

from handler.key_gate.dashes import DASHES

#: Quotation marks, and the brackets that Chinese writing puts around what is quoted.
MARKS = "\"'「」『』【】《》〈〉〔〕（）"

_LINE_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

#: No-break, ideographic and other blanks of other widths.
_BLANKS = "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

#: Zero-width characters, soft hyphens, byte order marks, and marks of the direction of writing.
_INVISIBLE = (
    "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)

_CHARACTERS = {
    **dict.fromkeys(map(ord, _LINE_ENDS), "\n"),
    **dict.fromkeys(map(ord, _BLANKS), " "),
    **dict.fromkeys(map(ord, _INVISIBLE), None),
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′＇"), "'"),
}

# Slack's markup: a link or an address that it found in the text, before the bar where it leads to and
# after it what was typed; a mention. A `<` that somebody typed arrives as `&lt;`.
# https://docs.slack.dev/messaging/formatting-message-text
_LINK = re.compile(r"<(?:mailto:|tel:|https?://|ftp://)[^<>|\s]+\|([^<>|]+)>")
_BARE_LINK = re.compile(r"<(?:mailto:)?([a-z]+://[^<>|\s]+|[^<>|\s@]+@[^<>|\s@]+)>")
_MENTION = re.compile(r"<([@#!])[^<>|\s]*\|([^<>|]+)>")

_ENTITY = re.compile("&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}

# Code fences and code spans. Some clients write the name of a language behind the opening fence.
_CODE = re.compile(r"```(?:(?:text|txt|plain|plaintext|bash|sh|shell|console)(?=\n))?|`")

# A phone begins a line with a capital and makes one dash of a hyphen. What follows leaves no doubt: the
# data of every such key begins with its type in base64 (RFC 4253 section 6.6).
_TYPE = re.compile(rf"(?<![^\s{MARKS}])(?i:ssh)[-{DASHES}](?i:rsa)(?=\s+AAAAB3NzaC1yc2E)")

# A colon, a comma or a bracket stands between a word and the key, often with no blank beside it.
_KEY = r"ssh-rsa\s+AAAAB3NzaC1yc2E"
_COLON = re.compile(rf"(?<=\w)[:：,，](?=[{MARKS}\s]*{_KEY})")
_BRACKET = re.compile(rf"(?<=[^\s=＝{MARKS}])(?=[{MARKS}]+{_KEY})")


def undo(text: str) -> str:
    """Return a text as it was typed: plain characters, `\\n` for line ends, no markup."""
    text = text.replace("\r\n", "\n").translate(_CHARACTERS)
    text = _MENTION.sub(r"\1\2", _BARE_LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    # In one pass: `&amp;lt;` is what somebody typed as `&lt;`.
    text = _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], text)
    return _TYPE.sub("ssh-rsa", _CODE.sub(" ", text))


def separate(arguments: str) -> str:
    """Return the arguments of a command with a blank between the word before a key and the key.

    A colon or a comma between them goes: behind a key name or an option it means nothing.
    """
    return _BRACKET.sub(" ", _COLON.sub(" ", arguments))
