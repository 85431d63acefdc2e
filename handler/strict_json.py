"""Reads JSON text and refuses what readers disagree about (RFC 8259 sections 4, 6 and 9)."""

from __future__ import annotations

import json

from handler.problems import MalformedJson
from handler.sentence import Sentence

#: More levels than any request has; a deeper text is an attack on recursive readers.
DEEPEST = 32

#: 2**63 has 19 digits; a longer number is an attack on quadratic readers.
LONGEST_NUMBER = 32

#: The last whole number up to which every reader's floating point is exact (RFC 8259 section 6).
EXACT = 2**53


class Inexact(float):
    """A number with a fraction or an exponent that is not a whole number every reader agrees on."""

    def is_integer(self) -> bool:
        """Return False, so that a JSON Schema `integer` refuses it."""
        return False


def loads(text: bytes | str) -> object:
    """Return the value that a JSON text holds.

    A number such as `377.0` or `1e3` becomes the whole number it is, up to 2**53.

    Raises:
        MalformedJson: it is not JSON in UTF-8, repeats a member, or holds NaN, a number of over
            32 characters or more than 32 levels.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        if text.startswith("\ufeff"):
            raise _malformed(
                Sentence("It starts with a byte order mark."), Sentence("Save it as UTF-8 without one.")
            )
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except UnicodeDecodeError:
        raise _malformed(Sentence("It is not UTF-8."), Sentence("Encode it as UTF-8.")) from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise _where(error) from None
    _bound_depth(value)
    return value


def written_out(parsed: object) -> str:
    """Return as text what the platform has parsed already, so that it is read by the same strict rules.

    A value that cannot be written as text comes out as JSON that is nested too deep, and is refused as such.
    """
    try:
        return json.dumps(parsed)
    except (RecursionError, TypeError, ValueError):
        return "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)


def _where(error: json.JSONDecodeError) -> MalformedJson:
    if not error.doc.strip(" \t\r\n"):
        return MalformedJson(
            Sentence("The body is empty."),
            Sentence(
                'Send a JSON object such as {"keyName": "alice_laptop", "publicKey": "ssh-rsa AAAA..."}.'
            ),
        )
    return _malformed(
        Sentence(
            "It stops being JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
        ),
        Sentence("Check it with a JSON tool, `python3 -m json.tool < body.json` for one."),
    )


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _malformed(
            Sentence("An object in it has the same member twice."), Sentence("Send each member once.")
        )
    return members


def _constant(_: str) -> object:
    raise _malformed(
        Sentence("NaN and Infinity are not JSON."), Sentence("Send a number, or leave the member out.")
    )


def _whole(literal: str) -> int:
    _bound_length(literal)
    return int(literal)


def _fraction(literal: str) -> int | Inexact:
    _bound_length(literal)
    mantissa, _, exponent = literal.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).rstrip("0")
    if not digits.strip("-0"):
        return 0
    zeros = int(exponent or 0) + len(whole) - len(digits)
    # Checked before the power is taken: an exponent may have thirty digits.
    if 0 <= zeros <= len(str(EXACT)) and abs(number := int(digits + "0" * zeros)) <= EXACT:
        return number
    return Inexact(literal)


def _bound_length(literal: str) -> None:
    if len(literal) > LONGEST_NUMBER:
        raise _malformed(
            Sentence("It holds a number of more than {most} characters.", most=LONGEST_NUMBER),
            Sentence("Send a shorter number."),
        )


def _bound_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for node in level
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> MalformedJson:
    return _malformed(
        Sentence("It is nested more than {most} levels deep.", most=DEEPEST),
        Sentence("Send a flat object."),
    )


def _malformed(what: str, remedy: Sentence) -> MalformedJson:
    return MalformedJson(
        Sentence("The body is not JSON that this function reads. {what}", what=what), remedy, cause=what
    )
