"""The sentences of the page, as they stand in its sources: `data-text` in HTML, `t("...")` in script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

_SHOWN = re.compile(r"data-text>([^<]+)<")
_CALLED = re.compile(r'\bt\(\s*("(?:[^"\\]|\\.)*")')


def extracted(source: Path) -> Iterator[tuple[str, str]]:
    """Yield each English sentence with the name of its file, in the order of the sources.

    Args:
        source: the folder that the sources are in.
    """
    for file in sorted(source.glob("*.html")):
        for sentence in _SHOWN.findall(file.read_text(encoding="utf-8")):
            yield file.name, sentence
    for file in sorted(source.glob("*.js")):
        for literal in _CALLED.findall(file.read_text(encoding="utf-8")):
            yield file.name, json.loads(literal)
