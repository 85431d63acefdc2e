"""How large the answers to many requests may get."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import decide, invocation, reply
from handler.ambient import REAL
from handler.callers.allow import Allow
from handler.callers.caller import Caller
from handler.callers.trigger import Trigger
from handler.importing import decision
from handler.importing.key_pair import KeyPair
from handler.importing.order import Order, Region
from handler.problems import PayloadTooLarge
from handler.request import answer_size
from tests.keys.many import key

CALL = invocation.begin({}, REAL)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=127)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255)


def answered(sent: dict[str, str], own: dict[str, str], stored: dict[str, str]) -> int:
    """Return the bytes that one request takes in the reply, where the key pair is there with these tags."""
    caller = Caller("onboarding", Trigger("invoke"), Allow(), own)
    order = Order("alice", key(1), 1, Region("ap-guangzhou", True), sent, {**sent, **own}, False)
    pair = KeyPair("skey-12345678", "alice", 0, key(1).blob, stored, "r" * 36)
    outcome = decision.compare(order, [pair], lambda _name, _project: True)
    assert outcome is not None
    answer = decide.Answer(decide.Asked({}, caller, "", {}), outcome, order)
    http = reply.http(207, reply.many_body([answer], CALL), reply.JSON, CALL.request_id)
    return len(json.dumps(http))


@pytest.mark.slow
@given(st.dictionaries(NAME, TEXT, max_size=8), st.dictionaries(NAME, TEXT, max_size=8), st.data())
def test_no_answer_is_larger_than_its_bound(sent: dict[str, str], own: dict[str, str], data: Any) -> None:
    """The bound holds for any tags that are asked for and any that CVM stores."""
    basic = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=255)
    stored = {name: data.draw(basic) for name in {**sent, **own}}
    assert answered(sent, own, stored) <= answer_size.largest({"tags": sent}, own)


def test_the_differences_of_an_answer_are_counted() -> None:
    """At most twenty are listed, so fifty tags cost no more."""
    tags = {f"{number:02}" + "\u4e2d" * 125: "\u4e2d" * 255 for number in range(50)}
    stored = dict.fromkeys(tags, "\u56fd" * 255)
    assert answered(tags, {}, stored) <= answer_size.largest({"tags": tags}, {})


@pytest.mark.parametrize("value", [None, 1, [], {"tags": []}, {"tags": {str(n): "x" for n in range(51)}}])
def test_what_the_schema_will_refuse_counts_as_a_problem(value: object) -> None:
    """Its size does not matter; a name that is no text does not either."""
    assert answer_size.largest(value, {}) == answer_size.largest({}, {})


def test_a_day_to_go_counts_as_the_tag_that_it_becomes() -> None:
    """Its stored value may be as long as that of any other tag, and differ as that may."""
    tags = {f"tag-{number}": "\u4e2d" * 255 for number in range(10)}
    sent = answer_size.largest({"tags": tags, "expiresOn": "2027-01-31"}, {})
    assert sent == answer_size.largest({"tags": {**tags, "expires-on": "2027-01-31"}}, {})
    assert sent > answer_size.largest({"tags": tags}, {}) + 255 * 6


def test_a_hundred_plain_requests_always_fit() -> None:
    """A hundred usual requests fit, also with ten tags each and ten of the caller's own."""
    tags = {f"tag-{number}": "value" for number in range(10)}
    own = {f"own-{number}": "value" for number in range(10)}
    answer_size.require_room([{"keyName": "a", "tags": tags}] * 100, own)


def test_what_may_not_fit_is_refused_with_a_number_that_does() -> None:
    """The refusal says how many requests fit."""
    own = {f"own-{number}": "\u4e2d" * 200 for number in range(45)}
    with pytest.raises(PayloadTooLarge) as refused:
        answer_size.require_room([{}] * 100, own)
    assert "Nothing was written" in refused.value.detail
    fit = int(refused.value.remedy.split()[3])
    answer_size.require_room([{}] * fit, own)
    with pytest.raises(PayloadTooLarge):
        answer_size.require_room([{}] * (fit + 2), own)
