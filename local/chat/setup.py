"""What `make serve` knows of each chat platform: a caller that lets everyone in, and its secrets.

All of it is made up and opens nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any


def _made_up(what: str) -> bytes:
    return hashlib.sha256(what.encode()).digest()


VARIABLES: Mapping[str, str] = {
    "SLACK_SIGNING_SECRET": hashlib.sha256(b"slack on this machine").hexdigest()[:32],
    "MATTERMOST_TOKEN": "mattermost1on1this1machine",
    "WECOM_TOKEN": "WecomOnThisMachine",
    "WECOM_ENCODING_AES_KEY": base64.b64encode(hashlib.sha256(b"wecom on this machine").digest()).decode()[
        :43
    ],
    "WECOM_BOT_TOKEN": "BotOnThisMachine",
    "WECOM_BOT_ENCODING_AES_KEY": base64.b64encode(_made_up("bot on this machine")).decode()[:43],
    "DINGTALK_CLIENT_SECRET": _made_up("dingtalk on this machine").hex(),
    "FEISHU_APP_SECRET": _made_up("feishu on this machine").hex()[:32],
    "FEISHU_ENCRYPT_KEY": "FeishuKeyOnThisMachine",
    "FEISHU_VERIFICATION_TOKEN": "FeishuTokenOnThisMachine",
    "TEAMS_SECURITY_TOKEN": base64.b64encode(_made_up("teams on this machine")).decode(),
}

#: The private key of Discord on this machine; its public key is in `CALLERS`.
DISCORD_SEED = _made_up("discord on this machine")

PUBLIC_KEY = "7a91f7207a6bb059a2f335ab0f70af42b775a31dcffe3c5dbca6c557d8926e79"

#: The robot, app and server of this machine.
ROBOT, APP, GUILD = "dingonthismachine", "cli_onthismachine", "1102000000000000001"

TEAM, CORPORATION = "T0THISONE", "ww00000000000000a1"

CALLERS: Sequence[dict[str, Any]] = (
    {
        "id": "slack",
        "auth": {
            "scheme": "slack",
            "secretEnv": ["SLACK_SIGNING_SECRET"],
            "team": TEAM,
            "users": "everyone",
        },
    },
    {
        "id": "mattermost",
        "auth": {"scheme": "mattermost", "tokenEnv": ["MATTERMOST_TOKEN"], "users": "everyone"},
    },
    {
        "id": "wecom",
        "auth": {
            "scheme": "wecom",
            "tokenEnv": "WECOM_TOKEN",
            "encodingAesKeyEnv": "WECOM_ENCODING_AES_KEY",
            "receiveId": CORPORATION,
            "users": "everyone",
        },
    },
    {
        "id": "wecom-bot",
        "auth": {
            "scheme": "wecom-bot",
            "tokenEnv": "WECOM_BOT_TOKEN",
            "encodingAesKeyEnv": "WECOM_BOT_ENCODING_AES_KEY",
            "users": "everyone",
        },
    },
    {
        "id": "dingtalk",
        "auth": {
            "scheme": "dingtalk",
            "secretEnv": ["DINGTALK_CLIENT_SECRET"],
            "robotCode": ROBOT,
            "users": "everyone",
        },
    },
    {
        "id": "feishu",
        "auth": {
            "scheme": "feishu",
            "appId": APP,
            "appSecretEnv": "FEISHU_APP_SECRET",
            "encryptKeyEnv": "FEISHU_ENCRYPT_KEY",
            "verificationTokenEnv": "FEISHU_VERIFICATION_TOKEN",
            "host": "open.feishu.cn",
            "users": "everyone",
        },
    },
    {
        "id": "teams",
        "auth": {"scheme": "teams", "secretEnv": ["TEAMS_SECURITY_TOKEN"], "users": "everyone"},
    },
    {
        "id": "discord",
        "auth": {
            "scheme": "discord",
            "publicKeys": [PUBLIC_KEY],
            "guilds": [GUILD],
            "users": "everyone",
        },
    },
)
