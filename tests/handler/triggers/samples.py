"""What the trigger tests are made of: events, and the function that gets them."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from handler import invocation
from handler.ambient import REAL, Ambient
from handler.event import recognise
from local.cvm import StandIn

Json = dict[str, Any]


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


class Clock:
    """A monotonic clock that sleeping moves on without a wait."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        """Return seconds."""
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        """Let so many seconds be over."""
        self.skipped += seconds


class Function:
    """The function beside a stand-in for CVM, with an environment of its own.

    Attributes:
        environ: its environment.
        output: all that it has written so far.
        audit: the audit lines of the last call.
    """

    def __init__(self, cvm: StandIn, folder: Path) -> None:
        self.cvm = cvm
        self.output = ""
        self.audit: list[Json] = []
        self._callers = folder / "callers.json"
        self.environ = {
            "CALLERS_FILE": str(self._callers),
            "CVM_ENDPOINT": cvm.url,
            "TENCENTCLOUD_REGION": "ap-guangzhou",
            "TENCENTCLOUD_SECRETID": cvm.credentials.secret_id,
            "TENCENTCLOUD_SECRETKEY": cvm.credentials.secret_key,
            "TENCENTCLOUD_SESSIONTOKEN": cvm.credentials.token,
        }
        self.let_in("ckafka:new-hires", "eventbridge:my.app", "timer:nightly", "invoke")

    def let_in(self, *sources: str, **allow: object) -> None:
        """Make these the only sources that are known, each with the same rules."""
        self._callers.write_text(
            json.dumps(
                {
                    "callers": [
                        {
                            "id": f"caller-{number}",
                            "auth": {"scheme": "trigger", "source": source},
                            **({"allow": allow} if allow else {}),
                        }
                        for number, source in enumerate(sources, 1)
                    ]
                }
            )
        )

    def __call__(self, event: object, ambient: Ambient = REAL, **context: object) -> Any:
        """Hand it an event as the platform does and return or raise what comes of it."""
        written = io.StringIO()
        try:
            with contextlib.redirect_stdout(written):
                call = invocation.begin(
                    {"request_id": "request-1", **context}, ambient._replace(environ=self.environ)
                )
                return recognise(event).answer(event, call)
        finally:
            self.output += written.getvalue()
            lines = [json.loads(line) for line in written.getvalue().splitlines()]
            self.audit = [line for line in lines if line["log"] == "audit"]

    def told(self, *names: str) -> list[tuple[Any, ...]]:
        """Return these fields of each audit line of the last call, None for those that a line has not."""
        return [tuple(line.get(name) for name in names) for line in self.audit]

    def asked(self) -> list[str]:
        """Return what CVM was asked, in order."""
        return [call.action for call in self.cvm.calls]


def requests(keys: Sequence[str], start: int = 0) -> list[Json]:
    """Return one request for each key, named key_0 and so on."""
    return [{"keyName": f"key_{number}", "publicKey": key} for number, key in enumerate(keys, start)]
