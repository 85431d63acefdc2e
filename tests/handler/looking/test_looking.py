"""Looking at key pairs: what is listed, what is hidden, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handler.importing.key_pair import KeyPair
from handler.looking import listing, query
from handler.upstream import sts, transport
from local.cvm import Options, StandIn, serve
from local.in_process import API_KEY, Function, HttpAnswer, caller, public_keys
from local.sts import KnownRole

ALICE, BOB, CAROL, *_ = public_keys()
ROLE = KnownRole("qcs::cam::uin/200000000002:roleName/ImportKeyPair")


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Serve an account that may be asked as fast as one likes, with another one beside it."""
    with serve(Options(rate=0, roles=(ROLE,), quota=300)) as running:
        yield running
        transport.forget()
        sts._kept.clear()


def look(
    cvm: StandIn, path: str = "/key-pairs", *, allow: dict[str, Any] | None = None, **query: str
) -> HttpAnswer:
    """Ask as a caller with these rules, who may look."""
    rules = {"look": True, **(allow or {})}
    with Function(cvm, [caller(allow=rules)]) as function:
        return function.ask("GET", path, queryString=query)


def names(answer: HttpAnswer) -> list[str]:
    """Return the names of the listed key pairs."""
    assert answer.status == 200, answer.text
    return [pair["keyName"] for pair in answer.json["keyPairs"]]


def test_a_list_is_sorted_and_says_what_is_known(cvm: StandIn) -> None:
    """Every member that CVM gives, and what ssh-keygen prints of the key."""
    cvm.account.insert("bob", BOB)
    cvm.account.insert("alice", ALICE)
    answer = look(cvm)
    assert names(answer) == ["alice", "bob"]
    first = answer.json["keyPairs"][0]
    assert set(first) == {
        *("keyId", "keyName", "projectId", "type", "bits", "fingerprint", "fingerprintMd5"),
        *("createdAt", "tags", "instanceCount"),
    }
    assert first["fingerprint"].startswith("SHA256:")
    assert (first["type"], first["instanceCount"]) == ("ssh-rsa", 0)
    assert set(answer.json) == {"keyPairs", "requestId"}


def test_what_does_not_decode_has_no_fingerprints(cvm: StandIn) -> None:
    """A key pair whose key does not decode is still listed."""
    cvm.account.insert("strange", "ssh-rsa AAAA_no_base64")
    (pair,) = look(cvm).json["keyPairs"]
    assert not {"type", "bits", "fingerprint", "fingerprintMd5"} & set(pair)


def test_what_cvm_does_not_say_is_left_out() -> None:
    """A key pair without its time of creation has no member for it."""
    pair = KeyPair("skey-1", "alice", 0, None, {}, "r-1")
    unknown = listing.described(pair)
    known = listing.described(pair._replace(created_at="2026-11-24T08:00:00Z"))
    assert "createdAt" not in unknown
    assert known == {**unknown, "createdAt": "2026-11-24T08:00:00Z"}


def test_one_key_pair_by_its_name(cvm: StandIn) -> None:
    """What is absent and what is hidden are answered with the same body."""
    cvm.account.insert("alice", ALICE)
    cvm.account.insert("secret", BOB)
    rules = {"keyNames": ["alice*"]}
    assert look(cvm, "/key-pairs/alice", allow=rules).json["keyPair"]["keyName"] == "alice"
    answers = [look(cvm, f"/key-pairs/{name}", allow=rules) for name in ("secret", "alice_2", "nobody")]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json["code"] == "no-such-key-pair"


def test_only_what_the_caller_may_use_is_listed(cvm: StandIn) -> None:
    """Key pairs are hidden by name and by project."""
    cvm.account.insert("onb_a", ALICE)
    cvm.account.insert("other", BOB)
    assert names(look(cvm, allow={"keyNames": ["onb_*"]})) == ["onb_a"]
    assert names(look(cvm, allow={"projectIds": [1001]})) == []


def test_the_parameters_choose(cvm: StandIn) -> None:
    """Name, fingerprint, expiry, and the names behind one."""
    for name, key, expires in (("a", ALICE, "2027-01-31"), ("b", BOB, "soon"), ("c", CAROL, "2027-02-01")):
        cvm.account.insert(name, key, tags={"expires-on": expires})
    every = look(cvm).json["keyPairs"]
    assert names(look(cvm, keyName="b")) == ["b"]
    assert names(look(cvm, fingerprint=every[2]["fingerprint"])) == ["c"]
    assert names(look(cvm, fingerprint=every[0]["fingerprintMd5"])) == ["a"]
    assert names(look(cvm, expiresBefore="2027-02-01")) == ["a"]
    assert names(look(cvm, expiresBefore="2027-02-02")) == ["a", "c"]
    assert names(look(cvm, after="a")) == ["b", "c"]
    page = look(cvm, limit="2")
    assert (names(page), page.json["next"]) == (["a", "b"], "b")
    rest = look(cvm, limit="2", after="b")
    assert (names(rest), "next" in rest.json) == (["c"], False)


def test_a_list_ends_where_the_reply_would_be_too_long(cvm: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut list has `next`; the first key pair always fits."""
    for number in range(3):
        cvm.account.insert(f"key_{number}", public_keys()[number])
    monkeypatch.setattr(listing, "MOST_BYTES", 1)
    page = look(cvm)
    assert (names(page), page.json["next"]) == (["key_0"], "key_0")


@pytest.mark.parametrize(
    "query",
    [
        {"keyname": "a"},
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "1\n"},
        {"after": "a-b"},
        {"keyName": ""},
        {"fingerprint": "SHA256:abc"},
        {"region": "Guangzhou"},
        {"account": "a b"},
        {"expiresBefore": "2027-02-30"},
        {"expiresBefore": "20270201"},
        {"expiresBefore": "soon"},
        {"keyName": ["a", "b"]},
    ],
)
def test_a_wrong_query_is_refused(cvm: StandIn, query: dict[str, Any]) -> None:
    """Unknown, repeated and wrong parameters alike; nothing is asked."""
    answer = look(cvm, **query)
    assert (answer.status, answer.json["code"]) == (422, "invalid-request")
    assert answer.json["errors"]
    assert cvm.calls == []


def test_of_one_key_pair_only_its_place_can_be_said(cvm: StandIn) -> None:
    """A parameter of lists is unknown there."""
    assert look(cvm, "/key-pairs/alice", limit="1").status == 422
    assert look(cvm, "/key-pairs/alice", region="ap-shanghai").status == 404


@pytest.mark.parametrize(
    "path", ["/key-pairs/", "/key-pairs/a-b", "/key-pairs/" + "a" * 26, "/key-pairs/a/b"]
)
def test_no_other_path_is_a_key_pair(cvm: StandIn, path: str) -> None:
    """A path that is no key name is 404, even for a caller who may look."""
    answer = look(cvm, path)
    assert (answer.status, answer.json["code"]) == (404, "not-found")


def test_who_may_not_look_is_refused_before_anything_is_asked(cvm: StandIn) -> None:
    """The rules are judged in the documented order: look, accounts, regions."""
    strict = {"look": False, "regions": ["ap-shanghai", "ap-beijing"]}
    query = {"account": "prod", "region": "ap-guangzhou"}
    for mended, reason in (({}, "look"), ({"look": True}, "accounts")):
        assert look(cvm, allow={**strict, **mended}, **query).json["reason"] == reason
    assert look(cvm, allow={**strict, "look": True}, region="ap-guangzhou").json["reason"] == "regions"
    with Function(cvm, [caller(allow={"look": True})]) as function:
        refused = function.ask("GET", "/key-pairs", headers={"authorization": "Bearer " + "x" * 40})
    assert refused.status == 401
    assert cvm.calls == []


def test_a_list_that_keeps_changing_is_busy(cvm: StandIn) -> None:
    """No page that does not fit to the others is ever shown."""
    for number in range(230):
        cvm.account.insert(f"pair_{number:03}")
    cvm.fault("DescribeKeyPairs", "pair-swapped", times=None)
    with Function(cvm, [caller(allow={"look": True})], environ={"TIME_BUDGET_MS": "3000"}) as function:
        answer = function.ask("GET", "/key-pairs")
    assert answer.status in (200, 503)
    if answer.status == 503:
        assert answer.json["code"] == "upstream-busy"


def test_what_was_looked_at_is_in_the_audit_line(cvm: StandIn) -> None:
    """The audit line says who looked, how many were shown, and the name if there is one."""
    cvm.account.insert("alice", ALICE)
    with Function(cvm, [caller(allow={"look": True})]) as function:
        function.ask("GET", "/key-pairs")
        function.ask("GET", "/key-pairs/alice")
        function.ask("HEAD", "/key-pairs/alice")
        lines = [line for line in function.log if line["log"] == "audit"]
    assert [(line["result"], line["count"], line.get("keyName")) for line in lines] == [
        ("listed", 1, None),
        *[("shown", 1, "alice")] * 2,
    ]
    assert API_KEY not in function.output


def imported(cvm: StandIn, **members: Any) -> HttpAnswer:
    """Import a key with these further members."""
    with Function(cvm, [caller()]) as function:
        return function.post({"keyName": "alice", "publicKey": ALICE, **members})


def test_the_day_on_which_a_key_pair_should_go_is_a_tag(cvm: StandIn) -> None:
    """It counts as a tag that was sent, and a stored tag that differs is in `differences`."""
    first = imported(cvm, expiresOn="2027-01-31", tags={"owner": "alice"})
    assert first.json["tags"] == {"owner": "alice", "expires-on": "2027-01-31"}
    again = imported(cvm, expiresOn="2028-02-29")
    assert again.json["differences"] == [
        {"pointer": "/tags/expires-on", "requested": "2028-02-29", "stored": "2027-01-31"}
    ]
    assert names(look(cvm, expiresBefore="2027-02-01")) == ["alice"]


@pytest.mark.parametrize(
    "day", ["2027-02-29", "2027-02-30", "2027-04-31", "2027-13-01", "1900-02-29", "0000-01-01"]
)
def test_only_a_day_that_exists_is_one(cvm: StandIn, day: str) -> None:
    """The published schema itself knows the calendar."""
    assert imported(cvm, expiresOn=day).json["errors"][0]["pointer"] == "/expiresOn"
    assert not query.is_date(day)


def test_a_past_day_is_fine_and_a_second_one_is_not(cvm: StandIn) -> None:
    """Together with a tag of that name it would be said twice."""
    both = imported(cvm, expiresOn="2027-01-31", tags={"expires-on": "2027-01-31"})
    assert (both.status, both.json["errors"][0]["pointer"]) == (422, "/expiresOn")
    assert imported(cvm, expiresOn="2000-02-29").status == 201
