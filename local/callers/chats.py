"""Makes entries of callers.json for chat platforms, with placeholders for what to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from local.callers.mint import variable_name


class _Secret(NamedTuple):
    """A secret of the platform: the member that names its variable, the ending of that name, its origin."""

    member: str
    suffix: str
    origin: str
    several: bool = False


class _Form(NamedTuple):
    """What callers of a scheme have: their secrets, and other members with what to fill in."""

    secrets: tuple[_Secret, ...]
    members: Mapping[str, object]


class Entry(NamedTuple):
    """An entry with placeholders in angle brackets, which the function refuses until they are filled in.

    Attributes:
        entry: what to put into the callers file.
        variables: the environment variables that it names, each with what belongs in it.
    """

    entry: dict[str, Any]
    variables: Mapping[str, str]

    @property
    def placeholders(self) -> list[str]:
        """The placeholders, in the order in which they stand."""
        return re.findall("<[^>]+>", str(self.entry))


def _secret(suffix: str, origin: str) -> _Secret:
    return _Secret("secretEnv", suffix, origin, several=True)


def _wecom(what: str) -> tuple[_Secret, ...]:
    return (
        _Secret("tokenEnv", "TOKEN", f"Token, from the page that receives messages of the {what}"),
        _Secret("encodingAesKeyEnv", "AES_KEY", "EncodingAESKey, from the same page"),
    )


_FORMS: Mapping[str, _Form] = {
    "slack": _Form(
        (_secret("SIGNING_SECRET", "Signing Secret, under Basic Information of the app"),),
        {"team": "<id of the workspace: T...>", "users": ["<member id: U...>"]},
    ),
    "mattermost": _Form(
        (_Secret("tokenEnv", "TOKEN", "Token of the slash command", several=True),),
        {"users": ["<user id, 26 characters>"]},
    ),
    "wecom": _Form(_wecom("app"), {"receiveId": "<CorpID: ww...>", "users": ["<UserID of a member>"]}),
    "wecom-bot": _Form(_wecom("bot"), {"users": ["<userid of a member>"]}),
    "dingtalk": _Form(
        (_secret("CLIENT_SECRET", "Client Secret (AppSecret) of the app"),),
        {"robotCode": "<RobotCode of the robot>", "users": ["<staff id of a person>"]},
    ),
    "feishu": _Form(
        (
            _Secret("appSecretEnv", "APP_SECRET", "App Secret, under Credentials & Basic Info"),
            _Secret("encryptKeyEnv", "ENCRYPT_KEY", "Encrypt Key, under Events & Callbacks"),
            _Secret("verificationTokenEnv", "VERIFICATION_TOKEN", "Verification Token, on the same page"),
        ),
        {
            "appId": "<App ID: cli_...>",
            "host": "<open.feishu.cn or open.larksuite.com>",
            "users": ["<open_id of a person: ou_...>"],
        },
    ),
    "teams": _Form(
        (_secret("SECURITY_TOKEN", "the security token that Teams shows once, when the webhook is made"),),
        {"channels": ["<channel id: 19:...@thread.tacv2>"]},
    ),
    "discord": _Form(
        (),
        {
            "publicKeys": ["<Public Key of the application, 64 hex digits>"],
            "guilds": ["<server id>"],
            "users": ["<user id>"],
        },
    ),
}

#: The schemes that there are entries for.
SCHEMES = tuple(_FORMS)


def entry(caller: str, scheme: str) -> Entry:
    """Return the entry of a chat caller, with placeholders for what the platform alone knows."""
    form, auth = _FORMS[scheme], {"scheme": scheme}
    names = {secret: variable_name(caller, secret.suffix) for secret in form.secrets}
    members = {secret.member: [name] if secret.several else name for secret, name in names.items()}
    return Entry(
        {"id": caller, "auth": {**auth, **members, **form.members}},
        {name: secret.origin for secret, name in names.items()},
    )
