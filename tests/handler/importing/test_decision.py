"""What the account's key pairs say to an order."""

from __future__ import annotations

from typing import Any

import pytest

from handler.importing import decision
from handler.importing.decision import Difference, Imported
from handler.importing.key_pair import KeyPair
from handler.problems import KeyNameConflict, PublicKeyConflict
from tests.faults.scene import order
from tests.handler.sentences import assert_well_put
from tests.keys.many import key


def pair(name: str, number: int | None, **other: Any) -> KeyPair:
    """Return a key pair of the account; without a number, one whose key does not decode."""
    blob = None if number is None else key(number).blob
    return KeyPair(f"skey-{name}", name, 0, blob, {})._replace(**other)


def everything(_name: str, _project: int) -> bool:
    """May know every key pair."""
    return True


@pytest.mark.parametrize(
    "held", [[], [pair("bob", 2)], [pair("Alice", 2), pair("alice_", None), pair("alic", 3)]]
)
def test_nothing_is_said_where_neither_name_nor_key_is_there(held: list[KeyPair]) -> None:
    """Names are compared exactly, so `Alice` is not `alice`."""
    assert decision.compare(order("alice", 1), held, everything) is None


def test_the_name_with_this_key_is_unchanged() -> None:
    """The stored project and the tags that were asked for are shown, and nothing else."""
    held = [pair("bob", 2), pair("alice", 1, project_id=7, tags={"team": "infra", "secret": "x"})]
    wanted = order("alice", 1, project_id=7, sent_tags={"team": "infra"}, tags={"team": "infra"})
    assert decision.compare(wanted, held, everything) == Imported(
        "unchanged", "skey-alice", 7, {"team": "infra"}, (), ""
    )


def test_differences_name_project_and_sent_tags_alone() -> None:
    """The caller's own tags are asked for but not spoken of; pointers are escaped as RFC 6901 has it."""
    wanted = order(
        "alice",
        1,
        project_id=5,
        sent_tags={"a/b~c": "x", "gone": "y", "same": "z"},
        tags={"a/b~c": "x", "gone": "y", "same": "z", "imported-by": "us"},
    )
    held = [pair("alice", 1, project_id=6, tags={"a/b~c": "other", "same": "z", "imported-by": "them"})]
    found = decision.compare(wanted, held, everything)
    assert found is not None
    assert found.differences == (
        Difference("/projectId", 5, 6),
        Difference("/tags/a~1b~0c", "x", "other"),
        Difference("/tags/gone", "y", None),
    )
    assert found.tags == {"a/b~c": "other", "same": "z", "imported-by": "them"}
    assert found.project_id == 6


def test_a_sent_tag_that_the_caller_overrides_is_compared_as_it_takes_effect() -> None:
    """The caller's own tag wins, so that is what was requested."""
    wanted = order("alice", 1, sent_tags={"team": "mine"}, tags={"team": "ours"})
    found = decision.compare(wanted, [pair("alice", 1, tags={"team": "mine"})], everything)
    assert found is not None
    assert found.differences == (Difference("/tags/team", "ours", "mine"),)


def test_the_key_under_another_name_is_a_conflict_of_the_key() -> None:
    """It names the key pair in the way to a caller who may know it."""
    with pytest.raises(PublicKeyConflict) as raised:
        decision.compare(order("alice", 1), [pair("bob", 1, project_id=3)], everything)
    assert (raised.value.key_id, raised.value.key_name) == ("skey-bob", "bob")
    assert_well_put(raised.value)
    with pytest.raises(PublicKeyConflict):
        decision.compare(order("alice", 1), [pair("Alice", 1)], everything)


def test_the_name_with_another_key_is_a_conflict_of_the_name() -> None:
    """It names the key pair in the way to a caller who may know it."""
    with pytest.raises(KeyNameConflict) as raised:
        decision.compare(order("alice", 1), [pair("alice", 2)], everything)
    assert (raised.value.key_id, raised.value.key_name) == ("skey-alice", "alice")
    assert_well_put(raised.value)


def test_a_stored_key_that_does_not_decode_is_another_key() -> None:
    """The name is taken by it, and it never equals what is asked for."""
    with pytest.raises(KeyNameConflict):
        decision.compare(order("alice", 1), [pair("alice", None)], everything)


@pytest.mark.parametrize("kind", [PublicKeyConflict, KeyNameConflict])
def test_a_conflict_hides_the_key_pair_from_a_caller_who_may_not_know_it(kind: type[Exception]) -> None:
    """Asked is with the stored name and project."""
    held = pair("bob", 1, project_id=3) if kind is PublicKeyConflict else pair("alice", 2, project_id=3)
    asked: list[tuple[str, int]] = []

    def nothing(name: str, project: int) -> bool:
        asked.append((name, project))
        return False

    with pytest.raises(kind) as raised:
        decision.compare(order("alice", 1), [held], nothing)
    assert asked == [(held.key_name, 3)]
    assert isinstance(raised.value, (PublicKeyConflict, KeyNameConflict))
    assert (raised.value.key_id, raised.value.key_name) == ("", "")
    assert_well_put(raised.value)


def test_of_several_conflicts_one_is_named_that_the_caller_may_know() -> None:
    """An account may hold one key under several names."""
    held = [pair("bob", 1), pair("carol", 1, project_id=4), pair("dave", 1, project_id=4)]
    with pytest.raises(PublicKeyConflict) as raised:
        decision.compare(order("alice", 1), held, lambda _name, project: project == 4)
    assert raised.value.key_id == "skey-carol"


@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_of_decisions_does_not_hang_on_the_order_of_the_list(reverse: bool) -> None:
    """First the name with this key, then the key under another name, then the name with another key."""
    rows = [pair("alice", 2), pair("bob", 1)]
    with pytest.raises(PublicKeyConflict):
        decision.compare(order("alice", 1), rows[::-1] if reverse else rows, everything)
    rows.append(pair("alice", 1, key_id="skey-right"))
    found = decision.compare(order("alice", 1), rows[::-1] if reverse else rows, everything)
    assert found is not None
    assert (found.result, found.key_id) == ("unchanged", "skey-right")


def test_a_dry_run_that_would_create_promises_no_id() -> None:
    """Only the real call makes one."""
    wanted = order("alice", 1, project_id=4, tags={"a": "b"})
    assert decision.would_create(wanted).cvm_request_id == ""
    assert decision.would_create(wanted, "r-1") == Imported("created", "", 4, {"a": "b"}, (), "r-1")


def test_a_long_list_of_differences_ends() -> None:
    """So that many answers fit into one reply."""
    tags = {f"tag-{number}": "mine" for number in range(50)}
    found = decision.compare(order("alice", 1, sent_tags=tags, tags=tags), [pair("alice", 1)], everything)
    assert found is not None
    assert len(found.differences) == decision.MOST_DIFFERENCES
