"""Looking into another account: with its own role, and said wherever it matters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from handler.upstream import sts, transport
from local.cvm import Options, StandIn, serve
from local.in_process import Function, caller, public_keys
from local.sts import KnownRole

UIN = "200000000002"
PROD = KnownRole(f"qcs::cam::uin/{UIN}:roleName/prod", external_id="shared-with-prod")
ALICE, BOB, *_ = public_keys()


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Serve two accounts, which hold a name under different keys."""
    with serve(Options(rate=0, roles=(PROD,))) as running:
        running.account.insert("alice", ALICE)
        running.store(UIN).insert("alice", BOB)
        running.store(UIN).insert("bob", ALICE)
        yield running
        transport.forget()
        sts._kept.clear()


@pytest.fixture
def function(cvm: StandIn) -> Iterator[Function]:
    """Run the function with a caller who may look into both."""
    environ = {"STS_ENDPOINT": cvm.sts.url, "PROD_EXTERNAL_ID": "shared-with-prod"}
    entry = caller(allow={"look": True, "accounts": ["own", "prod"]})
    contents = {
        "callers": [entry],
        "accounts": {"prod": {"roleArn": PROD.arn, "externalIdEnv": "PROD_EXTERNAL_ID"}},
    }
    with Function(cvm, [entry], environ=environ) as made:
        Path(made.environ["CALLERS_FILE"]).write_text(json.dumps(contents))
        yield made


def test_each_account_shows_what_it_holds(function: Function, cvm: StandIn) -> None:
    """Under the same name another key; the answer says which account it is, if it is not the own one."""
    own, prod = (function.ask("GET", "/key-pairs", queryString=query) for query in ({}, {"account": "prod"}))
    assert [pair["keyName"] for pair in own.json["keyPairs"]] == ["alice"]
    assert [pair["keyName"] for pair in prod.json["keyPairs"]] == ["alice", "bob"]
    assert ("account" in own.json, prod.json["account"]) == (False, "prod")
    one = function.ask("GET", "/key-pairs/bob", queryString={"account": "prod"}).json
    assert one["keyPair"]["fingerprint"] == own.json["keyPairs"][0]["fingerprint"]
    assert one["account"] == "prod"
    assert [line.get("account") for line in function.audit] == [None, "prod", "prod"]
    assert [call.account for call in cvm.calls] == ["100000000001", UIN, UIN]
    assert len(cvm.sts.calls) == 1


def test_a_refusal_names_the_account_that_was_asked(function: Function, cvm: StandIn) -> None:
    """In the body and in the audit line, with the name that was looked for; the own one is not named."""
    for query, account in (({"account": "prod"}, "prod"), ({"account": "own"}, None), ({}, None)):
        answer = function.ask("GET", "/key-pairs/carol", queryString=query)
        assert (answer.status, answer.json["code"]) == (404, "no-such-key-pair")
        assert answer.json.get("account") == account
        line = function.audit[-1]
        assert (line["code"], line["keyName"], line.get("account")) == ("no-such-key-pair", "carol", account)
    cvm.fault("DescribeKeyPairs", "denied", account=UIN)
    denied = function.ask("GET", "/key-pairs", queryString={"account": "prod"})
    assert (denied.json["code"], denied.json["account"]) == ("misconfigured", "prod")
    assert function.audit[-1]["account"] == "prod"


def test_a_refusal_before_that_names_none(function: Function, cvm: StandIn) -> None:
    """As when importing: who may not use an account has not settled on it."""
    for query in ({"account": "test"}, {"account": "prod", "limit": "0"}):
        answer = function.ask("GET", "/key-pairs", queryString=query)
        assert answer.status in (403, 422)
        assert "account" not in answer.json
        assert "account" not in function.audit[-1]
    assert (cvm.calls, cvm.sts.calls) == ([], [])


def test_a_role_that_cannot_be_assumed_is_ours_to_mend(function: Function, cvm: StandIn) -> None:
    """The own account goes on."""
    function.environ["PROD_EXTERNAL_ID"] = "another-one"
    answer = function.ask("GET", "/key-pairs", queryString={"account": "prod"})
    assert (answer.status, answer.json["code"], answer.json["account"]) == (500, "misconfigured", "prod")
    assert function.ask("GET", "/key-pairs/alice").status == 200
    assert [call.account for call in cvm.calls] == ["100000000001"]
