"""Keys by the thousand, for tests that need many different ones; nobody has their private halves."""

from __future__ import annotations

import hashlib
import math
import random
from itertools import combinations, islice
from pathlib import Path

from handler.key_gate.public_key import PublicKey
from tests.keys import forms

_SMALL_PRIMES = Path(__file__).parents[2] / "handler" / "key_gate" / "data" / "small-primes.product"


def public_keys(count: int, seed: int = 8) -> list[str]:
    """Return so many different `ssh-rsa` lines of 2048 bits that the key gate takes, always the same ones.

    Their factors are not prime, and a thousand take a second.
    """
    numbers = random.Random(seed)
    product = int.from_bytes(_SMALL_PRIMES.read_bytes(), "big")
    needed = math.isqrt(2 * count) + 2
    factors: list[int] = []
    while len(factors) < needed:
        factor = numbers.getrandbits(1024) | 3 << 1022 | 1
        if math.gcd(factor, product) == 1:
            factors.append(factor)
    return [forms.line(65537, p * q) for p, q in islice(combinations(factors, 2), count)]


def key(number: int) -> PublicKey:
    """Return a key of 2048 bits as the key gate returns one, another one for each number."""
    modulus = 1 << 2047 | int.from_bytes(hashlib.sha512(b"%d" % number).digest() * 3, "big") | 1
    blob = forms.blob(65537, modulus)
    return PublicKey(65537, modulus, 2048, "", blob, "", "", forms.line(65537, modulus))
