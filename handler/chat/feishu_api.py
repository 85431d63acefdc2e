"""Sends a reply through Feishu's message API, with the token that an app gets for its secret.

https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal,
https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/im-v1/message/reply.
"""

from __future__ import annotations

import hashlib
import json

from handler.chat import envelope
from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream.transport import BadReply, Bounds, Endpoint, NeverSent, NoReply, Request, exchange

if TYPE_CHECKING:
    from typing import Any

    from handler.ambient import Ambient
    from handler.deadline import Deadline

#: Seconds before its end at which a token is no longer used; Feishu gives a new one from 30 minutes before.
_RENEWAL = 600

#: The longest life of a token that is believed, in seconds (two hours, as documented).
_LONGEST_LIFE = 7200

#: The bytes that an answer of Feishu may have.
_ROOM = 64 << 10

#: The longest id that keeps a reply from being sent twice, in characters.
_LONGEST_UUID = 50

#: The codes for a token that Feishu does not accept, or no longer.
_BAD_TOKEN = (99991661, 99991663, 99991664, 99991665, 99991671)

#: The tokens, each by everything that it was made with. They are one of the two things that are kept between
#: invocations on purpose: a new token costs half of the time that Feishu gives.
_tokens: dict[tuple[str, str, str, bytes], _Token] = {}


class App(NamedTuple):
    """An app: Feishu's host, the host to connect to instead (or ""), the app's id and its secret."""

    host: str
    stand_in: str
    app_id: str
    secret: bytes


class Message(NamedTuple):
    """A reply: the message that it answers, the event that brought it, and the text."""

    message_id: str
    event_id: str
    text: str


class _Token(NamedTuple):
    text: str
    ends: float


def send_reply(app: App, answer: Message, deadline: Deadline, ambient: Ambient) -> str:
    """Send a reply; return why it could not be sent, or nothing."""
    try:
        # A kept token may have been revoked; then a new one is tried, which ends this in any case.
        while True:
            is_new = _key(app) not in _tokens or _tokens[_key(app)].ends <= ambient.wall()
            token, fault = _token(app, deadline, ambient)
            if fault:
                return fault
            code = _send(app, token, answer, deadline, ambient)
            if code == 0:
                return ""
            fault = f"reply refused with code {code}"
            if is_new or code not in _BAD_TOKEN:
                return fault
            _tokens.pop(_key(app), None)
    except (NeverSent, NoReply, BadReply) as error:
        return type(error).__name__


def forget() -> None:
    """Drop all tokens."""
    _tokens.clear()


def _key(app: App) -> tuple[str, str, str, bytes]:
    return (app.host, app.stand_in, app.app_id, hashlib.sha256(app.secret).digest())


def _token(app: App, deadline: Deadline, ambient: Ambient) -> tuple[str, str]:
    """Return a token, and why there is none; one of the two is empty."""
    kept = _tokens.get(_key(app))
    if kept is not None and kept.ends > ambient.wall():
        return kept.text, ""
    asked = {"app_id": app.app_id, "app_secret": app.secret.decode()}
    status, answer = _post(
        app, "/open-apis/auth/v3/tenant_access_token/internal", {}, asked, deadline, ambient
    )
    token, life = envelope.text(answer, "tenant_access_token"), answer.get("expire")
    if answer.get("code") != 0 or not token.isascii() or not token or type(life) is not int:
        return "", f"token refused with status {status} and code {_code(answer)}"
    _tokens[_key(app)] = _Token(token, ambient.wall() + min(life, _LONGEST_LIFE) - _RENEWAL)
    return token, ""


def _send(app: App, token: str, answer: Message, deadline: Deadline, ambient: Ambient) -> int:
    """Return Feishu's code for a reply: 0 where it was sent."""
    body = {
        "msg_type": "text",
        "content": json.dumps({"text": answer.text}),
        # The same event leads to one reply, however often it is delivered.
        "uuid": answer.event_id[:_LONGEST_UUID],
    }
    path = f"/open-apis/im/v1/messages/{answer.message_id}/reply"
    _, answered = _post(app, path, {"Authorization": f"Bearer {token}"}, body, deadline, ambient)
    return _code(answered)


def _code(answer: dict[str, Any]) -> int:
    code = answer.get("code")
    return code if type(code) is int else -1


def _post(
    app: App, path: str, headers: dict[str, str], body: object, deadline: Deadline, ambient: Ambient
) -> tuple[int, dict[str, Any]]:
    endpoint = Endpoint("http", app.stand_in) if app.stand_in else Endpoint("https", app.host)
    headers = {"Host": app.host, "Content-Type": "application/json; charset=utf-8", **headers}
    request = Request("POST", path, headers, json.dumps(body).encode())
    answer = exchange(endpoint, request, Bounds(deadline.left, deadline.left, _ROOM), ambient)
    return answer.status, envelope.parse(answer.body)
