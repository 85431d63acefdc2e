"""The stand-in for Feishu over HTTP, and the object that tests use."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from local.feishu.errors import CODES, Refusal
from local.feishu.faults import KINDS
from local.feishu.options import Options
from local.feishu.replies import MESSAGE_ID, Replies, SentReply, parse
from local.feishu.tokens import Tokens
from local.http1 import Limits, Request, running
from local.http1 import Reply as HttpReply
from local.stand_in import control
from local.stand_in.calls import RecordedCall, kept_headers
from local.stand_in.control import DONE, PREFIX, Acts, ControlRequest
from local.stand_in.disturbance import disturbed, spoiled
from local.stand_in.handle import Handle
from local.stand_in.rate import RateLimit

#: The names of the real service: in China, and elsewhere.
HOSTS = ("open.feishu.cn", "open.larksuite.com")

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"
_MESSAGES = "/open-apis/im/v1/messages/"
_REPLY = "/reply"

#: The calls, as faults name them.
TOKEN, REPLY = "tenant_access_token", "reply"

ROUTES: Mapping[str, str] = {
    **control.COMMON,
    f"GET {PREFIX}/replies": "the replies that were sent, oldest first",
    f"POST {PREFIX}/expire": "let every token be worthless",
}


class _Outcome(NamedTuple):
    """A code, `ok` or one of Feishu's, and the members of the answer beside `code` and `msg`."""

    code: str
    members: Mapping[str, Any]


class FeishuApi(Handle):
    """A stand-in. It listens as soon as it is made, and answers while `run` runs.

    Args:
        options: how it behaves.
        clock: Unix seconds, for rates and tokens.

    Raises:
        OSError: the port is taken.
    """

    ROUTES = ROUTES

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        limits = Limits(options.idle_seconds, options.idle_seconds, options.request_seconds)
        tls = options.authority.context(HOSTS) if options.authority else None
        super().__init__(options.port, KINDS, options.keep_calls, limits, tls)
        self.routes = dict.fromkeys(HOSTS, self.tls_port) if tls else {}
        #: The chat of a message, for the rate of a chat; a message that is not here has one of its own.
        self.chats: dict[str, str] = {}
        self._options = options
        self._clock = clock
        self._tokens = Tokens(options.expire)
        self._replies = Replies()
        self._rate = RateLimit(options.rate)
        self._chat_rate = RateLimit(options.chat_rate)

    @property
    def replies(self) -> list[SentReply]:
        """The replies that were sent, oldest first."""
        return list(self._replies.all)

    def expire(self) -> None:
        """Refuse every token from now on."""
        self._tokens.expire()

    def clear(self) -> None:
        """Forget all replies, tokens, faults, calls and counts."""
        super().clear()
        self._replies.all.clear()
        self._tokens.expire()
        self._rate.clear()
        self._chat_rate.clear()

    def acts(self) -> Acts:
        """Return what the control routes do."""

        def expire(_: ControlRequest) -> Any:
            self.expire()
            return DONE

        return {
            **super().acts(),
            f"GET {PREFIX}/replies": lambda _: [reply._asdict() for reply in self.replies],
            f"POST {PREFIX}/expire": expire,
        }

    async def answer(self, request: Request) -> HttpReply:
        """Answer one request to the API, in whatever way the plan for it says."""
        headers = request.by_name()
        log_id = uuid.uuid4().hex
        action, message_id = _action(request)
        call = RecordedCall(self._clock(), request.connection, action, "", log_id, kept_headers(headers))
        number = self.call_log.open(call)
        if request.method != "POST" or not action or headers.get("host") not in (*HOSTS, self.host):
            self.call_log.note(number, code="404")
            return _reply(404, {"code": 404, "msg": "page not found"}, log_id)
        plan = self.faults.next(action)
        self.call_log.note(number, fault=plan.fault.kind)

        def execute() -> _Outcome:
            try:
                members = (
                    self._token(request)
                    if action == TOKEN
                    else self._answer_message(request, headers, message_id, number)
                )
            except Refusal as error:
                return _Outcome(error.code, {})
            self.call_log.note(number, executed=True)
            return _Outcome("ok", members)

        def refuse() -> _Outcome:
            return _Outcome("2200" if plan.error == "InternalError" else plan.error, {})

        outcome = await disturbed(plan, execute, refuse, _Outcome("", {}))
        self.call_log.note(number, code=outcome.code)
        if outcome.code in ("ok", ""):
            return spoiled(_reply(200, {"code": 0, "msg": "success", **outcome.members}, log_id), plan)
        status, text = CODES.get(outcome.code, (400, "The request has failed."))
        body = {"code": int(outcome.code), "msg": text, "error": {"log_id": log_id}}
        return spoiled(_reply(status, body, log_id), plan)

    def _token(self, request: Request) -> Mapping[str, Any]:
        try:
            sent = json.loads(request.body)
            asked = sent["app_id"], sent["app_secret"]
        except (ValueError, KeyError, TypeError):
            raise Refusal("10003") from None
        if asked != (self._options.app_id, self._options.app_secret):
            raise Refusal("10014")
        token, expire = self._tokens.issue(self._clock())
        return {"tenant_access_token": token, "expire": expire}

    def _answer_message(
        self, request: Request, headers: Mapping[str, str], message_id: str, number: int
    ) -> Mapping[str, Any]:
        now = self._clock()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refusal("99991661")
        if not self._tokens.holds(token, now):
            raise Refusal("99991663")
        if self._rate.excess("app", now):
            raise Refusal("99991400")
        if not headers.get("content-type", "").startswith("application/json"):
            raise Refusal("230001")
        if not MESSAGE_ID.fullmatch(message_id):
            raise Refusal("230001")
        asked = parse(request.body)
        self.call_log.note(number, parameters={"message_id": message_id, **asked._asdict()})
        chat = self.chats.get(message_id, message_id)
        if self._chat_rate.excess(chat, now):
            raise Refusal("230020")
        sent = self._replies.send(message_id, asked, now)
        data = {
            "message_id": sent.reply_id,
            "root_id": message_id,
            "parent_id": message_id,
            "msg_type": sent.kind,
            "create_time": str(int(sent.sent * 1000)),
            "chat_id": chat,
            "body": {"content": sent.content},
        }
        return {"data": data}


def _action(request: Request) -> tuple[str, str]:
    """Return which call a request is, and the message that it is about; nothing for any other path."""
    path = request.path
    if path == TOKEN_PATH:
        return TOKEN, ""
    message_id = path.removeprefix(_MESSAGES).removesuffix(_REPLY)
    return (REPLY, message_id) if path == f"{_MESSAGES}{message_id}{_REPLY}" else ("", "")


def _reply(status: int, body: Mapping[str, Any], log_id: str) -> HttpReply:
    headers = (("Content-Type", "application/json; charset=utf-8"), ("X-Tt-Logid", log_id))
    return HttpReply(status, headers, json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@contextmanager
def serve(options: Options | None = None, clock: Callable[[], float] = time.time) -> Iterator[FeishuApi]:
    """Run a stand-in in a thread of its own for as long as the `with` block lasts."""
    stand_in = FeishuApi(options or Options(), clock)
    with running(stand_in.run):
        yield stand_in
