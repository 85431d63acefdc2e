"""Callers that are event sources of this account: CKafka, EventBridge, COS, a timer, a direct Invoke.

Nothing proves them but the event itself. Whoever may invoke the function (CAM) can send any of
them, so all callers of this scheme are one trust domain. HTTP requests never come here.
"""

from __future__ import annotations

from handler.callers.node import Rule
from handler.problems import Unauthenticated
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.caller import Caller, Known
    from handler.callers.node import Node

# Sources are compared as text: a pattern would match nothing.
_FOLDER = r"(?:(?!\.\.?/)[A-Za-z0-9._-]{1,128}/)"
_SOURCE = Rule(
    r"invoke|(?:ckafka|eventbridge|timer):(?:(?![*?\[\]{}])[!-~]){1,256}"
    rf"|cos:[a-z0-9][a-z0-9-]{{0,49}}-[0-9]{{6,12}}/{_FOLDER}{{0,8}}",
    Sentence(
        "invoke, ckafka:TOPIC, eventbridge:SOURCE or timer:TRIGGERNAME, without blanks and * ? [ ] { },"
        " or cos:BUCKET-APPID/prefix/"
    ),
)
_RESULTS = Rule(
    rf"{_FOLDER}{{1,8}}",
    Sentence(
        'a prefix of the same bucket: 1 to 8 folders of A-Z, a-z, 0-9, ".", "_" and "-", each with a slash'
        " behind it"
    ),
)
#: How a source in COS begins. It is a prefix, so every object below it is of its caller.
COS = "cos:"


class Trigger(NamedTuple):
    """The event source that a caller is, such as `ckafka:new-hires`.

    Attributes:
        source: as the file has it.
        results: for a source in COS, the prefix in its bucket that results are written below, or "".
    """

    source: str
    results: str = ""

    def bucket(self) -> str:
        """Return the bucket of a source in COS, with its APPID."""
        return self.source.removeprefix(COS).partition("/")[0]

    def prefix(self) -> str:
        """Return the prefix of a source in COS; "" is the whole bucket."""
        return self.source.partition("/")[2]

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
    members = auth.members(("scheme", "source"), ("results",))
    source = members["source"].text(_SOURCE)
    if "results" not in members:
        return Trigger(source)
    if not source.startswith(COS):
        raise members["source"].wrong(Sentence("must be cos:BUCKET-APPID/prefix/ where there are results"))
    return Trigger(source, members["results"].text(_RESULTS))


def is_fed_back(results: Trigger, source: Trigger) -> bool:
    """Say whether one caller's results would be events of another caller, or of itself.

    Then each result would cause another one, without an end.
    """
    if not (results.results and source.source.startswith(COS) and results.bucket() == source.bucket()):
        return False
    return results.results.startswith(source.prefix()) or source.prefix().startswith(results.results)


def recognise(source: str, known: Iterable[Known]) -> Caller:
    """Return the caller that an event source is; in COS the one with the longest prefix.

    Args:
        source: what the event says it comes from, in the form of the file; for COS with all folders.
        known: all callers.

    Raises:
        Unauthenticated: no caller of the file is this source.
    """
    found, longest = None, -1
    for caller, _ in known:
        if isinstance(caller.auth, Trigger) and _covers(caller.auth.source, source, longest):
            found, longest = caller, len(caller.auth.source)
    if found is None:
        raise Unauthenticated("unlisted-source")
    return found


def _covers(listed: str, source: str, longest: int) -> bool:
    if listed.startswith(COS):
        return source.startswith(listed) and len(listed) > longest
    return source == listed
