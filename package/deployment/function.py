"""The function of serverless.yml as parameters of CreateFunction and of the calls that update it.

API: https://cloud.tencent.com/document/product/583/18586 (CreateFunction). Limits:
https://cloud.tencent.com/document/product/583/11637.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from package.deployment.fields import (
    Field,
    WrongFileError,
    check_names,
    choice,
    convert,
    flag,
    group,
    listing,
    number,
    take,
    text,
)

ENVIRONMENT_BYTES = 4096
FOLDER = "./dist/function"

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OF_THE_PLATFORM = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
_ON_OFF = flag("ENABLE", "DISABLE")
_TRUE_FALSE = flag("TRUE", "FALSE")


def _name(value: Any, path: str) -> str:
    if not (isinstance(value, str) and _NAME.fullmatch(value)):
        raise WrongFileError(
            f"{path} must have at most 60 letters, digits, - and _, from a letter to a letter or digit."
        )
    return value


def _memory(value: Any, path: str) -> int:
    size: int = number(64, 3072)(value, path)
    if size != 64 and size % 128:
        raise WrongFileError(f"{path} must be 64, or a multiple of 128 up to 3072.")
    return size


def _variables(value: Any, path: str) -> list[dict[str, str]]:
    if not isinstance(value, dict):
        raise WrongFileError(f"{path} must be a mapping of names to texts.")
    variables = {}
    for name, content in value.items():
        if not (isinstance(name, str) and _VARIABLE.fullmatch(name)):
            raise WrongFileError(f"{path}.{name} must be a letter, then letters, digits and _.")
        if name.startswith(_OF_THE_PLATFORM):
            raise WrongFileError(f"{path}.{name} begins like a variable of the platform.")
        if not isinstance(content, str | int) or isinstance(content, bool):
            raise WrongFileError(f"{path}.{name} must be a text; put it into quotes.")
        variables[name] = str(content)
    size = sum(len(name.encode()) + len(content.encode()) for name, content in variables.items())
    if size > ENVIRONMENT_BYTES:
        raise WrongFileError(
            f"{path} takes {size} bytes; SCF allows {ENVIRONMENT_BYTES} for all variables together."
        )
    return [{"Key": name, "Value": content} for name, content in variables.items()]


def _tags(value: Any, path: str) -> list[dict[str, str]]:
    if not isinstance(value, dict):
        raise WrongFileError(f"{path} must be a mapping of texts.")
    return [
        {"Key": text(127)(key, path), "Value": text(255)(content, f"{path}.{key}")}
        for key, content in value.items()
    ]


_NETWORK = group(Field("vpcId", "VpcId", text()), Field("subnetId", "SubnetId", text()))
_LOGS = group(Field("logsetId", "ClsLogsetId", text()), Field("topicId", "ClsTopicId", text()))
_DEAD_LETTER = group(
    Field("type", "Type", choice("CMQ-TOPIC", "CMQ-QUEUE", "topic", "queue")),
    Field("name", "Name", text()),
    Field("filterType", "FilterType", text()),
)
_LAYER = group(Field("name", "LayerName", text()), Field("version", "LayerVersion", number(0, 10_000)))
_MOUNT = group(
    Field("cfsId", "CfsId", text()),
    Field("mountInsId", "MountInsId", text()),
    Field("localMountDir", "LocalMountDir", text()),
    Field("remoteMountDir", "RemoteMountDir", text()),
    Field("userGroupId", "UserGroupId", lambda value, path: str(value), "10000"),
    Field("userId", "UserId", lambda value, path: str(value), "10000"),
)


def _mounts(value: Any, path: str) -> list[dict[str, Any]]:
    mounts = listing(_MOUNT)(value, path)
    # The component takes a mount target that is not named to be called as its file system.
    return [{"MountInsId": mount.get("CfsId"), **mount} for mount in mounts]


# What identifies the function in every call.
_IDENTITY = (Field("name", "FunctionName", _name), Field("namespace", "Namespace", _name, "default"))

# How the code is started; an update of the code repeats it.
_ENTRY = (
    Field("handler", "Handler", text(), "index.main_handler"),
    Field("installDependency", "InstallDependency", _TRUE_FALSE),
)

# Chosen when the function is made; nothing can change it later.
_FIXED = (
    Field("type", "Type", lambda value, path: choice("event")(value, path) and "Event", "Event"),
    Field("runtime", "Runtime", text()),
    Field("asyncRunEnable", "AsyncRunEnable", _TRUE_FALSE),
    Field("traceEnable", "TraceEnable", _TRUE_FALSE),
    Field("tags", "Tags", _tags),
)

_SETTINGS = (
    Field("description", "Description", text(1000)),
    Field("memorySize", "MemorySize", _memory, 128),
    Field("timeout", "Timeout", number(1, 900), 3),
    Field("initTimeout", "InitTimeout", number(3, 300)),
    Field("role", "Role", text()),
    Field("publicAccess", "PublicNetConfig.PublicNetStatus", _ON_OFF, "ENABLE"),
    Field("eip", "PublicNetConfig.EipConfig.EipStatus", _ON_OFF, "DISABLE"),
    Field("environment", "Environment", group(Field("variables", "Variables", _variables))),
    Field("vpcConfig", "VpcConfig", _NETWORK),
    Field("layers", "Layers", listing(_LAYER, 5)),
    Field("deadLetter", "DeadLetterConfig", _DEAD_LETTER),
    Field("cls", "", _LOGS),
    Field("cfs", "CfsConfig.CfsInsList", _mounts),
)

# Read elsewhere: the code below, triggers in `triggers`, the region by the commands.
_ELSEWHERE = ("src", "region", "events")

_LATER = "publish versions as docs/operations.md says, under Upgrade and roll-back."
_WEB = "it is for web functions, and this is an event function."
_OLD = "the API does not have it any more."
REFUSED = {
    "entryFile": _WEB,
    "protocolType": _WEB,
    "protocolParams": _WEB,
    "instanceConcurrencyConfig": _WEB,
    "image": "the function is deployed as code.",
    "imageConfig": "the function is deployed as code.",
    "deployMode": "the function is deployed as code.",
    "code": "write src.",
    "publish": _LATER,
    "publishDescription": _LATER,
    "lastVersion": _LATER,
    "traffic": _LATER,
    "needSetTraffic": _LATER,
    "aliasName": _LATER,
    "aliasDescription": _LATER,
    "aliasFunctionVersion": _LATER,
    "additionalVersionWeights": _LATER,
    "qualifier": "triggers name the version or alias that they call.",
    "provisionedNum": "it needs a published version: use `tccli scf PutProvisionedConcurrencyConfig`.",
    "msgTTL": "use `tccli scf UpdateFunctionEventInvokeConfig`.",
    "retryNum": "use `tccli scf UpdateFunctionEventInvokeConfig`.",
    "diskSize": _OLD,
    "l5Enable": _OLD,
    "nodeType": _OLD,
    "nodeSpec": _OLD,
    "enableRoleAuth": "it is a matter of the component: the role is given by name in `role`.",
    "autoCreateApi": "API Gateway is being shut down: list an `http` event.",
    "ignoreTriggers": "send only the files that you want to send.",
}


class FunctionParameters(NamedTuple):
    """The parameters of a function, by the calls that send them: all of them go into CreateFunction.

    `identity` goes into every call, `entry` with the code, and `settings` can be changed later; `fixed`
    cannot.
    """

    identity: dict[str, Any]
    entry: dict[str, Any]
    fixed: dict[str, Any]
    settings: dict[str, Any]


def parameters(inputs: Mapping[str, Any]) -> FunctionParameters:
    """Return the parameters of the function that `inputs` describes, with the component's defaults.

    Raises WrongFileError for what cannot be sent, and where the runtime is missing: the component would
    take a Node.js.
    """
    known = [field.name for part in (_IDENTITY, _ENTRY, _FIXED, _SETTINGS) for field in part]
    check_names(inputs, "inputs", [*known, *_ELSEWHERE], REFUSED)
    for name in ("name", "runtime"):
        if not inputs.get(name):
            raise WrongFileError(f"inputs.{name} is missing.")
    return FunctionParameters(
        *(take(inputs, "inputs", part) for part in (_IDENTITY, _ENTRY, _FIXED, _SETTINGS))
    )


def updated(inputs: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings for a function that is there already.

    Size and time that the file does not name stay as they are, and one empty entry empties a list; so does
    the component (tencent-component-toolkit, modules/scf/entities/scf).
    """
    update = dict(settings)
    for field, parameter in (("memorySize", "MemorySize"), ("timeout", "Timeout")):
        if inputs.get(field) is None:
            del update[parameter]
    if not update.get("Environment", {}).get("Variables"):
        update["Environment"] = {"Variables": [{"Key": "", "Value": ""}]}
    if update.get("Layers") == []:
        update["Layers"] = [{"LayerName": "", "LayerVersion": 0}]
    return update


def code(inputs: Mapping[str, Any], archive: bytes) -> dict[str, Any]:
    """Return where SCF takes the code from: the zip itself, or the object in COS that `src` names.

    Raises WrongFileError for any other source.
    """
    if not in_bucket(inputs):
        source = inputs.get("src", FOLDER)
        if not (isinstance(source, str) and source.removeprefix("./").rstrip("/") == FOLDER[2:]):
            raise WrongFileError(f"inputs.src must be {FOLDER}, or the `bucket` and `object` of an upload.")
        return {"ZipFile": base64.b64encode(archive).decode("ascii")}
    fields = (Field("bucket", "CosBucketName", text()), Field("object", "CosObjectName", text()))
    place = convert(inputs["src"], "inputs.src", fields)
    if len(place) != len(fields):
        raise WrongFileError("inputs.src needs both `bucket` and `object`.")
    # https://cloud.tencent.com/document/api/583/17244#Code: Beijing has to be named, no other region.
    region = str(inputs.get("region"))
    return {**place, "CosBucketRegion": region} if region.startswith("ap-beijing") else place


def in_bucket(inputs: Mapping[str, Any]) -> bool:
    """Return whether the code is uploaded to COS first."""
    return isinstance(inputs.get("src"), dict)
