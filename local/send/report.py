"""What became of the keys, for people: one key in a few lines, many in a table, and a bar meanwhile."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from local.send.sending import Outcome

_BAR = 24


class Bar:
    """A line that shows how far it is, on a terminal; nothing elsewhere."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._is_shown = total > 1 and stream.isatty()

    def show(self, settled: int, note: str) -> None:
        """Show how many are settled, and what is being waited for."""
        if self._is_shown:
            filled = _BAR * settled // self._total
            line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {settled} of {self._total}  {note}"
            self._stream.write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def single(outcome: Outcome) -> str:
    """Return what became of one key, in a few lines."""
    body = outcome.body
    if not outcome.is_done:
        return visible(_problem(outcome))
    is_dry = " (dry run, nothing was written)" if body.get("dryRun") else ""
    rows = [
        ("key", f"{body.get('keyName')}  {body.get('keyId', '')}"),
        ("in", f"{body.get('region')}, project {body.get('projectId')}"),
        ("is", f"{body.get('bits')} bits, {body.get('fingerprint')}"),
        ("tags", ", ".join(f"{name}={value}" for name, value in (body.get("tags") or {}).items())),
        *(("differs", _difference(difference)) for difference in body.get("differences") or ()),
        ("request", str(body.get("requestId", ""))),
    ]
    lines = [
        f"{_said(outcome)}{is_dry}",
        *(f"  {name:<8} {text.strip()}" for name, text in rows if text.strip()),
    ]
    return visible("\n".join(lines))


def table(outcomes: Sequence[Outcome]) -> str:
    """Return what became of many keys: a row each, then the sum, then what to do about the refused ones."""
    header = ("NAME", "SAID", "KEY ID", "BITS", "FINGERPRINT")
    rows = [header, *(_row(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    counts = Counter(_said(outcome).split("/")[0] for outcome in outcomes)
    lines += ["", ", ".join(f"{count} {said}" for said, count in sorted(counts.items()))]
    for outcome in outcomes:
        if not outcome.is_done:
            lines += ["", f"{outcome.wanted.name} ({outcome.wanted.origin})", _problem(outcome)]
    return visible("\n".join(lines))


def visible(text: str) -> str:
    """Return a text without anything that a terminal would obey: it came over the network."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def _row(outcome: Outcome) -> tuple[str, ...]:
    body = outcome.body
    cells = (
        outcome.wanted.name,
        _said(outcome),
        body.get("keyId"),
        body.get("bits"),
        body.get("fingerprint"),
    )
    return tuple("" if cell is None else visible(str(cell)).replace("\n", " ") for cell in cells)


def _said(outcome: Outcome) -> str:
    body = outcome.body
    return str(
        body.get("result") or "/".join(str(body[name]) for name in ("code", "reason") if body.get(name))
    )


def _problem(outcome: Outcome) -> str:
    body = outcome.body
    lines = [f"{outcome.status} {_said(outcome)}: {body.get('detail', '')}"]
    lines += [
        f"  {error.get('pointer') or 'the request'}: {error.get('detail', '')}"
        for error in body.get("errors") or ()
        if isinstance(error, dict)
    ]
    if body.get("remedy"):
        lines.append(f"  {body['remedy']}")
    held = [f"{name} {body[name]}" for name in ("keyName", "keyId", "requestId") if body.get(name)]
    return "\n".join([*lines, f"  {', '.join(held)}"] if held else lines)


def _difference(difference: object) -> str:
    if not isinstance(difference, dict):
        return ""
    stored = difference.get("stored")
    there = "nothing" if stored is None else f"{stored!s}"
    return f"{difference.get('pointer')}: asked for {difference.get('requested')!s}, stored is {there}"
