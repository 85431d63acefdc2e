"""Fields of serverless.yml and the API parameters that they become.

A table says for each field what it may be, what it becomes, and what Tencent's component sends where it is
missing. A field that stands in no table is refused by name: nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple


class WrongFileError(Exception):
    """serverless.yml holds what cannot be deployed; the text names the field and says what to do."""


Kind = Callable[[Any, str], Any]


class Field(NamedTuple):
    """One field: `kind` checks its value and returns the parameter's.

    Dots in `parameter` lead into nested objects; an empty one merges a nested object into this one.
    `default` is the parameter's value where the field is missing; None stands for nothing.
    """

    name: str
    parameter: str
    kind: Kind
    default: Any = None


def convert(node: Any, path: str, fields: Iterable[Field]) -> dict[str, Any]:
    """Return the API parameters of a mapping at `path`, in the order of the table.

    Raises WrongFileError for an unknown field and for a wrong value.
    """
    table = tuple(fields)
    check_names(node, path, [field.name for field in table])
    return take(node, path, table)


def check_names(node: Any, path: str, known: Iterable[str], refused: Mapping[str, str] | None = None) -> None:
    """Raise WrongFileError unless `node` is a mapping of known names.

    `refused` gives the reasons for names that the component knows and this does not send.
    """
    if not isinstance(node, dict):
        raise WrongFileError(f"{path} must be a mapping of fields.")
    names = list(known)
    for name in node:
        if name not in names:
            raise WrongFileError(_unknown(f"{path}.{name}", str(name), names, refused or {}))


def take(node: Mapping[str, Any], path: str, fields: Iterable[Field]) -> dict[str, Any]:
    """Return the API parameters of these fields alone, in the order of the table.

    Raises WrongFileError for a wrong value.
    """
    parameters: dict[str, Any] = {}
    for field in fields:
        value = node.get(field.name)
        found = field.default if value is None else field.kind(value, f"{path}.{field.name}")
        if found is not None:
            _put(parameters, field.parameter, found)
    return parameters


def _unknown(path: str, name: str, known: list[str], refused: Mapping[str, str]) -> str:
    if name in refused:
        return f"{path} is not sent by `make deployment`: {refused[name]}"
    folded = {spelling.lower(): spelling for spelling in known}
    near = get_close_matches(name.lower(), folded, 1)
    return f"{path} is unknown." + (f" Did you mean {folded[near[0]]}?" if near else "")


def _put(parameters: dict[str, Any], place: str, value: Any) -> None:
    first, _, rest = place.partition(".")
    if not place:
        parameters.update(value)
    elif rest:
        _put(parameters.setdefault(first, {}), rest, value)
    else:
        parameters[first] = value


def text(longest: int = 1000) -> Kind:
    """Return the kind of a text of 1 to `longest` characters."""

    def kind(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise WrongFileError(f"{path} must be a text; put it into quotes.")
        if not 1 <= len(value) <= longest:
            raise WrongFileError(f"{path} must have 1 to {longest} characters.")
        return value

    return kind


def choice(*values: str) -> Kind:
    """Return the kind of a text that is one of `values`."""

    def kind(value: Any, path: str) -> str:
        if value not in values:
            raise WrongFileError(f"{path} must be {' or '.join(values)}.")
        return str(value)

    return kind


def number(lowest: int, highest: int) -> Kind:
    """Return the kind of a whole number, or its digits, from `lowest` to `highest`."""

    def kind(value: Any, path: str) -> int:
        digits = isinstance(value, str) and value.isascii() and value.isdigit()
        if not (digits or isinstance(value, int)) or isinstance(value, bool):
            raise WrongFileError(f"{path} must be a whole number.")
        if not lowest <= int(value) <= highest:
            raise WrongFileError(f"{path} must be from {lowest} to {highest}.")
        return int(value)

    return kind


def flag(true: Any = True, false: Any = False) -> Kind:
    """Return the kind of `true` or `false`, each with what the API calls it."""

    def kind(value: Any, path: str) -> Any:
        if not isinstance(value, bool):
            raise WrongFileError(f"{path} must be true or false, without quotes.")
        return true if value else false

    return kind


def group(*fields: Field) -> Kind:
    """Return the kind of a mapping with these fields."""
    return lambda value, path: convert(value, path, fields)


def listing(kind: Kind, most: int = 100) -> Kind:
    """Return the kind of a list of at most `most` values of one kind."""

    def listed(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise WrongFileError(f"{path} must be a list.")
        if len(value) > most:
            raise WrongFileError(f"{path} must have at most {most} entries.")
        return [kind(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return listed
