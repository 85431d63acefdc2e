"""Reads single members of the JSON that platforms send; other members do not matter."""

from __future__ import annotations

from handler import strict_json
from handler.problems import MalformedJson
from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

#: The most commas in an envelope that is read before anything is proved.
_MOST_COMMAS = 16


def parse(content: bytes) -> dict[str, Any]:
    """Return the object that JSON text holds; an empty one where it is no JSON, or no object."""
    try:
        value = strict_json.loads(content)
    except MalformedJson:
        return {}
    return value if isinstance(value, dict) else {}


def encrypted(content: bytes) -> bytes:
    """Return the member `encrypt` of a small object in ASCII, `b""` where there is none.

    It is read before anything is proved, so a large object is not read at all.
    """
    if content.count(b",") > _MOST_COMMAS:
        return b""
    return text(parse(content), "encrypt").encode("ascii", "ignore")


def text(value: object, *path: str) -> str:
    """Return the text that stands at a path of members, "" where none does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
