"""What a request to a platform's module proves to be, what was typed in it, and why it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from handler.chat.message import Probe, Proof, Typed
from handler.problems import Unauthenticated
from local import chat
from local.in_process import Json
from tests.handler.chat.scene import AMBIENT, NOW, known, request


def verified(
    adapter: Any, sent: chat.PlatformRequest, *callers: Json, now: float = NOW, **changes: Any
) -> Proof | Probe:
    """Return what a request proves to be, with some members of its event changed."""
    asked, body = request(sent, **changes)
    found: Proof | Probe = adapter.verify(asked, body, known(*callers), AMBIENT._replace(wall=lambda: now))
    return found


def commanded(adapter: Any, sent: chat.PlatformRequest, *callers: Json) -> Typed | Probe:
    """Return what somebody typed, or a probe where nobody did."""
    proof = verified(adapter, sent, *callers)
    assert isinstance(proof, Proof)
    found: Typed | Probe = adapter.command(proof)
    return found


def typed(adapter: Any, sent: chat.PlatformRequest, *callers: Json) -> Typed:
    """Return what somebody typed."""
    found = commanded(adapter, sent, *callers)
    assert isinstance(found, Typed)
    return found


def cause(adapter: Any, sent: chat.PlatformRequest, *callers: Json, now: float = NOW, **changes: Any) -> str:
    """Return why a request is refused."""
    with pytest.raises(Unauthenticated) as refused:
        verified(adapter, sent, *callers, now=now, **changes)
    return refused.value.cause


def without(sent: chat.PlatformRequest, name: str) -> chat.PlatformRequest:
    """Return a request without a header."""
    return sent._replace(headers={key: value for key, value in sent.headers.items() if key != name})
