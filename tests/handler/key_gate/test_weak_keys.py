"""Unsafe numbers, and sound ones that are close to the limits."""

from __future__ import annotations

import base64
import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from badkeys import checks as badkeys

from handler import problems
from handler.key_gate import weak_keys
from local import moduli
from tests.keys import forms, make

E, N = forms.SOUND["2048"]
# The key that every Vagrant box once trusted; its private half is in Vagrant's own repository.
VAGRANT = (
    "AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8"
    "+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D"
    "8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd"
    "0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8t"
    "ehUc9c9WhQ=="
)


def reason_of(e: int, n: int, min_bits: int = 2048) -> str:
    """Return the reason that refuses these numbers, or "ok"."""
    try:
        weak_keys.require_strong(e, n, min_bits)
    except problems.WeakPublicKey as problem:
        return problem.reason
    return "ok"


@pytest.mark.parametrize("name", forms.SOUND)
def test_sound(name: str) -> None:
    """A key without a fault is let through, also where it just escapes a check."""
    assert reason_of(*forms.SOUND[name]) == "ok"


@pytest.mark.parametrize(("reason", "name"), forms.WEAK)
def test_weak(reason: str, name: str) -> None:
    """A key with a fault is refused, and the fault is named."""
    assert reason_of(*forms.WEAK[reason, name]) == reason


def test_published_key() -> None:
    """A key whose private half was published is refused by its modulus, under any exponent and size."""
    blob = base64.b64decode(VAGRANT)
    n = int.from_bytes(blob[-256:], "big")
    for e in (35, 3, 17, 65537, 65539, 2, 1):
        assert reason_of(e, n) == "known-key"
    assert reason_of(35, n, 4096) == "known-key"
    assert reason_of(35, n + 2) != "known-key"


@pytest.mark.parametrize("place", ["first", "middle", "last", "alone"])
def test_any_list_of_the_same_form(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further list is looked into, wherever the key is in it; a file of another name is not."""
    around = {
        "first": [b"\xff" * 8] * 3,
        "middle": [b"\0" * 8, b"\xff" * 8],
        "last": [b"\0" * 8] * 4,
        "alone": [],
    }
    monkeypatch.setattr(weak_keys, "_DATA", str(tmp_path))
    (tmp_path / "README.md").write_bytes(moduli.record(N))
    (tmp_path / "other.moduli").write_bytes(b"\x11" * 8)
    (tmp_path / "empty.moduli").write_bytes(b"")
    (tmp_path / "small-primes.product").write_bytes(moduli.small_primes())
    assert reason_of(E, N) == "ok"
    (tmp_path / "more.moduli").write_bytes(b"".join(sorted([*around[place], moduli.record(N)])))
    assert reason_of(E, N) == "known-key"
    assert reason_of(E, N ^ 2) != "known-key"


def test_every_record_of_the_lists_is_found() -> None:
    """The lists are sorted, without repeats, and the search finds each record of them."""
    counts = {}
    for path in sorted(Path(weak_keys._DATA).glob("*.moduli")):
        data = path.read_bytes()
        records = [data[i : i + 8] for i in range(0, len(data), 8)]
        assert records == sorted(set(records))
        counts[path.name] = len(records)
        for record in (*records[:: len(records) // 40 + 1], records[-1]):
            assert weak_keys._is_listed(record, str(path))
            assert not weak_keys._is_listed(record[:7] + bytes([record[7] ^ 1]), str(path))
    assert counts == {"cve-2021-41117.moduli": 71680, "published.moduli": 47}


def test_small_primes_are_all_there() -> None:
    """The product that ships is that of all odd primes up to 65537."""
    assert weak_keys._small_primes().to_bytes(11756, "big") == moduli.small_primes()
    assert weak_keys._small_primes() % (3 * 65537) == 0
    assert weak_keys._small_primes() % 2 == 1
    assert weak_keys._small_primes() % 65539 != 0


@pytest.mark.parametrize(
    ("e", "name", "expected"),
    [
        (0, "2048", "bad-exponent"),
        (1, "2048", "bad-exponent"),
        (2, "2048", "bad-exponent"),
        (3, "2048", "ok"),
        (4, "2048", "bad-exponent"),
        (5, "2048", "ok"),
        (2**256 - 1, "2048", "ok"),
        (2**256 + 1, "2048", "bad-exponent"),
        (2**64 - 1, "4096", "ok"),
        (2**64 + 1, "4096", "bad-exponent"),
        (2**64 - 1, "3073", "ok"),
        (2**64 + 1, "3073", "bad-exponent"),
        (2**64 + 1, "3072", "ok"),
        (2**256 - 1, "3072", "ok"),
        (2**256 + 1, "3072", "bad-exponent"),
    ],
)
def test_exponents(e: int, name: str, expected: str) -> None:
    """An exponent is odd, at least 3 and under 2^256, and has at most 64 bits above 3072 bits of modulus."""
    assert reason_of(e, forms.SOUND[name].n) == expected


def test_sizes() -> None:
    """The caller's minimum and OpenSSH's maximum are both still allowed."""
    assert reason_of(E, forms.SOUND["2049"].n, 2049) == "ok"
    assert reason_of(E, forms.SOUND["2049"].n, 2050) == "too-small"
    assert reason_of(E, forms.SOUND["16384"].n, 16384) == "ok"
    assert reason_of(E, forms.WEAK["too-large", "16385"].n) == "too-large"


def test_first_fault_is_named() -> None:
    """With several faults the first of a fixed order is named, the cheapest to mend last."""
    assert reason_of(1, 2 * N, 4096) == "too-small"
    assert reason_of(1, 2 * N) == "even-modulus"
    assert reason_of(1, forms.WEAK["small-factor", "3"].n) == "bad-exponent"
    assert reason_of(E, 9 * N**2 // 9 * 9) == "small-factor"
    assert reason_of(E, forms.P**2) == "square"


@pytest.mark.slow
@pytest.mark.parametrize("low", [2**1023, 2**1023 + 2**1022, 2**1024 - 2**40], ids=["low", "middle", "high"])
def test_squares_and_neighbours(low: int, scaled: Callable[[int], int]) -> None:
    """A square and a product of the nearest primes have different reasons, for any remainders."""
    source = random.Random(low)
    for _ in range(scaled(1)):
        p = make.next_prime(low + source.getrandbits(30))
        q = make.next_prime(p)
        assert reason_of(E, p * p, 1024) == "square"
        assert reason_of(E, p * q, 1024) == "close-primes"


def test_fermat_steps_are_all_taken() -> None:
    """Each of the first 100 steps of Fermat's method finds what is to be found in it, the 101st does not."""
    maker = make.Maker(26320)
    for steps in (1, 2, 3, 7, 64, 99, 100, 101, 102):
        n = maker.close(512, steps)
        assert weak_keys._has_close_primes(n, math.isqrt(n)) == (steps <= 100)


@pytest.mark.slow
def test_roca_is_told_from_its_fingerprint(scaled: Callable[[int], int]) -> None:
    """A modulus of the ROCA form is refused; one that only passes the usual quick test is not."""
    maker = make.Maker(15361)
    for _ in range(scaled(1)):
        assert weak_keys._is_roca(maker.roca_prime(1024) * maker.roca_prime(1024))
        nearly = maker.nearly_roca_prime(1024) * maker.nearly_roca_prime(1024)
        assert not weak_keys._is_roca(nearly)
        assert not badkeys.roca(nearly, E)


def test_orders_of_65537() -> None:
    """The table of orders is that of the powers of 65537, and lists every prime that they do not exhaust."""
    found = {}
    for p in (p for p in range(3, 168, 2) if all(p % q for q in range(3, math.isqrt(p) + 1, 2))):
        order = next(k for k in range(1, p) if pow(65537, k, p) == 1)
        if order < p - 1:
            found[p] = order
    assert found == weak_keys._ROCA_ORDERS
    assert math.prod(weak_keys._ROCA_PRIME_POWERS) == math.lcm(*found.values())
    assert all(
        math.gcd(a, b) in {1, a} for a in (8, 27, 25, 7, 13, 17, 53) for b in (8, 27, 25, 7, 13, 17, 53)
    )


def test_sparse_by_share_of_ones() -> None:
    """Under 40 % of ones, in the whole and in the lower half, is sparse; 40 % in either is not."""
    half, bits = 1024, 2048
    few, enough = 409, 410  # of 1024: 39.9 and 40.04 %
    low = (1 << few) - 1
    assert weak_keys._is_sparse((1 << bits - 1) | ((1 << few - 1) - 1) << half | low, bits)
    assert not weak_keys._is_sparse((1 << bits - 1) | ((1 << few) - 1) << half | (low << 1 | 1), bits)
    assert not weak_keys._is_sparse((1 << bits - 1) | low << half | ((1 << enough) - 1), bits)
    assert not weak_keys._is_sparse((1 << bits - 1) | ((1 << 600) - 1) << half | low, bits)
    # Exactly 40 %, in the whole and in the half.
    assert not weak_keys._is_sparse((1 << 2559) | ((1 << 1022) - 1) << 1280 | 1, 2560)
    assert not weak_keys._is_sparse((1 << 2559) | ((1 << 512) - 1), 2560)
    # The upper half does not count for the lower one.
    assert weak_keys._is_sparse((1 << bits - 1) | low, bits)


def test_badkeys_agrees() -> None:
    """badkeys finds the same kinds of fault in the weak keys, and none in the sound ones."""
    finds = {
        "even-modulus": ("smallfactors",),
        "small-factor": ("smallfactors",),
        "square": ("fermat",),
        "close-primes": ("fermat",),
        "roca": ("roca",),
    }
    for (reason, name), (e, n) in forms.WEAK.items():
        if reason in finds:
            assert any(getattr(badkeys, check)(n, e) for check in finds[reason]), (reason, name)
    for name, (e, n) in forms.SOUND.items():
        for check in ("rsainvalid", "smalld", "smallfactors", "fermat", "roca"):
            assert not getattr(badkeys, check)(n, e), (check, name)


@pytest.mark.slow
def test_random_moduli_pass() -> None:
    """No sound key is refused: hundreds of random moduli without small factors all pass."""
    source = random.Random(100)
    product = weak_keys._small_primes()
    passed = 0
    while passed < 200:
        n = source.getrandbits(2046) << 1 | 1 | 1 << 2047
        if math.gcd(product, n) == 1:
            assert reason_of(E, n) == "ok"
            passed += 1
