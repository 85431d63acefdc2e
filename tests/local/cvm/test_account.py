"""The account stores key pairs by name, and lets a test edit them behind a client's back."""

from __future__ import annotations

import re
import threading

import pytest

from local.cvm.account import AccountStore
from local.cvm.public_key import decode, made_up


@pytest.fixture
def account() -> AccountStore:
    """Return an empty account in a second that never ends."""
    return AccountStore(lambda: 1_700_000_000.0)


def test_insert(account: AccountStore) -> None:
    """A pair gets an id, the time, and the id as the comment of its key."""
    key = made_up()
    pair = account.insert("a", key + " me@here", 7, {"owner": "me"})

    assert re.fullmatch(r"skey-[a-z0-9]{8}", pair.key_id)
    assert pair.public_key == f"{key} {pair.key_id}"
    assert pair.created == "2023-11-14T22:13:20Z"
    assert (pair.key_name, pair.project_id, pair.tags) == ("a", 7, {"owner": "me"})
    assert account.get(pair.key_id) == account.named("a") == account.key_pairs["a"] == pair


def test_inserts_anything(account: AccountStore) -> None:
    """A text that is no key is kept as it is, and nothing is needed but a name."""
    assert account.insert("a", "no key \ud800").public_key == "no key \ud800"
    assert decode(account.insert("b").public_key)


def test_names_are_unique(account: AccountStore) -> None:
    """No name is given twice."""
    account.insert("a")
    account.insert("b")

    with pytest.raises(ValueError, match="taken"):
        account.insert("a")
    with pytest.raises(ValueError, match="taken"):
        account.rename("a", "b")
    assert list(account.key_pairs) == ["a", "b"]


def test_rename(account: AccountStore) -> None:
    """A renamed pair is the same in all else; renaming to the same name does nothing."""
    pair = account.insert("a")

    assert account.rename("a", "a") == pair
    assert account.rename("a", "b") == pair._replace(key_name="b")
    assert account.named("a") is None
    with pytest.raises(KeyError):
        account.rename("a", "c")


def test_delete(account: AccountStore) -> None:
    """A deleted pair leaves nothing behind, neither name nor key."""
    key = made_up()
    blob = decode(key)
    assert blob
    account.insert("a", key)
    account.insert("b", key)

    account.delete("a")
    assert account.holds(blob[1])
    account.delete("b")
    assert not account.holds(blob[1])
    assert len(account) == 0
    with pytest.raises(KeyError):
        account.delete("a")


def test_clear(account: AccountStore) -> None:
    """An emptied account is as new."""
    account.insert("a")
    account.clear()

    assert not account.key_pairs
    account.insert("a")


def test_threads(account: AccountStore) -> None:
    """Editing and reading from many threads at once loses nothing and breaks nothing."""

    def edit(number: int) -> None:
        for turn in range(50):
            account.insert(f"{number}_{turn}", f"key {number} {turn}")
            assert account.key_pairs
            if turn % 2:
                account.delete(f"{number}_{turn}")

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account) == len(account.key_pairs) == 8 * 25
