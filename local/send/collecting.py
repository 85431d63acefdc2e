"""Collects what to send: from a file, standard input, a folder or a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from local import own_key
from local.send import table
from local.send.table import Columns
from local.send.wanted import Collection, Common, KeyToSend, NotSendableError, name_of

STANDARD_INPUT = "standard input"


def collect(source: str, name: str | None, columns: Columns, common: Common, stdin: TextIO) -> Collection:
    """Return what a source holds, in a fixed order.

    Args:
        source: a file, a folder of `.pub` files, a `.csv` table, or `-` for standard input: one key with a
            name, else a table or lines of keys.
        name: the name of a single key; without one it is made of the file's.
        columns: of a table; the prefix stands before every name but `name`.
        common: what all have in common.
        stdin: where `-` is read from.

    Raises:
        NotSendableError: there is nothing to send, a private key among it, or no name.
    """
    if source == "-":
        return _of_input(stdin, name, columns, common)
    path = _at_home(source)
    is_table = path.suffix.lower() in {".csv", ".tsv"}
    if (is_table or path.is_dir()) and name is not None:
        raise NotSendableError("--name is for one key; give --prefix for the keys of a folder.")
    if path.is_dir():
        return Collection(_of_folder(path, columns.prefix, common), "folder")
    if is_table:
        return _of_table(_bytes(path), str(path), path.parent, columns, common)
    chosen = name or columns.prefix + name_of(path.stem, str(path))
    return Collection([common.request(chosen, _key_in(path), str(path), [str(path)])], "key")


def _of_table(data: bytes, source: str, folder: Path, columns: Columns, common: Common) -> Collection:
    text, assumed = table.decoded(data, source)
    read = table.keys(text, source, folder, columns, common)
    return read._replace(notes=[*([assumed] if assumed else []), *read.notes])


def _of_input(stdin: TextIO, name: str | None, columns: Columns, common: Common) -> Collection:
    raw = getattr(stdin, "buffer", None)
    data: bytes = stdin.read().encode("utf-8", "surrogatepass") if raw is None else raw.read()
    text, _ = table.decoded(data, STANDARD_INPUT)
    if name is not None:
        key = text.rstrip("\r\n")
        return Collection([common.request(name, key, STANDARD_INPUT, [key])], "key")
    if table.looks_like_one(text):
        return _of_table(data, STANDARD_INPUT, Path.cwd(), columns, common)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # If one of the texts is a private key, this is the fault to name.
    common.request("", text, STANDARD_INPUT, ())
    # The one line that `--failed` has written is named as it was among the others.
    if not lines or (len(lines) == 1 and len(lines[0].split(None, 2)) < 3):
        raise NotSendableError("A key from standard input has no name: give it one with --name.")
    return Collection(list(_of_lines(lines, columns.prefix, common)), "lines")


def _of_lines(lines: Iterable[str], prefix: str, common: Common) -> Iterator[KeyToSend]:
    """Yield a key for each line, named after its comment."""
    taken: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        origin = f"{STANDARD_INPUT}, line {number}"
        _, _, comment = (*line.split(None, 2), "", "", "")[:3]
        if not comment:
            raise NotSendableError(
                f"Nothing was sent: the key of {origin} has no comment to make a name of. Send a table"
                " instead: name,key."
            )
        name = prefix + name_of(comment, f"the comment of {origin}")
        _require_free(taken, name, origin)
        yield common.request(name, line, origin, [line])


def _of_folder(folder: Path, prefix: str, common: Common) -> list[KeyToSend]:
    files = sorted(file for file in folder.glob("*.pub") if file.is_file())
    if not files:
        raise NotSendableError(f"There is no .pub file in {folder}.")
    taken: dict[str, str] = {}
    wanted = []
    for file in files:
        name = prefix + name_of(file.stem, str(file))
        _require_free(taken, name, str(file))
        wanted.append(common.request(name, _key_in(file), str(file), [str(file)]))
    return wanted


def _require_free(taken: dict[str, str], name: str, origin: str) -> None:
    if other := taken.get(name):
        raise NotSendableError(f"{other} and {origin} would both be {name}: rename one of them.")
    taken[name] = origin


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotSendableError(f"{path} cannot be read: {error.strerror}.") from None


def _at_home(name: str) -> Path:
    try:
        return own_key.at_home(name)
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None


def _key_in(path: Path) -> str:
    try:
        return own_key.read_file(str(path))
    except own_key.PrivateKeyError as problem:
        raise NotSendableError(f"Nothing was sent: {problem}") from None
    except own_key.NotUsableError as problem:
        raise NotSendableError(str(problem)) from None
