"""What an instance prints becomes lines of the log."""

from __future__ import annotations

import asyncio
import os

from local.gateway.output import Output


async def printed(*chunks: bytes, close: bool) -> list[str]:
    """Return the lines that come of these writes, without giving the event loop a chance to read."""
    lines: list[str] = []
    output = Output(lines.append)
    for chunk in chunks:
        os.write(output.writing, chunk)
        output.drain()
    before = list(lines)
    output.close()
    return lines if close else before


def test_a_drain_reads_all_that_is_there() -> None:
    """Nobody has to wait for the event loop to find out what was printed."""
    assert asyncio.run(printed(b"one\ntwo\n", b"thr", b"ee\nfour", close=False)) == ["one", "two", "three"]


def test_the_end_brings_the_unfinished_line() -> None:
    """A last line without its end is not lost."""
    assert asyncio.run(printed(b"one\ntwo", close=True)) == ["one", "two"]


def test_an_endless_line_is_cut() -> None:
    """More than 64 KB without an end are passed on as they are."""
    lines = asyncio.run(printed(*[b"x" * 40_000] * 3, b"\n", close=True))
    assert [len(line) for line in lines] == [80_000, 40_000]
