"""The stand-in for COS over HTTP, and the object that tests use."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from local.cos import events, signature
from local.cos.errors import Refusal, refusal
from local.cos.faults import KINDS
from local.cos.objects import Objects, Stored
from local.cos.options import Options
from local.cos.requests import ACTIONS, CosRequest, disturb, perform
from local.http1 import Limits, Reply, Request, running
from local.stand_in import control
from local.stand_in.calls import RecordedCall, kept_headers
from local.stand_in.control import DONE, PREFIX, Acts, ControlRequest
from local.stand_in.credentials import OWN_ACCOUNT, Keyring, Owner
from local.stand_in.disturbance import disturbed, spoiled
from local.stand_in.faults import Plan
from local.stand_in.handle import Handle

#: Longer keys are refused: https://cloud.tencent.com/document/product/436/13324.
KEY_BYTES = 850

_HOST = re.compile(r"([a-z0-9][a-z0-9-]*-[0-9]{6,12})\.cos\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)")

ROUTES: Mapping[str, str] = {
    **control.COMMON,
    f"GET {PREFIX}/objects": "bucket, key and size of every object",
    f"GET {PREFIX}/objects/BUCKET/KEY": "an object's text",
    f"PUT {PREFIX}/objects/BUCKET/KEY": "write the body as an object, unchecked; gives the trigger's event",
    f"DELETE {PREFIX}/objects/BUCKET/KEY": "remove an object",
}


class _Outcome(NamedTuple):
    """A code, `ok` or an error's, and the reply."""

    code: str
    reply: Reply


class Cos(Handle):
    """A stand-in. It listens as soon as it is made; `objects` may be read and changed at any time.

    Args:
        options: how it behaves.
        keyring: who may sign; CVM's, for one function that asks both. By default one of its own.
        clock: Unix seconds, for signatures, tokens and objects.

    Raises:
        OSError: the port is taken.
    """

    ROUTES = ROUTES

    def __init__(
        self, options: Options, keyring: Keyring | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        limits = Limits(options.idle_seconds, options.idle_seconds, options.request_seconds)
        domain = f"*.cos.{options.region}.myqcloud.com"
        tls = options.authority.context([domain]) if options.authority else None
        super().__init__(options.port, KINDS, options.keep_calls, limits, tls)
        secret = options.mint_secret or os.urandom(16).hex()
        self.keyring = keyring or Keyring(options.credentials, secret)
        self.credentials = options.credentials[0]
        self.objects: Objects = {}
        self.routes = {domain: self.tls_port} if tls else {}
        self._region = options.region
        self._buckets: set[str] = set()
        self._clock = clock

    def put(self, bucket: str, key: str, body: bytes, **headers: str) -> dict[str, Any]:
        """Write an object, unchecked, and return the event that the trigger would make of it.

        Args:
            bucket: with its APPID, `keys-1250000000`; it exists from then on.
            key: without a slash before it.
            body: the bytes.
            headers: what the uploader sent besides, `_` for `-`: `x_cos_meta_owner="alice"`.
        """
        kept = {name.replace("_", "-"): value for name, value in headers.items()}
        self._buckets.add(bucket)
        self.objects[bucket, key] = stored = Stored(body, kept, self._clock())
        return events.event(bucket, key, stored, self._region)

    def add_bucket(self, bucket: str) -> None:
        """Add an empty bucket."""
        self._buckets.add(bucket)

    def host_of(self, bucket: str) -> str:
        """Return the name under which clients ask for a bucket."""
        return f"{bucket}.cos.{self._region}.myqcloud.com"

    def clear(self) -> None:
        """Forget all objects, faults and calls; buckets and credentials stay as they are."""
        super().clear()
        self.objects.clear()

    def acts(self) -> Acts:
        """Return what the control routes do."""

        def place(asked: ControlRequest) -> tuple[str, str]:
            bucket, _, key = asked.name.partition("/")
            if not key:
                raise ValueError("an object is BUCKET/KEY")
            return bucket, key

        def remove(asked: ControlRequest) -> Any:
            del self.objects[place(asked)]
            return DONE

        return {
            **super().acts(),
            f"GET {PREFIX}/objects": lambda _: [
                {"bucket": bucket, "key": key, "size": len(stored.body)}
                for (bucket, key), stored in list(self.objects.items())
            ],
            f"GET {PREFIX}/objects/BUCKET/KEY": lambda asked: {
                "text": self.objects[place(asked)].body.decode("utf-8", "replace")
            },
            f"PUT {PREFIX}/objects/BUCKET/KEY": lambda asked: self.put(*place(asked), asked.body),
            f"DELETE {PREFIX}/objects/BUCKET/KEY": remove,
        }

    async def answer(self, request: Request) -> Reply:
        """Answer one request to the API, in whatever way the plan for it says."""
        headers = request.by_name()
        request_id = uuid.uuid4().hex
        resource = headers.get("host", "") + request.path
        action = ACTIONS.get(request.method, request.method)
        call = RecordedCall(self._clock(), request.connection, action, "", request_id, kept_headers(headers))
        number = self.call_log.open(call)

        def refuse(code: str) -> _Outcome:
            return _Outcome(code, refusal(code, resource, request_id))

        try:
            wanted = self._admit(request, headers, number)
        except Refusal as error:
            self.call_log.note(number, code=error.code)
            return _marked(refuse(error.code).reply, request_id)
        plan = self.faults.next(action, OWN_ACCOUNT)
        self.call_log.note(number, fault=plan.fault.kind)

        def execute() -> _Outcome:
            try:
                outcome = _Outcome("ok", self._perform(wanted, plan))
            except Refusal as error:
                return refuse(error.code)
            self.call_log.note(number, executed=True)
            return outcome

        nothing = _Outcome("", Reply())
        outcome = await disturbed(plan, execute, lambda: refuse(plan.error), nothing)
        self.call_log.note(number, code=outcome.code)
        return spoiled(_marked(outcome.reply, request_id), plan)

    def _admit(self, request: Request, headers: Mapping[str, str], number: int) -> CosRequest:
        """Return what is wanted, once its signature is proved; raise Refusal otherwise."""
        now = self._clock()
        place = _HOST.fullmatch(headers.get("host", ""))
        if not place:
            raise Refusal("InvalidURI")
        if request.method not in ACTIONS:
            raise Refusal("MethodNotAllowed")
        claim = signature.read_claim(headers.get("authorization", ""), now)
        self.call_log.note(number, secret_id=claim.secret_id)
        owner = self._owner(claim, request, headers, now)
        self.call_log.note(number, account=owner.account)
        try:
            key = unquote_to_bytes(request.path)[1:].decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal("InvalidURI") from None
        if not key or len(key.encode()) > KEY_BYTES:
            raise Refusal("InvalidURI")
        bucket, region = place.groups()
        self.call_log.note(number, parameters={"Bucket": bucket, "Key": key, "Range": headers.get("range")})
        if bucket not in self._buckets or region != self._region:
            raise Refusal("NoSuchBucket")
        # Every bucket is the function's own account's.
        if owner.account != OWN_ACCOUNT:
            raise Refusal("AccessDenied")
        return CosRequest(request.method, bucket, key, headers, request.body)

    def _owner(
        self, claim: signature.Claim, request: Request, headers: Mapping[str, str], now: float
    ) -> Owner:
        secret_key = self.keyring.secret_key(claim.secret_id)
        if secret_key is None:
            raise Refusal("InvalidAccessKeyId")
        if not signature.holds(claim, secret_key, request.method, request.path, request.query, headers):
            raise Refusal("SignatureDoesNotMatch")
        owner = self.keyring.owner(claim.secret_id, headers.get("x-cos-security-token", ""), now)
        if owner is None:
            raise Refusal("AccessDenied")
        return owner

    def _perform(self, wanted: CosRequest, plan: Plan) -> Reply:
        now = self._clock()
        disturb(plan.somebody, wanted, self.objects, now)
        return perform(wanted, self.objects, now)


def _marked(reply: Reply, request_id: str) -> Reply:
    return reply._replace(
        headers=(*reply.headers, ("x-cos-request-id", request_id), ("Server", "tencent-cos"))
    )


@contextmanager
def serve(
    options: Options | None = None, keyring: Keyring | None = None, clock: Callable[[], float] = time.time
) -> Iterator[Cos]:
    """Run a stand-in in a thread of its own for as long as the `with` block lasts."""
    stand_in = Cos(options or Options(), keyring, clock)
    with running(stand_in.run):
        yield stand_in
