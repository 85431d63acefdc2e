"""Makes the data of `handler/key_gate/weak_keys.py`: lists of known moduli, and the product of small primes.

    python -m local.moduli list OUT FILE...     a .moduli list out of tables, lists and public keys
    python -m local.moduli small-primes OUT     the product of all odd primes up to 65537

A list holds the first 8 bytes of SHA-256 over each modulus (big-endian, no leading zero), sorted,
without repeats and nothing else. A FILE is one of

    *.moduli, *.bin     such a list
    *.tsv               a table with a column `sha256_8` of such records in hex; lines with # are notes
    anything else       OpenSSH RSA public keys, one a line

A list lies in `handler/key_gate/data`, where `weak_keys` looks into every file that ends in `.moduli`.
"""

from __future__ import annotations

import csv
import math
import sys
from hashlib import sha256
from pathlib import Path

from handler.key_gate import line as key_line
from handler.key_gate import public_key
from local.columns import fitted

RECORD = 8
LARGEST_FACTOR = 65537


def record(n: int) -> bytes:
    """Return the record of a modulus in a list: 8 bytes."""
    return sha256(n.to_bytes((n.bit_length() + 7) // 8, "big")).digest()[:RECORD]


def records(path: Path) -> set[bytes]:
    """All records of one file; ValueError names the line of a public key that cannot be read."""
    if path.suffix in {".moduli", ".bin"}:
        data = path.read_bytes()
        if len(data) % RECORD:
            raise ValueError(f"{path} is not a whole number of {RECORD}-byte records")
        return {data[i : i + RECORD] for i in range(0, len(data), RECORD)}
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    if path.suffix == ".tsv":
        return {bytes.fromhex(row["sha256_8"]) for row in csv.DictReader(lines, delimiter="\t")}
    found = set()
    for number, line in enumerate(lines, start=1):
        blob = public_key.decode_blob(line)
        if blob is None:
            raise ValueError(f"{path}, key {number}: not an OpenSSH RSA public key")
        modulus = key_line.strings(blob).strings[2]
        found.add(record(int.from_bytes(modulus, "big")))
    return found


def small_primes() -> bytes:
    """Return the product of all odd primes up to 65537, big-endian."""
    sieve = bytearray([1]) * (LARGEST_FACTOR + 1)
    for i in range(3, math.isqrt(LARGEST_FACTOR) + 1, 2):
        sieve[i * i :: 2 * i] = bytes(len(range(i * i, len(sieve), 2 * i)))
    product = math.prod(i for i in range(3, len(sieve), 2) if sieve[i])
    return product.to_bytes((product.bit_length() + 7) // 8, "big")


def main(arguments: list[str]) -> int:
    """Run one of the two commands of the module's description and say what it wrote."""
    match arguments:
        case ["-h" | "--help"]:
            print(f"usage: python -m local.moduli list | small-primes ...\n\n{fitted(__doc__ or '')}")
        case ["list", out, first, *rest]:
            found = set().union(*(records(Path(name)) for name in (first, *rest)))
            Path(out).write_bytes(b"".join(sorted(found)))
            print(f"{out}: {len(found)} moduli")
        case ["small-primes", out]:
            Path(out).write_bytes(small_primes())
            print(f"{out}: the product of all odd primes up to {LARGEST_FACTOR}")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
