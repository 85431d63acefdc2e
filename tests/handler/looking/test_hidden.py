"""What a caller may not know of: in no answer, count, `next`, header or number of calls is a trace of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handler.upstream import sts, transport
from local.cvm import Options, StandIn, serve
from local.in_process import Function, HttpAnswer, caller
from local.sts import KnownRole
from tests.keys.many import public_keys

ROLE = KnownRole("qcs::cam::uin/200000000002:roleName/prod")
KEYS = public_keys(40)
RULES = {"look": True, "keyNames": ["onb_*"], "projectIds": [0, 7]}


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Serve an account whose visible key pairs have hidden ones before, between and behind them."""
    with serve(Options(rate=0, quota=0, roles=(ROLE,))) as running:
        fill(running, hidden=True)
        yield running
        transport.forget()
        sts._kept.clear()


def fill(running: StandIn, *, hidden: bool) -> None:
    """Insert the key pairs of a caller, and those of others if they are to be there."""
    for number in range(10):
        running.account.insert(f"onb_{number}", KEYS[number], 7 if number % 2 else 0)
        if hidden:
            tags = {"expires-on": "2020-01-01", "owner": "s3cret-owner"}
            running.account.insert(f"a_hidden_{number}", KEYS[10 + number], 0, tags)
            running.account.insert(f"onb_{number}_hidden", KEYS[20 + number], 9, tags)
            running.account.insert(f"z_hidden_{number}", KEYS[30 + number], 0, tags)


def look(cvm: StandIn, path: str = "/key-pairs", **query: str) -> HttpAnswer:
    """Look as a caller who may know of a few key pairs alone."""
    with Function(cvm, [caller(allow=RULES)]) as function:
        answer = function.ask("GET", path, queryString=query)
        assert "hidden" not in str(function.log).replace(path.rpartition("/")[2], "")
    return answer


def traces(answer: HttpAnswer, ids: dict[str, str]) -> tuple[Any, ...]:
    """Return all of an answer, with key pairs by name instead of id and without their age."""
    text = answer.text
    for key_id, name in ids.items():
        text = text.replace(key_id, name)
    pairs = answer.json.get("keyPairs") if answer.json else None
    for pair in pairs or ():
        text = text.replace(str(pair.get("createdAt")), "")
    return answer.status, dict(answer.headers) | {"Content-Length": ""}, text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/key-pairs", {}),
        ("/key-pairs", {"limit": "3"}),
        ("/key-pairs", {"limit": "10"}),
        ("/key-pairs", {"limit": "1", "after": "onb_8"}),
        ("/key-pairs", {"limit": "1", "after": "onb_9"}),
        ("/key-pairs", {"after": "onb_3_hidden"}),
        ("/key-pairs", {"after": "a_hidden_5"}),
        ("/key-pairs", {"after": "z_hidden_5"}),
        ("/key-pairs", {"keyName": "a_hidden_5"}),
        ("/key-pairs", {"keyName": "onb_5_hidden"}),
        ("/key-pairs", {"expiresBefore": "2030-01-01"}),
        ("/key-pairs/a_hidden_5", {}),
        ("/key-pairs/onb_5_hidden", {}),
        ("/key-pairs/z_hidden_0", {"region": "ap-shanghai"}),
    ],
)
def test_an_answer_is_the_same_without_what_is_hidden(path: str, query: dict[str, str], cvm: StandIn) -> None:
    """Hidden and absent key pairs have the same bytes, headers and number of calls."""
    seen = []
    for hidden in (True, False):
        cvm.clear()
        fill(cvm, hidden=hidden)
        ids = {pair.key_id: pair.key_name for pair in cvm.account}
        seen.append((traces(look(cvm, path, **query), ids), len(cvm.calls)))
    assert seen[0] == seen[1]
    assert "s3cret" not in str(seen)


def test_a_fingerprint_of_somebody_elses_key_finds_nothing(cvm: StandIn) -> None:
    """Neither form of a fingerprint finds a key pair that is hidden."""
    with Function(cvm, [caller(allow={"look": True})]) as function:
        every = function.ask("GET", "/key-pairs").json["keyPairs"]
    (other,) = [pair for pair in every if pair["keyName"] == "a_hidden_3"]
    nobody = look(cvm, fingerprint=f"SHA256:{'A' * 43}")
    for name in ("fingerprint", "fingerprintMd5"):
        assert look(cvm, fingerprint=other[name]).text == nobody.text


def test_another_account_is_named_to_nobody_who_may_not_use_it(cvm: StandIn) -> None:
    """A listed account that this caller may not use is refused as one that there is not."""
    answers = {look(cvm, account=name).text.replace(name, "") for name in ("prod", "nobody")}
    assert len(answers) == 1
    assert "accounts" in answers.pop()
    assert cvm.sts.calls == []
