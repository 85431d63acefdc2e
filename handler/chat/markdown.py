"""Writes a reply as Markdown, as far as all platforms that read it agree."""

from __future__ import annotations

import re

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.chat.wording import Text

#: All that Markdown could take for markup outside of a code span.
_MARKUP = re.compile(r"([\\*_~#|<\[\]])")


def lines(text: Text, *, private: bool) -> list[str]:
    """Return the lines of a reply: the headline in bold type, values in code spans.

    Args:
        text: what there is to say.
        private: whether its sender alone sees it.
    """
    written = [f"**{_escaped(text.headline)}**"]
    for line in text.shown(private=private):
        if isinstance(line, str):
            written.append(_escaped(line))
        else:
            written.append(f"{line.label}{text.colon}`{line.value.replace('`', chr(39))}`")
    return written


def _escaped(sentence: str) -> str:
    """Return a sentence whose code spans stay as they are and whose other characters mean themselves."""
    parts = re.split("(`[^`]*`)", sentence)
    return "".join(part if part.startswith("`") else _MARKUP.sub(r"\\\1", part) for part in parts)
