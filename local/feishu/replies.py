"""Replies to messages: what they must be, and those that were sent.

Source: https://open.feishu.cn/document/server-docs/im-v1/message/reply
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any, NamedTuple

from local.feishu.errors import Refusal

MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

_TYPES = ("text", "post", "interactive")
_UUID_LENGTH = 50
_TEXT_BYTES = 150 * 1024
# The same uuid within this time is the same reply.
_UUID_SECONDS = 3600


class SentReply(NamedTuple):
    """A reply that somebody can read.

    Attributes:
        reply_id: its own message id.
        message_id: the message that it answers.
        kind: `text`, `post` or `interactive`.
        content: the JSON text that was sent.
        uuid: what makes a repeat the same reply, empty where nothing does.
        sent: Unix seconds.
    """

    reply_id: str
    message_id: str
    kind: str
    content: str
    uuid: str
    sent: float

    @property
    def text(self) -> str:
        """What is read, of a text."""
        return str(json.loads(self.content).get("text", ""))


class ReplyBody(NamedTuple):
    """The body of a reply, checked: its type, its content as JSON text, and its uuid."""

    kind: str
    content: str
    uuid: str


def parse(body: bytes) -> ReplyBody:
    """Read the body of a reply.

    Raises:
        Refusal: 230001 for a wrong form, 230025 for a text that is too long.
    """
    try:
        sent = json.loads(body)
        kind, content, uuid = sent["msg_type"], sent["content"], sent.get("uuid", "")
        inner = json.loads(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal("230001") from None
    if kind not in _TYPES or not isinstance(inner, dict) or not isinstance(uuid, str):
        raise Refusal("230001")
    if len(uuid) > _UUID_LENGTH or (kind == "text" and not _is_text(inner)):
        raise Refusal("230001")
    if len(content.encode("utf-8", "surrogatepass")) > _TEXT_BYTES:
        raise Refusal("230025")
    return ReplyBody(kind, content, uuid)


def _is_text(inner: dict[str, Any]) -> bool:
    text = inner.get("text")
    return isinstance(text, str) and bool(text)


class Replies:
    """The replies that were sent, oldest first."""

    def __init__(self) -> None:
        self.all: list[SentReply] = []

    def send(self, message_id: str, asked: ReplyBody, now: float) -> SentReply:
        """Send a reply, or return the one that was sent with this uuid already."""
        for earlier in self.all:
            if asked.uuid and asked.uuid == earlier.uuid and now - earlier.sent < _UUID_SECONDS:
                return earlier
        reply = SentReply(f"om_{secrets.token_hex(16)}", message_id, *asked, now)
        self.all.append(reply)
        return reply
