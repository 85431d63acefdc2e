"""The events of serverless.yml as parameters of CreateTrigger.

API: https://cloud.tencent.com/document/product/583/18589 (CreateTrigger),
https://cloud.tencent.com/document/product/583/39901 (TriggerDesc). TriggerDesc is JSON without blanks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from package.deployment.fields import (
    Field,
    WrongFileError,
    check_names,
    choice,
    flag,
    group,
    listing,
    number,
    take,
    text,
)

MOST_OF_ONE_KIND = 10
ARGUMENT_BYTES = 4096


class TriggerParameters(NamedTuple):
    """One trigger of a function: what CreateTrigger takes beside the function's name."""

    kind: str
    parameters: dict[str, Any]


def parse(events: Any) -> Iterator[TriggerParameters]:
    """Yield the triggers that `events` lists, in its order, with the component's defaults.

    Raises WrongFileError for what cannot be sent, and for two triggers that would be one.
    """
    found = [_trigger(event, f"inputs.events[{index}]") for index, event in enumerate(_list(events))]
    for kind, count in Counter(trigger.kind for trigger in found).items():
        if count > MOST_OF_ONE_KIND:
            raise WrongFileError(f"inputs.events lists {count} {kind} triggers, over {MOST_OF_ONE_KIND}.")
    for key, count in Counter(_key(trigger) for trigger in found).items():
        if count > 1:
            raise WrongFileError(f"inputs.events lists {' '.join(key)} {count} times.")
    yield from found


def _list(events: Any) -> list[Any]:
    if events is None:
        return []
    if not isinstance(events, list):
        raise WrongFileError("inputs.events must be a list.")
    return events


def _key(trigger: TriggerParameters) -> tuple[str, ...]:
    """Return what tells a trigger from others: a URL by its version, one on a bucket by its filter."""
    parameters = trigger.parameters
    if trigger.kind == "http":
        return trigger.kind, parameters["Qualifier"]
    if trigger.kind == "cos":
        return trigger.kind, parameters["TriggerName"], parameters["TriggerDesc"]
    return trigger.kind, parameters["TriggerName"], parameters["Qualifier"]


def _trigger(event: Any, path: str) -> TriggerParameters:
    if not (isinstance(event, dict) and len(event) == 1):
        raise WrongFileError(f"{path} must be one kind of trigger, with its parameters.")
    check_names(event, path, _KINDS, _REFUSED)
    ((kind, entry),) = event.items()
    path = f"{path}.{kind}"
    check_names(entry, path, ("parameters", "name") if kind == "timer" else ("parameters",))
    parameters = entry.get("parameters") or {}
    if "name" in entry:
        parameters = {"name": entry["name"], **parameters}
    return TriggerParameters(kind, {"Type": kind, **_KINDS[kind](parameters, f"{path}.parameters")})


def _common(enabled: str) -> tuple[Field, ...]:
    enable = Field("enable", "Enable", flag("OPEN", "CLOSE"), enabled)
    return Field("qualifier", "Qualifier", text(), "$DEFAULT"), enable


def _converted(parameters: Any, path: str, *tables: Iterable[Field]) -> list[dict[str, Any]]:
    fields = [list(table) for table in tables]
    check_names(parameters, path, [field.name for table in fields for field in table])
    return [take(parameters, path, table) for table in fields]


def _require(parameters: Mapping[str, Any], path: str, *fields: str) -> None:
    for field in fields:
        if not parameters.get(field):
            raise WrongFileError(f"{path}.{field} is missing.")


def _texts(value: Any, path: str) -> list[str]:
    texts: list[str] = listing(text())(value.split(",") if isinstance(value, str) else value, path)
    return texts


_CORS = (
    Field("enable", "Enable", flag()),
    Field("origins", "Origins", _texts),
    Field("methods", "Methods", _texts),
    Field("headers", "Headers", _texts),
    Field("exposeHeaders", "ExposeHeaders", _texts),
    Field("credentials", "Credentials", flag()),
    Field("maxAge", "MaxAge", number(0, 86_400)),
)
_URL = (
    Field("authType", "AuthType", choice("NONE", "CAM"), "NONE"),
    Field(
        "netConfig",
        "NetConfig",
        group(
            Field("enableIntranet", "EnableIntranet", flag(), False),
            Field("enableExtranet", "EnableExtranet", flag(), False),
        ),
        {"EnableIntranet": False, "EnableExtranet": False},
    ),
    Field("corsConfig", "CorsConfig", group(*_CORS)),
)


def _http(parameters: Any, path: str) -> dict[str, Any]:
    name = Field("name", "TriggerName", text(), "url-trigger")
    common, description = _converted(parameters, path, (name, *_common("OPEN")), _URL)
    return {**common, "TriggerDesc": _compact(description)}


def _argument(value: Any, path: str) -> str:
    argument: str = text(ARGUMENT_BYTES)(value, path)
    if len(argument.encode()) > ARGUMENT_BYTES:
        raise WrongFileError(f"{path} must have at most {ARGUMENT_BYTES} bytes.")
    return argument


def _cron(value: Any, path: str) -> str:
    if not (isinstance(value, str) and len(value.split()) == 7):
        raise WrongFileError(f"{path} must have seven fields: second minute hour day month weekday year.")
    return value


def _timer(parameters: Any, path: str) -> dict[str, Any]:
    own = (
        Field("name", "TriggerName", text(100)),
        Field("cronExpression", "TriggerDesc", _cron),
        Field("argument", "CustomArgument", _argument),
    )
    (taken,) = _converted(parameters, path, (*_common("CLOSE"), *own))
    _require(parameters, path, "name", "cronExpression")
    return taken


_KAFKA = (
    Field("maxMsgNum", "maxMsgNum", number(1, 10_000), 100),
    Field("offset", "offset", text(), "latest"),
    Field("retry", "retry", number(0, 10_000), 10_000),
    Field("timeout", "timeOut", number(1, 60), 60),
    Field("consumerGroupName", "consumerGroupName", text(), ""),
    Field("instanceId", "InstanceId", text()),
    Field("topic", "Topic", text()),
)


def _ckafka(parameters: Any, path: str) -> dict[str, Any]:
    name = Field("name", "TriggerName", text())
    common, description = _converted(parameters, path, (name, *_common("CLOSE")), _KAFKA)
    _require(parameters, path, "instanceId", "topic")
    expected = f"{description['InstanceId']}-{description['Topic']}"
    if common.setdefault("TriggerName", expected) != expected:
        raise WrongFileError(f"{path}.name must be {expected}, the instance and the topic. Leave it out.")
    return {**common, "TriggerDesc": _compact(description)}


_FILTER = (Field("prefix", "Prefix", text(), ""), Field("suffix", "Suffix", text(), ""))
_BUCKET = (
    Field("events", "event", text()),
    Field("filter", "filter", group(*_FILTER), {"Prefix": "", "Suffix": ""}),
)


def _cos(parameters: Any, path: str) -> dict[str, Any]:
    bucket = Field("bucket", "TriggerName", text())
    common, description = _converted(parameters, path, (bucket, *_common("CLOSE")), _BUCKET)
    _require(parameters, path, "bucket", "events")
    return {**common, "TriggerDesc": _compact(description)}


_KINDS = {"http": _http, "timer": _timer, "ckafka": _ckafka, "cos": _cos}

_NOT_READ = "the function does not read its events."
_REFUSED = {
    "apigw": "API Gateway is being shut down; list an `http` event.",
    "cls": _NOT_READ,
    "cmq": _NOT_READ,
    "mps": _NOT_READ,
    "clb": _NOT_READ,
}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
