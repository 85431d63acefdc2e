"""New secrets and keys for callers, with the entry that makes the function know them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from typing import Any, NamedTuple

#: What the secrets of these schemes are kept as, in variables named after their caller.
SUFFIXES = {"standard-webhooks": "SECRET", "api-key": "API_KEY"}

#: Random bytes of a secret or key; brute force could not even try half of them.
_LENGTH = 32

#: People and secret scanners recognise a key by this beginning.
_KEY_PREFIX = "ikp_"


class NewSecret(NamedTuple):
    """A new secret or key, shown once.

    Attributes:
        secret: the secret or key itself.
        variable: the environment variable that it is kept in.
        entry: what to put into the callers file.
    """

    secret: str
    variable: str
    entry: dict[str, Any]


def new_secret(caller: str, scheme: str) -> NewSecret:
    """Return a new secret or key for a caller, from the operating system's randomness."""
    name = variable(caller, scheme)
    random = secrets.token_bytes(_LENGTH)
    if scheme == "api-key":
        secret = _KEY_PREFIX + base64.urlsafe_b64encode(random).decode().rstrip("=")
        auth = {"scheme": scheme, "sha256": [hashlib.sha256(secret.encode()).hexdigest()]}
    else:
        secret = "whsec_" + base64.b64encode(random).decode()
        auth = {"scheme": scheme, "secretEnv": [name]}
    return NewSecret(secret, name, {"id": caller, "auth": auth})


def variable(caller: str, scheme: str) -> str:
    """Return the environment variable that a caller's secret is kept in, such as `ONBOARDING_SECRET`."""
    return variable_name(caller, SUFFIXES[scheme])


def variable_name(caller: str, suffix: str) -> str:
    """Return the name of a variable of a caller that ends in `_` and a suffix."""
    name = re.sub("[^A-Z0-9]+", "_", caller.upper()).strip("_")
    if not name[:1].isalpha() or name.startswith(("SCF_", "QCLOUD_", "TENCENTCLOUD_")):
        name = f"CALLER_{name}".rstrip("_")
    return f"{name[: 64 - len(suffix) - 1]}_{suffix}"


def written(entry: dict[str, Any]) -> str:
    """Return an entry as it stands in a callers file: its members a line each."""
    members = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in entry.items())
    return f"{{\n{members}\n}}"
