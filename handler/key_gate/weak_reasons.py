"""Why a key of the right form is refused: every reason with its sentences.

As in `reasons`, only counts are filled in.
"""

from __future__ import annotations

from handler.key_gate.reasons import NEW_KEY, Reason
from handler.problems import WeakPublicKey
from handler.sentence import Sentence

_MAKE_NEW = Sentence("Do not use this key any more. Make a new one. {new_key}", new_key=NEW_KEY)

KNOWN_KEY = Reason(
    "known-key",
    Sentence(
        "The private half of this key is known to everybody: it was published, built into devices, or made"
        " by a program whose keys can be computed."
    ),
    Sentence(
        "Remove this key wherever it gives access, and do not use it any more. Make a new one. {new_key}",
        new_key=NEW_KEY,
    ),
    WeakPublicKey,
)
TOO_SMALL = Reason(
    "too-small",
    Sentence("The key has {bits} bits; at least {minimum} are required here."),
    Sentence(
        "Make a larger key. Run `ssh-keygen -t rsa -b {advised} -f id_rsa_tencent` and send the one line in"
        " the file `id_rsa_tencent.pub`, which it makes in the current folder."
    ),
    WeakPublicKey,
)
TOO_LARGE = Reason(
    "too-large",
    Sentence("The key has {bits} bits; OpenSSH takes at most 16384."),
    Sentence("Make a smaller key; 3072 bits are enough. {new_key}", new_key=NEW_KEY),
    WeakPublicKey,
)
EVEN_MODULUS = Reason(
    "even-modulus",
    Sentence(
        "The key's modulus is an even number, which no RSA key has. Most often a few characters of the key"
        " were changed on the way."
    ),
    Sentence(
        "Compare it with the `.pub` file and send that line. If they are the same, make a new key. {new_key}",
        new_key=NEW_KEY,
    ),
    WeakPublicKey,
)
BAD_EXPONENT = Reason(
    "bad-exponent",
    Sentence(
        "The key's public exponent is unusable: it must be odd, at least 3 and under 257 bits, and at most"
        " 64 bits where the modulus has more than 3072."
    ),
    _MAKE_NEW,
    WeakPublicKey,
)
SMALL_FACTOR = Reason(
    "small-factor",
    Sentence(
        "The key's modulus can be divided by a small prime number, so anybody can break it. Most often a few"
        " characters of the key were changed on the way."
    ),
    EVEN_MODULUS.remedy,
    WeakPublicKey,
)
SQUARE = Reason(
    "square",
    Sentence("The key's modulus is the square of one number, so anybody can compute the private key."),
    _MAKE_NEW,
    WeakPublicKey,
)
CLOSE_PRIMES = Reason(
    "close-primes",
    Sentence("The two primes of the key are so close together that anybody can compute the private key."),
    _MAKE_NEW,
    WeakPublicKey,
)
ROCA = Reason(
    "roca",
    Sentence(
        "The key was made by a chip or card with a broken generator (ROCA, CVE-2017-15361), and its private"
        " key can be computed."
    ),
    Sentence(
        "Do not use keys that this device makes. Make a new one in software. {new_key}", new_key=NEW_KEY
    ),
    WeakPublicKey,
)
SPARSE_MODULUS = Reason(
    "sparse-modulus",
    Sentence("The key's modulus is mostly zeros, as after a fault in the program that made it."),
    _MAKE_NEW,
    WeakPublicKey,
)
