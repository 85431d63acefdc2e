"""The function as triggers call it, beside a stand-in for CVM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from handler.ambient import REAL, Ambient
from local import in_process
from local.cvm import StandIn
from local.in_process import Json
from local.sts import KnownRole


class Function(in_process.Function):
    """The function that lets in CKafka, EventBridge, a timer and direct Invoke."""

    cvm: StandIn

    def __init__(self, cvm: StandIn) -> None:
        super().__init__(cvm, [])
        self._last_call = 0
        self.let_in("ckafka:new-hires", "eventbridge:my.app", "timer:nightly", "invoke")

    def __enter__(self) -> Function:
        """Return the function; its folder goes when the `with` block ends."""
        return self

    def let_in(self, *sources: str, **allow: object) -> None:
        """Make these the only sources that are known, each with the same rules."""
        rules = {"allow": allow} if allow else {}
        entries = [
            {"id": f"caller-{number}", "auth": {"scheme": "trigger", "source": source}, **rules}
            for number, source in enumerate(sources, 1)
        ]
        Path(self.environ["CALLERS_FILE"]).write_text(json.dumps({"callers": entries}))

    def reach(self, *roles: KnownRole, **allow: object) -> None:
        """Let direct Invoke alone in, with the accounts of these roles, by the roles' names."""
        self.environ["STS_ENDPOINT"] = self.cvm.sts.url
        named = {}
        for role in roles:
            name = role.arn.rpartition("/")[2]
            named[name] = {"roleArn": role.arn}
            if role.external_id:
                named[name]["externalIdEnv"] = variable = f"{name.upper()}_EXTERNAL_ID"
                self.environ[variable] = role.external_id
        caller = {"id": "c", "auth": {"scheme": "trigger", "source": "invoke"}}
        listed = {"accounts": ["own", *named], **allow}
        contents = {"callers": [{**caller, "allow": listed}], "accounts": named}
        Path(self.environ["CALLERS_FILE"]).write_text(json.dumps(contents))

    def __call__(self, event: object, ambient: Ambient = REAL, **context: object) -> Any:
        """Hand in an event as the platform does; return the answer or raise the exception."""
        self._last_call = len(self.log)
        return self.invoke(event, {"request_id": "request-1", **context}, ambient)

    @property
    def audit(self) -> list[Json]:
        """The audit lines of the last call."""
        return [line for line in self.log[self._last_call :] if line["log"] == "audit"]

    def fields(self, *names: str) -> list[tuple[Any, ...]]:
        """Return these fields of each audit line of the last call, None for those that a line has not."""
        return [tuple(line.get(name) for name in names) for line in self.audit]

    def asked(self) -> list[str]:
        """Return what CVM was asked, in order."""
        return [call.action for call in self.cvm.calls]
