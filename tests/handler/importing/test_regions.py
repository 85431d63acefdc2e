"""Batches that span regions: true whether key pairs belong to the account, as documented, or to a region."""

from __future__ import annotations

import pytest

from local.cvm import Options, serve
from local.in_process import Json
from tests.doubles.function import Function
from tests.handler.triggers.samples import requests
from tests.keys.many import public_keys

ALICE, BOB = requests(public_keys(2))
HERE, THERE = {"region": "ap-guangzhou"}, {"region": "ap-shanghai"}
DRY = {"dryRun": True}


def answers(items: list[Json], *, regional: bool) -> tuple[list[str], list[str]]:
    """Return each item's answer in one batch, and what CVM was asked."""
    with serve(Options(rate=0, regional=regional)) as cvm, Function(cvm) as function:
        results = function({"items": items})["results"]
        return [item["body"].get("result") or item["body"]["code"] for item in results], function.asked()


@pytest.mark.parametrize(
    ("items", "account_wide", "regional"),
    [
        pytest.param(
            [{**ALICE, **HERE}, {**ALICE, **THERE}],
            ["created", "unchanged"],
            ["created", "created"],
            id="the same pair in another region",
        ),
        pytest.param(
            [{**BOB, **THERE, **DRY}, {**ALICE, **HERE}, {**ALICE, **THERE, **DRY}],
            ["created", "created", "unchanged"],
            ["created", "created", "created"],
            id="a dry run in a region that was listed before the write in another one",
        ),
        pytest.param(
            [{**BOB, **THERE}, {**ALICE, **HERE}, {**ALICE, "keyName": "again", **THERE}],
            ["created", "created", "public-key-conflict"],
            ["created", "created", "created"],
            id="the same key under another name there",
        ),
        pytest.param(
            [{**BOB, **THERE}, {**ALICE, **HERE}, {**BOB, "keyName": ALICE["keyName"], **THERE}],
            ["created", "created", "public-key-conflict"],
            ["created", "created", "public-key-conflict"],
            id="a key that the region holds already",
        ),
    ],
)
def test_no_answer_is_false_wherever_key_pairs_belong_to(
    items: list[Json], account_wide: list[str], regional: list[str]
) -> None:
    """A key pair of one region is not reported for another one unless it was seen there."""
    assert answers(items, regional=False)[0] == account_wide
    assert answers(items, regional=True)[0] == regional


def test_each_region_is_listed_once() -> None:
    """However its items are mixed with those of other regions."""
    carol, dave = requests(public_keys(4)[2:])
    items = [{**ALICE, **HERE}, {**BOB, **THERE}, {**carol, "keyName": "c", **HERE}]
    codes, asked = answers([*items, {**dave, "keyName": "d", **THERE}], regional=True)
    assert codes == ["created"] * 4
    assert asked.count("DescribeKeyPairs") == 2
