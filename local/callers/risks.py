"""Finds what is legal in a callers file but risky; docs/operations.md has the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from handler.callers.allow import USER
from handler.callers.api_key import ApiKey
from handler.callers.audience import Audience
from handler.callers.caller import Caller, label
from handler.callers.dingtalk import DingTalk
from handler.callers.standard_webhooks import StandardWebhooks
from handler.callers.trigger import Trigger
from handler.chat import platforms
from handler.decide import MOST_ITEMS
from handler.importing.order import Target
from handler.request import answer_size

if TYPE_CHECKING:
    from handler.callers.caller import ChatAuth

_LONGEST_NAME = 25


def of(callers: Iterable[Caller], accounts: Iterable[Target] = ()) -> Iterator[str]:
    """Yield a sentence for each risk, caller by caller, then those between callers and of accounts."""
    callers = tuple(callers)
    for index, caller in enumerate(callers):
        for risk in (*_of_rules(caller), *_of_auth(caller)):
            yield f"{label(index, caller.id)}: {risk}"
    yield from _between(callers)
    for account in accounts:
        if not account.external_id_env:
            yield (
                f"accounts.{account.name}: no external id, so everybody in this account who may assume the"
                " role can enter the other one; name a variable in externalIdEnv and ask for its value in"
                " the role's trust policy."
            )


def _of_rules(caller: Caller) -> Iterator[str]:
    allow = caller.allow
    if allow == type(allow)():
        yield "no rules at all, so it may take any key name, in any project and region."
    elif allow.key_names is None:
        yield "no keyNames, so it may take any key name."
    for pattern in allow.key_names or ():
        if len(pattern.replace(USER, "u").replace("*", "")) > _LONGEST_NAME:
            yield f"no key name is long enough for {pattern}: they have at most {_LONGEST_NAME} characters."
    if (most := answer_size.MOST_BYTES // answer_size.largest({}, caller.tags)) < MOST_ITEMS:
        yield (
            f"with its {len(caller.tags)} tags, the answers to more than {most} requests at once could be"
            " larger than what the platform returns, so such an array is refused."
        )
    if allow.invite:
        if allow.key_names is None:
            yield "no keyNames, so it may invite anybody to hand in a key under any name."
        yield (
            "an invitation that is asked for online stands in SCF's log of replies until it expires, and the"
            " request for it can be repeated; `python -m local.callers invite` makes one without either."
        )
    patterns = [pattern for pattern in allow.key_names or () if USER in pattern]
    if patterns:
        yield f"{USER} makes one name of the ids a.b and a_b."
        if isinstance(caller.auth, DingTalk):
            yield f"{USER} rests on a user id that DingTalk does not sign: see the risk of its requests."
    for pattern in patterns:
        if f"{USER}_*" in pattern:
            yield f"{pattern} of alice also covers the names of alice_x."
        elif f"{USER}*" in pattern:
            yield f"{pattern} of alice also covers the names of alicex."
        if f"*{USER}" in pattern:
            yield f"{pattern} of alice also covers the names of xalice."


def _of_auth(caller: Caller) -> Iterator[str]:
    auth = caller.auth
    if isinstance(auth, ApiKey):
        if any(len(set(digest.hex())) == 1 for digest in auth.sha256):
            yield "a hash of one repeated digit is the placeholder of an example: nobody has its key."
        yield "a request with an API key can be repeated for as long as the key is valid."
    chat = _chat(caller)
    if chat and (risk := platforms.BY_NAME[chat.scheme].risk):
        yield risk
    if chat and chat.audience == Audience(None, None):
        yield "everyone on the chat platform may speak as this caller, guests included."


def _between(callers: tuple[Caller, ...]) -> Iterator[str]:
    triggers = [caller for caller in callers if isinstance(caller.auth, Trigger)]
    if len(triggers) > 1:
        names = ", ".join(caller.id for caller in triggers)
        yield (
            f"{names}: whoever may invoke the function (CAM) can pass for any of these triggers, so the"
            " weakest rules among them are what counts."
        )
    for index, caller in enumerate(callers):
        for before, other in enumerate(callers[:index]):
            if _is_hidden(caller, other):
                yield f"{label(index, caller.id)}: {label(before, other.id)} answers in its place."


def _is_hidden(caller: Caller, before: Caller) -> bool:
    """Say whether every request of a caller is taken for one of a caller before it."""
    ours, theirs = caller.auth, before.auth
    if isinstance(ours, StandardWebhooks) and isinstance(theirs, StandardWebhooks):
        return set(ours.secret_env) <= set(theirs.secret_env)
    mine, other = _chat(caller), _chat(before)
    if mine is None or other is None or mine.scheme != other.scheme or other.audience.channels is not None:
        return False
    return _proofs(mine) <= _proofs(other)


def _chat(caller: Caller) -> ChatAuth | None:
    """Return the record of a caller that is a chat platform."""
    is_chat = getattr(caller.auth, "scheme", "") in platforms.BY_NAME
    return cast("ChatAuth", caller.auth) if is_chat else None


def _proofs(auth: ChatAuth) -> set[object]:
    """Return what a record claims, its channels apart."""
    return {cast("tuple[object, str]", claim)[0] for _, claim in auth.claims()}
