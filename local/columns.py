"""Texts that fit a terminal: rows of a name and a text, and the help of every command."""

from __future__ import annotations

import argparse
import re
import textwrap

#: The most columns of printed text, except for lines that are there to be copied.
WIDTH = 100


def row(name: str, text: object) -> str:
    """Return a name and what there is to say, on as many lines as it takes."""
    head = f"   {name:<12} "
    lines = str(text).splitlines() or [""]
    return "\n".join(
        _filled(line, " " * len(head) if number else head, " " * len(head))
        for number, line in enumerate(lines)
    )


def fitted(text: str) -> str:
    """Return a text whose long lines are broken and go on below their own second column."""
    return "\n".join(line if len(line) <= WIDTH else _broken(line) for line in text.splitlines())


class Help(argparse.RawDescriptionHelpFormatter):
    """Fills the paragraphs of a description, and keeps its indented lines as they are where they fit."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=WIDTH)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return fitted(_joined(super()._fill_text(text, width, indent)))


class HelpWithDefaults(argparse.ArgumentDefaultsHelpFormatter, Help):
    """Also names the default of each option."""


def _joined(text: str) -> str:
    """Return a text with each paragraph on one line; an indented line is an example or a row of its own."""
    return re.sub(r"(?m)^\S.*(?:\n\S.*)+", lambda found: found[0].replace("\n", " "), text)


def _broken(line: str) -> str:
    begin = re.match(r" *(?:\S+ {2,})?", line)
    assert begin
    return _filled(line[begin.end() :], begin[0], " " * begin.end())


def _filled(text: str, first: str, others: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
