"""The requests that create the function with its triggers, and those that update it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from package.deployment import function, triggers


class ScfCall(NamedTuple):
    """One request to SCF's API; `file` names what `--cli-input-json` takes, without `.json`."""

    file: str
    action: str
    parameters: dict[str, Any]


def calls(inputs: Mapping[str, Any], archive: bytes) -> Iterator[ScfCall]:
    """Yield the requests for the `inputs` of a serverless.yml and the zip of the package.

    Raises WrongFileError for what cannot be sent.
    """
    described = function.parameters(inputs)
    code = {**described.entry, "Code": function.code(inputs, archive)}
    listed = list(triggers.parse(inputs.get("events")))
    create = {**described.identity, **described.fixed, **code, **described.settings}
    yield ScfCall("create-function", "CreateFunction", create)
    yield ScfCall("update-function-code", "UpdateFunctionCode", {**described.identity, **code})
    update = {**described.identity, **function.updated(inputs, described.settings)}
    yield ScfCall("update-function-configuration", "UpdateFunctionConfiguration", update)
    files: list[str] = []
    for trigger in listed:
        files.append(_file(trigger, files))
        yield ScfCall(files[-1], "CreateTrigger", {**described.identity, **trigger.parameters})


def _file(trigger: triggers.TriggerParameters, taken: list[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]", "_", trigger.parameters["TriggerName"])
    file = f"create-trigger-{trigger.kind}-{name}"
    counted = [file, *(f"{file}-{number}" for number in range(2, 100))]
    return next(candidate for candidate in counted if candidate not in taken)
