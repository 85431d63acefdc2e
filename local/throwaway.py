"""What `make run` and `make serve` make for one run and keep for no other: a key, a caller."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from handler.callers import standard_webhooks
from handler.invitations import token
from local.events import EVENTS

#: An entry of `callers.json`.
CallerEntry = Mapping[str, Any]

#: The id of the caller that has the API key.
YOU = "you"

# Public keys whose private halves were never kept.
_SHIPPED = EVENTS / "keys.pub"


def api_key() -> str:
    """Make an API key; its 43 random characters are more than the 32 that the function asks for."""
    return f"ikp_{secrets.token_urlsafe(32)}"


def callers(key: str, others: Sequence[CallerEntry] = ()) -> str:
    """Return the text of a `callers.json` with one API key, and further callers."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    rules = {"invite": True, "look": True}
    you = {"id": YOU, "auth": {"scheme": "api-key", "sha256": [digest]}, "allow": rules}
    return json.dumps({"callers": [you, *others]}, indent=2) + "\n"


def trigger_callers(sources: Sequence[str]) -> list[CallerEntry]:
    """Return a caller for each source of events."""
    return [
        {"id": f"trigger-{number}", "auth": {"scheme": "trigger", "source": source}}
        for number, source in enumerate(sources, 1)
    ]


def invitation(caller: str, key_name: str, secret: str) -> str:
    """Return the token of an invitation to hand in one key, as a caller would give it.

    Args:
        caller: the id of the caller.
        key_name: the name that it is for.
        secret: the `whsec_` secret of invitations.

    Raises:
        ValueError: the secret is none.
    """
    key = standard_webhooks.decode_secret(secret)
    if key is None:
        raise ValueError("This is no whsec_ secret.")
    ends = int(time.time()) + token.USUAL_LIFE
    return token.signed_token(token.Invitation(secrets.token_urlsafe(16), caller, key_name, ends), key)


def invited_key() -> str:
    """Return a shipped public key for an invited person."""
    return _SHIPPED.read_text(encoding="ascii").splitlines()[1]


def public_key() -> tuple[str, str]:
    """Return a public key line that nobody has the private half of, and where it is from.

    `ssh-keygen` makes one, and the private half goes at once; without `ssh-keygen` it is a shipped one.
    """
    tool = shutil.which("ssh-keygen")
    if tool is None:
        return _SHIPPED.read_text(encoding="ascii").splitlines()[0], "shipped in events/keys.pub"
    with tempfile.TemporaryDirectory(prefix="throw-away-key-") as directory:
        file = Path(directory) / "key"
        subprocess.run(
            [tool, "-q", "-t", "rsa", "-b", "3072", "-N", "", "-C", "alice@laptop", "-f", str(file)],
            check=True,
            stdin=subprocess.DEVNULL,
            # A Ctrl-C is for this program to handle, not for the tool.
            start_new_session=True,
        )
        line = file.with_name("key.pub").read_text(encoding="ascii").strip()
    return line, "made by ssh-keygen for this run"
