"""What the trigger tests are made of: events and requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from local.in_process import Json


def ckafka(bodies: Iterable[object], topic: str = "new-hires", partition: int = 1, offset: int = 36) -> Json:
    """Return a batch of CKafka; a body that is no text becomes one as JSON."""
    return {
        "Records": [
            {
                "Ckafka": {
                    "topic": topic,
                    "partition": partition,
                    "offset": number,
                    "msgKey": "None",
                    "msgBody": body if isinstance(body, str) else json.dumps(body),
                }
            }
            for number, body in enumerate(bodies, start=offset)
        ]
    }


def cloud_event(data: object, source: str = "my.app", **others: object) -> Json:
    """Return one event of EventBridge."""
    return {
        "specversion": "1.0",
        "id": "13a3f42d-7258-4ada-da6d-023a333b4662",
        "type": "my:app:hired",
        "source": source,
        "subject": "qcs::my:ap-guangzhou:uid1250000000:app",
        "time": "1615430559146",
        "region": "ap-guangzhou",
        "datacontenttype": "application/json;charset=utf-8",
        "data": data,
        **others,
    }


def timer(message: object, name: str = "nightly") -> Json:
    """Return an event of a timer."""
    return {"Type": "Timer", "TriggerName": name, "Time": "2019-02-21T11:49:00Z", "Message": message}


def requests(keys: Sequence[str], start: int = 0) -> list[Json]:
    """Return one request for each key, named key_0 and so on."""
    return [{"keyName": f"key_{number}", "publicKey": key} for number, key in enumerate(keys, start)]
