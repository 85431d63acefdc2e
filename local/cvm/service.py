"""The API gateway and the service behind it: from an HTTP request to the reply that CVM would give.

Every error has status 200 and tells its code in the body. Order of the checks, the first that applies
answers: method, signature, token, version, action, rate, region, then type, unknown and missing parameters,
then the action's own. A planned fault strikes once the rate is paid for.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

from . import parameters, tc3
from .account import Account
from .actions import ACTIONS
from .calls import Call, CallLog, kept_headers
from .credentials import Keyring
from .faults import Faults, Plan
from .http import Reply, Request
from .messages import ApiError
from .options import Options
from .public_key import made_up
from .rate import RateLimit
from .regions import REGIONS

VERSION = "2017-03-12"
QUERY_LIMIT = 32 * 1024

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>\r\n"


class Service:
    """One account behind one gateway."""

    def __init__(
        self, options: Options, keyring: Keyring, account: Account, clock: Callable[[], float]
    ) -> None:
        self.faults = Faults()
        self.calls = CallLog(options.keep_calls)
        self.rate = RateLimit(options.rate, options.rate_message == "count")
        self._options = options
        self._keyring = keyring
        self._account = account
        self._clock = clock

    async def answer(self, request: Request) -> Reply:
        """Answer one request, in whatever way the plan for it says."""
        headers = request.headers
        request_id = str(uuid.uuid4())
        action = headers.get("x-tc-action", "")
        call = Call(self._clock(), request.connection, action, "", request_id, kept_headers(headers))
        number = self.calls.open(call)
        try:
            self._admit(request, number)
        except ApiError as error:
            self.calls.note(number, code=error.code)
            return self._reply(self._refusal(error, request, request_id), Plan())
        plan = self.faults.next(action)
        self.calls.note(number, fault=plan.fault.kind)
        if plan.wait:
            await asyncio.sleep(plan.fault.seconds)
        code, result = "", {"RequestId": request_id}
        if plan.late:
            loop = asyncio.get_running_loop()
            loop.call_later(plan.fault.seconds, lambda: self._execute(request, request_id, plan, number))
        if plan.execute:
            code, result = self._execute(request, request_id, plan, number)
        if plan.error:
            planned = ApiError(plan.error, count=plan.fault.asked, limit=self._options.rate)
            code, result = planned.code, self._refusal(planned, request, request_id)
        if plan.wait_after:
            await asyncio.sleep(plan.fault.seconds)
        self.calls.note(number, code=code)
        return self._reply(result, plan)

    def _admit(self, request: Request, number: int) -> None:
        """Let a request through to its action; raise ApiError otherwise."""
        headers, now = request.headers, self._clock()
        if request.method not in ("GET", "POST"):
            raise ApiError("UnsupportedProtocol")
        if len(request.query) > QUERY_LIMIT:
            raise ApiError("RequestSizeLimitExceeded")
        claim = tc3.read(headers, now)
        self.calls.note(number, secret_id=claim.secret_id)
        secret_key = self._keyring.secret_key(claim.secret_id)
        if secret_key is None:
            raise ApiError("AuthFailure.SecretIdNotFound")
        if not tc3.holds(claim, secret_key, request.method, request.query, headers, request.body):
            raise ApiError("AuthFailure.SignatureFailure")
        caller = self._keyring.owner(claim.secret_id, headers.get("x-tc-token", ""), now)
        if caller is None:
            raise ApiError("AuthFailure.TokenFailure")
        action, version = headers.get("x-tc-action"), headers.get("x-tc-version")
        if not action:
            raise ApiError("MissingParameter", name="Action")
        if not version:
            raise ApiError("MissingParameter", name="Version")
        if version != VERSION:
            raise ApiError("NoSuchVersion", version=version)
        if action not in ACTIONS:
            raise ApiError("InvalidAction", action=action)
        self.rate.admit(action, caller, now)

    def _execute(
        self, request: Request, request_id: str, plan: Plan, number: int
    ) -> tuple[str, dict[str, Any]]:
        """Run the action and give its code, `ok` or an error's, with its result."""
        try:
            sent = self._parameters(request)
            self.calls.note(number, parameters=sent)
            with self._account.lock:
                if plan.rival:
                    self._rival(plan.rival, sent)
                result = ACTIONS[request.headers["x-tc-action"]].run(sent, self._account, self._options)
        except ApiError as error:
            return error.code, self._refusal(error, request, request_id)
        self.calls.note(number, executed=True)
        return "ok", {**result, "RequestId": request_id}

    def _parameters(self, request: Request) -> dict[str, Any]:
        region = request.headers.get("x-tc-region")
        if not self._options.any_region:
            if region is None:
                raise ApiError("MissingParameter", name="Region")
            if region not in REGIONS:
                raise ApiError("InvalidParameterValue#region")
        get = request.method == "GET"
        sent = parameters.from_query(request.query) if get else parameters.from_body(request.body)
        # In a query everything is text, so there the strict check could let nothing through.
        strict = self._options.strict_types and not get
        shape = ACTIONS[request.headers["x-tc-action"]].shape
        conformed: dict[str, Any] = parameters.conform(sent, shape, strict)
        return conformed

    def _rival(self, what: str, sent: dict[str, Any]) -> None:
        """Let somebody else be quicker; where the name is taken already, nobody was."""
        name = f"rival_{uuid.uuid4().hex[:8]}" if what == "key" else sent["KeyName"]
        if not self._account.named(name):
            self._account.insert(name, made_up() if what == "name" else sent["PublicKey"])

    def _refusal(self, error: ApiError, request: Request, request_id: str) -> dict[str, Any]:
        language = request.headers.get("x-tc-language", "")
        message = error.message(language, action=request.headers.get("x-tc-action"), request_id=request_id)
        return {"Error": {"Code": error.code, "Message": message}, "RequestId": request_id}

    def _reply(self, result: dict[str, Any], plan: Plan) -> Reply:
        if plan.page:
            return Reply(_PAGE, plan.fault.status if plan.http_error else 200, "text/html", plan.end)
        result.pop(plan.without, None)
        content_type = plan.fault.content_type if plan.retype else "application/json"
        body = json.dumps({"Response": result}).encode()
        return Reply(body, 200, content_type, plan.end, plan.fault.seconds)
