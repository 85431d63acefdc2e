"""Lists of many pages, of an account that others change meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from handler.importing.key_pair import KeyPair
from handler.importing.reading import PAGE, Reading


def pair(number: int) -> KeyPair:
    """Return a key pair that is known by its number."""
    return KeyPair(f"skey-{number:05}", f"n{number}", 0, None, {})


def listed(account: list[KeyPair], change: Callable[[int], None] = lambda _: None) -> tuple[set[str], int]:
    """Read the account to the end; return the names and how many pages that took.

    `change` is called with the number of pages so far before each page.
    """
    reading, calls = Reading(), 0
    while not reading.complete:
        change(calls)
        page = tuple(account[reading.offset : reading.offset + PAGE])
        # Where it keeps changing, whoever asks for it begins again.
        reading, calls = reading.read(page, len(account)) or Reading(), calls + 1
    return {held.key_name for held in reading.pairs()}, calls


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 1_001, 2_500, 10_000])
def test_every_pair_is_read_in_a_number_of_pages_that_grows_with_their_number(count: int) -> None:
    """Each page of a hundred repeats one pair."""
    names, calls = listed([pair(number) for number in range(count)])
    assert names == {f"n{number}" for number in range(count)}
    assert calls == 1 + max(0, -(-(count - PAGE) // (PAGE - 1)))


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("deleted", [1, 40, 60])
def test_a_deletion_hides_no_other_pair(at: int, deleted: int) -> None:
    """Not even where as many are added, so that the total stays the same."""
    account = [pair(number) for number in range(350)]

    def swap(calls: int) -> None:
        if calls == at:
            del account[:deleted]
            account.extend(pair(1_000 + number) for number in range(deleted))

    names, _ = listed(account, swap)
    assert names >= {held.key_name for held in account}


def test_a_name_that_is_made_anew_is_listed_once_as_it_is_now() -> None:
    """Of two pairs of one name the older one has been deleted while the pages were read."""
    account = [pair(number) for number in range(150)]
    first = Reading().read(tuple(account[:PAGE]), 150)
    assert first
    again = KeyPair("skey-new", "n5", 7, None, {})
    del account[5]
    account.append(again)
    reading: Reading | None = first
    while reading and not reading.complete:
        reading = reading.read(tuple(account[reading.offset : reading.offset + PAGE]), 150)
    assert reading
    assert [held for held in reading.pairs() if held.key_name == "n5"] == [again]
    assert {held.key_name for held in reading.pairs()} == {f"n{number}" for number in range(150)}


def test_the_border_itself_may_be_deleted() -> None:
    """The page then repeats other pairs."""
    account = [pair(number) for number in range(250)]

    def delete(calls: int) -> None:
        if calls == 1:
            del account[99]

    assert listed(account, delete)[0] >= {held.key_name for held in account}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_no_lasting_pair_is_ever_missed(seed: int, scaled: Callable[[int], int]) -> None:
    """Whatever is added and deleted at any place while the list is read."""
    rng = random.Random(seed)
    for _ in range(scaled(5)):
        account = [pair(number) for number in range(rng.randrange(90, 600))]
        lasting = {held.key_name for held in account}

        def disturb(_: int, rng: random.Random = rng, account: list[KeyPair] = account) -> None:
            if rng.random() < 0.4 and account:
                for _ in range(rng.randrange(3)):
                    del account[rng.randrange(len(account))]
            if rng.random() < 0.4:
                account.insert(rng.choice([0, len(account)]), pair(rng.randrange(10_000, 90_000)))

        names, _ = listed(account, disturb)
        assert names >= lasting & {held.key_name for held in account}


def test_a_list_that_never_fits_together_has_an_end() -> None:
    """Pages that repeat nothing are asked for again from further back, then all anew, three times."""
    reading: Reading | None = Reading()
    offsets = []
    number = 0
    while reading is not None:
        offsets.append(reading.offset)
        page = tuple(pair(number + place) for place in range(PAGE))
        number += PAGE
        reading = reading.read(page, 1_000)
    assert offsets == [0, 99, 49] * 3


def test_a_page_that_brings_nothing_new_is_no_progress() -> None:
    """It would be asked for for ever."""
    first = tuple(pair(number) for number in range(PAGE))
    begun = Reading().read(first, 300)
    assert begun is not None
    again = begun.read(first, 300)
    assert again is not None
    assert (again.length, again.offset, again.back) == (1, 49, True)
    assert again.read(first, 300) == Reading(anew=1)
