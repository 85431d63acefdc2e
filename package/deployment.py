"""`python -m package.deployment`: what serverless.yml says, as requests to SCF's own API.

The command line that reads serverless.yml can no longer be installed everywhere; `tccli scf` can. This
writes one file for each call into `dist/deployment/`, to be sent with `--cli-input-json`. They hold the
function's secrets, so they are readable by their owner alone.

API: https://cloud.tencent.com/document/api/583/18586 (CreateFunction), /18589 (CreateTrigger).
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from package.__main__ import ROOT

_VARIABLE = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


class MissingVariableError(Exception):
    """serverless.yml takes a value from an environment variable that is not set."""


class Call(NamedTuple):
    """One request to SCF's API; `file` names what `--cli-input-json` is given."""

    file: str
    action: str
    parameters: dict[str, Any]


def read(text: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the `inputs` of a serverless.yml with every `${env:NAME}` replaced.

    Raises MissingVariableError where a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise MissingVariableError(match[1])
        return environ[match[1]]

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: resolve(child) for name, child in node.items()}
        if isinstance(node, list):
            return [resolve(child) for child in node]
        return _VARIABLE.sub(value, node) if isinstance(node, str) else node

    inputs: dict[str, Any] = resolve(yaml.safe_load(text)["inputs"])
    return inputs


def calls(inputs: Mapping[str, Any], archive: bytes) -> Iterator[Call]:
    """Yield the calls that create the function and its triggers, and those that update it."""
    name = {"FunctionName": inputs["name"]}
    code = {"Handler": inputs["handler"], "Code": {"ZipFile": base64.b64encode(archive).decode("ascii")}}
    settings = {
        "Description": inputs["description"],
        "MemorySize": inputs["memorySize"],
        "Timeout": inputs["timeout"],
        "InitTimeout": inputs["initTimeout"],
        "Role": inputs["role"],
        "PublicNetConfig": {
            "PublicNetStatus": "ENABLE" if inputs["publicAccess"] else "DISABLE",
            "EipConfig": {"EipStatus": "DISABLE"},
        },
        "Environment": {
            "Variables": [
                {"Key": key, "Value": str(value)} for key, value in inputs["environment"]["variables"].items()
            ]
        },
    }
    create = {**name, "Type": "Event", "Runtime": inputs["runtime"], **code, **settings}
    yield Call("create-function", "CreateFunction", create)
    yield Call("update-function-code", "UpdateFunctionCode", {**name, **code})
    yield Call("update-function-configuration", "UpdateFunctionConfiguration", {**name, **settings})
    for event in inputs["events"]:
        ((kind, entry),) = event.items()
        trigger = {**name, "Type": kind, **_trigger(kind, dict(entry["parameters"]))}
        yield Call(f"create-trigger-{kind}", "CreateTrigger", trigger)


def _trigger(kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    common = {
        "TriggerName": parameters.pop("name"),
        "Qualifier": parameters.pop("qualifier"),
        "Enable": "OPEN" if parameters.pop("enable") else "CLOSE",
    }
    if kind == "timer":
        own = {"TriggerDesc": parameters["cronExpression"], "CustomArgument": parameters["argument"]}
    elif kind == "ckafka":
        description = {"timeOut": parameters.pop("timeout"), "consumerGroupName": ""}
        description |= {"InstanceId": parameters.pop("instanceId"), "Topic": parameters.pop("topic")}
        own = {"TriggerDesc": json.dumps({**description, **parameters})}
    else:
        net = parameters["netConfig"]
        description = {
            "AuthType": parameters["authType"],
            "NetConfig": {"EnableIntranet": net["enableIntranet"], "EnableExtranet": net["enableExtranet"]},
        }
        own = {"TriggerDesc": json.dumps(description)}
    return {**common, **own}


def main(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> int:
    """Write the calls into `dist/deployment/` and say how to send them; return the exit code."""
    archive = root / "dist/function.zip"
    if not archive.exists():
        print("There is no dist/function.zip yet: run `make package` first.", file=sys.stderr)
        return 1
    try:
        inputs = read((root / "serverless.yml").read_text(encoding="utf-8"), environ)
    except MissingVariableError as error:
        print(f"serverless.yml takes {error} from the environment, where it is not set.", file=sys.stderr)
        print(f"Export {error}, or take its line out of serverless.yml.", file=sys.stderr)
        return 1
    folder = root / "dist/deployment"
    folder.mkdir(exist_ok=True)
    for call in calls(inputs, archive.read_bytes()):
        path = folder / f"{call.file}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(call.parameters, indent=1), encoding="utf-8")
        print(f"tccli scf {call.action} --region {inputs['region']} --cli-input-json file://{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
