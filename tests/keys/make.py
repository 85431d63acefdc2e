"""Makes `vectors.json`: RSA numbers for the tests, sound ones and one for each way to be weak.

    python -m tests.keys.make

The seed is fixed, so the file comes out the same every time. None of these keys is used anywhere.
Moduli over 2048 bits are products of many primes where two would take minutes to find: nothing that
can be told from the modulus alone shows the difference.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from pathlib import Path

from handler.key_gate import weak_keys

VECTORS = Path(__file__).with_name("vectors.json")
SEED = 20_210_411
E = 65537
E64 = 2**64 - 59
E65 = 2**64 + 13
E256 = 2**256 - 189
E257 = 2**256 + 297
_SIEVE = math.prod(p for p in range(3, 2000, 2) if all(p % q for q in range(3, math.isqrt(p) + 1, 2)))
_ROCA_PRIMES_OF_1024_BITS = 126  # https://crocs.fi.muni.cz/public/papers/rsa_ccs17, table 1

Key = tuple[int, int]
Scaled = Callable[[int], int]


def is_prime(n: int) -> bool:
    """Fermat's test to two bases after a sieve: for random numbers of this size as good as any."""
    return math.gcd(n, _SIEVE) == 1 and pow(2, n - 1, n) == 1 and pow(3, n - 1, n) == 1


def next_prime(n: int) -> int:
    """Return the least prime above an n of at least 2000."""
    n += 1 + n % 2
    while not is_prime(n):
        n += 2
    return n


class Maker:
    """Draws numbers from one seeded source."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def prime(self, low: int, high: int) -> int:
        """Return a prime from low up to high, both exclusive."""
        while True:
            n = self.random.randrange(low, high) | 1
            if low < n < high and is_prime(n):
                return n

    def modulus(self, bits: int, *factors: int) -> int:
        """Return a modulus of exactly so many bits, with these factors among its own."""
        n = math.prod(factors)
        while bits - n.bit_length() > 1536:
            n *= self.prime(3 << 1022, 1 << 1024)
        return n * self.prime((1 << bits - 1) // n, (1 << bits) // n)

    def two_primes(self, bits: int) -> tuple[int, int]:
        """Two primes whose product has exactly so many bits."""
        return tuple(self.prime(3 << bits // 2 - 2, 1 << bits // 2) for _ in range(2))  # type: ignore[return-value]  # two

    def close(self, bits: int, steps: int) -> int:
        """Return a modulus whose primes Fermat's method finds in exactly so many steps."""
        while True:
            p = self.prime(3 << bits // 2 - 2, 1 << bits // 2)
            # a - sqrt(n) is about (q - p)^2 / 8p
            q = next_prime(p + math.isqrt(8 * p * (2 * steps - 1) // 2))
            if (p + q) // 2 - math.isqrt(p * q) == steps:
                return p * q

    def roca_prime(self, bits: int) -> int:
        """Return a prime as Infineon's library makes one: a power of 65537 modulo a product of primes."""
        small = [p for p in range(2, 1000) if all(p % q for q in range(2, math.isqrt(p) + 1))]
        product = math.prod(small[:_ROCA_PRIMES_OF_1024_BITS])
        low, high = (3 << bits - 2) // product, (1 << bits) // product
        while True:
            power = pow(65537, self.random.getrandbits(256), product)
            p = self.random.randrange(low, high) * product + power
            if is_prime(p):
                return p

    def nearly_roca_prime(self, bits: int) -> int:
        """Return a prime that is a power of 65537 modulo each small prime, but not of one exponent."""
        orders = weak_keys._ROCA_ORDERS
        product = math.prod(orders)
        residue = 0
        for prime in orders:
            rest = product // prime
            power = pow(65537, self.random.randrange(1000), prime)
            residue += power * rest * pow(rest, -1, prime)
        low, high = (3 << bits - 2) // product, (1 << bits) // product
        while True:
            p = self.random.randrange(low, high) * product + residue % product
            if is_prime(p):
                return p

    def with_ones(self, bits: int, high: float, low: float) -> int:
        """Return a number with these shares of ones in its two halves, and no factor up to 65537."""
        half = bits // 2
        while True:
            tops = self.random.sample(range(half, bits - 1), round(high * half) - 1)
            lows = self.random.sample(range(1, half), round(low * half) - 1)
            n = sum(1 << i for i in (bits - 1, 0, *tops, *lows))
            if math.gcd(n, weak_keys._small_primes()) == 1:
                return n


def sound(make: Maker, p: int, q: int) -> dict[str, Key]:
    """Keys that every check lets through, at its very edge where it has one."""
    n2048, n3072, n4096 = p * q, make.modulus(3072), make.modulus(4096)
    return {
        "2048": (E, n2048),
        "3072": (E, n3072),
        "4096": (E, n4096),
        "e3": (3, n2048),
        "e17": (17, n2048),
        "e35": (35, n2048),
        "e37": (37, n2048),
        "e64-2048": (E64, n2048),
        "e65-3072": (E65, n3072),
        "e256-3072": (E256, n3072),
        "e64-4096": (E64, n4096),
        **{str(bits): (E, make.modulus(bits)) for bits in (2049, 2056, 2432, 3071, 3073, 4095, 8192)},
        "16383": (E, make.modulus(16383)),
        "16384": (E, make.modulus(16384)),
        "factor-65539": (E, make.modulus(2048, 65539)),
        "fermat-101": (E, make.close(2048, 101)),
        "nearly-roca": (E, make.nearly_roca_prime(1024) * make.nearly_roca_prime(1024)),
        "ones-high-30-low-50": (E, make.with_ones(2048, 0.28, 0.5)),
        "ones-high-50-low-30": (E, make.with_ones(2048, 0.51, 0.3)),
        "ones-41": (E, make.with_ones(2048, 0.41, 0.41)),
    }


def weak(make: Maker, p: int, q: int) -> dict[str, dict[str, Key]]:
    """Keys by the reason that refuses them at a minimum of 2048 bits."""
    n2048 = p * q
    return {
        "too-small": {str(bits): (E, make.modulus(bits)) for bits in (768, 1024, 2040, 2047)},
        "too-large": {str(bits): (E, make.modulus(bits)) for bits in (16385, 20000)},
        "even-modulus": {
            "twice": (E, 2 * make.modulus(2048)),
            "changed": (E, n2048 ^ 1),
            "power-of-two": (E, 1 << 2047),
        },
        "bad-exponent": {
            **{f"e{e}": (e, n2048) for e in (0, 1, 2, 4, 65536)},
            "e257": (E257, n2048),
            "e65-3073": (E65, make.modulus(3073)),
            "e65-4096": (E65, make.modulus(4096)),
            "e-near-n": (n2048 - 2, n2048),
            "wiener": (pow(make.prime(1 << 400, 1 << 401), -1, (p - 1) * (q - 1)), n2048),
        },
        "small-factor": {
            **{str(f): (E, make.modulus(2048, f)) for f in (3, 5, 7, 11, 251, 997, 65519, 65521, 65537)},
            "3-of-4096": (E, make.modulus(4096, 3)),
            "all-ones": (E, (1 << 2048) - 1),
        },
        "square": {"2048": (E, make.prime(3 << 1022, 1 << 1024) ** 2)},
        "close-primes": {
            "next": (E, make.close(2048, 1)),
            "fermat-2": (E, make.close(2048, 2)),
            "fermat-50": (E, make.close(2048, 50)),
            "fermat-100": (E, make.close(2048, 100)),
        },
        "roca": {
            "2048": (E, make.roca_prime(1024) * make.roca_prime(1024)),
            "e3": (3, make.roca_prime(1024) * make.roca_prime(1024)),
        },
        "sparse-modulus": {
            "few-ones": (E, make.with_ones(2048, 0.02, 0.02)),
            "ones-30": (E, make.with_ones(2048, 0.3, 0.3)),
            "ones-39": (E, make.with_ones(2048, 0.39, 0.39)),
            "4096": (E, make.with_ones(4096, 0.2, 0.1)),
        },
    }


def vectors() -> dict[str, object]:
    """Everything that `vectors.json` holds, with numbers in hex."""

    def written(keys: dict[str, Key]) -> dict[str, dict[str, str]]:
        return {name: {"e": f"{e:x}", "n": f"{n:x}"} for name, (e, n) in keys.items()}

    make = Maker(SEED)
    p, q = make.two_primes(2048)
    return {
        "primes": {"p": f"{p:x}", "q": f"{q:x}"},
        "sound": written(sound(make, p, q)),
        "weak": {reason: written(keys) for reason, keys in weak(make, p, q).items()},
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), indent=1) + "\n", "ascii")
