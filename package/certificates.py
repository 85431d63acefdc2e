"""The authorities of certifi's bundle as files that OpenSSL finds one by one.

OpenSSL looks for an issuer in a directory by a hash of its name: `a1b2c3d4.0`, then `.1` for another one of
the same hash (https://docs.openssl.org/3.0/man1/openssl-rehash/). So a connection reads the one file that it
needs, where a bundle is read whole. handler/upstream/tls.py uses them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from OpenSSL import crypto

from package.wheels import WheelFile

#: Where a wheel holds the bundle, and where the function looks for the files.
BUNDLE = "certifi/cacert.pem"
FOLDER = "certificates"

_ONE = re.compile(rb"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", re.DOTALL)


def split(bundle: bytes) -> Iterator[WheelFile]:
    """Yield each certificate of a bundle as a file of its own.

    Raises:
        ValueError: the bundle holds no certificate.
    """
    seen: Counter[int] = Counter()
    for certificate in _ONE.findall(bundle):
        name = crypto.load_certificate(crypto.FILETYPE_PEM, certificate).subject_name_hash()
        yield WheelFile(f"{FOLDER}/{name:08x}.{seen[name]}", certificate)
        seen[name] += 1
    if not seen:
        raise ValueError(f"{BUNDLE} holds no certificate.")
