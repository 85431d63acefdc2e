"""Reads the recorded events in `events/` and puts fresh values where they have placeholders."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Where the recorded events are; `README.md` there says what each is and where its shape is from.
EVENTS = Path(__file__).resolve().parents[1] / "events"


def load(path: Path) -> Any:
    """Return a recorded event.

    Raises:
        OSError: there is no such file.
        ValueError: it is not JSON.
    """
    return json.loads(path.read_text(encoding="utf-8"))


def fill(event: Any, values: Mapping[str, str]) -> Any:
    """Return the event with every `${NAME}` replaced by the value of that name.

    A text that is the placeholder alone becomes the value. Within a longer text, which is JSON within JSON,
    it becomes what JSON would write for it. A body that is marked as base64 is filled inside, and the length
    that a request claims is made true again.
    """
    filled = _filled(event, values)
    if isinstance(event, dict) and _is_base64(event):
        plain = base64.b64decode(event["body"]).decode("utf-8")
        filled["body"] = base64.b64encode(_text(plain, values).encode("utf-8")).decode("ascii")
    if isinstance(filled, dict) and isinstance(filled.get("body"), str):
        _mend_length(filled)
    return filled


def sources(event: Any) -> list[str]:
    """Return what `source` a caller of the scheme `trigger` needs to let each part of an event in.

    The forms are those of `callers.json`: `ckafka:TOPIC`, `eventbridge:SOURCE`, `cos:BUCKET-APPID/prefix/`,
    `timer:NAME`, `invoke`.
    """
    if not isinstance(event, dict) or "httpMethod" in event:
        return []
    topics = [record.get("Ckafka", {}).get("topic") for record in event.get("Records", [])]
    publishers = [part.get("source") for part in event.get("EventList", [event]) if "specversion" in part]
    named = [
        *(f"ckafka:{topic}" for topic in topics if topic),
        *(f"cos:{bucket}/{key.rpartition('/')[0]}/" for bucket, key in objects(event)),
        *(f"eventbridge:{publisher}" for publisher in publishers if publisher),
    ]
    if event.get("TriggerName"):
        named.append(f"timer:{event['TriggerName']}")
    return list(dict.fromkeys(named)) or ["invoke"]


def objects(event: Any) -> list[tuple[str, str]]:
    """Return the bucket, with its APPID, and the key of each object that an event of COS names."""
    records = event.get("Records", []) if isinstance(event, dict) else []
    named = [record["cos"] for record in records if "cos" in record]
    # `/APPID/BUCKET/KEY`
    parts = [str(cos.get("cosObject", {}).get("key")).split("/", 3) for cos in named]
    return [(f"{part[2]}-{part[1]}", part[3]) for part in parts if len(part) == 4]


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _text(value, values)
    if isinstance(value, list):
        return [_filled(member, values) for member in value]
    if isinstance(value, dict):
        return {name: _filled(member, values) for name, member in value.items()}
    return value


def _text(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        placeholder = "${" + name + "}"
        if text == placeholder:
            return value
        text = text.replace(placeholder, json.dumps(value)[1:-1])
    return text


def _is_base64(event: dict[str, Any]) -> bool:
    return event.get("isBase64Encoded") in (True, "true") and isinstance(event.get("body"), str)


def _mend_length(event: dict[str, Any]) -> None:
    length = len(base64.b64decode(event["body"]) if _is_base64(event) else event["body"].encode("utf-8"))
    for headers, value in (("headers", str(length)), ("multiValueHeaders", [str(length)])):
        if "content-length" in event.get(headers, {}):
            event[headers]["content-length"] = value
