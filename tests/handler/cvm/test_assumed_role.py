"""Several accounts, seen from outside: who is asked with whose credentials, and what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handler.ambient import REAL
from handler.upstream import sts, transport
from local.cvm import Options, serve
from local.in_process import Json
from local.sts import KnownRole
from tests.doubles.clocks import StandingClock as Clock
from tests.doubles.function import Function
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

OWN, PROD_UIN, TEST_UIN = "100000000001", "200000000002", "200000000003"
PROD = KnownRole(f"qcs::cam::uin/{PROD_UIN}:roleName/prod", external_id="shared-with-prod")
TEST = KnownRole(f"qcs::cam::uin/{TEST_UIN}:roleName/test")
UINS = {"own": OWN, "prod": PROD_UIN, "test": TEST_UIN}

KEYS = public_keys(6)
ALICE, BOB, CAROL, DAVE, *_ = requests(KEYS)


@pytest.fixture
def function() -> Iterator[Function]:
    """Serve three accounts for three key pairs each, asked as fast as one likes."""
    with serve(Options(quota=3, rate=0, roles=(PROD, TEST))) as cvm:
        with Function(cvm) as made:
            made.reach(PROD, TEST)
            yield made
        transport.forget()
        sts._kept.clear()


def at(account: str, item: Json, **other: Any) -> Json:
    """Return a request for an account."""
    return {**item, "account": account, **other}


def endings(function: Function, *items: Json, **options: Any) -> list[str]:
    """Return `created`, `unchanged` or a problem's code for each of these items, sent at once."""
    answer = function({"items": list(items)}, **options)
    return [str(result["body"].get("result") or result["body"]["code"]) for result in answer["results"]]


def test_a_key_pair_goes_to_the_account_that_the_request_names(function: Function) -> None:
    """And nowhere else; the result and the audit line say which one it is."""
    result = function(at("prod", ALICE))
    assert (result["result"], result["account"]) == ("created", "prod")
    assert list(function.cvm.store(PROD_UIN).key_pairs) == ["key_0"]
    assert list(function.cvm.account.key_pairs) == []
    assert function.fields("account", "attempts", "result") == [("prod", 2, "created")]
    (assumed,) = function.cvm.sts.calls
    assert assumed.parameters["RoleSessionName"] == "c_"
    assert assumed.parameters["ExternalId"] == "shared-with-prod"
    assert assumed.parameters["DurationSeconds"] == 1800
    assert assumed.headers["host"] == "sts.tencentcloudapi.com"


def test_the_own_account_needs_no_sts_and_no_name(function: Function) -> None:
    """Without other accounts in the file, everything is as it was."""
    for own in (ALICE, at("own", ALICE)):
        assert "account" not in function(own)
        assert function.fields("account", "attempts")[0][0] is None
    assert function.cvm.sts.calls == []


def test_a_problem_names_the_account_that_was_asked(function: Function) -> None:
    """Where it is another one; a refusal before that names none."""
    function.cvm.store(PROD_UIN).insert("key_0", BOB["publicKey"])
    assert function(at("prod", ALICE))["account"] == "prod"
    assert function.fields("account", "code") == [("prod", "key-name-conflict")]
    refused = function(at("nobody", ALICE))
    assert (refused["code"], refused["reason"]) == ("forbidden", "accounts")
    assert "account" not in refused
    assert "one of own, prod, test" in refused["remedy"]
    assert function(at("no account", ALICE))["errors"][0]["pointer"] == "/account"


def test_a_single_account_is_the_default(function: Function) -> None:
    """A caller that may use only one account need not name it."""
    function.reach(PROD, accounts=["prod"])
    assert function(ALICE)["account"] == "prod"
    assert function(at("own", ALICE))["code"] == "forbidden"


def test_a_role_is_assumed_once(function: Function) -> None:
    """Until shortly before its end, and not longer than the function's own credentials hold."""
    for item in (ALICE, BOB):
        assert function(at("prod", item))["result"] == "created"
    assert len(function.cvm.sts.calls) == 1
    moved = REAL._replace(wall=lambda: REAL.wall() + 1501)
    assert function(at("prod", CAROL, dryRun=True), moved)["code"] == "misconfigured"
    assert len(function.cvm.sts.calls) > 1


def test_credentials_are_dropped_with_those_that_they_were_had_with(function: Function) -> None:
    """SCF has renewed the three values: everything that the old ones opened is assumed anew."""
    function(at("prod", ALICE))
    credential = function.cvm.mint()
    function.environ["TENCENTCLOUD_SECRETID"] = credential.secret_id
    function.environ["TENCENTCLOUD_SECRETKEY"] = credential.secret_key
    function.environ["TENCENTCLOUD_SESSIONTOKEN"] = credential.token
    assert function(at("prod", BOB))["result"] == "created"
    assert len(function.cvm.sts.calls) == 2
    assert function.cvm.sts.calls[1].secret_id == credential.secret_id


def test_another_external_id_is_another_role(function: Function) -> None:
    """What was had with the right one is not used for the wrong one."""
    function(at("prod", ALICE))
    function.environ["PROD_EXTERNAL_ID"] = "a-wrong-one"
    refused = function(at("prod", BOB))
    assert (refused["code"], refused["cvmCode"]) == ("misconfigured", "UnauthorizedOperation")
    assert "account prod" in refused["detail"]
    assert "a-wrong-one" not in function.output
    assert list(function.cvm.store(PROD_UIN).key_pairs) == ["key_0"]


def test_an_external_id_that_is_not_set_stops_every_call(function: Function) -> None:
    """A missing external id is `misconfigured`, like any other secret, and no value is repeated."""
    for value in ("", "x", "two words"):
        function.environ["PROD_EXTERNAL_ID"] = value
        refused = function(ALICE)
        assert (refused["code"], function.asked()) == ("misconfigured", [])
        assert "PROD_EXTERNAL_ID" in function.fields("cause")[0][0]
        assert "two words" not in function.output


def test_a_batch_spans_accounts(function: Function) -> None:
    """Each account in a batch has its own list, names and quota."""
    function.cvm.store(PROD_UIN).insert("key_0", BOB["publicKey"])
    function.cvm.store(TEST_UIN).insert("a")
    function.cvm.store(TEST_UIN).insert("b")
    items = [
        *(ALICE, at("prod", ALICE), at("test", ALICE), at("test", BOB)),
        *(at("prod", BOB, keyName="key_0"), BOB, at("test", CAROL), at("prod", CAROL)),
    ]
    assert endings(function, *items) == [
        *("created", "key-name-conflict", "created", "key-pair-quota"),
        *("unchanged", "created", "key-pair-quota", "created"),
    ]
    assert [call.code for call in function.cvm.sts.calls] == ["ok", "ok"]
    lists = [call.account for call in function.cvm.calls if call.action == "DescribeKeyPairs"]
    assert lists == [OWN, PROD_UIN, TEST_UIN, TEST_UIN]


def test_a_role_that_stays_expired_is_ours_to_mend(function: Function) -> None:
    """The role is assumed once more, and then the answer is `misconfigured`."""
    function.cvm.fault("ImportKeyPair", "token-expired", account=PROD_UIN, times=None)
    assert function(at("prod", ALICE))["code"] == "misconfigured"
    assert len(function.cvm.sts.calls) == 2
    assert function(ALICE)["result"] == "created"


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("AuthFailure.UnauthorizedOperation", "misconfigured"),
        ("AuthFailure.TokenFailure", "misconfigured"),
        ("UnauthorizedOperation", "misconfigured"),
        ("ResourceNotFound.RoleNotFound", "misconfigured"),
        ("InvalidParameter.AccountNotAvaliable", "misconfigured"),
        ("InternalError.GetRoleError", "misconfigured"),
        ("InternalError.IllegalRole", "misconfigured"),
        ("RequestLimitExceeded", "upstream-busy"),
        ("InternalError", "upstream-unreachable"),
        ("InternalError.DbError", "upstream-unreachable"),
        ("OperationDenied", "upstream-error"),
    ],
)
def test_what_sts_says_is_an_answer(function: Function, code: str, answer: str) -> None:
    """Nothing was written in any of them, and the own account goes on."""
    clock = Clock()
    function.cvm.sts.fault("AssumeRole", "error-before", code=code, times=None)
    refused = function(at("prod", ALICE), REAL._replace(monotonic=clock.now, sleep=clock.sleep))
    assert refused["code"] == answer
    assert function.asked() == []
    assert function(ALICE)["result"] == "created"


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "truncated", "html-after", "http-error-after"])
def test_a_lost_reply_of_sts_is_asked_for_again(function: Function, kind: str) -> None:
    """Assuming a role writes nothing; if no reply ever comes, nothing was written either."""
    function.cvm.sts.fault("AssumeRole", kind)
    assert function(at("prod", ALICE))["result"] == "created"
    clock = Clock()
    sts._kept.clear()
    function.cvm.sts.fault("AssumeRole", kind, times=None)
    refused = function(at("prod", BOB), REAL._replace(monotonic=clock.now, sleep=clock.sleep))
    assert refused["code"] == "upstream-unreachable"
    assert list(function.cvm.store(PROD_UIN).key_pairs) == ["key_0"]


@pytest.mark.parametrize("without", ["Credentials", "ExpiredTime"])
def test_an_answer_of_sts_that_lacks_something_is_none(
    function: Function, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """Nothing is signed with half of a credential."""
    execute = function.cvm.sts._execute
    monkeypatch.setattr(
        function.cvm.sts._service,
        "_api",
        function.cvm.sts._service._api._replace(execute=lambda wanted: {**execute(wanted), without: {}}),
    )
    clock = Clock()
    refused = function(at("prod", ALICE), REAL._replace(monotonic=clock.now, sleep=clock.sleep))
    assert (refused["code"], function.asked()) == ("upstream-unreachable", [])


def test_the_assumed_role_counts_against_the_same_time(function: Function) -> None:
    """STS that never answers costs no more than the time there is."""
    function.environ["TIME_BUDGET_MS"] = "1000"
    function.cvm.sts.fault("AssumeRole", "delay-before", seconds=10.0, times=None)
    refused = function(at("prod", ALICE))
    assert (refused["code"], function.asked()) == ("upstream-unreachable", [])


def test_own_credentials_that_were_renewed_meanwhile_are_tried(function: Function) -> None:
    """As with CVM: what STS calls expired may have been renewed by SCF."""
    old, new = function.cvm.mint(), function.cvm.mint()
    function.cvm.keyring.expire(old.secret_id)
    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")
    after = dict(zip(names, new, strict=True))

    class Renewing(dict[str, str]):
        """An environment that holds other credentials from their second reading on."""

        readings = 0

        def get(self, name: str, default: Any = None) -> Any:
            self.readings += name == names[0]
            if self.readings > 1:
                self.update(after)
            return super().get(name, default)

    function.environ = Renewing({**function.environ, **dict(zip(names, old, strict=True))})
    assert function(at("prod", ALICE))["result"] == "created"
    assert [call.code for call in function.cvm.sts.calls] == ["AuthFailure.TokenFailure", "ok"]


def test_own_credentials_that_stay_expired_are_ours_to_mend(function: Function) -> None:
    """STS is not asked again with the same ones, and nothing is sent to CVM."""
    function.cvm.keyring.expire(function.environ["TENCENTCLOUD_SECRETID"])
    refused = function(at("prod", ALICE))
    assert (refused["code"], refused["cvmCode"]) == ("misconfigured", "AuthFailure.TokenFailure")
    assert [call.code for call in function.cvm.sts.calls] == ["AuthFailure.TokenFailure"]
    assert function.asked() == []


def test_own_credentials_that_vanish_meanwhile_are_ours_to_mend(function: Function) -> None:
    """CVM calls the role's expired, and there is nothing left to assume it anew with."""
    cvm = function.cvm

    class Vanishing(dict[str, str]):
        """An environment that loses a variable once CVM has been asked."""

        def get(self, name: str, default: Any = None) -> Any:
            return default if name == "TENCENTCLOUD_SECRETID" and cvm.calls else super().get(name, default)

    function.environ = Vanishing(function.environ)
    cvm.fault("ImportKeyPair", "token-expired", account=PROD_UIN)
    refused = function(at("prod", ALICE))
    assert (refused["code"], len(cvm.calls), len(cvm.sts.calls)) == ("misconfigured", 1, 1)
    assert "TENCENTCLOUD_SECRETID" in refused["detail"]


def test_without_own_credentials_no_role_can_be_assumed(function: Function) -> None:
    """The cause names the variable."""
    del function.environ["TENCENTCLOUD_SECRETKEY"]
    refused = function(at("prod", ALICE))
    assert refused["code"] == "misconfigured"
    assert "TENCENTCLOUD_SECRETKEY" in refused["detail"]
    assert function.cvm.sts.calls == []


def test_a_crowd_in_one_account_holds_no_other_back(function: Function) -> None:
    """Each account has its own rate."""
    clock = Clock()
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    function.environ["TIME_BUDGET_MS"] = "5000"
    function.cvm.fault("ImportKeyPair", "throttle", asked=900, times=None, account=PROD_UIN)
    items = [at("prod", ALICE), at("prod", BOB), at("test", ALICE), BOB]
    assert endings(function, *items, ambient=ambient) == [
        "upstream-busy",
        "upstream-busy",
        "created",
        "created",
    ]


def test_what_is_secret_is_not_printed() -> None:
    """A printed record of a role shows no secret."""
    assert "hidden" not in repr(sts.Role("arn", "hidden", "s"))


def test_so_many_roles_are_kept(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest role is dropped first, and is assumed again."""
    monkeypatch.setattr(sts, "_MOST_KEPT", 1)
    for account in ("prod", "test", "prod"):
        assert function(at(account, {**ALICE, "dryRun": True}))["result"] == "created"
    assert len(function.cvm.sts.calls) == 3
