"""The accounts of the callers file: names for roles in other accounts, which requests go by."""

from __future__ import annotations

import re

from handler.callers import variables
from handler.callers.node import MOST, Rule
from handler.importing.order import OWN, OWN_NAME, Target
from handler.problems import Misconfigured
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handler.callers.node import Node

#: What an account may be called; "own" is the function's own account.
NAME = Rule("[A-Za-z0-9_-]{1,32}", Sentence("the name of an account: 1 to 32 of A-Z, a-z, 0-9, _ and -"))
_OTHER = Rule(
    rf"(?!{OWN_NAME}(?![\s\S])){NAME.pattern}",
    Sentence('{words}; "{own_name}" is reserved', words=NAME.words, own_name=OWN_NAME),
)

# https://www.tencentcloud.com/document/product/1150/49456 has the forms of role and external id.
_ROLE = Rule(
    r"qcs::cam::uin/[0-9]{1,20}:roleName/[A-Za-z0-9_+=,.@-]{1,128}", "qcs::cam::uin/UIN:roleName/NAME"
)
_EXTERNAL_ID = Rule(
    "[A-Za-z0-9_+=,.@:/-]{2,128}", Sentence("2 to 128 of A-Z, a-z, 0-9 and _ + = , . @ : / -")
)

#: A session name has two characters at least.
_SHORTEST_SESSION = 2


def by_name(accounts: Node) -> Mapping[str, Target]:
    """Return the other accounts that a file names, by name.

    Raises:
        Misconfigured: one of them is wrong.
    """
    found: dict[str, Target] = {}
    for name, account in accounts.pairs(MOST):
        known = name.text(_OTHER)
        place = account._replace(path=f"{accounts.path}.{known}")
        members = place.members(("roleArn",), ("externalIdEnv",))
        external_id = members.get("externalIdEnv")
        found[known] = Target(
            known, members["roleArn"].text(_ROLE), external_id.text(variables.NAME) if external_id else ""
        )
    return found


def listed(names: Node, others: Mapping[str, Target]) -> tuple[Target, ...]:
    """Return the accounts that an `allow` lists.

    Raises:
        Misconfigured: one of them is neither `own` nor an account of the file.
    """
    known = {OWN_NAME: OWN, **others}

    def account(name: Node) -> Target:
        if name.text(NAME) not in known:
            raise name.wrong(Sentence("names an account that the file does not have"))
        return known[name.text(NAME)]

    return names.distinct(account, MOST)


def on_behalf(caller_id: str, accounts: Iterable[Target]) -> tuple[Target, ...]:
    """Return accounts whose logs show a caller's id."""
    session = caller_id.ljust(_SHORTEST_SESSION, "_")
    return tuple(
        account._replace(session_name=session) if account.role_arn else account for account in accounts
    )


def external_id(account: Target, environ: Mapping[str, str]) -> str:
    """Return what the role's trust policy asks for; empty where the file names no variable.

    Raises:
        Misconfigured: the variable is not set or holds what no external id can be.
    """
    if not account.external_id_env:
        return ""
    value = environ.get(account.external_id_env, "")
    if re.fullmatch(_EXTERNAL_ID.pattern, value):
        return value
    raise Misconfigured(
        Sentence(
            "accounts.{account}: the environment variable {name} must hold {form}.",
            account=account.name,
            name=account.external_id_env,
            form=_EXTERNAL_ID.words,
        )
        if value
        else Sentence(
            "accounts.{account}: the environment variable {name} is not set; it must hold {form}.",
            account=account.name,
            name=account.external_id_env,
            form=_EXTERNAL_ID.words,
        )
    )
