"""A JSON value to an `ImportRequest`, judged by the JSON Schema that the contract publishes.

`schema_check` is generated from the schema and quick. What it does not accept goes to `jsonschema`, which
decides and says why not; it takes a third of a billion instructions to load.
"""

from __future__ import annotations

import json
import os
import re

from handler.importing.order import MOST_TAGS
from handler.problems import FieldError, InvalidRequest
from handler.record import TYPE_CHECKING, NamedTuple
from handler.request import schema_check
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
_SCHEMA = os.path.join(_ROOT, "schemas", "import-key-pair.request.json")

#: What a key pair may be called, as the schema says.
KEY_NAME = r"[A-Za-z0-9_]{1,25}"

_SURROGATE = "[\ud800-\udfff]"

#: The tag that says when a key pair should go.
EXPIRES_ON = "expires-on"

#: The most unknown members that are named by position; the rest is counted.
MOST_UNKNOWN = 20

#: The compiled schema, once a request has needed it.
_compiled: list[Validator] = []


class ImportRequest(NamedTuple):
    """What a caller asks for, as sent; None where the caller left the choice to us."""

    key_name: str
    public_key: str
    project_id: int | None
    region: str | None
    tags: Mapping[str, str]
    dry_run: bool
    account: str | None = None


def validate(value: object) -> ImportRequest:
    """Return the request that a JSON value holds.

    Raises:
        InvalidRequest: it breaks `schemas/import-key-pair.request.json`; every error is in it.
    """
    accepted = schema_check.accepts(value) and isinstance(value, dict) and not _torn(value.get("tags"))
    # What the quick check does not accept, `jsonschema` judges.
    if not accepted and (errors := tuple(field_errors(value, validator()))):
        raise refusal(errors)
    assert isinstance(value, dict)  # noqa: S101 - the schema has just said so; for the type checker
    if "expiresOn" in value and EXPIRES_ON in value.get("tags", {}):
        fault = Sentence("This cannot stand beside a tag {tag}, which it is stored as.", tag=EXPIRES_ON)
        raise refusal((FieldError("/expiresOn", fault),))
    return from_json(value)


def from_json(value: Mapping[str, Any]) -> ImportRequest:
    """Return the request in an object that is valid by the schema."""
    project_id = value.get("projectId")
    return ImportRequest(
        key_name=value["keyName"],
        public_key=value["publicKey"],
        project_id=None if project_id is None else int(project_id),
        region=value.get("region"),
        tags={**value.get("tags", {}), **({EXPIRES_ON: value["expiresOn"]} if "expiresOn" in value else {})},
        dry_run=value.get("dryRun", False),
        account=value.get("account"),
    )


def refusal(errors: tuple[FieldError, ...]) -> InvalidRequest:
    """Return the problem of a request with these errors, to be raised."""
    return InvalidRequest(
        Sentence("The request breaks the schema in one place.")
        if len(errors) == 1
        else Sentence("The request breaks the schema in {count} places.", count=len(errors)),
        Sentence("Correct what `errors` lists; GET /openapi.json has the whole schema."),
        errors=errors,
    )


def key_name(value: object) -> str:
    """Return the key name in a request that may be wrong elsewhere, or "" where it has no valid one."""
    name = value.get("keyName") if isinstance(value, dict) else None
    return name if isinstance(name, str) and re.fullmatch(KEY_NAME, name) else ""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a request, as it is published."""
    with open(_SCHEMA, encoding="utf-8") as file:
        published: dict[str, Any] = json.load(file)
    return published


def validator() -> Validator:
    """Return the validator of a request, compiled once."""
    if not _compiled:
        # Imported here: only a refused request needs it.
        from jsonschema import Draft202012Validator

        _compiled.append(Draft202012Validator(schema()))
    return _compiled[0]


def field_errors(value: object, validator: Validator) -> Iterator[FieldError]:
    """Yield what is wrong, in the schema's order, without repeating anything that was sent."""
    if not isinstance(value, dict):
        yield FieldError("", Sentence("The request must be a JSON object, or an array of such objects."))
        return
    schema: Any = validator.schema
    rules: dict[str, Any] = schema["properties"]
    unknown = [position for position, name in enumerate(value, start=1) if name not in rules]
    seen = {name: _bounded(value[name]) for name in rules if name in value}
    wrong: dict[str, list[ValidationError]] = {}
    for error in validator.iter_errors(seen):
        wrong.setdefault(str(error.absolute_path[0]) if error.absolute_path else "", []).append(error)
    for name, rule in rules.items():
        if name not in value and name in schema["required"]:
            yield FieldError(f"/{name}", Sentence("This member is required: {what}.", what=_described(rule)))
        elif name in wrong or (name == "tags" and name in seen and _torn(seen[name])):
            what = _described(rule)
            yield FieldError(f"/{name}", _wrong(name, seen[name], wrong.get(name, []), what))
    names = list(value)
    for position in unknown[:MOST_UNKNOWN]:
        yield FieldError("", _unknown(position, names[position - 1], rules))
    if more := len(unknown[MOST_UNKNOWN:]):
        yield FieldError("", Sentence("{count} more members are not known.", count=more))


def _bounded(value: Any) -> Any:
    """Return a member's value cut to what its verdict depends on, so that no size slows it down."""
    if isinstance(value, dict):
        return {name: _kind(value[name]) for name in list(value)[: MOST_TAGS + 1]}
    return _kind(value)


def _kind(value: Any) -> Any:
    """Return a value, or an empty one of its kind where a scalar belongs."""
    return type(value)() if isinstance(value, (dict, list)) else value


def _wrong(name: str, value: object, errors: list[ValidationError], what: Sentence) -> Sentence:
    """Return the sentence about a wrong member; for tags it names their positions."""
    if name == "keyName" and isinstance(value, str) and "-" in value:
        underscored = value.replace("-", "_")
        if re.fullmatch(KEY_NAME, underscored):
            return Sentence("A key name cannot have a hyphen; `{name}` would do.", name=underscored)
    if name != "tags" or not isinstance(value, dict) or len(value) > MOST_TAGS:
        return Sentence("This must be: {what}.", what=what)
    # A wrong name is an error of the object; a wrong value is an error of its member.
    names = {e.absolute_path[1] if len(e.absolute_path) > 1 else e.instance for e in errors}
    wrong = [
        str(position)
        for position, (tag, text) in enumerate(value.items(), start=1)
        if tag in names or _is_torn(tag) or _is_torn(text)
    ]
    return Sentence("Tag {positions} is wrong; this must be: {what}.", positions=", ".join(wrong), what=what)


def _torn(tags: object) -> bool:
    return isinstance(tags, dict) and any(_is_torn(text) for tag in tags.items() for text in tag)


def _is_torn(text: object) -> bool:
    """Say whether a text holds half of a surrogate pair, which no JSON Schema can speak of (RFC 7493 2.1)."""
    return isinstance(text, str) and re.search(_SURROGATE, text) is not None


def _described(rule: Mapping[str, Any]) -> Sentence:
    """Return the description of a member; `package.translations` finds these texts in the schema."""
    description = rule["description"]
    return description if isinstance(description, Sentence) else Sentence(description)


def _unknown(position: int, name: str, known: Iterable[str]) -> Sentence:
    """Return the sentence about an unknown member, with the nearest known name if there is one."""
    # Imported here: only a refused request needs it.
    from handler.request.nearest import nearest

    near = nearest(name, known)
    if not near:
        return Sentence("Member {position} is not known.", position=position)
    return Sentence(
        "Member {position} is not known; the nearest known name is `{name}`.", position=position, name=near
    )
