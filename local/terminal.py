"""Prints for people: in colour where the terminal has it, plain elsewhere and where `NO_COLOR` is set."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.theme import Theme

_STYLES = {
    "heading": "bold",
    "comment": "dim",
    "good": "green",
    "bad": "red",
    "remedy": "cyan",
    "value": "bold",
}


class _Highlighter(RegexHighlighter):
    """Finds what a reader looks for first."""

    base_style = "seen."
    highlights = [  # noqa: RUF012 - the library's own attribute
        r"(?m)^(?P<heading>\d\. .+|NAME .+)$",
        r"(?m)^(?P<comment>#.*)$",
        r"(?m)^(?: +(?:result|status) +| *)(?P<good>(?:20[01]|created|unchanged)\b.*)$",
        r"(?m)^(?: +(?:problem|status) +| *)(?P<bad>[45]\d\d\b.*|[a-z]+(?:-[a-z]+)+(?: [a-z-]+)?)$",
        r"(?P<bad>\b[1-9]\d* expired\b)",
        r"(?m)^ +(?P<remedy>remedy)",
        r"(?m)^export \w+=(?P<value>\S+)$",
        r"(?m)^(?P<good>All as expected\.|Everything .+)$",
        r"(?m)^(?P<bad>Not as expected.*)$",
    ]


THEME = Theme({f"seen.{name}": style for name, style in _STYLES.items()})


def highlighter() -> RegexHighlighter:
    """Return what finds the parts of a text that have a colour, by the styles of `THEME`."""
    return _Highlighter()


def console(stream: TextIO | None = None) -> Console:
    """Return what prints to a stream; without one, to standard output as it is now."""
    return Console(
        file=stream or sys.stdout,
        theme=THEME,
        highlighter=_Highlighter(),
        markup=False,
        emoji=False,
        # Without colours the library would still print bold and dim text.
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text as it is; no line of it is broken."""
    console(stream).print(text, soft_wrap=True)
