"""The function with a chat caller of each platform, and somebody who types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from handler import invocation
from handler.ambient import REAL
from handler.callers.caller import Known
from handler.callers.file import parse
from handler.chat import schemes
from handler.http import Body, HttpRequest, from_event
from handler.http import body as body_of
from handler.invocation import Invocation
from local import chat
from local.cvm import StandIn
from local.in_process import Function, HttpAnswer, Json

#: The clock of these tests, in seconds since the Unix epoch.
NOW = 1_700_000_000.0
AMBIENT = REAL._replace(wall=lambda: NOW, monotonic=lambda: 1000.0)
ALICE = chat.Sender(user="U0ALICE", now=NOW)
MAL = ALICE._replace(user="U0MAL")
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END"

#: The platforms that show every reply to its sender alone.
PLATFORMS = ("slack", "mattermost", "wecom")
every = pytest.mark.parametrize("platform", PLATFORMS)


#: The callers of this machine, all answered in English; Chinese has its own tests.
CALLERS: tuple[Json, ...] = tuple({**caller, "language": "en"} for caller in chat.CALLERS)


def entry(platform: str, **auth: Any) -> Json:
    """Return the caller of a platform, with other members in its `auth`; None takes one out."""
    (found,) = [candidate for candidate in CALLERS if candidate["id"] == platform]
    members = {**found["auth"], **auth}
    return {**found, "auth": {name: value for name, value in members.items() if value is not None}}


def known(*entries: Json, environ: Mapping[str, str] = chat.VARIABLES) -> tuple[Known, ...]:
    """Return callers with their secrets, as the function reads them; without any, one of each platform."""
    callers = parse(json.dumps({"callers": list(entries or CALLERS)}).encode(), schemes).callers
    return tuple(Known(caller, caller.auth.secrets(caller.id, environ)) for caller in callers)


def request(sent: chat.PlatformRequest, **changes: Any) -> tuple[HttpRequest, Body]:
    """Return a request as a platform's module gets it, with some members of its event changed."""
    made = from_event({**sent.event(), **changes})
    return made, body_of(made, 1 << 16)


def function(cvm: StandIn | None = None, callers: Sequence[Json] = CALLERS, **environ: str) -> Function:
    """Return the function with these callers, at the time of these tests."""
    return Function(cvm, list(callers), AMBIENT, {**chat.VARIABLES, **environ})


def say(asked: Function, platform: str, text: str, sender: chat.Sender = ALICE) -> str:
    """Type something, and return what is seen of the answer."""
    sent = chat.PLAYERS[platform](text, sender)
    answer = asked.answer(sent.event())
    return chat.seen(sent, answer.status, answer.text, sender)


def refusal(answer: HttpAnswer) -> Json:
    """Return a problem that was answered before the platform's proof, as on every route."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    found: Json = answer.json
    return found


def call() -> Invocation:
    """Return an invocation at the time of these tests."""
    return invocation.begin({"request_id": "r-1"}, AMBIENT)
