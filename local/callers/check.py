"""Checks a callers file with the function's own reader and with the published schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, ValidationError

from handler import chat, strict_json
from handler.callers import file
from handler.callers.caller import Caller, label
from handler.importing.order import Target
from handler.problems import MalformedJson, Misconfigured

_SCHEMA = Path(__file__).parents[2] / "schemas" / "callers.json"


class FileVerdict(NamedTuple):
    """The verdict of reader and schema on a file.

    Attributes:
        callers: the callers, where nothing is wrong.
        accounts: the other accounts, where nothing is wrong.
        faults: what is wrong, a sentence each; the first is what the function would log.
    """

    callers: tuple[Caller, ...]
    accounts: tuple[Target, ...]
    faults: tuple[str, ...]


def validate(text: bytes) -> FileVerdict:
    """Return what is wrong with the text of a callers file; reader and schema must both accept it."""
    try:
        contents, cause = file.parse(text, chat.schemes), ""
    except Misconfigured as problem:
        contents, cause = None, problem.cause
    faults = [cause] if cause else []
    try:
        value = strict_json.loads(text)
    except MalformedJson:
        # The reader has found it; it does not name the member that stands twice.
        return FileVerdict((), (), (*faults, *_repeated(text)))
    faults += [
        f"{fault.place or 'The file'} {fault.says}."
        for fault in _schema_faults(value)
        if not cause.startswith(f"The callers file is wrong: {fault.place or 'it'} ")
    ]
    if contents is None or faults:
        return FileVerdict((), (), tuple(faults))
    return FileVerdict(contents.callers, contents.accounts, ())


class _Fault(NamedTuple):
    place: str
    says: str


def _schema_faults(value: object) -> Iterator[_Fault]:
    """Yield what breaks the schema, without repeating anything of the file but ids."""
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    for error in sorted(validator.iter_errors(value), key=lambda error: [str(part) for part in error.path]):
        yield _Fault(_place(value, list(error.absolute_path)), _says(error))


def _place(value: Any, path: list[str | int]) -> str:
    """Return a place as the reader names it: `callers[2] "ops-slack": auth.sha256[0]`."""
    if len(path) < 2 or path[0] != "callers":
        return _written(path)
    caller = value["callers"][path[1]]
    caller_id = caller.get("id") if isinstance(caller, dict) else None
    known_id = caller_id if isinstance(caller_id, str) and re.fullmatch(file.ID.pattern, caller_id) else ""
    owner = label(int(path[1]), known_id)
    return owner + (": " if path[2:] else "") + _written(path[2:])


def _written(path: list[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _says(error: ValidationError) -> str:
    schema: Any = error.schema
    expected: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        return "lacks " + ", ".join(f'"{name}"' for name in expected if name not in instance)
    if error.validator == "additionalProperties":
        return f"has an unknown member; known are {', '.join(schema['properties'])}"
    if error.validator == "anyOf" and all("required" in choice for choice in expected):
        return "lacks " + " or ".join(f'"{name}"' for choice in expected for name in choice["required"])
    whose = "has a member whose name must be" if "propertyNames" in error.absolute_schema_path else "must be"
    return f"{whose} {schema['description']}"


def _repeated(text: bytes) -> Iterator[str]:
    """Yield the names of members that stand twice in one object."""
    names: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                names.append(name)
            seen.add(name)

    try:
        json.loads(text, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return
    known = json.dumps(json.loads(_SCHEMA.read_text(encoding="utf-8")))
    for name in names:
        if f'"{name}"' in known:
            yield f'The member that stands twice is "{name}".'
