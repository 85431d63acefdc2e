"""Finds the one line of an RSA key in a text, also where the line was broken on its way.

A key says by itself how long it is: in front of each of its numbers stands the number's length (RFC
4251 section 5). So the pieces of a broken line are joined only if together they have exactly the length
that the first of them announces, and only if nothing else could be meant: either they have the widths of a
broken line, and the last of them looks like data and not like a word, or all of them behind the first look
like data and the last is longer than anybody's comment that has none but signs of base64. A key that lost
its end and has a comment of just that length behind it must not become another key.
"""

from __future__ import annotations

import re

from handler.key_gate import line
from handler.record import NamedTuple

#: The line's start, up to its data, which begins with the type once more.
_START = re.compile(r"(?<!\S)ssh-rsa\s+(?=AAAAB3NzaC1yc2E)")
_PIECE = re.compile(r"([A-Za-z0-9+/]+={0,2}|={1,2})(?!\S)(\s*)")

#: A broken line is at least so wide, in characters: no terminal and no mail program has a narrower one.
_NARROWEST = 20

#: The longest key breaks into no more pieces of that width.
_MOST_PIECES = 140

#: A shorter last piece could be a word.
_SHORTEST_END = 16

#: Behind at least two pieces of one width the end may be so short, as long as it looks like data: a word
#: there would have to be as long, by chance, as the one line that was lost.
_SHORTEST_EVEN_END = 6

#: So long a last piece, in characters, is no word wherever the line was broken.
_LONG_END = 40

#: Where small letters, capitals and the rest meet: in base64 of a modulus at two places of three.
_CHANGE = re.compile("(?<=[a-z])(?=[^a-z])|(?<=[A-Z])(?=[^A-Z])|(?<=[0-9+/])(?=[^0-9+/])")


class Found(NamedTuple):
    """Where a key's line stands in a text, without its comment, and the line in one piece."""

    start: int
    end: int
    line: str


def find(text: str) -> Found | None:
    """Return the first key of a text, or None where none stands there without doubt."""
    start = _START.search(text)
    if start is None:
        return None
    pieces: list[re.Match[str]] = []
    data, size, position = "", 0, start.end()
    while len(pieces) < _MOST_PIECES and (piece := _PIECE.match(text, position)):
        if "=" in data and piece[1].strip("="):
            break
        pieces.append(piece)
        data += piece[1]
        position = piece.end()
        size = size or _size(data.rstrip("="))
        if len(data) >= size + -size % 4 > 0:
            break
    stem = data.rstrip("=")
    if not size or len(stem) != size or data != stem + "=" * (-size % 4):
        return None
    if len(pieces) > 1 and not _are_one_line(pieces, _PIECE.match(text, position)):
        return None
    return Found(start.start(), pieces[-1].end(1), f"ssh-rsa {data}")


def _size(data: str) -> int:
    """Return how many characters a key has before its padding, by how it begins; 0 if that does not say."""
    blob = line.decode_base64(data)
    wire = line.strings(blob)
    knows_modulus = len(wire.strings) == 2 and len(blob) >= wire.end + 4
    if wire.missing and not knows_modulus:
        return 0
    size = -(-(len(blob) + wire.missing if wire.missing else wire.end) * 4 // 3)
    return size if size <= line.LONGEST else 0


def _are_one_line(pieces: list[re.Match[str]], behind: re.Match[str] | None) -> bool:
    """Say whether these can only be the pieces of one line, given that their length is right.

    Args:
        pieces: two or more.
        behind: the word after them, if that could be a piece too, as after a line that holds something twice.
    """
    first, *middle, last = (len(piece[1]) for piece in pieces)
    # The first line may have had a command and a name before the data, and the last ends anywhere.
    width = max(first, last, *middle) if middle else last
    even = set(middle) == {width} and width >= _NARROWEST if middle else first >= _NARROWEST
    broken = bool(middle) or "\n" in pieces[0][2]
    shortest = _SHORTEST_EVEN_END if len(middle) > 1 else _SHORTEST_END
    # A line twice in the key would leave as wide a line behind it, so a short word there is a comment.
    ends = behind is None or (bool(middle) and len(behind[1]) < _SHORTEST_END and "=" not in behind[1])
    long = last >= _LONG_END and all(
        len(piece[1]) >= _NARROWEST and _is_data(piece[1]) for piece in pieces[1:]
    )
    return ends and (long or (even and broken and _is_data(pieces[-1][1], shortest)))


def _is_data(piece: str, shortest: int = _SHORTEST_END) -> bool:
    """Say whether a piece looks like base64 of a modulus, and like nobody's comment."""
    changes = len(_CHANGE.findall(piece))
    return piece.endswith("=") or (len(piece) >= shortest and 5 * changes >= 2 * len(piece))
