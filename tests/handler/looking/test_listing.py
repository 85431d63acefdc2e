"""What is said of each key pair, where it is looked for, and where a list ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handler.callers.policy import Place
from handler.importing.key_pair import KeyPair
from handler.importing.order import OWN, Region
from handler.key_gate import public_key
from handler.looking import listing
from handler.looking.listing import Shown
from local.cvm import StandIn
from local.in_process import Function, caller, public_keys
from tests.keys.many import key

HERE = Place(0, Region("ap-guangzhou", False), OWN)
DATED = {"a": "2027-01-31", "b": "2027-02-30", "c": "1 Jan 2027", "d": "", "e": "2027-02-01"}


def pair(name: str, **members: Any) -> KeyPair:
    """Return a key pair of this name."""
    return KeyPair(f"skey-{name}", name, 0, None, {})._replace(**members)


def listed(pairs: list[KeyPair], limit: int = 1000) -> tuple[int, str]:
    """Return how many key pairs a list shows, and the name to go on from."""
    body = listing.list_body(Shown(HERE, tuple(pairs)), limit)
    return len(body["keyPairs"]), body.get("next", "")


def test_a_key_pair_is_described_as_it_is() -> None:
    """Its own project, tags, instances and bits; without a key that can be read, neither bits nor prints."""
    alice = public_key.parse(public_keys()[0], 2048)
    known = pair("alice", project_id=7, blob=alice.blob, tags={"team": "infra"}, instance_count=3)
    assert listing.described(known) == {
        "keyId": "skey-alice",
        "keyName": "alice",
        "projectId": 7,
        "type": "ssh-rsa",
        "bits": 3072,
        "fingerprint": alice.fingerprint,
        "fingerprintMd5": alice.fingerprint_md5,
        "tags": {"team": "infra"},
        "instanceCount": 3,
    }


def test_a_list_is_as_long_as_its_limit() -> None:
    """The name to go on from is there only where something is left."""
    pairs = [pair(name) for name in "abc"]
    assert listed(pairs, 3) == (3, "")
    assert listed(pairs, 2) == (2, "b")
    assert listed([]) == (0, "")


def test_a_list_may_fill_a_reply_to_its_last_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key pair counts as it stands in the platform's reply, where quotation marks are escaped."""
    pairs = [pair(name) for name in "abc"]
    each = len(json.dumps(json.dumps(listing.described(pairs[0]))))
    monkeypatch.setattr(listing, "MOST_BYTES", 2 * each)
    assert listed(pairs) == (2, "b")
    monkeypatch.setattr(listing, "MOST_BYTES", 2 * each - 1)
    assert listed(pairs) == (1, "a")


def test_the_longest_list_fits_into_a_reply() -> None:
    """SCF returns 6 MB at most, whatever the tags are."""
    tags = {f"{number:02}" + "\u4e2d" * 125: "\u4e2d" * 255 for number in range(50)}
    pairs = tuple(pair(f"n{number:03}", tags=tags) for number in range(100))
    body = json.dumps(listing.list_body(Shown(HERE, pairs), 1000))
    assert 3_000_000 < len(json.dumps({"body": body})) < 5_000_000


@pytest.mark.parametrize(
    ("before", "names"),
    [("2027-01-31", []), ("2027-02-01", ["a"]), ("2027-02-02", ["a", "e"]), ("2999-12-31", ["a", "e"])],
)
def test_only_days_that_exist_expire(before: str, names: list[str], cvm: StandIn) -> None:
    """A tag that is no date matches nothing, however it would be sorted."""
    for name, day in DATED.items():
        cvm.account.insert(name, key(ord(name)).line, tags={"expires-on": day} if day else {})
    with Function(cvm, [caller(allow={"look": True})]) as function:
        answer = function.ask("GET", "/key-pairs", queryString={"expiresBefore": before})
    assert [shown["keyName"] for shown in answer.json["keyPairs"]] == names


@pytest.mark.parametrize(
    ("query", "region"), [({}, "ap-guangzhou"), ({"region": "ap-shanghai"}, "ap-shanghai")]
)
def test_the_region_that_is_asked_for_is_looked_at(query: dict[str, str], region: str, cvm: StandIn) -> None:
    """Without one, the function's own."""
    with Function(cvm, [caller(allow={"look": True})]) as function:
        assert function.ask("GET", "/key-pairs", queryString=query).status == 200
    assert [call.headers["x-tc-region"] for call in cvm.calls] == [region]
