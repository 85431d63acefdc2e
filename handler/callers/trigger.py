"""Callers that are event sources of this account: CKafka, EventBridge, a timer, a direct Invoke.

Nothing proves them but the event itself. Whoever may invoke the function (CAM) can send any of
them, so all callers of this scheme are one trust domain. HTTP requests never come here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handler.callers.node import Rule
from handler.problems import Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.caller import Caller, Known
    from handler.callers.node import Node

# A source is compared as it stands. What looks like a pattern would match nothing.
_SOURCE = Rule(
    r"invoke|(?:ckafka|eventbridge|timer):(?:(?![*?\[\]{}])[!-~]){1,256}",
    "invoke, ckafka:TOPIC, eventbridge:SOURCE or timer:TRIGGERNAME, without blanks and * ? [ ] { }",
)


class Trigger(NamedTuple):
    """The event source that a caller is, such as `ckafka:new-hires`."""

    source: str

    def claims(self) -> Iterable[tuple[str, object]]:
        """Yield the source: an event must tell who sends it."""
        return [("trigger source", self.source)]

    def secrets(self, owner: str, environ: Mapping[str, str]) -> tuple[bytes, ...]:
        """Return nothing: the platform alone delivers events."""
        return ()


def read(auth: Node) -> Trigger:
    """Return the record that an `auth` object of this scheme holds.

    Raises:
        Misconfigured: it breaks the rules of the file.
    """
    return Trigger(auth.members(("scheme", "source"))["source"].text(_SOURCE))


def recognise(source: str, known: Iterable[Known]) -> Caller:
    """Return the caller that an event source is.

    Args:
        source: what the event says it comes from, in the form of the file.
        known: all callers.

    Raises:
        Unauthenticated: no caller of the file is this source.
    """
    for caller, _ in known:
        if isinstance(caller.auth, Trigger) and caller.auth.source == source:
            return caller
    raise Unauthenticated("unlisted-source")
