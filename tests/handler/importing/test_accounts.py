"""Batches that span accounts: each account has its own key pairs, quota and rate."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from handler.ambient import REAL
from handler.upstream import sts, transport
from local.cvm import Options, serve
from local.in_process import Json
from local.sts import KnownRole
from tests.doubles.clocks import SkippingClock
from tests.doubles.function import Function
from tests.keys.many import public_keys

QUOTA = 3
KEYS = public_keys(5)
OWN, PROD_UIN, TEST_UIN = "100000000001", "200000000002", "200000000003"
ROLES = (
    KnownRole(f"qcs::cam::uin/{PROD_UIN}:roleName/prod", external_id="shared-with-prod"),
    KnownRole(f"qcs::cam::uin/{TEST_UIN}:roleName/test"),
    # Another name of the callers file for an account that has one already.
    KnownRole(f"qcs::cam::uin/{PROD_UIN}:roleName/again"),
)
ALIASES = ("prod", "again")
UINS = {"own": OWN, "prod": PROD_UIN, "test": TEST_UIN, "again": PROD_UIN}


@pytest.fixture
def function() -> Iterator[Function]:
    """Serve three accounts for three key pairs each, one of which can be entered by two roles."""
    with serve(Options(quota=QUOTA, rate=0, roles=ROLES)) as cvm:
        with Function(cvm) as made:
            made.reach(*ROLES)
            yield made
        transport.forget()
        sts._kept.clear()


class Model:
    """What each account holds: a key's number by its name."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, int]] = {uin: {} for uin in UINS.values()}

    def answer(self, account: str, name: str, number: int, *, dry_run: bool) -> str:
        """Return the answer to an item, and hold what it makes."""
        held = self.held[UINS[account]]
        if held.get(name) == number:
            return "unchanged"
        if number in held.values():
            return "public-key-conflict"
        if name in held:
            return "key-name-conflict"
        if not dry_run:
            if len(held) == QUOTA:
                return "key-pair-quota"
            held[name] = number
        return "created"


def sent(function: Function, items: list[Json]) -> list[Json]:
    """Send a batch on a clock on which waiting takes no time, and return the body for each item."""
    clock = SkippingClock()
    answer = function({"items": items}, REAL._replace(monotonic=clock.now, sleep=clock.sleep))
    return [each["body"] for each in answer["results"]]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["", "throttle", "token-expired", "drop-before", "html-before"])
def test_a_batch_is_decided_as_if_its_items_were_sent_alone(
    fault: str, function: Function, scaled: Callable[[int], int]
) -> None:
    """Random batches over the names of three accounts: answer, account and id are the model's."""
    seen: Counter[str] = Counter()
    for number in range(scaled(10)):
        chance = random.Random(f"{fault}{number}")
        model = Model()
        function.cvm.clear()
        if fault:
            uin = chance.choice([PROD_UIN, TEST_UIN])
            action = chance.choice(["ImportKeyPair", "DescribeKeyPairs"])
            function.cvm.fault(action, fault, account=uin, nth=chance.randint(1, 3))
        items: list[Json] = []
        expected: list[str] = []
        for _ in range(chance.randint(2, 20)):
            account, name = chance.choice(list(UINS)), chance.choice("abcde")
            key, dry_run = chance.randrange(len(KEYS)), chance.random() < 0.15
            items.append({"account": account, "keyName": name, "publicKey": KEYS[key], "dryRun": dry_run})
            expected.append(model.answer(account, name, key, dry_run=dry_run))
        bodies = sent(function, items)
        answers = [body.get("result") or body["code"] for body in bodies]
        for place, (item, answer) in enumerate(zip(items, answers, strict=True)):
            # Where the name is taken and the key is there, too, an older list knows of the one alone.
            if item["account"] in ALIASES and answer == "key-name-conflict":
                assert expected[place] in ("key-name-conflict", "public-key-conflict")
                expected[place] = answer
        assert answers == expected, number
        for item, body in zip(items, bodies, strict=True):
            store = function.cvm.store(UINS[item["account"]]).key_pairs
            assert body.get("account", "own") == item["account"]
            if "keyId" in body and "result" in body and not item["dryRun"]:
                assert body["keyId"] == store[item["keyName"]].key_id
        for uin, held in model.held.items():
            assert set(function.cvm.store(uin).key_pairs) == set(held)
        seen.update(expected)
    assert set(seen) == {
        *("created", "unchanged", "public-key-conflict", "key-name-conflict", "key-pair-quota")
    }


def test_two_names_of_one_account_never_import_a_key_twice(function: Function) -> None:
    """What one of them has written is there for the other, though that one's list is older."""
    first = {"keyName": "a", "publicKey": KEYS[0]}
    items: list[Json] = [
        {**first, "account": "again", "dryRun": True},
        {**first, "account": "prod"},
        {**first, "account": "again"},
        {**first, "account": "again", "keyName": "b"},
        {**first, "account": "again", "publicKey": KEYS[1]},
    ]
    bodies = sent(function, items)
    assert [body.get("result") or body["code"] for body in bodies] == [
        *("created", "created", "unchanged", "public-key-conflict", "key-name-conflict")
    ]
    assert len(function.cvm.store(PROD_UIN)) == 1


def test_a_full_account_says_nothing_of_another(function: Function) -> None:
    """After one import that found an account full, its absent items cost no call; others go on."""
    function.cvm.store(PROD_UIN).fill(QUOTA)
    items: list[Json] = [
        {"account": account, "keyName": f"n{number}", "publicKey": KEYS[number]}
        for number in range(2)
        for account in ("prod", "test", "own")
    ]
    bodies = sent(function, items)
    assert [body.get("result") or body["code"] for body in bodies] == [
        *("key-pair-quota", "created", "created") * 2
    ]
    writes = Counter(call.account for call in function.cvm.calls if call.action == "ImportKeyPair")
    assert writes == {PROD_UIN: 1, TEST_UIN: 2, OWN: 2}


def test_what_others_hold_in_another_account_is_told_by_its_own_rules(function: Function) -> None:
    """A conflict names a key pair only where the caller may know it, in whichever account it is."""
    function.reach(*ROLES, keyNames=["onb_*"])
    for uin in (OWN, PROD_UIN, TEST_UIN):
        function.cvm.store(uin).insert("secret_name", KEYS[0])
    items = [
        {"account": account, "keyName": "onb_a", "publicKey": KEYS[0]} for account in ("own", "prod", "test")
    ]
    bodies = sent(function, items)
    assert [body["code"] for body in bodies] == ["public-key-conflict"] * 3
    ids = [pair.key_id for uin in (OWN, PROD_UIN, TEST_UIN) for pair in function.cvm.store(uin)]
    for secret in ("secret_name", *ids):
        assert secret not in str(bodies)
