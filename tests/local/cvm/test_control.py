"""Other processes look at the stand-in, edit it and order faults over its control routes."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from local.cvm import Credential, Options, StandIn, serve
from local.cvm.control import ROUTES
from local.cvm.faults import KINDS
from local.cvm.public_key import made_up
from tests.local.cvm.client import call, code, run


def ask(
    cvm: StandIn, method: str, path: str, sent: object = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Ask a control route; give status and value."""
    connection = http.client.HTTPConnection(cvm.host, timeout=60)
    try:
        body = sent if isinstance(sent, bytes) else None if sent is None else json.dumps(sent).encode()
        connection.request(method, "/_control" + path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_index(cvm: StandIn) -> None:
    """The first route tells all others, and what faults there are."""
    status, body = ask(cvm, "GET", "")

    assert status == 200
    assert body["routes"] == ROUTES
    assert set(body["faults"]) == set(KINDS)


def test_key_pairs(cvm: StandIn) -> None:
    """Key pairs are seen, inserted, renamed and deleted."""
    key = made_up()
    status, made = ask(
        cvm, "POST", "/key-pairs", {"keyName": "a", "publicKey": key, "projectId": 7, "tags": {"k": "v"}}
    )
    assert (status, made["public_key"]) == (200, f"{key} {made['key_id']}")
    assert ask(cvm, "POST", "/key-pairs", {"keyName": "b"})[0] == 200
    assert ask(cvm, "PATCH", "/key-pairs/b", {"keyName": "c"})[1]["key_name"] == "c"
    assert ask(cvm, "DELETE", "/key-pairs/c")[0] == 200

    assert ask(cvm, "GET", "/key-pairs") == (200, [made])
    assert json.loads(json.dumps(cvm.account.key_pairs["a"]._asdict())) == made


def test_other_accounts_and_regions() -> None:
    """A query chooses the account and the region; instances and the time can be set."""
    with serve(Options(regional=True)) as cvm:
        sent = {"keyName": "a", "instanceIds": ["ins-1"], "created": "2024-01-04T08:00:00Z"}
        assert ask(cvm, "POST", "/key-pairs?account=2&region=ap-tokyo", sent)[0] == 200
        assert ask(cvm, "POST", "/key-pairs/3?region=ap-tokyo")[0] == 200

        pair = cvm.store("2", "ap-tokyo").key_pairs["a"]
        assert (pair.instance_ids, pair.created) == (("ins-1",), "2024-01-04T08:00:00Z")
        assert len(cvm.store(region="ap-tokyo")) == 3
        assert ask(cvm, "GET", "/key-pairs") == (200, [])


def test_every_route_is_explained(cvm: StandIn) -> None:
    """The lines that people read are the routes that there are."""
    assert {*cvm.acts(), "GET /_control"} == set(ROUTES)


def test_calls(cvm: StandIn) -> None:
    """Calls are seen with all that is known of them."""
    run(cvm, "a")
    status, (seen,) = ask(cvm, "GET", "/calls")

    assert status == 200
    assert seen == {"key_name": "a", **cvm.calls[0]._asdict()}


def test_faults(cvm: StandIn) -> None:
    """Faults are ordered with the same words as in Python, seen, and dropped."""
    order = {"action": "ImportKeyPair", "kind": "throttle", "nth": 2, "times": None}
    status, fault = ask(cvm, "POST", "/faults", order)
    assert (status, fault) == (200, cvm.waiting_faults[0]._asdict())
    assert order.items() <= fault.items()
    assert [code(run(cvm, name)) for name in "abc"] == ["ok"] + ["RequestLimitExceeded"] * 2
    assert ask(cvm, "GET", "/faults") == (200, [fault])

    assert ask(cvm, "DELETE", "/faults") == (200, {"done": True})
    assert code(run(cvm, "d")) == "ok"


def test_credentials(cvm: StandIn) -> None:
    """Credentials are let in and expire."""
    new = Credential("AKIDnew", "key", "token")
    assert code(call(cvm, "DescribeKeyPairs", credential=new)) == "AuthFailure.SecretIdNotFound"
    ask(cvm, "POST", "/credentials", {"secretId": "AKIDnew", "secretKey": "key", "token": "token"})
    assert code(call(cvm, "DescribeKeyPairs", credential=new)) == "ok"

    ask(cvm, "DELETE", "/credentials/AKIDnew")
    assert code(call(cvm, "DescribeKeyPairs", credential=new)) == "AuthFailure.TokenFailure"


def test_reset(cvm: StandIn) -> None:
    """A reset empties everything."""
    run(cvm, "a")
    cvm.fault("*", "throttle")
    assert ask(cvm, "POST", "/reset") == (200, {"done": True})

    assert (cvm.calls, cvm.waiting_faults, cvm.account.key_pairs) == ([], [], {})


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("PUT", "/calls", None, 404),
        ("GET", "/key-pairs/a", None, 404),
        ("POST", "/key-pairs", {}, 400),
        ("POST", "/key-pairs", {"keyName": "taken"}, 400),
        ("POST", "/key-pairs", b"{", 400),
        ("POST", "/key-pairs", [], 400),
        ("DELETE", "/key-pairs/nobody", None, 400),
        ("PATCH", "/key-pairs/taken", {}, 400),
        ("POST", "/faults", {"action": "ImportKeyPair"}, 400),
        ("POST", "/faults", {"action": "ImportKeyPair", "kind": "nonsense"}, 400),
        ("POST", "/faults", {"action": "ImportKeyPair", "kind": "throttle", "often": 1}, 400),
    ],
)
def test_mistakes(cvm: StandIn, method: str, path: str, sent: object, status: int) -> None:
    """What cannot be done is said in words, and nothing changes."""
    cvm.account.insert("taken")
    got, body = ask(cvm, method, path, sent)

    assert got == status
    assert body["error"]
    assert (list(cvm.account.key_pairs), cvm.waiting_faults) == (["taken"], [])


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_web_pages_are_kept_out(cvm: StandIn, headers: dict[str, str]) -> None:
    """A page in somebody's browser can neither use a name of its own nor post from elsewhere."""
    assert ask(cvm, "POST", "/reset", {}, headers)[0] == 400


def test_control_is_no_call(cvm: StandIn) -> None:
    """The control routes leave no trace among the calls."""
    ask(cvm, "GET", "/calls")

    assert cvm.calls == []
