"""Which language a reader wants, and sentences in that language.

English is in the code and needs nothing. Chinese is in `locale/zh_CN/LC_MESSAGES/messages.po`, from which the
build makes the `.mo` that is read here, once an answer is wanted in Chinese.
"""

from __future__ import annotations

import functools
import os

from handler.record import TYPE_CHECKING
from handler.sentence import translated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handler.sentence import Translate

#: The language tags of replies (RFC 9110 section 8.5).
ENGLISH, CHINESE = "en", "zh-CN"

_ROOT = os.path.dirname(os.path.dirname(__file__))
_COMPILED = os.path.join(_ROOT, "locale", "zh_CN", "LC_MESSAGES", "messages.mo")

#: More ranges than a browser sends; the rest is not read.
_MOST_RANGES = 32


def preferred(headers: Iterable[str]) -> str:
    """Return the language that `Accept-Language` asks for (RFC 9110 section 12.5.4).

    The highest quality decides, the first on a tie. `zh` and whatever begins with `zh-` means Chinese; every
    other language, `*`, what cannot be read, or nothing at all means English.
    """
    best, quality = "", 0.0
    for entry in ",".join(headers).split(",", _MOST_RANGES)[:_MOST_RANGES]:
        language, _, parameters = entry.partition(";")
        weight = _quality(parameters.strip())
        # Greater, not equal: of several with the same quality, the first one counts.
        if language.strip() and weight > quality:
            best, quality = language.strip().lower(), weight
    return CHINESE if best == "zh" or best.startswith("zh-") else ENGLISH


def _quality(parameters: str) -> float:
    """Return a quality of 0 to 1 (RFC 9110 section 12.4.2); 0 for one that cannot be read."""
    if not parameters:
        return 1.0
    name, _, value = parameters.partition("=")
    whole, _, fraction = value.strip().partition(".")
    if name.strip().lower() != "q" or whole not in ("0", "1") or len(fraction) > 3:
        return 0.0
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        return 0.0
    weight = float(f"{whole}.{fraction or 0}")
    return weight if weight <= 1 else 0.0


def translator(language: str) -> Translate:
    """Return what makes a sentence readable in a language."""
    return _chinese if language == CHINESE else str


def _chinese(text: str) -> str:
    return translated(text, _message)


def _message(text: str) -> str:
    """Return the translation of a message, or the message itself where there is none.

    Python's `gettext` reads the whole file before it answers, which a refusal from cold has no time for. The
    messages in it are sorted
    (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html), so a few steps find one.
    """
    data = _compiled()
    count, messages, translations = (_number(data, place) for place in (8, 12, 16))
    wanted, low, high = text.encode(), 0, count
    while low < high:
        middle = (low + high) // 2
        if _text(data, messages, middle) < wanted:
            low = middle + 1
        else:
            high = middle
    is_there = low < count and _text(data, messages, low) == wanted
    return _text(data, translations, low).decode() if is_there else text


def _text(data: bytes, table: int, index: int) -> bytes:
    """Return a text by a table of lengths and places."""
    length, place = _number(data, table + 8 * index), _number(data, table + 8 * index + 4)
    return data[place : place + length]


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")


@functools.cache
def _compiled() -> bytes:
    with open(_COMPILED, "rb") as file:
        return file.read()
