"""Refuses unsafe RSA numbers, by facts that the numbers alone show.

Every check finds a fault that real keys have had (https://arxiv.org/abs/2509.09331 counts them) and costs
under a millisecond at 4096 bits. There is no test of primality: a modulus that is itself prime is never an
accident, and the test would cost more than all others together.

The first fault that applies is named. A known private half comes first, even before the size: the owner has
to remove such a key everywhere, and not only make a larger one.
"""

from __future__ import annotations

import math
import os
from bisect import bisect_left
from functools import cache
from hashlib import sha256

from handler.key_gate import weak_reasons as why

# The largest that OpenSSH loads: SSHBUF_MAX_BIGNUM in its sshbuf.h.
MOST_BITS = 16384
_DATA = os.path.join(os.path.dirname(__file__), "data")
_RECORD = 8  # bytes


def require_strong(e: int, n: int, min_bits: int) -> None:
    """Raise WeakPublicKey unless exponent `e` and modulus `n` make a strong key.

    `min_bits` is the least size in bits that the caller may import.
    """
    bits = n.bit_length()
    if _is_known(n):
        raise why.KNOWN_KEY.problem()
    if bits < min_bits:
        raise why.TOO_SMALL.problem(bits=bits, minimum=min_bits, advised=max(min_bits, 3072))
    if bits > MOST_BITS:
        raise why.TOO_LARGE.problem(bits=bits)
    if n % 2 == 0:
        raise why.EVEN_MODULUS.problem()
    if not _is_usable(e, bits):
        raise why.BAD_EXPONENT.problem()
    if math.gcd(_small_primes() % n, n) != 1:
        raise why.SMALL_FACTOR.problem()
    root = math.isqrt(n)
    if root * root == n:
        raise why.SQUARE.problem()
    if _has_close_primes(n, root):
        raise why.CLOSE_PRIMES.problem()
    if _is_roca(n):
        raise why.ROCA.problem()
    if _is_sparse(n, bits):
        raise why.SPARSE_MODULUS.problem()


def _is_usable(e: int, bits: int) -> bool:
    """Whether `e` is odd and neither too small nor too large for software that verifies with it.

    Under 2^256 is FIPS 186-5, appendix A.1.1; at most 64 bits above 3072 is what OpenSSL verifies with
    (OPENSSL_RSA_SMALL_MODULUS_BITS and OPENSSL_RSA_MAX_PUBEXP_BITS in its rsa.h). The lower bound is 3, not
    65537: good older tools write 3, 17, 35 and 37.
    """
    longest = 64 if bits > 3072 else 256
    return e % 2 == 1 and e >= 3 and e.bit_length() <= longest


def _is_known(n: int) -> bool:
    """Whether the modulus is on one of the lists in `handler/key_gate/data`, whatever the exponent.

    The modulus is compared, because its factors are known under any exponent. Each list is sorted, 8 bytes a
    record; a sound key is on one of 71,727 by chance once in 2.6e14.
    """
    record = sha256(n.to_bytes((n.bit_length() + 7) // 8, "big")).digest()[:_RECORD]
    lists = [name for name in os.listdir(_DATA) if name.endswith(".moduli")]
    return any(_is_listed(record, os.path.join(_DATA, name)) for name in lists)


def _is_listed(record: bytes, path: str) -> bool:
    # Reads the 17 records that a binary search looks at, not half a megabyte.
    file = os.open(path, os.O_RDONLY)
    try:

        def at(index: int) -> bytes:
            return os.pread(file, _RECORD, index * _RECORD)

        count = os.fstat(file).st_size // _RECORD
        return at(bisect_left(range(count), record, key=at)) == record
    finally:
        os.close(file)


@cache
def _small_primes() -> int:
    """Return the product of all odd primes up to 65537: multiplying them out costs 50 times the reading."""
    with open(os.path.join(_DATA, "small-primes.product"), "rb") as file:
        return int.from_bytes(file.read(), "big")


# A square leaves one of few remainders: one number in 5 passes the first of these, one in 140 all four.
_FIRST, *_SQUARES = (
    (modulus, frozenset(i * i % modulus for i in range(modulus))) for modulus in (64, 63, 65, 11)
)
_PERIOD = 64 * 63 * 65 * 11
_FERMAT_STEPS = 100


def _has_close_primes(n: int, root: int) -> bool:
    """Whether 100 steps of Fermat's method find n = a² - b², as for CVE-2022-26320.

    Remainders decide nearly every step, so that big numbers are touched in one of 140.
    """
    a = root + 1
    start, step = (a * a - n) % _PERIOD, 2 * a % _PERIOD
    first, squares_of_first = _FIRST
    for i in range(_FERMAT_STEPS):
        remainder = (start + i * (step + i)) % _PERIOD
        if remainder % first in squares_of_first and all(
            remainder % modulus in squares for modulus, squares in _SQUARES
        ):
            square = (a + i) ** 2 - n
            if math.isqrt(square) ** 2 == square:
                return True
    return False


# The primes modulo which the powers of 65537 do not reach every remainder, with how many they reach.
# A ROCA prime is such a power modulo all of them, and so is a product of two
# (https://crocs.fi.muni.cz/public/papers/rsa_ccs17).
_ROCA_ORDERS = {
    11: 2, 13: 6, 17: 8, 19: 9, 37: 3, 53: 26, 61: 20, 71: 35, 73: 24, 79: 13, 97: 6, 103: 51, 107: 53,
    109: 54, 127: 42, 151: 50, 157: 78,
}  # fmt: skip
_ROCA_MODULUS = math.prod(_ROCA_ORDERS)
_ROCA_ORDER = math.lcm(*_ROCA_ORDERS.values())
_ROCA_PRIME_POWERS = (8, 27, 25, 7, 13, 17, 53)  # of _ROCA_ORDER


def _is_roca(n: int) -> bool:
    """Whether the modulus has the form that Infineon's library gave it (CVE-2017-15361)."""
    residue = n % _ROCA_MODULUS
    if any(pow(residue, order, prime) != 1 for prime, order in _ROCA_ORDERS.items()):
        return False
    # One sound modulus in 240 million gets here by chance. A real one is one and the same power
    # modulo every prime, which is seen in each prime power of the order (Pohlig and Hellman).
    return all(_is_power(residue, part) for part in _ROCA_PRIME_POWERS)


def _is_power(residue: int, part: int) -> bool:
    cofactor = _ROCA_ORDER // part
    wanted = pow(residue, cofactor, _ROCA_MODULUS)
    generator = pow(65537, cofactor, _ROCA_MODULUS)
    return any(pow(generator, x, _ROCA_MODULUS) == wanted for x in range(part))


def _is_sparse(n: int, bits: int) -> bool:
    """Whether under 40 % of the bits are ones, in the whole modulus and in its lower half alike.

    A sound modulus of 2048 bits gets there by chance once in 1e19; keys with long runs of zeros
    have been seen in use.
    """
    half = bits // 2
    low = n & ((1 << half) - 1)
    return n.bit_count() * 5 < bits * 2 and low.bit_count() * 5 < half * 2
