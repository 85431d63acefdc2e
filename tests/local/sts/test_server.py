"""Roles of other accounts can be assumed by whom they trust, and give access to that account alone."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential as SdkCredential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from local.cvm import Credential, Options, StandIn, serve
from local.sts import KnownRole
from tests.doubles.clocks import Clock
from tests.local.cvm.client import Answer, call, code, importing, send, sign

OTHER = "200000000002"
THIRD = "300000000003"
ARN = f"qcs::cam::uin/{OTHER}:roleName/ImportKeyPair"
STRANGER = f"qcs::cam::uin/{THIRD}:roleName/Closed"
ROLES = (KnownRole(ARN, "shared-secret"), KnownRole(STRANGER, trusts=(OTHER,)))
HOST = "sts.tencentcloudapi.com"


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Yield a stand-in with a role in a second account, and one in a third for the second alone."""
    with serve(Options(rate=0, roles=ROLES)) as stand_in:
        yield stand_in


def request(**changes: Any) -> Answer:
    """Return the parameters of an AssumeRole that is good; None takes one out."""
    good = {"RoleArn": ARN, "RoleSessionName": "onboarding", "DurationSeconds": 1800}
    members = {**good, "ExternalId": "shared-secret", **changes}
    return {name: value for name, value in members.items() if value is not None}


def ask(cvm: StandIn, sent: object, credential: Credential | None = None, **how: Any) -> Answer:
    """Ask STS under its real name, as the function does."""
    headers = {"x-tc-version": "2018-08-13", **how.pop("headers", {})}
    how = {"host": HOST, "service": "sts", "headers": headers, **how}
    return send(cvm.sts, sign(credential or cvm.credentials, "AssumeRole", sent, **how))


def assumed(answer: Answer) -> Credential:
    """Return the credentials in an answer."""
    found = answer["Credentials"]
    return Credential(found["TmpSecretId"], found["TmpSecretKey"], found["Token"])


def test_what_is_assumed_signs_for_the_other_account(cvm: StandIn) -> None:
    """The new credentials import into the role's account, and every signature shows whose it was."""
    theirs = assumed(ask(cvm, request()))
    for credential in (cvm.credentials, theirs):
        assert code(call(cvm, "ImportKeyPair", importing("a"), credential=credential)) == "ok"

    assert [len(cvm.store(account)) for account in ("100000000001", OTHER)] == [1, 1]
    assert [(item.secret_id, item.account) for item in cvm.calls] == [
        (cvm.credentials.secret_id, "100000000001"),
        (theirs.secret_id, OTHER),
    ]
    assert [(item.action, item.headers["host"]) for item in cvm.sts.calls] == [("AssumeRole", HOST)]


def test_the_sdk_can_assume_it(cvm: StandIn) -> None:
    """The SDK's client for any service understands the stand-in."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=cvm.sts.host))
    own = SdkCredential(*cvm.credentials)
    client = CommonClient("sts", "2018-08-13", own, "ap-guangzhou", profile)
    answer = client.call_json("AssumeRole", request())["Response"]

    assert set(answer) == {"Credentials", "ExpiredTime", "Expiration", "RequestId"}
    assert code(call(cvm, "DescribeKeyPairs", credential=assumed(answer))) == "ok"


def test_credentials_expire() -> None:
    """They end at the second that STS has named, and can be made to end before."""
    clock = Clock(1_700_000_000.0)
    with serve(Options(rate=0, roles=ROLES), clock) as cvm:

        def seen(credential: Credential) -> str:
            return code(call(cvm, "DescribeKeyPairs", credential=credential, now=clock.now))

        answer = ask(cvm, request(DurationSeconds=60), now=clock.now)
        theirs = assumed(answer)
        assert (answer["ExpiredTime"], answer["Expiration"]) == (1_700_000_060, "2023-11-14T22:14:20Z")
        assert seen(theirs) == "ok"
        clock.now += 60
        assert seen(theirs) == "AuthFailure.TokenFailure"

        early = assumed(ask(cvm, request(), now=clock.now))
        cvm.keyring.expire(early.secret_id)
        assert seen(early) == "AuthFailure.TokenFailure"


def test_no_credentials_fit_another_account(cvm: StandIn) -> None:
    """Neither a token nor a key can be exchanged for that of another account."""
    own, theirs = cvm.mint(), assumed(ask(cvm, request()))

    mixed = own._replace(token=theirs.token)
    assert code(call(cvm, "DescribeKeyPairs", credential=mixed)) == "AuthFailure.TokenFailure"
    mixed = theirs._replace(secret_key=own.secret_key)
    assert code(call(cvm, "DescribeKeyPairs", credential=mixed)) == "AuthFailure.SignatureFailure"


def test_a_role_can_be_assumed_from_a_role(cvm: StandIn) -> None:
    """Temporary credentials may assume what their account is trusted with, and nothing else."""
    wanted = request(RoleArn=STRANGER, ExternalId=None)
    assert code(ask(cvm, wanted)) == "UnauthorizedOperation"
    theirs = assumed(ask(cvm, request()))
    assert code(ask(cvm, wanted, theirs)) == "ok"
    assert code(ask(cvm, request(), theirs)) == "UnauthorizedOperation"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"RoleArn": "qcs::cam::uin/1:roleNam/x"}, "InvalidParameter.ParamError"),
        ({"RoleArn": ARN + "\n"}, "InvalidParameter.ParamError"),
        ({"RoleArn": ARN + "X"}, "ResourceNotFound.RoleNotFound"),
        ({"RoleArn": None}, "MissingParameter"),
        ({"RoleSessionName": "x"}, "InvalidParameter.ParamError"),
        ({"RoleSessionName": "a b"}, "InvalidParameter.ParamError"),
        ({"RoleSessionName": None}, "MissingParameter"),
        ({"DurationSeconds": 0}, "InvalidParameter.OverTimeError"),
        ({"DurationSeconds": 43201}, "InvalidParameter.OverTimeError"),
        ({"DurationSeconds": "long"}, "InvalidParameter"),
        ({"ExternalId": "wrong"}, "UnauthorizedOperation"),
        ({"ExternalId": None}, "UnauthorizedOperation"),
        ({"ExternalId": "a b"}, "InvalidParameter.ParamError"),
        ({"Name": "x"}, "UnknownParameter"),
    ],
)
def test_refusals(cvm: StandIn, changes: dict[str, Any], expected: str) -> None:
    """Each mistake has its code, and nobody gets credentials."""
    assert code(ask(cvm, request(**changes))) == expected
    assert not cvm.sts.calls[0].executed


def test_requests_are_verified_like_every_other(cvm: StandIn) -> None:
    """Signature, service, version, region and token count here, too."""
    wrong = cvm.credentials._replace(secret_key="wrong")
    assert code(ask(cvm, request(), wrong)) == "AuthFailure.SignatureFailure"
    assert code(ask(cvm, request(), cvm.credentials._replace(token="x"))) == "AuthFailure.TokenFailure"
    assert code(ask(cvm, request(), service="cvm")) == "AuthFailure.InvalidAuthorization"
    assert code(ask(cvm, request(), headers={"x-tc-version": "2017-03-12"})) == "NoSuchVersion"
    assert code(ask(cvm, request(), headers={"x-tc-region": "nowhere"})) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("throttle", "RequestLimitExceeded"),
        ("denied", "AuthFailure.UnauthorizedOperation"),
        ("token-expired", "AuthFailure.TokenFailure"),
        ("error-before", "InternalError.GetRoleError"),
        ("delay-after", "ok"),
    ],
)
def test_faults(cvm: StandIn, kind: str, expected: str) -> None:
    """STS can be throttled, denied, broken or slow, apart from CVM."""
    cvm.sts.fault("AssumeRole", kind, code="InternalError.GetRoleError", seconds=0.1)

    assert code(ask(cvm, request())) == expected
    assert code(ask(cvm, request())) == "ok"
    assert cvm.waiting_faults == []


def test_a_reply_is_lost(cvm: StandIn) -> None:
    """The role was assumed, and nobody heard of it; a reset of CVM's stand-in is one of STS's."""
    cvm.sts.fault("AssumeRole", "drop-after", nth=1)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(cvm, request())
    assert cvm.sts.calls[0].executed

    cvm.clear()
    assert cvm.sts.calls == []


def test_it_has_control_routes(cvm: StandIn) -> None:
    """Other processes order faults as they do at CVM's stand-in."""
    connection = http.client.HTTPConnection(cvm.sts.host, timeout=5)
    connection.request("POST", "/_control/faults", json.dumps({"action": "AssumeRole", "kind": "denied"}))
    assert connection.getresponse().status == 200
    connection.close()

    assert code(ask(cvm, request())) == "AuthFailure.UnauthorizedOperation"
