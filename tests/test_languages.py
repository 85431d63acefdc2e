"""Documents in two languages say the same: the same headings, code blocks, tables and links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from local.in_process import ROOT

CHINESE = sorted(
    path for path in (*ROOT.glob("*.zh-CN.md"), *(ROOT / "docs").rglob("*.zh-CN.md")) if path.is_file()
)
DOCUMENTS = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.is_file())


class Shape(NamedTuple):
    """What of a document does not depend on its language.

    Attributes:
        headings: the level of each.
        blocks: the lines of each code block, without comments.
        tables: rows and columns of each.
    """

    headings: list[int]
    blocks: list[list[str]]
    tables: list[tuple[int, int]]


def english(path: Path) -> Path:
    """Return the English document that a Chinese one goes with."""
    return path.with_name(path.name.replace(".zh-CN.md", ".md"))


def shape(path: Path) -> Shape:
    """Return the shape of a document."""
    text = path.read_text(encoding="utf-8")
    fence = re.compile(r"^( *)(```+)\w*\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)
    blocks = [re.sub(r"(^|\s+)# .*", "", found[2]).splitlines() for found in fence.findall(text)]
    prose = fence.sub("", text)
    headings = [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    tables = re.findall(r"(?:^\|.*\|\n)+", prose, re.MULTILINE)
    sizes = [(len(table.splitlines()), table.splitlines()[0].count("|")) for table in tables]
    return Shape(headings, blocks, sizes)


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.name)
def test_a_document_has_the_same_shape_in_both_languages(path: Path) -> None:
    """Headings, code blocks and tables follow each other in the same order, and code is the same.

    A line of code with Chinese in it stands for one with English in it.
    """
    ours, theirs = shape(path), shape(english(path))

    assert ours.headings == theirs.headings
    assert ours.tables == theirs.tables
    assert [len(block) for block in ours.blocks] == [len(block) for block in theirs.blocks]
    for chinese, other in zip(ours.blocks, theirs.blocks, strict=True):
        for line, its in zip(chinese, other, strict=True):
            assert line == its or re.search("[\u4e00-\u9fff]", line)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    """What a document points to in this tree is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_picture_tells_what_make_run_tells() -> None:
    """The recorded session has the lines of a run of today, but for what differs from run to run."""
    from local.picture import TARGET, drawn, printed

    assert lines(TARGET.read_text(encoding="utf-8")) == lines(drawn(printed()))


def lines(svg: str) -> list[str]:
    """Return the words of each line of a drawn terminal, without key ids and what holds a digit."""
    found: dict[str, list[str]] = {}
    for place, text in re.findall(r'<text [^>]*?y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        found.setdefault(place, []).append(text.replace("&#160;", " "))
    kept = (
        [word for word in "".join(parts).split() if not re.search(r"[0-9]|^\(?skey-", word)]
        for parts in found.values()
    )
    return [" ".join(words) for words in kept if words]


@pytest.mark.parametrize("name", ["overview.svg", "overview.zh-CN.svg", "make-run.svg"])
def test_a_picture_asks_for_nothing_from_elsewhere(name: str) -> None:
    """No font, image or script is loaded, so that it looks the same wherever it is shown."""
    svg = (ROOT / "docs" / "pictures" / name).read_text(encoding="utf-8")

    assert not re.findall(r"(?:href|src)=|url\((?!#)|@import|<script", svg)
    if name.startswith("overview"):
        assert "prefers-color-scheme: dark" in svg
