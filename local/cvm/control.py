"""The control routes that show and edit key pairs and credentials without the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cvm.account import AccountStore
from local.cvm.accounts import Accounts
from local.stand_in import control
from local.stand_in.control import DONE, PREFIX, Acts, ControlRequest
from local.stand_in.credentials import OWN_ACCOUNT, Credential, Keyring

ROUTES: Mapping[str, str] = {
    **control.COMMON,
    f"GET {PREFIX}/key-pairs": "what the account holds; ?account=UIN and ?region=REGION choose another",
    f"POST {PREFIX}/key-pairs": 'insert {"keyName", "publicKey"?, "projectId"?, "tags"?, "instanceIds"?,'
    ' "created"?}, unchecked',
    f"POST {PREFIX}/key-pairs/COUNT": "insert so many, under names and keys of their own",
    f"PATCH {PREFIX}/key-pairs/NAME": 'rename to {"keyName"}',
    f"DELETE {PREFIX}/key-pairs/NAME": "delete",
    f"POST {PREFIX}/credentials": 'let in {"secretId", "secretKey", "token"?, "account"?}',
    f"DELETE {PREFIX}/credentials/ID": "let the token of this credential be expired",
}


def acts(accounts: Accounts, keyring: Keyring) -> Acts:
    """Return what the routes do that only this stand-in has."""

    def store(asked: ControlRequest) -> AccountStore:
        return accounts.store(asked.query.get("account", OWN_ACCOUNT), asked.query.get("region", ""))

    def insert(asked: ControlRequest) -> Any:
        sent = asked.json
        more = sent.get("tags"), tuple(sent.get("instanceIds", ())), sent.get("created", "")
        project = sent.get("projectId", 0)
        return store(asked).insert(sent["keyName"], sent.get("publicKey", ""), project, *more)._asdict()

    def fill(asked: ControlRequest) -> Any:
        store(asked).fill(int(asked.name))
        return DONE

    def admit(asked: ControlRequest) -> Any:
        sent = asked.json
        credential = Credential(sent["secretId"], sent["secretKey"], sent.get("token", ""))
        keyring.add(credential, sent.get("account", OWN_ACCOUNT))
        return DONE

    def expire(asked: ControlRequest) -> Any:
        keyring.expire(asked.name)
        return DONE

    return {
        f"GET {PREFIX}/key-pairs": lambda asked: [pair._asdict() for pair in store(asked)],
        f"POST {PREFIX}/key-pairs": insert,
        f"POST {PREFIX}/key-pairs/COUNT": fill,
        f"PATCH {PREFIX}/key-pairs/NAME": lambda asked: (
            store(asked).rename(asked.name, asked.json["keyName"])._asdict()
        ),
        f"DELETE {PREFIX}/key-pairs/NAME": lambda asked: store(asked).delete(asked.name)._asdict(),
        f"POST {PREFIX}/credentials": admit,
        f"DELETE {PREFIX}/credentials/ID": expire,
    }
