"""What passes between the steps of a chat message: what is proved, and what somebody typed."""

from __future__ import annotations

import re

from handler.callers.audience import SIGNS
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.callers.audience import Audience
    from handler.callers.caller import Caller
    from handler.problems import Problem


#: What the ids of people, channels and workspaces look like; nothing else is shown or logged as one.
ID = re.compile(SIGNS)


class Candidate(NamedTuple):
    """A caller whose secret proves a message; several may share a secret, each with its own channels.

    Attributes:
        caller: the caller.
        audience: which people may speak as this caller, and where.
        secrets: what proves it, in its scheme's order.
    """

    caller: Caller
    audience: Audience
    secrets: tuple[bytes, ...]


class Proof(NamedTuple):
    """A message that surely comes from the platform, not read yet.

    Attributes:
        candidates: the callers whose secret proves it, in the order of the file; at least one.
        content: the bytes that are proved, decrypted where the platform encrypts.
        media_type: what they are said to be; "" where nothing is said.
    """

    candidates: tuple[Candidate, ...]
    content: bytes
    media_type: str = ""


class Probe(NamedTuple):
    """A message of the platform itself, which nobody typed.

    Attributes:
        answer: all of the reply.
        media_type: its media type.
    """

    answer: str
    media_type: str = "text/plain"


class Typed(NamedTuple):
    """What somebody typed.

    Attributes:
        candidates: the callers that it may be for; at least one.
        user: the platform's id of who typed it, "" where it could not be read.
        text: what was typed, or the problem that keeps it from being read.
        team: the platform's id of the workspace, "" on platforms that have none.
        channel: the platform's id of the channel, "" on platforms that have none.
        prefix: what has to be typed before a command, such as `/key`; may be empty.
        private: whether the sender alone sees the reply.
        signed: whether the platform's proof covers who typed what.
        message: the platform's id of the message, where the reply goes through its API; else "".
        event: the platform's id of the event that brought it; else "".
    """

    candidates: tuple[Candidate, ...]
    user: str
    text: str | Problem
    team: str = ""
    channel: str = ""
    prefix: str = ""
    private: bool = True
    signed: bool = True
    message: str = ""
    event: str = ""
