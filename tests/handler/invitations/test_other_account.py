"""An invitation into another account: the key goes there and nowhere else, as long as the rules say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from handler.upstream import sts, transport
from local.cvm import Options, StandIn, serve
from local.in_process import Function, HttpAnswer, caller
from local.sts import KnownRole
from tests.handler.invitations.scene import BOB, function, redeem

UIN = "200000000002"
PROD = KnownRole(f"qcs::cam::uin/{UIN}:roleName/prod", external_id="shared-with-prod")


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Start a stand-in that knows a role of another account."""
    with serve(Options(rate=0, roles=(PROD,))) as stand_in:
        yield stand_in
        transport.forget()
        sts._kept.clear()


@pytest.fixture
def made(cvm: StandIn) -> Iterator[Function]:
    """Run the function with an inviter who may use both accounts."""
    with function(cvm, STS_ENDPOINT=cvm.sts.url, PROD_EXTERNAL_ID="shared-with-prod") as one:
        allowing(one, "own", "prod")
        yield one


def allowing(made: Function, *accounts: str) -> None:
    """Let the inviter use these accounts from now on."""
    entry = caller(allow={"invite": True, "keyNames": ["onb_*"], "accounts": list(accounts)})
    known = {"prod": {"roleArn": PROD.arn, "externalIdEnv": "PROD_EXTERNAL_ID"}}
    contents = {"callers": [entry], "accounts": known}
    Path(made.environ["CALLERS_FILE"]).write_text(json.dumps(contents))


def invited(made: Function, **members: object) -> HttpAnswer:
    """Ask for an invitation."""
    return made.ask("POST", "/invitations", {"keyName": "onb_a", **members})


def test_the_key_is_imported_into_the_account_of_the_invitation(made: Function, cvm: StandIn) -> None:
    """Created by the assumed role, unchanged the second time; the own account stays as it was."""
    sent = invited(made, account="prod").json["token"]
    assert cvm.sts.calls == []
    answers = [redeem(made, sent) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 200]
    assert [answer.json["account"] for answer in answers] == ["prod", "prod"]
    assert [line["account"] for line in made.audit[1:]] == ["prod", "prod"]
    assert list(cvm.store(UIN).key_pairs) == ["onb_a"]
    assert list(cvm.account.key_pairs) == []
    assert len(cvm.sts.calls) == 1
    other = redeem(made, sent, {"publicKey": BOB})
    assert (other.status, other.json["code"], other.json["account"]) == (409, "key-name-conflict", "prod")


def test_an_account_that_is_not_allowed_is_no_invitation(made: Function) -> None:
    """Neither when it is asked for, nor, once the rules are narrower, when it is redeemed."""
    assert invited(made, account="staging").json["reason"] == "accounts"
    sent = invited(made, account="prod").json["token"]
    allowing(made, "own")
    refused = redeem(made, sent)

    assert (refused.status, refused.json["reason"]) == (403, "accounts")
    assert "prod" not in refused.text


def test_without_an_account_the_rules_of_the_day_choose(made: Function, cvm: StandIn) -> None:
    """An invitation that names none goes where the inviter's requests go when it is redeemed."""
    sent = invited(made).json["token"]
    allowing(made, "prod")

    assert redeem(made, sent).json["account"] == "prod"
    assert list(cvm.store(UIN).key_pairs) == ["onb_a"]


def test_a_role_that_cannot_be_assumed_is_ours_to_mend(made: Function, cvm: StandIn) -> None:
    """An invited person learns no role, no external id and no cause."""
    sent = invited(made, account="prod").json["token"]
    made.environ["PROD_EXTERNAL_ID"] = "another-external-id"
    refused = redeem(made, sent)

    assert (refused.status, refused.json["code"]) == (500, "misconfigured")
    for secret in ("external", "roleName", UIN, "sts"):
        assert secret not in refused.text.lower()
    assert list(cvm.store(UIN).key_pairs) == []
