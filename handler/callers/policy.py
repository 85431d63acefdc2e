"""What a known caller may do: the rules of `allow`, judged in the order in which they stand here.

    keyNames, projectIds, regions, accounts, requiredTags, dryRunOnly

`minBits` is not among them: a key that is too small is a weak key, which the key gate says.
"""

from __future__ import annotations

import re

from handler.callers import glob
from handler.callers.allow import USER
from handler.importing.order import MOST_TAGS, OWN_NAME, Order, Region
from handler.problems import FieldError, Forbidden, InvalidRequest, Misconfigured
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    from handler.callers.allow import Allow
    from handler.callers.caller import Caller
    from handler.importing.order import Target
    from handler.key_gate.public_key import PublicKey
    from handler.request import ImportRequest
    from handler.settings import Settings

    T = TypeVar("T")

#: The most allowed values that a refusal lists.
_MOST_LISTED = 10


def judge(
    caller: Caller,
    request: ImportRequest,
    tags: Mapping[str, str],
    key: PublicKey,
    settings: Settings,
    own_region: str,
    user: str = "",
) -> Order:
    """Return the order that a request leads to, if the caller may ask for it.

    Args:
        caller: who asks.
        request: what for, valid by the schema.
        tags: what the key pair gets; see `all_tags`.
        key: the checked public key of the request.
        settings: the function's settings.
        own_region: where the function runs; may be empty.
        user: the id of the chat user; empty outside chat.

    Raises:
        Forbidden, Misconfigured: see `place`.
    """
    project_id, region, account = place(caller, request, settings, own_region, user)
    return Order(
        key_name=request.key_name,
        key=key,
        project_id=project_id,
        region=region,
        sent_tags=request.tags,
        tags=tags,
        dry_run=request.dry_run,
        account=account,
    )


class Place(NamedTuple):
    """Where a key pair goes."""

    project_id: int
    region: Region
    account: Target


def place(
    caller: Caller, request: ImportRequest, settings: Settings, own_region: str, user: str = ""
) -> Place:
    """Return where the key pair of a request goes, whatever its key is, if the caller may ask for it.

    Raises:
        Forbidden: a rule does not allow it; `reason` names the rule.
        Misconfigured: nothing says which region to use.
    """
    allow = caller.allow
    if not _is_name_allowed(allow, request.key_name, user):
        raise _forbidden(
            "keyNames",
            Sentence("the key name matches none of the patterns that this caller may use"),
            _choose(allow.key_names or ()),
        )
    project_id = _settled(request.project_id, allow.project_ids, 0)
    if not _is_listed(project_id, allow.project_ids):
        raise _forbidden(
            "projectIds",
            Sentence("the project is none of those that this caller may use"),
            Sentence("Send as projectId one of {values}", values=_listed(allow.project_ids)),
        )
    region = _region(allow, request.region, settings, own_region)
    account = _account(allow, request.account)
    if absent := [tag for tag in allow.required_tags if tag not in request.tags]:
        raise _forbidden(
            "requiredTags",
            Sentence("a tag is missing that every request of this caller must carry"),
            Sentence("Add to tags {values}", values=_listed(absent)),
        )
    if allow.dry_run_only and not request.dry_run:
        raise _forbidden(
            "dryRunOnly", Sentence("this caller may only do dry runs"), Sentence("Ask for a dry run")
        )
    return Place(project_id, region, account)


def look(
    caller: Caller, account: str | None, region: str | None, settings: Settings, own_region: str
) -> Place:
    """Return where a caller may look; the project of the place has no meaning.

    Raises:
        Forbidden: a rule does not allow it: `look`, `accounts` or `regions`, in this order.
        Misconfigured: nothing says which region to use.
    """
    allow = caller.allow
    if not allow.look:
        raise Forbidden(
            Sentence("The rule `look` of this caller says no: it may not look at key pairs."),
            Sentence("Have the rule changed by the administrator of this function."),
            reason="look",
        )
    return Place(0, account=_account(allow, account), region=_region(allow, region, settings, own_region))


def all_tags(caller: Caller, sent: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a key pair gets: those sent and the caller's own, which win.

    Raises:
        InvalidRequest: they are more than CVM takes.
    """
    tags = {**sent, **caller.tags}
    if len(tags) > MOST_TAGS:
        fault = Sentence(
            "With the {own} tags that this caller's key pairs always get, these are {count}, and a key pair"
            " can have at most {most}.",
            own=len(caller.tags),
            count=len(tags),
            most=MOST_TAGS,
        )
        raise InvalidRequest(
            fault,
            Sentence("Send at most {most} tags.", most=MOST_TAGS - len(caller.tags)),
            errors=(FieldError("/tags", fault),),
        )
    return tags


def may_know(caller: Caller, user: str, key_name: str, project_id: int) -> bool:
    """Say whether a caller may know of a key pair that is in the way."""
    return _is_name_allowed(caller.allow, key_name, user) and _is_listed(project_id, caller.allow.project_ids)


def smallest_rsa(caller: Caller, settings: Settings) -> int:
    """Return how many bits the modulus of a caller's RSA key must have at least."""
    return max(settings.min_rsa_bits, caller.allow.min_bits)


def as_name(user: str) -> str:
    """Return what `{user}` stands for: lower case, each run of anything but letters and digits as `_`."""
    return re.sub("[^A-Za-z0-9]+", "_", user).lower()


def _is_name_allowed(allow: Allow, key_name: str, user: str) -> bool:
    if allow.key_names is None:
        return True
    name = as_name(user)
    # A user without a letter or digit would share `_` with every other such user.
    patterns = [
        pattern.replace(USER, name) for pattern in allow.key_names if USER not in pattern or name.strip("_")
    ]
    return any(glob.matches(pattern, key_name) for pattern in patterns)


def _region(allow: Allow, asked: str | None, settings: Settings, own_region: str) -> Region:
    """Return the region that a request is for.

    Raises:
        Forbidden: it is none of those that the caller may use.
        Misconfigured: nothing says which one to use.
    """
    region = _settled(asked, allow.regions, settings.default_region or own_region)
    if not region:
        raise Misconfigured(
            Sentence("DEFAULT_REGION is not set, and the platform does not say where this function runs.")
        )
    if not _is_listed(region, allow.regions):
        raise _forbidden(
            "regions",
            Sentence("the region is none of those that this caller may use"),
            Sentence("Send as region one of {values}", values=_listed(allow.regions)),
        )
    return Region(region, asked is not None)


def _account(allow: Allow, asked: str | None) -> Target:
    """Return the account that a request is for.

    Raises:
        Forbidden: it is none of those that the caller may use.
    """
    accounts = {account.name: account for account in allow.accounts}
    account = accounts.get(_settled(asked, tuple(accounts), OWN_NAME))
    if account is None:
        raise _forbidden(
            "accounts",
            Sentence("the account is none of those that this caller may use"),
            Sentence("Send as account one of {values}", values=_listed(accounts)),
        )
    return account


def _settled(asked: T | None, allowed: tuple[T, ...] | None, default: T) -> T:
    """Return what the caller asks for, else the only thing allowed, else the default."""
    if asked is not None:
        return asked
    return allowed[0] if allowed is not None and len(allowed) == 1 else default


def _is_listed(value: object, allowed: tuple[object, ...] | None) -> bool:
    return allowed is None or value in allowed


def _forbidden(rule: str, what: str, remedy: str) -> Forbidden:
    return Forbidden(
        Sentence("The rule `{rule}` of this caller says no: {what}.", rule=rule, what=what),
        Sentence("{remedy}, or have the rule changed by the administrator of this function.", remedy=remedy),
        reason=re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", rule),
    )


def _listed(allowed: Iterable[object] | None) -> str:
    """Return what a rule allows, in words: it is this caller's own and no secret from it."""
    names = [str(item) for item in allowed or ()]
    listed = ", ".join(names[:_MOST_LISTED])
    more = len(names) - _MOST_LISTED
    return Sentence("{values} and {count} more", values=listed, count=more) if more > 0 else listed


def _choose(patterns: Iterable[str]) -> Sentence:
    if any(USER in pattern for pattern in patterns):
        return Sentence(
            "Choose a keyName that matches one of {patterns} (where {user} is your user id in lower case,"
            " with _ for what is no letter or digit)",
            patterns=_listed(patterns),
            user=USER,
        )
    return Sentence("Choose a keyName that matches one of {patterns}", patterns=_listed(patterns))
