"""Tables of names and keys, as spreadsheets save them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from local import own_key
from local.send.wanted import Collection, Common, KeyToSend, NotSendableError

#: The names that a first line must have to name the columns; without such a line, a row has these columns.
_LEAST = ("name", "key")

_KNOWN = (*_LEAST, "project", "region", "account")

#: What separates cells: the first of these that stands in the first line.
_SEPARATORS = (",", "\t", ";")


class Columns(NamedTuple):
    """Which columns of a table hold the names and the keys, and what stands before the names."""

    name: str = ""
    key: str = ""
    prefix: str = ""


class _Layout(NamedTuple):
    """The columns of a table: their names, whether the first line holds them, those that are not sent."""

    names: Sequence[str]
    has_header: bool
    unsent: Sequence[str]


def decoded(data: bytes, source: str) -> tuple[str, str]:
    """Return the text of a table, and what was assumed about its encoding.

    Raises:
        NotSendableError: it is no text.
    """
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise NotSendableError(f"{source} cannot be read as a table in UTF-8 or GB18030.") from None
    return text, f"{source} is not UTF-8: it was read as GB18030, as Excel in China saves it."


def looks_like_one(text: str) -> bool:
    """Say whether a text is a table, and not lines of keys."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    before = re.split("[,\t;]", first, maxsplit=1)
    return len(before) == 2 and not before[0].lstrip().startswith("ssh-")


def keys(text: str, source: str, folder: Path, columns: Columns, common: Common) -> Collection:
    """Return the keys of a table; a key is its text, or the path of its file.

    A first line `name,key` names the columns; others are `project`, `region`, `account` and `tag:NAME`.

    Args:
        text: the table.
        source: what to call it.
        folder: what paths are relative to.
        columns: which of its columns hold names and keys.
        common: what all keys have in common; a row's own cells win.

    Raises:
        NotSendableError: it cannot be read, or is empty.
    """
    first = text.partition("\n")[0]
    separator = next((candidate for candidate in _SEPARATORS if candidate in first), ",")
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [[cell.strip() for cell in row] for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise NotSendableError(f"{source} is no table of names and keys: {error}.") from None
    layout = _layout(rows, source, columns)
    body = rows[1:] if layout.has_header else rows
    if not body:
        raise NotSendableError(f"There is no key in {source}.")
    wanted = [
        _wanted(row, layout, f"{source}, row {number}", folder, columns.prefix, common)
        for number, row in enumerate(body, 1)
    ]
    notes = [f"Columns of {source} that are not sent: {', '.join(layout.unsent)}."] if layout.unsent else []
    return Collection(wanted, "table", rows[0] if layout.has_header else (), notes)


def _layout(rows: Sequence[Sequence[str]], source: str, columns: Columns) -> _Layout:
    chosen = {columns.name or "name": "name", columns.key or "key": "key"}
    names = [chosen.get(cell, _column(cell)) for cell in rows[0]] if rows else []
    if not set(_LEAST) <= set(names):
        if columns.name or columns.key:
            raise NotSendableError(
                f"The first line of {source} does not name the columns {' and '.join(chosen)}; it has"
                f" {', '.join(rows[0]) if rows else 'nothing'}."
            )
        if len(rows) > 1 and _has_key(rows[1]) and not _has_key(rows[0]):
            raise NotSendableError(
                f"The first line of {source} names the columns {', '.join(rows[0])}.\n"
                "Say with --name-column and --key-column which of them hold the names and the keys."
            )
        return _Layout(_LEAST, has_header=False, unsent=())
    unknown = [name for name in names if name not in _KNOWN and not name.startswith("tag:")]
    if unknown and not columns.name:
        raise NotSendableError(
            f"{source} has a column {unknown[0]!r}; known are {', '.join(_KNOWN)}, tag:NAME. Take it out, or"
            " say with --name-column which column holds the names: then others are left out."
        )
    return _Layout(names, has_header=True, unsent=unknown)


def _has_key(row: Sequence[str]) -> bool:
    """Say whether a row has a key or the name of a file of one; the names of columns are neither."""
    return any("ssh-" in cell or cell.endswith(".pub") for cell in row)


def _column(text: str) -> str:
    """Return a column's name: spreadsheets like capitals, and of a tag they are part of its own name."""
    return f"tag:{text[4:]}" if text[:4].lower() == "tag:" else text.lower()


def _wanted(
    row: Sequence[str], layout: _Layout, origin: str, folder: Path, prefix: str, common: Common
) -> KeyToSend:
    if len(row) != len(layout.names):
        place, _, number = origin.rpartition(", ")
        raise NotSendableError(f"{place}: {number} has {len(row)} columns, not {len(layout.names)}.")
    cells = dict(zip(layout.names, row, strict=True))
    path = _path(cells["key"], folder)
    key = cells["key"] if path is None else _key_in(path)
    # A table that is sent again from another folder must name the same files.
    kept = [
        str(path.absolute()) if path is not None and name == "key" else cell
        for name, cell in zip(layout.names, row, strict=True)
    ]
    return _of_row(cells, common).request(prefix + cells["name"], key, origin, kept)


def _of_row(cells: Mapping[str, str], common: Common) -> Common:
    """Return what a row says itself, and for the rest what all have in common."""
    project, region = cells.get("project"), cells.get("region")
    if project and not re.fullmatch("[0-9]{1,19}", project):
        raise NotSendableError(f"The project {project!r} is no number.")
    return common._replace(
        project=int(project) if project else common.project,
        region=region or common.region,
        account=cells.get("account") or common.account,
        tags={**common.tags, **dict(_tags(cells))},
    )


def _tags(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        if name.startswith("tag:") and cell:
            yield name.removeprefix("tag:"), cell


def _path(cell: str, folder: Path) -> Path | None:
    """Return the path that a cell holds: a key has a blank in it, a path of a file has none."""
    if " " in cell or not cell:
        return None
    try:
        return folder / own_key.at_home(cell)
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None


def _key_in(path: Path) -> str:
    try:
        return own_key.read_file(str(path))
    except own_key.PrivateKeyError as problem:
        raise NotSendableError(f"Nothing was sent: {problem}") from None
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None
