"""Reads and writes the flat XML of WeCom: `<xml>` with elements that hold text.

A document type is refused before anything in it is read, so that there are no entities to expand and
nothing outside to fetch; deeper elements, attributes and comments are passed over.
"""

from __future__ import annotations

from xml.parsers import expat

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Characters that XML 1.0 section 2.2 forbids in a document, even as references. No pattern: compiling one
#: with these characters would take a quarter of a cold start.
_NO_CHARACTERS = dict.fromkeys({*range(0x20), 0xFFFE, 0xFFFF} - {0x09, 0x0A, 0x0D})


class NotFlatError(ValueError):
    """The text is not XML of this form."""


def parse(content: bytes) -> dict[str, str]:
    """Return the texts of a document's elements, by name.

    Raises:
        NotFlatError: it is no XML in UTF-8, has a document type, or an element twice.
    """
    texts: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, _: object) -> None:
        path.append(name)
        if len(path) == 2:  # a child of the root
            if name in texts:
                raise NotFlatError
            texts[name] = ""

    def end(_: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if len(path) == 2:
            texts[path[1]] += data

    def refuse(*_: object) -> None:
        raise NotFlatError

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    if b"\0" in content:
        # No XML holds one; expat would take them for UTF-16.
        raise NotFlatError
    try:
        # As text, since expat would believe an encoding that the document declares.
        parser.Parse(content.decode(), True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise NotFlatError from None
    return texts


def serialize(texts: Mapping[str, str | int]) -> str:
    """Return a document with these elements: texts as character data, numbers as they are."""
    return "<xml>{}</xml>".format(
        "".join(
            f"<{name}>{value if isinstance(value, int) else _quoted(value)}</{name}>"
            for name, value in texts.items()
        )
    )


def _quoted(text: str) -> str:
    # A section cannot hold its own end, so that is divided between two of them.
    inside = text.translate(_NO_CHARACTERS).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inside}]]>"
