"""The sender of a message, and the request that a platform makes of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from local.chat.setup import VARIABLES


class Sender(NamedTuple):
    """The sender of a message, its place and time, and the secrets of the platform.

    Attributes:
        user: the id of the sender.
        team: the workspace; of WeCom the corporation, of DingTalk the robot, of Feishu the app.
        channel: the channel, for platforms that have some.
        now: seconds since the Unix epoch.
        variables: the secrets, by the names that `VARIABLES` has.
    """

    user: str = "alice"
    team: str = ""
    channel: str = "C0GENERAL"
    now: float | None = None
    variables: Mapping[str, str] = VARIABLES

    def knows(self) -> bool:
        """Say whether any of the secrets is one of `VARIABLES`."""
        return any(self.variables.get(name) == value for name, value in VARIABLES.items())

    def timestamp(self) -> str:
        """Return the time of the message as platforms write it."""
        return str(int(time.time() if self.now is None else self.now))


class PlatformRequest(NamedTuple):
    """An HTTP request that a platform makes."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    def event(self) -> dict[str, Any]:
        """Return it as the event that a Function URL makes of it."""
        return {
            "httpMethod": self.method,
            "path": self.path,
            "queryString": dict(self.query),
            "headers": dict(self.headers),
            "body": self.body,
        }
