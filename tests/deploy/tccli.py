"""A stand-in for the command `tccli`, which is 665 MB large.

It knows what Tencent's SDK says of an API: actions, parameters and their types. It keeps an account in the
file TCCLI_ACCOUNT: roles, policies and one region's functions, with those rules of the platform that the
order of commands depends on. What it cannot know is which parameters the API requires.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

VERSIONS = {"cam": "v20190116", "cls": "v20201016", "cvm": "v20170312", "scf": "v20180416"}
WAITER = re.compile(r"\{'expr':'(\w+)','to':'(\w+)'\}")


class WrongCommandError(Exception):
    """The command is none, or the account refuses it; the text is what the API or the command says."""


class Command(NamedTuple):
    """A command line, read: `waiter` is a field of the answer and the value to wait for."""

    service: str
    action: str
    region: str | None
    parameters: dict[str, Any]
    waiter: tuple[str, str] | None


def read(arguments: list[str]) -> Command:
    """Return what a command line asks for, without the `tccli` before it.

    Raises WrongCommandError for what the SDK does not know.
    """
    service, action, *rest = arguments
    if len(rest) % 2 or not all(name.startswith("--") for name in rest[::2]):
        raise WrongCommandError(f"options and values do not pair up: {rest}")
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    region = options.pop("--region", None)
    if (region is None) != (service == "cam"):
        raise WrongCommandError("CAM is one for all regions, everything else has one")
    waiter = options.pop("--waiter", None)
    wanted = WAITER.fullmatch(waiter) if waiter else None
    if waiter and not wanted:
        raise WrongCommandError(f"--waiter {waiter} is none")
    file = options.pop("--cli-input-json", None)
    input_values = json.loads(Path(file.removeprefix("file://")).read_text("utf-8")) if file else {}
    input_values.update({name.removeprefix("--"): value for name, value in options.items()})
    return Command(
        service, action, region, _typed(service, action, input_values), wanted and (wanted[1], wanted[2])
    )


def _typed(service: str, action: str, input_values: Mapping[str, Any]) -> dict[str, Any]:
    models = importlib.import_module(f"tencentcloud.{service}.{VERSIONS[service]}.models")
    request = getattr(models, f"{action}Request", None)
    if request is None:
        raise WrongCommandError(f"{service} has no {action}")
    types = dict(re.findall(r":type (\w+): (.*)", request.__init__.__doc__))
    parameters = {name: _value(name, types.get(name), value) for name, value in input_values.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            request()._deserialize(parameters)
        except (UserWarning, AttributeError, TypeError) as error:
            raise WrongCommandError(f"{action}: {error}") from None
    return parameters


def _value(name: str, kind: str | None, value: Any) -> Any:
    if kind is None:
        raise WrongCommandError(f"{name} is no parameter")
    if kind == "str":
        right = isinstance(value, str)
    elif kind == "int":
        value = int(value) if isinstance(value, str) and value.isdigit() else value
        right = isinstance(value, int)
    else:
        value = json.loads(value) if isinstance(value, str) else value
        right = isinstance(value, list) == kind.startswith("list")
    if not right:
        raise WrongCommandError(f"{name} is {value!r}, not {kind}")
    return value


class Account:
    """What commands have made, as JSON in a file; `block` counts the blocks of commands that have run."""

    def __init__(self, file: Path, block: int) -> None:
        self._file = file
        empty: dict[str, Any] = {"roles": [], "policies": {}, "functions": {}, "alarms": [], "domains": []}
        self.state = json.loads(file.read_text()) if file.exists() else empty
        self.block = block

    def save(self) -> None:
        """Write the account back."""
        self._file.write_text(json.dumps(self.state))

    def function(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the function that is named, or refuse."""
        name = parameters["FunctionName"]
        if name not in self.state["functions"]:
            raise WrongCommandError(f"ResourceNotFound.Function: {name}")
        found: dict[str, Any] = self.state["functions"][name]
        return found

    def changing(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the function that is named, ready to be changed, or refuse."""
        function = self.function(parameters)
        if not self._is_active(function):
            raise WrongCommandError(f"FailedOperation.FunctionStatusError: {function['FunctionName']}")
        return function

    def _is_active(self, function: Mapping[str, Any]) -> bool:
        # Between two blocks somebody reads on, so a change is through.
        return bool(function["Changed"] != self.block)


def _create_role(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    _policy(parameters["PolicyDocument"])
    account.state["roles"].append(parameters["RoleName"])
    return {"RoleId": "1"}


def _create_policy(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    account.state["policies"][parameters["PolicyName"]] = _policy(parameters["PolicyDocument"])
    return {"PolicyId": 1}


def _policy(text: str) -> Any:
    document = json.loads(text)
    if document["version"] != "2.0" or not document["statement"]:
        raise WrongCommandError("InvalidParameter.PolicyDocumentError")
    return document


def _attach(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters["AttachRoleName"] not in account.state["roles"]:
        raise WrongCommandError("InvalidParameter.RoleNotExist")
    if parameters["PolicyName"] not in account.state["policies"]:
        raise WrongCommandError("ResourceNotFound.PolicyNotFound")
    return {}


def _create_function(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters["FunctionName"] in account.state["functions"]:
        raise WrongCommandError("ResourceInUse.Function")
    if parameters["Role"] not in account.state["roles"]:
        raise WrongCommandError("UnauthorizedOperation.Role")
    function = {**parameters, "Changed": account.block, "Triggers": [], "Versions": 0}
    account.state["functions"][parameters["FunctionName"]] = function
    return {}


def _get_function(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    function = account.function(parameters)
    # It is asked again and again, and at last the change is through.
    function["Changed"] = None
    return {"FunctionName": function["FunctionName"], "Status": "Active"}


def _update(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    account.changing(parameters).update(parameters, Changed=account.block)
    return {}


def _create_trigger(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    triggers = account.changing(parameters)["Triggers"]
    key = ("Type", "TriggerName", "Qualifier")
    if any(all(old[name] == parameters[name] for name in key) for old in triggers):
        raise WrongCommandError("ResourceInUse.Trigger")
    triggers.append(parameters)
    return {"TriggerInfo": parameters}


def _list_triggers(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    triggers = [dict(trigger) for trigger in account.function(parameters)["Triggers"]]
    for trigger in triggers:
        if trigger["Type"] == "http":
            description = json.loads(trigger["TriggerDesc"])
            net = description["NetConfig"]
            host = "1250000000-xxxxxxxxxx{}.ap-guangzhou.tencentscf.com"
            for side, inner in (("Extranet", ""), ("Intranet", ".in")):
                is_on = net[f"Enable{side}"]
                net[f"{side}Url"] = f"https://{host.format(inner)}" if is_on else ""
            trigger["TriggerDesc"] = json.dumps(description)
    return {"Triggers": triggers, "TotalCount": len(triggers)}


def _switch(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    for trigger in account.changing(parameters)["Triggers"]:
        if all(trigger[name] == parameters[name] for name in ("Type", "TriggerName", "Qualifier")):
            trigger["Enable"] = parameters["Enable"]
            return {}
    raise WrongCommandError(f"ResourceNotFound.Trigger: {parameters['TriggerName']}")


def _invoke(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    from local.gateway import Options, serve

    account.function(parameters)
    with serve(Options(environment=json.loads(os.environ["TCCLI_FUNCTION_ENVIRONMENT"]))) as gateway:
        outcome = gateway.invoke(json.loads(parameters["Event"]))
    return {"Result": {"RetMsg": json.dumps(outcome.result), "InvokeResult": 0}}


def _reserve(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    account.function(parameters).update(parameters)
    return {}


def _publish(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    function = account.changing(parameters)
    function["Versions"] += 1
    return {"FunctionVersion": str(function["Versions"])}


def _alias(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    if int(parameters["FunctionVersion"]) > account.function(parameters)["Versions"]:
        raise WrongCommandError("ResourceNotFound.FunctionVersion")
    return {}


def _domain(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    for endpoint in parameters["EndpointsConfig"]:
        account.function(endpoint)
    account.state["domains"].append(parameters["Domain"])
    return {}


def _alarm(account: Account, parameters: dict[str, Any]) -> dict[str, Any]:
    account.state["alarms"].append(parameters["Name"])
    return {"AlarmId": "alarm-1"}


ACTIONS: dict[str, Callable[[Account, dict[str, Any]], dict[str, Any]]] = {
    "CreateRole": _create_role,
    "CreatePolicy": _create_policy,
    "AttachRolePolicy": _attach,
    "CreateFunction": _create_function,
    "GetFunction": _get_function,
    "UpdateFunctionCode": _update,
    "UpdateFunctionConfiguration": _update,
    "CreateTrigger": _create_trigger,
    "ListTriggers": _list_triggers,
    "UpdateTriggerStatus": _switch,
    "InvokeFunction": _invoke,
    "PutReservedConcurrencyConfig": _reserve,
    "PublishVersion": _publish,
    "UpdateAlias": _alias,
    "CreateCustomDomain": _domain,
    "CreateAlarm": _alarm,
}


def main(arguments: list[str]) -> int:
    """Do one command and print its answer; return the exit code, 255 as tccli does."""
    account = Account(Path(os.environ["TCCLI_ACCOUNT"]), int(os.environ["BLOCK"]))
    try:
        command = read(arguments)
        answer = ACTIONS[command.action](account, command.parameters)
        if command.waiter and str(answer[command.waiter[0]]) != command.waiter[1]:
            raise WrongCommandError("ClientError.WaiterTimeout")
    except WrongCommandError as error:
        print(f"[TencentCloudSDKException] {error}", file=sys.stderr)
        return 255
    account.save()
    print(json.dumps({**answer, "RequestId": "stand-in"}, indent=4))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
