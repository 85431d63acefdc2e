"""Keys, and what can become of a key's line between a `.pub` file and a bot."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable

from tests.keys import forms

Mangling = Callable[[random.Random, str], str]

COMMENTS = (
    "",
    "alice@laptop",
    "alice",
    "Alice Smith (work laptop)",
    "alicesmithlaptop",
    "AliceSmithLaptop2024",
    "alice/laptop+2024",
    "李雷的电脑",
    "root@VM-0-17-ubuntu",
)


def key_line(bits: int, seed: object = 0, e: int = 65537, comment: str = "") -> str:
    """Return the line of a key whose modulus is any odd number of this many bits."""
    n = random.Random(f"{bits} {seed}").getrandbits(bits) | 1 | 1 << (bits - 1)
    line = forms.line(e, n)
    return f"{line} {comment}" if comment else line


def wrapped(text: str, width: int, between: str = "\n") -> str:
    """Return a text broken after every `width` characters, as a terminal's selection is."""
    return between.join(text[at : at + width] for at in range(0, len(text), width))


def wrapped_data(text: str, width: int, between: str = "\n") -> str:
    """Return a text whose base64 alone is broken."""
    return re.sub("AAAAB3NzaC1yc2E[A-Za-z0-9+/=]*", lambda data: wrapped(data[0], width, between), text)


def _place(rng: random.Random, line: str) -> int:
    """Return some place within a line's base64."""
    start = line.find("AAAAB3NzaC1yc2E") + 15
    end = start
    while end < len(line) and line[end] in string.ascii_letters + string.digits + "+/":
        end += 1
    return rng.randrange(start, max(end, start + 1))


def _inserted(rng: random.Random, line: str, what: str) -> str:
    place = _place(rng, line)
    return line[:place] + what + line[place:]


def _without(rng: random.Random, line: str, count: int) -> str:
    place = _place(rng, line)
    return line[:place] + line[place + count :]


def _doubled(rng: random.Random, line: str) -> str:
    first, second = sorted((_place(rng, line), _place(rng, line)))
    return line[:second] + line[first:]


def _cut_and_commented(rng: random.Random, line: str) -> str:
    """Return a line whose end is replaced by a comment, of just the length that was lost."""
    comment = rng.choice(
        [text for text in COMMENTS if text.replace("/", "").replace("+", "").isalnum() and text.isascii()]
    )
    data = line.split()[1] if len(line.split()) > 1 else line
    return f"ssh-rsa {data[: len(data) - len(comment)]}{rng.choice((' ', chr(10)))}{comment}"


# Harmless: what any of these makes of a line still says which key it is.
HARMLESS: tuple[Mangling, ...] = (
    lambda _, line: f"```{line}```",
    lambda _, line: f"```\n{line}\n```",
    lambda _, line: f"`{line}`",
    lambda _, line: f'"{line}"',
    lambda _, line: f"“{line}”",
    lambda _, line: f"  {line}  \r\n",
    lambda _, line: line.replace(" ", "\xa0"),
    lambda _, line: line.replace(" ", "\u3000", 1),
    lambda _, line: line.replace(" ", "\t"),
    lambda _, line: line.replace(" ", "\n", 1),
    lambda _, line: line.replace(" ", "   "),
    lambda rng, line: _inserted(rng, line, "\u200b"),
    lambda rng, line: _inserted(rng, line, "\xad"),
    lambda rng, line: _inserted(rng, line, "\ufeff"),
    lambda _, line: line.replace("ssh-rsa", "Ssh-rsa", 1),
    lambda _, line: line.replace("ssh-rsa", "ssh\u2011rsa", 1),
    lambda _, line: line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    lambda _, line: line + " <mailto:alice@example.com|alice@example.com>",
    lambda _, line: line + "\n",
    lambda rng, line: line + " " + rng.choice(COMMENTS),
)

# It breaks the line, as a narrow window or a mail program does.
WRAPPING: tuple[Mangling, ...] = (
    lambda rng, line: wrapped(line, rng.choice((40, 64, 70, 72, 76, 78, 79, 80, 100, 120, 132, 200))),
    lambda rng, line: wrapped_data(
        line, rng.choice((64, 70, 72, 76, 80, 120)), rng.choice(("\n", "\r\n", " \n  ", " "))
    ),
    lambda rng, line: wrapped(line, rng.randrange(20, 400)),
)

# Harmful: after any of these nobody can say any more which key it was. Two of them could make up for each
# other, so that no program could see it (a letter less here, a letter more there).
HARMFUL: tuple[Mangling, ...] = (
    lambda rng, line: line[: rng.randrange(len(line))],
    lambda rng, line: _without(rng, line, 1),
    lambda rng, line: _without(rng, line, rng.randrange(1, 80)),
    _doubled,
    lambda rng, line: _inserted(rng, line, rng.choice(string.ascii_letters)),
    lambda rng, line: _inserted(rng, line, " "),
    lambda rng, line: _inserted(rng, line, "..."),
    lambda rng, line: _inserted(rng, line, "="),
    lambda rng, line: _inserted(rng, line, "<br>"),
    lambda rng, line: line.replace("+", " "),
    lambda rng, line: line.replace("/", "\\/"),
    lambda rng, line: line.replace("=", ""),
    lambda rng, line: line.replace("=", "&#61;"),
    _cut_and_commented,
    lambda rng, line: (
        line + "\n" + line.replace("AAAAB3NzaC1yc2EAAAADAQABAAAB", "AAAAB3NzaC1yc2EAAAADAQABAAAC")
    ),
)
