"""The one line of a key in a text, in one piece or in several."""

from __future__ import annotations

import itertools
import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import repairs, wrapped_key
from tests import growth
from tests.handler.chat.mangling import HARMFUL, HARMLESS, WRAPPING, key_line, wrapped, wrapped_data

SIZES = [2048, 2056, 3072, 4096, 8192, 16384]


def line_in(text: str) -> str | None:
    """Return the line that is found in a text."""
    found = wrapped_key.find(text)
    return found and found.line


@pytest.mark.parametrize("bits", SIZES)
@pytest.mark.parametrize("e", [3, 65537, (1 << 64) + 13, (1 << 255) + 95])
def test_a_whole_line_is_found(bits: int, e: int) -> None:
    """A line in one piece is found between any other text."""
    line = key_line(bits, e=e)
    text = f"alice  {line} alice@laptop"

    found = wrapped_key.find(text)

    assert found is not None
    assert found.line == line
    assert text[found.start : found.end] == line


@pytest.mark.slow
@pytest.mark.parametrize("bits", SIZES)
@pytest.mark.parametrize("width", [40, 64, 70, 72, 76, 80, 132])
@pytest.mark.parametrize("between", ["\n", "  \n ", " ", "\n\n"])
def test_a_broken_line_is_joined(bits: int, width: int, between: str) -> None:
    """A line broken at an even width comes out whole, or, where its end could be a word, not at all."""
    found = sure = 0
    for seed in range(20):
        line = key_line(bits, seed)
        for text in (wrapped(line, width, between), wrapped_data(line, width, between)):
            pieces = text.split()[1:]
            if len(pieces) > (1 if "\n" in between else 2) and len(pieces[-1]) >= 16:
                sure += 1
                found += line_in(text) == line
            else:
                assert line_in(text) in (line, None)

    assert found >= sure * 0.85


def test_few_sound_keys_are_doubted() -> None:
    """Of the ends of 16 characters or more that real data has, nearly all are taken for data."""
    ends = ["".join(random.Random(seed).choices(_BASE64, k=16 + seed % 60)) for seed in range(2000)]

    assert sum(not wrapped_key._is_data(end) for end in ends) < 20


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.mark.parametrize(
    "comment",
    [
        "a",
        "alice",
        "alicesmith",
        "alicesmithsworklaptop",
        "AliceSmithLaptop",
        "ALICE2024",
        "alice20240131laptop01",
        "workstation/alice",
        "AliceSmithsWorkLaptop2024",
        "DESKTOP1A2B3C4",
    ],
)
@pytest.mark.parametrize("between", [" ", "\n", "\n\n", " \n"])
def test_a_comment_never_becomes_part_of_a_key(comment: str, between: str) -> None:
    """A key that lost its end does not take a comment of the same length for it."""
    for bits, width in itertools.product((2048, 3072, 4096), (64, 76, 400, 4000)):
        line = key_line(bits)
        cut = line[: -len(comment)].rstrip("=")
        fitting = cut + "A" * (len(line) - len(comment) - len(cut))
        assert line_in(wrapped(fitting, width) + between + comment) is None


@given(st.integers(0, 10_000), st.integers(20, 400), st.sampled_from(["\n", " ", " \n"]))
def test_no_piece_may_be_missing_or_too_many(seed: int, width: int, between: str) -> None:
    """A broken line that lost a piece, or has one twice, is not joined."""
    rng = random.Random(seed)
    line = key_line(rng.choice(SIZES[:4]), seed)
    pieces = wrapped_data(line, width).split("\n")
    place = rng.randrange(len(pieces))
    twice = between.join([*pieces[: place + 1], *pieces[place:]])

    if len(pieces) > 1:
        assert line_in(between.join(pieces[:place] + pieces[place + 1 :])) is None
        # Behind the last piece the key is whole, and what follows is a comment.
        assert line_in(twice) in ([None] if place + 1 < len(pieces) else [None, line])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-rsa",
        "ssh-rsa AAAA",
        "ssh-rsa AAAAB3NzaC1yc2E",
        "ssh-rsa AAAAB3NzaC1yc2E!",
        "ssh-rsa AAAAB3NzaC1yc2E=",
        "ssh-rsa AAAAB3NzaC1yc2EA== AAADAQAB AAABAQ",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB",
        "ssh-rsa AAAAB3NzaC1yc2EA////AQABAAABAQ" + "A" * 400,
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABA////w" + "A" * 4000,
        "x" + key_line(2048),
        key_line(2048).replace("ssh-rsa", "ssh-dss"),
        key_line(2048) + "A",
        key_line(2048) + "=",
        key_line(3072)[:-1],
        key_line(3072) + "=",
        key_line(2048)[:360] + " " + key_line(2048)[360:],
        wrapped_data(key_line(2048), 10),
    ],
)
def test_what_is_in_doubt_is_not_found(text: str) -> None:
    """No key, half a key, more than a key, a key in two words, a column too narrow for any terminal."""
    assert line_in(text) is None


def test_a_short_end_needs_a_line_end_before_it() -> None:
    """Behind one line end the line goes on; behind one blank may be a comment, unless it is too long."""
    line = key_line(2048)

    assert line_in(f"{line[:350]}\n{line[350:]}") == line
    assert line_in(f"{line[:350]} {line[350:]}") is None
    assert line_in(f"{line[:300]} {line[300:]}") == line
    assert line_in(f"{line[:100]} {line[100:230]} {line[230:]}") == line
    assert line_in(f"{line[:100]} {line[100:115]} {line[115:]}") is None
    assert line_in(f"{line[:300]} {line[300:]} {line[300:]}") is None


def test_the_first_of_two_keys_is_found() -> None:
    """What is behind a whole key is not looked at."""
    first, second = key_line(2048, 1), key_line(2048, 2)

    assert line_in(f"{first}\n{second}") == first


@pytest.mark.slow
def test_a_hostile_text_is_searched_in_no_time() -> None:
    """What pieces, blanks and starts cost grows with the text, up to 64 KiB."""
    start = "ssh-rsa AAAAB3NzaC1yc2E"
    for first, part in ((start, " A"), (start, " "), ("", f"{start}\n"), (start, "A")):
        worst = growth.exponent(line_in, partial(growth.text, first, part), 65000)
        assert worst < growth.NEARLY_LINEAR, part


def broken(line: str, *widths: int, last: str = "") -> str:
    """Return a line whose data is broken into pieces of these widths, the last of them over and over."""
    kind, data = line.split()
    pieces: list[str] = []
    while data:
        width = widths[min(len(pieces), len(widths) - 1)]
        pieces.append(data[:width])
        data = data[width:]
    return f"{kind} " + "\n".join([*pieces[:-1], last or pieces[-1]])


@pytest.mark.parametrize("first", range(15, 37))
def test_the_first_piece_may_be_short(first: int) -> None:
    """Much may stand before the data on its line; the key's length may be divided between two pieces."""
    line = key_line(2048)

    assert line_in(broken(line, first, 64)) == line


@pytest.mark.parametrize(
    ("widths", "sure"),
    [
        ((64,), True),
        ((65, 64), True),
        ((64, 64, 63, 64), True),
        ((64, 64, 64, 64, 64, 50, 2), False),
        ((64, 64, 64, 64, 116), True),
        ((20,), True),  # the last piece has 12 characters
        ((21,), True),  # 15
        ((61,), True),  # 6
        ((52, 63), False),  # 5
        ((120, 240), False),  # 12, behind one piece of that width
        ((22,), True),  # 20
        ((19,), False),
        ((18,), False),
        ((16, 20), True),
        ((20, 352), True),
        ((19, 353), True),
        ((356, 16), True),
        ((357, 15), False),
    ],
)
def test_a_broken_line_has_even_pieces(widths: tuple[int, ...], sure: bool) -> None:
    """Pieces are equally wide, the first and the last apart, or the last is too long for a word."""
    line = next(line for line in (key_line(2048, seed) for seed in range(99)) if _sound(line))

    assert (line_in(broken(line, *widths)) == line) == sure


def _sound(line: str) -> bool:
    """Say whether every end of a line looks like data."""
    return all(wrapped_key._is_data(line[-length:]) for length in (16, 20, 52, 352, 353)) and all(
        wrapped_key._is_data(line[-length:], 6) for length in (6, 12, 15)
    )


@pytest.mark.parametrize(
    ("behind", "sure"),
    [
        ("", True),
        (" alice", True),
        (" alice@laptop", True),
        ("\nalice", True),
        (" aliceslaptop123", True),
        (" aliceslaptop1234", False),
        (" abc=", False),
        (" alice/laptop+123", False),
        ("\n(alice)", True),
    ],
)
def test_behind_a_broken_line_is_no_more_data(behind: str, sure: bool) -> None:
    """A comment may follow; what could be data of the same key makes it doubtful."""
    line = key_line(2048)
    assert (line_in(broken(line, 64) + behind) == line) == sure
    assert (line_in(broken(line, 62) + behind) == line) == sure  # the last piece is as wide as the others
    # Where there are but two pieces, any word could be a piece.
    two = broken(line, 300) + behind
    assert (line_in(two) == line) == (behind in ("", " alice@laptop", "\n(alice)"))


def test_a_comment_as_long_as_the_last_line_is_none() -> None:
    """A key that lost just its last line does not take what stands on the next one."""
    word = "alicesmithsverynewworklaptopwithaverylongnameindeed1"
    line = key_line(2048)

    assert len(line.split()[1]) % 64 == len(word)
    assert line_in(broken(line, 64)) == line
    assert line_in(broken(line, 64, last=word)) is None
    for word in ("alicelaptop1", "ALICE2024abc", "workstations", "Alicesmith12"):
        assert len(line.split()[1]) % 72 == len(word)
        assert line_in(broken(line, 72, last=word)) is None


@pytest.mark.slow
@pytest.mark.parametrize("between", [" ", "\n", "\r\n"])
@pytest.mark.parametrize("width", [60, 64, 70, 72, 76, 80])
@pytest.mark.parametrize("comment", ["", " alice@laptop", " alice"])
@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_usual_widths_are_joined(bits: int, width: int, comment: str, between: str) -> None:
    """Nearly every key is found that a usual terminal or mail program broke, with its comment or without."""
    joined = 0
    for seed in range(30):
        line = key_line(bits, seed)
        joined += line_in(repairs.undo(wrapped_data(line, width, between) + comment)) == line
        joined += line_in(repairs.undo(wrapped(line, width, between) + comment)) == line

    assert joined >= 51


def test_padding_alone_on_a_line_is_joined() -> None:
    """The signs that fill a key up may be all that is left for the last line, or be divided between two."""
    line = key_line(4096)

    for width in (65, 55):
        assert wrapped_data(line, width).split()[-1] == "="
        assert line_in(wrapped_data(line, width) + " alice") == line
    assert line_in(wrapped_data(line, 65).removesuffix("=")) is None


def test_padding_is_data() -> None:
    """A short end with an equals sign is no word."""
    line = key_line(3072)

    assert len(line.split()[1]) % 76 == 12
    assert line_in(broken(line, 76)) == line
    assert line_in(broken(line, 20)) == line
    assert line_in(broken(line, 19)) is None


@pytest.mark.parametrize(
    ("piece", "data"),
    [
        ("aBaBaBaBBBBBBBBBBBBB", False),  # 7 changes, and 8 were enough
        ("aBaBaBaBaaaaaaaaaaaa", True),
        ("aBaBaBaBaBaBaBa", False),  # 15 characters
        ("aBaBaBaBaBaBaBaB", True),
        ("a1a+a/a1111111111111", False),
        ("a1a+a/a1aaaaaaaaaaaa", True),
        ("x=", True),
    ],
)
def test_what_looks_like_data(piece: str, data: bool) -> None:
    """Base64 of a modulus goes between small letters, capitals and the rest at two places of five or more."""
    assert wrapped_key._is_data(piece) == data


@given(st.integers(0, 1 << 40))
def test_a_damaged_line_is_never_found_as_another(seed: int) -> None:
    """Whatever one fault and any number of harmless things do to a line, no other line is found."""
    rng = random.Random(seed)
    line = meant = key_line(rng.choice(SIZES[:4]), seed)
    manglings = [rng.choice(HARMFUL), *rng.choices(HARMLESS + WRAPPING, k=rng.randrange(4))]
    rng.shuffle(manglings)
    for mangling in manglings:
        line = mangling(rng, line)

    assert line_in(repairs.undo(f"x {line}")) in (None, meant)
