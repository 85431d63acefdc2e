"""Reads `application/x-www-form-urlencoded`, strictly.

https://url.spec.whatwg.org/#application/x-www-form-urlencoded says how: pairs between `&`, a `+` for a blank,
and `%XX` for any byte. A field that is asked for must be there once: two readers of a body that repeats it
could see two different messages.
"""

from __future__ import annotations

import re
from binascii import unhexlify

from handler.problems import MalformedRequest
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/x-www-form-urlencoded"

_ESCAPE = re.compile(b"%([0-9A-Fa-f]{2})")


#: The most fields of a form that is read: a sender who proves nothing must not cost time. Platforms send a
#: dozen, and one for each person whom a command mentions.
MOST_FIELDS = 1000


class Form(NamedTuple):
    """The fields of a form, as bytes: each name with all of its values.

    Attributes:
        fields: the fields; none of them where there are too many.
        too_many: whether there are more than `MOST_FIELDS`.
    """

    fields: Mapping[bytes, list[bytes]]
    too_many: bool = False

    def octets(self, name: str) -> bytes:
        """Return the bytes of a field, `b""` unless it is there exactly once."""
        values = self.fields.get(name.encode(), [])
        return values[0] if len(values) == 1 else b""

    def text(self, name: str) -> str:
        """Return the text of a field, "" where it is absent.

        Raises:
            MalformedRequest: it is there more than once or is not UTF-8, or the form has too many fields.
        """
        if self.too_many:
            raise unreadable(Sentence("Its form has more than {most} fields.", most=MOST_FIELDS))
        if len(self.fields.get(name.encode(), [])) > 1:
            raise unreadable(Sentence("Its form has the field `{name}` more than once.", name=name))
        try:
            return self.octets(name).decode()
        except UnicodeDecodeError:
            raise unreadable(Sentence("The field `{name}` of its form is not UTF-8.", name=name)) from None


def parse(content: bytes) -> Form:
    """Return the form that a body holds; any bytes are one."""
    if content.count(b"&") >= MOST_FIELDS:
        return Form({}, too_many=True)
    fields: dict[bytes, list[bytes]] = {}
    for pair in content.split(b"&"):
        name, _, value = pair.partition(b"=")
        fields.setdefault(decoded(name), []).append(decoded(value))
    return Form(fields)


def unreadable(what: str) -> MalformedRequest:
    """Return the problem of a message that surely comes from the platform and cannot be read."""
    return MalformedRequest(
        Sentence("The message cannot be read. {what}", what=what),
        Sentence("Type the command again, as plain text."),
    )


def decoded(encoded: bytes) -> bytes:
    """Return a name or value without its encoding; a `%` that begins no escape stays as it is."""
    return _ESCAPE.sub(lambda escape: unhexlify(escape[1]), encoded.replace(b"+", b" "))
