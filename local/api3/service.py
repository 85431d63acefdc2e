"""The API gateway and a service behind it: from an HTTP request to the reply that the service would give.

Every error has status 200 and tells its code in the body. Order of the checks, the first that applies
answers: method, signature, token, version, action, rate, region, then type, unknown and missing parameters,
then the action's own. A planned fault strikes once the rate is paid for.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from local.api3 import parameters, tc3
from local.api3.messages import ApiError, Texts
from local.api3.parameters import ParameterShape
from local.http1 import JSON, TEXT, Reply, Request
from local.stand_in.calls import CallLog, RecordedCall, kept_headers
from local.stand_in.credentials import Keyring, Owner
from local.stand_in.disturbance import disturbed, spoiled
from local.stand_in.faults import Faults, Plan
from local.stand_in.rate import RateLimit

QUERY_LIMIT = 32 * 1024

Parameters = dict[str, Any]


class ApiRequest(NamedTuple):
    """A request that may be executed: the action, its parameters, whose it is and where.

    `somebody` names what somebody else does just before.
    """

    action: str
    sent: Parameters
    owner: Owner
    region: str
    somebody: str


class Api(NamedTuple):
    """What one service is.

    Attributes:
        name: as it stands in signatures, `cvm` for example.
        version: the only one there is.
        shapes: the parameters of each action.
        execute: runs an action; raises ApiError where it refuses.
        texts: the error texts of the gateway and of the service.
        resource: what the text of a missing permission names.
        regions: those that there are; None does not judge the region at all.
        strict_types: refuse an integer in text.
        count_up: a throttled request is told the true count; otherwise always the limit and one.
    """

    name: str
    version: str
    shapes: Mapping[str, ParameterShape]
    execute: Callable[[ApiRequest], Parameters]
    texts: Texts
    resource: str
    regions: frozenset[str] | None
    strict_types: bool = False
    count_up: bool = True


class _Answer(NamedTuple):
    """A code, `ok` or an error's, and what stands in `Response`."""

    code: str
    response: Parameters


class Service:
    """A service behind its gateway."""

    def __init__(
        self,
        api: Api,
        keyring: Keyring,
        faults: Faults,
        calls: CallLog,
        rate: RateLimit,
        clock: Callable[[], float],
    ) -> None:
        self._api = api
        self._keyring = keyring
        self._faults = faults
        self._calls = calls
        self._rate = rate
        self._clock = clock

    async def answer(self, request: Request) -> Reply:
        """Answer one request, in whatever way the plan for it says."""
        if request.path != "/":
            return Reply(404, TEXT, b"The API is at / and nowhere else.\n")
        headers = request.by_name()
        asked = _Asked(request, headers, str(uuid.uuid4()))
        call = RecordedCall(
            self._clock(), request.connection, asked.action, "", asked.request_id, kept_headers(headers)
        )
        number = self._calls.open(call)
        try:
            owner = self._admit(asked, number)
        except ApiError as error:
            self._calls.note(number, code=error.code)
            return _reply(self._refusal(error, asked))
        plan = self._faults.next(asked.action, owner.account)
        self._calls.note(number, fault=plan.fault.kind)
        answer = await disturbed(
            plan,
            lambda: self._execute(asked, owner, plan, number),
            lambda: self._refusal(
                ApiError(plan.error, count=plan.fault.asked, limit=self._rate.limit), asked
            ),
            _Answer("", {"RequestId": asked.request_id}),
        )
        self._calls.note(number, code=answer.code)
        answer.response.pop(plan.without, None)
        return spoiled(_reply(answer), plan)

    def _admit(self, asked: _Asked, number: int) -> Owner:
        """Return whose request it is, and let it through to its action; raise ApiError otherwise."""
        request, headers, now = asked.request, asked.headers, self._clock()
        if request.method not in ("GET", "POST"):
            raise ApiError("UnsupportedProtocol")
        if len(request.query) > QUERY_LIMIT:
            raise ApiError("RequestSizeLimitExceeded")
        claim = tc3.read_claim(headers, self._api.name, now)
        self._calls.note(number, secret_id=claim.secret_id)
        secret_key = self._keyring.secret_key(claim.secret_id)
        if secret_key is None:
            raise ApiError("AuthFailure.SecretIdNotFound")
        if not tc3.holds(claim, secret_key, request.method, request.query, headers, request.body):
            raise ApiError("AuthFailure.SignatureFailure")
        owner = self._keyring.owner(claim.secret_id, headers.get("x-tc-token", ""), now)
        if owner is None:
            raise ApiError("AuthFailure.TokenFailure")
        self._calls.note(number, account=owner.account)
        version = headers.get("x-tc-version")
        if not asked.action:
            raise ApiError("MissingParameter", name="Action")
        if not version:
            raise ApiError("MissingParameter", name="Version")
        if version != self._api.version:
            raise ApiError("NoSuchVersion", version=version)
        if asked.action not in self._api.shapes:
            raise ApiError("InvalidAction", action=asked.action)
        if count := self._rate.excess((asked.action, owner), now):
            limit = self._rate.limit
            raise ApiError(
                "RequestLimitExceeded", count=count if self._api.count_up else limit + 1, limit=limit
            )
        return owner

    def _execute(self, asked: _Asked, owner: Owner, plan: Plan, number: int) -> _Answer:
        try:
            sent = self._parameters(asked)
            self._calls.note(number, parameters=sent)
            region = asked.headers.get("x-tc-region", "")
            result = self._api.execute(ApiRequest(asked.action, sent, owner, region, plan.somebody))
        except ApiError as error:
            return self._refusal(error, asked)
        self._calls.note(number, executed=True)
        return _Answer("ok", {**result, "RequestId": asked.request_id})

    def _parameters(self, asked: _Asked) -> Parameters:
        region, regions = asked.headers.get("x-tc-region"), self._api.regions
        if regions is not None:
            if region is None:
                raise ApiError("MissingParameter", name="Region")
            if region not in regions:
                raise ApiError("InvalidParameterValue#region")
        request = asked.request
        get = request.method == "GET"
        sent = parameters.from_query(request.query) if get else parameters.from_body(request.body)
        # In a query everything is text, so there the strict check could let nothing through.
        strict = self._api.strict_types and not get
        conformed: Parameters = parameters.conform(sent, self._api.shapes[asked.action], strict)
        return conformed

    def _refusal(self, error: ApiError, asked: _Asked) -> _Answer:
        message = error.message(
            self._api.texts,
            asked.headers.get("x-tc-language", ""),
            action=asked.action,
            request_id=asked.request_id,
            resource=self._api.resource,
            service=self._api.name,
            version=self._api.version,
        )
        error_member = {"Code": error.code, "Message": message}
        return _Answer(error.code, {"Error": error_member, "RequestId": asked.request_id})


class _Asked(NamedTuple):
    """A request, its headers by name, and the id that it gets here."""

    request: Request
    headers: Mapping[str, str]
    request_id: str

    @property
    def action(self) -> str:
        return self.headers.get("x-tc-action", "")


def _reply(answer: _Answer) -> Reply:
    return Reply(200, JSON, json.dumps({"Response": answer.response}).encode())
