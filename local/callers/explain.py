"""A callers file in words: a line for each caller, saying how it proves itself and what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from handler.callers.allow import Allow
from handler.callers.api_key import ApiKey
from handler.callers.audience import Audience
from handler.callers.standard_webhooks import StandardWebhooks
from handler.callers.trigger import Trigger
from handler.chat import platforms

if TYPE_CHECKING:
    from handler.callers.caller import Auth, Caller, ChatAuth


def lines(callers: Iterable[Caller]) -> list[str]:
    """Return a line for each caller, in the order of the file."""
    callers = tuple(callers)
    width = max(len(caller.id) for caller in callers)
    return [f"{caller.id:<{width}}  {_auth(caller.auth)}; {_may(caller)}" for caller in callers]


def _auth(auth: Auth) -> str:
    if isinstance(auth, ApiKey):
        return f"API key, {_count(len(auth.sha256), 'key')} valid"
    if isinstance(auth, StandardWebhooks):
        return f"Standard Webhooks, {_secrets(auth.secret_env)}"
    if isinstance(auth, Trigger):
        return f"events from {auth.source}" + (f", results to {auth.results}" if auth.results else "")
    chat = cast("ChatAuth", auth)
    name = " ".join(filter(None, (platforms.BY_NAME[chat.scheme].title, chat.workspace())))
    variables = chat.variables()
    return ", ".join([name, *([_secrets(variables)] if variables else ()), _people(chat.audience)])


def _secrets(variables: tuple[str, ...]) -> str:
    return f"secrets in {', '.join(variables)}"


def _people(audience: Audience) -> str:
    who = "everyone" if audience.users is None else _count(len(audience.users), "user")
    where = "" if audience.channels is None else f" in {_count(len(audience.channels), 'channel')}"
    return who + where


def _may(caller: Caller) -> str:
    allow: Allow = caller.allow
    others = any(account.role_arn for account in allow.accounts)
    rules = [
        f"key names {', '.join(allow.key_names)}" if allow.key_names else "any key name",
        f"projects {', '.join(map(str, allow.project_ids))}" if allow.project_ids else "any project",
        f"regions {', '.join(allow.regions)}" if allow.regions else "any region",
        f"accounts {', '.join(account.name for account in allow.accounts)}" if others else "",
        f"RSA from {allow.min_bits} bits" if allow.min_bits else "",
        f"must send tags {', '.join(allow.required_tags)}" if allow.required_tags else "",
        "dry runs only" if allow.dry_run_only else "",
        "may invite" if allow.invite else "",
        "may look" if allow.look else "",
        f"gets tags {', '.join(caller.tags)}" if caller.tags else "",
    ]
    return ", ".join(rule for rule in rules if rule)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
