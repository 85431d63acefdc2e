"""A sentence for people: English as written, and what it was made of, so that it can be translated.

    Sentence("The array holds more than {count} requests.", count=100)

It is the English text wherever a text is wanted; `handler.catalogue` makes the Chinese one of it. Names of
placeholders are words, as a translator reads them. A value that is a Sentence is translated too.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Translate = Callable[[str], str]


class Sentence(str):
    """An English sentence.

    Args:
        message: the sentence, or part of one, with `{names}` where values stand; its key in the catalogue.
        values: the values, by name.
    """

    __slots__ = ("message", "values")

    message: str
    values: Mapping[str, object]

    def __new__(cls, message: str, /, **values: object) -> Sentence:
        """Fill the values in; without any, braces stand for themselves."""
        text = super().__new__(cls, message.format(**values) if values else message)
        text.message = message
        text.values = values
        return text

    def filled(self, **values: object) -> Sentence:
        """Return the sentence with more values filled in."""
        return Sentence(self.message, **self.values, **values)


def translated(text: str, lookup: Translate) -> str:
    """Return a sentence in the language of a look-up, filled in; a text that is no Sentence stays as it is.

    Args:
        text: the sentence.
        lookup: returns a message's translation.
    """
    if not isinstance(text, Sentence):
        return text
    message = lookup(text.message)
    if not text.values:
        return message
    return message.format(
        **{
            name: translated(value, lookup) if isinstance(value, str) else value
            for name, value in text.values.items()
        }
    )
