"""Records one real answer of the function for each thing that it can say.

The function itself makes each of them, in this process, against the stand-in for CVM. So an example in the
contract is always what the function really says. Values that differ from run to run (ids of requests and of
key pairs) are replaced by fixed ones.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from handler import reply
from handler.ambient import REAL
from handler.problems import InternalError
from local import problem_docs
from local.cvm import Options, StandIn, serve
from local.in_process import API_KEY, REQUEST_ID, ROOT, Function, Json, caller, public_keys

CVM_REQUEST_ID = "3c140219-cfe9-470e-b241-907877d6fb03"
KEY_ID = "skey-4e5ty7i8"

PROBLEM_BASE_URL = "urn:import-key-pair:problem:"


class Recorded(NamedTuple):
    """The answers of the function.

    Attributes:
        results: by name: created, unchanged, dry-run, many, health, unhealthy, invited.
        problems: by slug, or by `slug.reason` where there is a reason.
    """

    results: dict[str, Json]
    problems: dict[str, Json]


class _Asked(NamedTuple):
    """The function, whose answers come with fixed ids in them."""

    function: Function
    cvm: StandIn

    def __call__(self, body: object, environ: Mapping[str, str] | None = None, **fields: Any) -> Json:
        """Return what the function answers to a body, with these variables and fields of the event."""
        method, path = fields.pop("httpMethod", "POST"), fields.pop("path", "/key-pairs")
        before = dict(self.function.environ)
        self.function.environ |= environ or {}
        answer = self.function.ask(method, path, body, **fields)
        self.function.environ = before
        fixed: Json = _fixed(answer.json)
        return fixed


def _fixed(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_fixed(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    fixed = {"cvmRequestId": CVM_REQUEST_ID, "keyId": KEY_ID}
    return {name: fixed.get(name) or _fixed(value) for name, value in answer.items()}


def record(stands: type[Function] = Function) -> Recorded:
    """Return an answer of every kind; `stands` is how the function is asked."""
    allowed = caller(allow={"keyNames": ["alice*", "bob*"]})
    ambient = REAL._replace(random=lambda: 0.5)
    with (
        serve(Options(quota=3, rate=0)) as cvm,
        stands(cvm, [allowed], ambient, {"TIME_BUDGET_MS": "1000"}) as function,
    ):
        ask = _Asked(function, cvm)
        # The first import of a process loads the SDK, which may take longer than the budget of the others.
        ask({"keyName": "alice", "publicKey": public_keys()[0], "dryRun": True}, {"TIME_BUDGET_MS": "60000"})
        results = _results(ask)
        problems = [*_problems(ask), *_refused_keys()]
    with stands(callers=_STRICT, environ=INVITING) as function:
        problems += _forbidden(function)
    with stands(callers=[caller(allow={"invite": True})], environ=INVITING) as function:
        invited = function.ask("POST", "/invitations", {"keyName": "onb_alice"})
        results["invited"] = {**_fixed(invited.json), **INVITATION}
    looked = _looked(stands)
    results |= looked.results
    problems += looked.problems.values()
    recorded: dict[str, Json] = {}
    for answer in problems:
        recorded.setdefault(".".join(filter(None, (answer["code"], answer.get("reason")))), answer)
    return Recorded(results, recorded)


#: The settings of a function that lets people be invited.
INVITING = {
    "INVITATION_SECRETS": "INVITATION_SECRET",
    "INVITATION_SECRET": "whsec_" + base64.b64encode(b"an example of a secret for invitations").decode(),
    "PAGE_URL": "https://keys.example.com/hand-in",
}

#: What differs from invitation to invitation.
INVITATION = {
    "invitationId": "Zk3vT0c9R2mXqL8wYb1aNg",
    "token": "eyJ2IjoxLCJpZCI6IlprM3ZUMGM5UjJtWHFMOHdZYjFhTmcifQ.c2lnbmF0dXJl",
    "url": "https://keys.example.com/hand-in#eyJ2IjoxLCJpZCI6IlprM3ZUMGM5UjJtWHFMOHdZYjFhTmcifQ.c2lnbmF0dXJl",
    "expiresAt": "2026-11-26T09:30:00Z",
}


def _looked(stands: type[Function]) -> Recorded:
    """Return the answer to somebody who looks."""
    with serve(Options(rate=0)) as cvm:
        cvm.account.insert(
            "alice_laptop", public_keys()[0], tags={"owner": "alice"}, created="2026-11-24T08:00:00Z"
        )
        with stands(cvm, [caller(allow={"look": True})]) as function:
            listed = function.ask("GET", "/key-pairs").json
            shown = function.ask("GET", "/key-pairs/alice_laptop").json
            absent = function.ask("GET", "/key-pairs/nobody").json
        with stands(cvm, [caller()]) as function:
            refused = function.ask("GET", "/key-pairs").json
    return Recorded(
        {"listed": _fixed(listed), "shown": _fixed(shown)}, {"absent": absent, "refused": refused}
    )


#: A caller for each rule that a request over HTTP can break; `key-names` is broken by the caller above.
_STRICT = [
    caller(rule, key=f"{API_KEY}-{rule}", allow=allow)
    for rule, allow in {
        "projects": {"projectIds": [1001, 1002]},
        "regions": {"regions": ["ap-shanghai", "ap-beijing"]},
        "tags": {"requiredTags": ["owner"]},
        "dry-runs": {"dryRunOnly": True},
    }.items()
]


def _forbidden(function: Function) -> Iterator[Json]:
    """Yield a refusal for each rule of `allow`."""
    for entry in _STRICT:
        headers = {"authorization": f"Bearer {API_KEY}-{entry['id']}"}
        wanted = {"keyName": "alice", "publicKey": public_keys()[0]}
        yield function.post(wanted, headers=headers).json
        # Without `accounts` a caller may use only the function's own account; earlier rules refuse first.
        if "regions" not in entry["allow"] and "projectIds" not in entry["allow"]:
            yield function.post({**wanted, "account": "prod"}, headers=headers).json
    yield function.ask("POST", "/invitations", {"keyName": "alice"}, headers=headers).json


def _refused_keys() -> Iterator[Json]:
    """Yield a refusal for each reason that the key gate knows, with the sentences of its first variant."""
    for _, reason in problem_docs.reasons():
        problem = reason.problem(**problem_docs.COUNTS)
        yield reply.problem(problem, REQUEST_ID, PROBLEM_BASE_URL, known_caller=True)[1]


def _results(ask: _Asked) -> dict[str, Json]:
    alice, bob, *_ = public_keys()
    first = {"keyName": "alice_laptop", "publicKey": alice, "tags": {"team": "infra"}}
    second = {"keyName": "bob_laptop", "publicKey": bob}
    recorded = {
        "dry-run": ask({**first, "dryRun": True}),
        "created": ask(first),
        "unchanged": ask({**first, "projectId": 0, "tags": {"team": "web"}}),
        "many": ask([first, second, {"keyName": "bob laptop", "publicKey": bob}]),
        "health": ask(None, httpMethod="GET", path="/health"),
        "unhealthy": ask(None, {"MIN_RSA_BITS": "many"}, httpMethod="GET", path="/health"),
    }
    ask.cvm.account.clear()
    return recorded


def _problems(ask: _Asked) -> Iterator[Json]:
    alice, bob, carol, dave, *_ = public_keys()
    good = {"keyName": "alice_laptop", "publicKey": alice}
    bearer = {"authorization": f"Bearer {API_KEY}"}
    yield ask(good, path="/keypairs")
    yield ask(good, httpMethod="PUT")
    yield ask("x" * (1 << 20) + "x")
    yield ask("%", isBase64Encoded=True)
    yield ask(good, {"MIN_RSA_BITS": "many"})
    yield ask(good, headers={})
    yield ask(good, headers={**bearer, "content-type": "text/plain"})
    yield ask('{"keyName": alice_laptop}')
    yield ask({"KeyName": "alice_laptop", "publicKey": alice})
    yield ask({**good, "publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0pKLWlOiqcNi1x2mBvdkLgKHjwBKDA"})
    yield ask({**good, "publicKey": (ROOT / "events" / "weak.pub").read_text(encoding="ascii")})
    yield ask({**good, "keyName": "root"})
    yield ask({**good, "projectId": 77})
    yield ask({**good, "region": "ap-nowhere"})
    yield _disturbed(ask, good, "error-before", code="FailedOperation.IllegalTagKey")
    yield _disturbed(ask, good, "error-before", code="ActionOffline")
    yield _disturbed(ask, good, "throttle", times=None)
    yield _disturbed(ask, good, "drop-before", times=None)
    yield ask(good, {"CVM_ENDPOINT": f"http://127.0.0.1:{_closed_port()}"})
    ask(good)
    yield ask({**good, "publicKey": bob})
    yield ask({**good, "keyName": "alice_desktop"})
    for name, key in (("bob_1", bob), ("bob_2", carol), ("bob_3", dave)):
        answer = ask({"keyName": name, "publicKey": key})
    yield answer
    unforeseen = reply.problem(InternalError(""), REQUEST_ID, PROBLEM_BASE_URL, known_caller=True)
    yield unforeseen[1]


def _disturbed(ask: _Asked, request: Json, kind: str, **parameters: Any) -> Json:
    ask.cvm.fault("ImportKeyPair", kind, **parameters)
    ask.cvm.fault("DescribeKeyPairs", kind, **parameters)
    answer = ask(request)
    ask.cvm.clear_faults()
    ask.cvm.account.clear()
    return answer


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
