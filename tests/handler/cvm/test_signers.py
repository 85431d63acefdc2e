"""Whose credentials sign what: every request that leaves the function is looked at, with marked credentials.

Each credential that STS ever gives out is noted with its account. A request to CVM for an account must carry
id, token and signature of one credential of that very account; one to STS those of the function's own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from handler.ambient import REAL
from handler.upstream import sts, transport
from handler.upstream.transport import Request
from local.cvm import Credential, Options, serve
from local.in_process import Json
from local.sts import KnownRole
from tests.doubles.clocks import SkippingClock
from tests.doubles.function import Function
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

OWN, PROD_UIN, TEST_UIN = "100000000001", "200000000002", "200000000003"
PROD = KnownRole(f"qcs::cam::uin/{PROD_UIN}:roleName/prod", external_id="shared-with-prod")
TEST = KnownRole(f"qcs::cam::uin/{TEST_UIN}:roleName/test")
UINS = {"own": OWN, "prod": PROD_UIN, "test": TEST_UIN}
VARIABLES = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")

ITEMS = requests(public_keys(12))


class Marked(NamedTuple):
    """A credential, and the account that it may sign for."""

    credential: Credential
    account: str


class Watch:
    """Everything that the function has sent, and every credential that there is."""

    def __init__(self, function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
        self.function = function
        self.sent: list[Request] = []
        self.marked: dict[str, Marked] = {}
        self.note(Credential(*(function.environ[name] for name in VARIABLES)), OWN)
        mint, exchange = function.cvm.sts._mint, transport.exchange

        def marking(role: str, seconds: float, account: str) -> Credential:
            return self.note(mint(role, seconds, account), account)

        def watched(endpoint: Any, request: Request, *others: Any) -> Any:
            self.sent.append(request)
            return exchange(endpoint, request, *others)

        monkeypatch.setattr(function.cvm.sts, "_mint", marking)
        monkeypatch.setattr(transport, "exchange", watched)

    def note(self, credential: Credential, account: str) -> Credential:
        """Plant a credential."""
        self.marked[credential.secret_id] = Marked(credential, account)
        return credential

    def renew(self) -> None:
        """Let SCF put other credentials of the function's own role into the environment."""
        credential = self.note(self.function.cvm.mint(), OWN)
        self.function.environ.update(zip(VARIABLES, credential, strict=True))

    def expire(self, account: str) -> None:
        """Let the roles that are kept for an account have ended."""
        for kept in sts._kept.values():
            if self.marked[kept.credentials.secret_id].account == account:
                self.function.cvm.keyring.expire(kept.credentials.secret_id)

    def require_own_signatures(self, homes: dict[str, str]) -> None:
        """Assert that each request was signed for the account that it was for.

        Args:
            homes: the account of each key name that was asked for.
        """
        for request in self.sent:
            headers = dict(request.headers)
            found = re.match(
                r"TC3-HMAC-SHA256 Credential=(\w+)/([\d-]+)/(\w+)/tc3_request, .*Signature=(\w{64})$",
                headers["Authorization"],
            )
            assert found
            secret_id, date, service, signature = found.groups()
            credential, account = self.marked[secret_id]
            assert headers["X-TC-Token"] == credential.token
            verified = {
                name
                for name, marked in self.marked.items()
                if signed(marked.credential.secret_key, date, service, request) == signature
            }
            assert verified == {secret_id}
            if service == "sts":
                assert account == OWN
            if name := json.loads(request.body).get("KeyName"):
                assert account == homes[name]
            text = str(headers) + request.body.decode()
            assert not [c for c, _ in self.marked.values() if c.secret_key in text]
            assert not [c for c, _ in self.marked.values() if c != credential and c.token in text]


def signed(secret_key: str, date: str, service: str, request: Request) -> str:
    """Return the signature of a request by a key, as
    https://cloud.tencent.com/document/api/213/30654 describes it.
    """  # fmt: skip
    headers = dict(request.headers)
    canonical = (
        f"POST\n/\n\ncontent-type:{headers['Content-Type']}\nhost:{headers['Host']}\n\ncontent-type;host\n"
        + hashlib.sha256(request.body).hexdigest()
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{headers['X-TC-Timestamp']}\n{date}/{service}/tc3_request\n{hashed}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Serve three accounts, and watch what the function sends to them."""
    with serve(Options(rate=0, roles=(PROD, TEST))) as cvm:
        with Function(cvm) as made:
            made.reach(PROD, TEST)
            yield Watch(made, monkeypatch)
        monkeypatch.undo()
        transport.forget()
        sts._kept.clear()


def batch(watch: Watch, accounts: list[str], items: list[Json]) -> tuple[list[str], dict[str, str]]:
    """Send items to accounts in one batch; return each ending, and the account of each key name."""
    clock = SkippingClock()
    wanted = [{**item, "account": account} for item, account in zip(items, accounts, strict=True)]
    ambient = REAL._replace(monotonic=clock.now, sleep=clock.sleep)
    answer = watch.function({"items": wanted}, ambient)
    endings = [str(each["body"].get("result") or each["body"]["code"]) for each in answer["results"]]
    return endings, {item["keyName"]: UINS[item["account"]] for item in wanted}


ORDER = ["own", "prod", "test", "prod", "own", "test", "prod", "test", "own"]


@pytest.mark.slow
@pytest.mark.parametrize("account", ["own", "prod", "test"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("action", ["ImportKeyPair", "DescribeKeyPairs"])
def test_a_role_that_is_renewed_halfway_stays_in_its_account(
    account: str, nth: int, action: str, watch: Watch
) -> None:
    """At any call of any account: the others go on with what they have, the renewed one with its own."""
    watch.function.cvm.fault(action, "token-expired", account=UINS[account], nth=nth)
    endings, homes = batch(watch, ORDER, ITEMS[: len(ORDER)])
    others = [ending for ending, where in zip(endings, ORDER, strict=True) if where != account]
    assert set(others) == {"created"}
    # SCF has no other credentials for the own account, so there an item may be ours to mend.
    assert account == "own" or set(endings) == {"created"}
    watch.require_own_signatures(homes)
    assert {where: set(watch.function.cvm.store(UINS[where]).key_pairs) for where in UINS} == {
        where: {name for name, home in homes.items() if home == UINS[where] and name in created(endings)}
        for where in UINS
    }


def created(endings: list[str]) -> set[str]:
    """Return the names of the items that were created."""
    return {item["keyName"] for item, ending in zip(ITEMS, endings, strict=False) if ending == "created"}


@pytest.mark.parametrize(
    "kind", ["drop-before", "drop-after", "throttle", "html-before", "internal-error-before"]
)
def test_sts_that_fails_while_a_role_is_renewed_mixes_nothing_up(kind: str, watch: Watch) -> None:
    """The third AssumeRole is the renewal; it is tried again, for the same account."""
    watch.function.cvm.fault("ImportKeyPair", "token-expired", account=PROD_UIN, nth=2)
    watch.function.cvm.sts.fault("AssumeRole", kind, nth=3)
    endings, homes = batch(watch, ORDER, ITEMS[: len(ORDER)])
    assert endings == ["created"] * len(ORDER)
    watch.require_own_signatures(homes)


def test_credentials_that_scf_renews_halfway_open_all_roles_anew(watch: Watch) -> None:
    """Between two items of a batch the three variables change: what the old ones opened signs no more."""
    old = watch.function.environ[VARIABLES[0]]

    class Renewing(dict[str, str]):
        """An environment that holds other credentials from a reading on."""

        readings = 0

        def get(self, name: str, default: Any = None) -> Any:
            self.readings += name == VARIABLES[0]
            if self.readings == 6:
                self.readings += 1
                watch.renew()
            return super().get(name, default)

    watch.function.environ = Renewing(watch.function.environ)
    endings, homes = batch(watch, ORDER, ITEMS[: len(ORDER)])
    assert endings == ["created"] * len(ORDER)
    watch.require_own_signatures(homes)
    asked = [call.secret_id for call in watch.function.cvm.sts.calls]
    assert len(asked) == 4
    assert asked[:2] == [old] * 2
    assert old not in asked[2:]


def test_a_storm_of_renewals_mixes_nothing_up(watch: Watch, scaled: Callable[[int], int]) -> None:
    """Random orders and faults, roles that end and own credentials that change between the calls."""
    count = scaled(30)
    for number in range(count):
        chance = random.Random(number)
        for where in UINS.values():
            for name in list(watch.function.cvm.store(where).key_pairs):
                watch.function.cvm.store(where).delete(name)
        watch.function.cvm.clear_faults()
        watch.function.cvm.sts.clear_faults()
        watch.sent.clear()
        for _ in range(chance.randint(0, 4)):
            kind = chance.choice(["token-expired", "token-expired", "drop-after", "throttle", "html-after"])
            action = chance.choice(["ImportKeyPair", "DescribeKeyPairs"])
            account = chance.choice(list(UINS.values()))
            watch.function.cvm.fault(action, kind, account=account, nth=chance.randint(1, 4))
        if chance.random() < 0.3:
            kind = chance.choice(["drop-before", "throttle", "denied", "truncated"])
            watch.function.cvm.sts.fault("AssumeRole", kind, nth=chance.randint(1, 3))
        if chance.random() < 0.3:
            watch.renew()
        if chance.random() < 0.4:
            watch.expire(chance.choice([PROD_UIN, TEST_UIN]))
        accounts = [chance.choice(list(UINS)) for _ in ITEMS]
        endings, homes = batch(watch, accounts, ITEMS)
        assert set(endings) <= {"created", "unchanged", "misconfigured", "upstream-busy"}, number
        watch.require_own_signatures(homes)
        for where in UINS.values():
            held = set(watch.function.cvm.store(where).key_pairs)
            assert {name for name, home in homes.items() if home != where} & held == set()
    assert len(watch.marked) > count


def test_two_callers_share_no_session(watch: Watch) -> None:
    """Each assumes the role under its own name, so that the other account's log tells them apart."""
    path = watch.function.environ["CALLERS_FILE"]
    with open(path, encoding="utf-8") as file:
        contents = json.load(file)
    (entry,) = contents["callers"]
    names = []
    for name in ("first", "second", "first"):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**contents, "callers": [{**entry, "id": name}]}, file)
        watch.function({**ITEMS[0], "account": "prod", "dryRun": True})
        names.append(name)
    sessions = [call.parameters["RoleSessionName"] for call in watch.function.cvm.sts.calls]
    assert sessions == ["first", "second"]
    watch.require_own_signatures({})
