"""What to send: keys from a file, standard input, a folder or a table, with the names they shall get."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TextIO

from handler.key_gate import private_keys
from local import own_key


class NotSendableError(Exception):
    """What was asked for cannot be sent; the message says what to do instead."""


class Wanted(NamedTuple):
    """One key that shall be imported.

    Attributes:
        members: the request, as JSON has it.
        origin: where it is from, for people.
    """

    members: Mapping[str, object]
    origin: str

    @property
    def name(self) -> str:
        """The name that the key shall get."""
        return str(self.members["keyName"])


class Common(NamedTuple):
    """What all requests of one command have in common: what stands in none is left to the function."""

    project: int | None = None
    region: str | None = None
    tags: Mapping[str, str] = {}
    dry_run: bool = False


def collect(source: str, name: str | None, prefix: str, common: Common, stdin: TextIO) -> list[Wanted]:
    """Return what a source holds, in a fixed order.

    Args:
        source: a file, a folder of `.pub` files, a `.csv` table, or `-` for standard input.
        name: the name of a single key; without one it is made of the file's.
        prefix: stands before names that are made of a file's.
        common: what all have in common.
        stdin: where `-` is read from.

    Raises:
        NotSendableError: there is nothing to send, a private key among it, or no name.
    """
    path = _at_home(source)
    is_many = source != "-" and (path.is_dir() or path.suffix.lower() == ".csv")
    if is_many and name is not None:
        raise NotSendableError("--name is for one key; give --prefix for the keys of a folder.")
    if source == "-":
        if name is None:
            raise NotSendableError("A key from standard input has no name: give it one with --name.")
        return [_wanted(name, stdin.read().rstrip("\n"), common, "standard input")]
    if path.is_dir():
        return list(_of_folder(path, prefix, common))
    if is_many:
        return list(_of_table(path, prefix, common))
    return [_wanted(name or prefix + name_of(path), _key_in(path), common, str(path))]


def name_of(path: Path) -> str:
    """Return a key name made of a file's: what no key name may have becomes `_`."""
    return re.sub("[^A-Za-z0-9]+", "_", path.stem).strip("_")


def _of_folder(folder: Path, prefix: str, common: Common) -> Iterator[Wanted]:
    files = sorted(file for file in folder.glob("*.pub") if file.is_file())
    if not files:
        raise NotSendableError(f"There is no .pub file in {folder}.")
    taken: dict[str, Path] = {}
    for file in files:
        name = prefix + name_of(file)
        if other := taken.get(name):
            raise NotSendableError(f"{other} and {file} would both be {name}: rename one of them.")
        taken[name] = file
        yield _wanted(name, _key_in(file), common, str(file))


def _of_table(path: Path, prefix: str, common: Common) -> Iterator[Wanted]:
    """Yield the rows of a table of names and keys; a key is its text or the path of its file.

    A first line `name,key` names the columns; then there may be `project`, `region` and `tag:NAME`, too.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NotSendableError(f"{path} cannot be read as a table in UTF-8.") from None
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
    except csv.Error as error:
        raise NotSendableError(f"{path} is no table of names and keys: {error}.") from None
    names = [_column(name) for name in rows[0]] if rows else []
    columns = names if {"name", "key"} <= set(names) else ["name", "key"]
    body = rows[1:] if columns == names else rows
    for unknown in (name for name in columns if not _is_column(name)):
        raise NotSendableError(
            f"{path} has a column {unknown!r}; known are name, key, project, region, tag:NAME."
        )
    if not body:
        raise NotSendableError(f"There is no key in {path}.")
    for number, row in enumerate(body, 1):
        if len(row) != len(columns):
            raise NotSendableError(f"{path}: row {number} has {len(row)} columns, not {len(columns)}.")
        cells = {column: cell.strip() for column, cell in zip(columns, row, strict=True)}
        key = _key_of_cell(cells["key"], path.parent)
        yield _wanted(prefix + cells["name"], key, _of_row(cells, common), f"{path}, row {number}")


def _column(text: str) -> str:
    """Return a column's name: spreadsheets like capitals, and of a tag they are part of its own name."""
    name = text.strip()
    return f"tag:{name[4:]}" if name[:4].lower() == "tag:" else name.lower()


def _is_column(name: str) -> bool:
    return name in {"name", "key", "project", "region"} or name.startswith("tag:")


def _of_row(cells: Mapping[str, str], common: Common) -> Common:
    """Return what a row says itself, and for the rest what all have in common."""
    project, region = cells.get("project"), cells.get("region")
    tags = {name[len("tag:") :]: cell for name, cell in cells.items() if name.startswith("tag:") and cell}
    if project and not re.fullmatch("[0-9]{1,19}", project):
        raise NotSendableError(f"The project {project!r} is no number.")
    return common._replace(
        project=int(project) if project else common.project,
        region=region or common.region,
        tags={**common.tags, **tags},
    )


def _key_of_cell(cell: str, folder: Path) -> str:
    """Return a cell's key; without a blank in it, it is the path of a file, relative to the table."""
    return cell if " " in cell or not cell else _key_in(folder / _at_home(cell))


def _at_home(name: str) -> Path:
    try:
        return own_key.at_home(name)
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None


def _key_in(path: Path) -> str:
    try:
        return own_key.read(str(path))
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None


def _wanted(name: str, key: str, common: Common, origin: str) -> Wanted:
    if private_keys.found_in(key):
        raise NotSendableError(
            f"There is a private key in {origin}: it stays with you. Send the public half."
        )
    members: dict[str, object] = {"keyName": name, "publicKey": key}
    if common.project is not None:
        members["projectId"] = common.project
    if common.region is not None:
        members["region"] = common.region
    if common.tags:
        members["tags"] = dict(common.tags)
    if common.dry_run:
        members["dryRun"] = True
    return Wanted(members, origin)
