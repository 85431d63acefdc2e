"""Changes that somebody else makes in the account just before a call, as a fault orders them."""

from __future__ import annotations

import uuid
from typing import Any

from local.cvm.account import AccountStore
from local.cvm.public_key import made_up


def act(what: str, sent: dict[str, Any], account: AccountStore) -> None:
    """Change the account just before a call.

    Args:
        what: `name`, `key` or `pair`, of which nothing happens where the name is taken; `add`, `delete` or
            `swap`, which concern the oldest key pair and a new one; or nothing.
        sent: the parameters of the call.
        account: where it happens.
    """
    if what in ("delete", "swap") and len(account):
        account.delete(next(iter(account)).key_name)
    if what in ("add", "swap", "key"):
        account.insert(f"rival_{uuid.uuid4().hex[:8]}", sent["PublicKey"] if what == "key" else made_up())
    if what in ("name", "pair") and not account.named(sent["KeyName"]):
        account.insert(sent["KeyName"], made_up() if what == "name" else sent["PublicKey"])
