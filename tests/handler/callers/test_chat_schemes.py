"""The callers of every chat platform: what they say of themselves, and how long a secret is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handler.callers import file
from handler.callers.audience import Audience
from handler.callers.caller import Caller, resolve
from handler.callers.discord import Discord
from handler.chat import schemes
from handler.problems import Misconfigured
from local import chat

EVERYBODY = Audience(None, None)


def caller(scheme: str) -> Caller:
    """Return this machine's caller of a platform."""
    entries = [entry for entry in chat.CALLERS if entry["id"] == scheme]
    (found,) = file.parse(json.dumps({"callers": entries}).encode(), schemes).callers
    return found


def auth(scheme: str) -> Any:
    """Return its record."""
    return caller(scheme).auth


@pytest.mark.parametrize("entry", chat.CALLERS, ids=lambda entry: entry["id"])
def test_a_record_says_what_it_is(entry: dict[str, Any]) -> None:
    """A record has its scheme and all variables that its entry names."""
    record = auth(str(entry["id"]))
    named: list[str] = []
    for name, value in entry["auth"].items():
        if name.endswith("Env"):
            named += value if isinstance(value, list) else [str(value)]
    assert record.scheme == entry["auth"]["scheme"]
    assert sorted(record.variables()) == sorted(named)


@pytest.mark.parametrize(
    ("scheme", "workspace"),
    [
        ("slack", f"team {chat.TEAM}"),
        ("mattermost", ""),
        ("wecom", chat.CORPORATION),
        ("wecom-bot", ""),
        ("dingtalk", chat.ROBOT),
        ("feishu", f"{chat.APP} at open.feishu.cn"),
        ("teams", ""),
        ("discord", f"guild {chat.GUILD}"),
    ],
)
def test_a_record_names_its_workspace(scheme: str, workspace: str) -> None:
    """Whatever the platform calls it; nothing where a secret alone says which it is."""
    assert auth(scheme).workspace() == workspace
    assert Discord((b"k",), None, EVERYBODY).workspace() == "in any server"


FLOORS = [
    ("slack", "SLACK_SIGNING_SECRET", 32),
    ("mattermost", "MATTERMOST_TOKEN", 26),
    ("wecom", "WECOM_TOKEN", 6),
    ("wecom-bot", "WECOM_BOT_TOKEN", 6),
    ("dingtalk", "DINGTALK_CLIENT_SECRET", 32),
    ("feishu", "FEISHU_APP_SECRET", 32),
    ("feishu", "FEISHU_ENCRYPT_KEY", 16),
    ("feishu", "FEISHU_VERIFICATION_TOKEN", 16),
]


@pytest.mark.parametrize(("scheme", "variable", "floor"), FLOORS, ids=[floor[1] for floor in FLOORS])
def test_a_secret_has_a_least_length(scheme: str, variable: str, floor: int) -> None:
    """What is shorter could be guessed; the refusal names the variable and not its value."""
    known = caller(scheme)
    (fine,) = resolve([known], {**chat.VARIABLES, variable: "s3" * (floor // 2)})
    assert ("s3" * (floor // 2)).encode() in fine.secrets
    short = ("s3" * floor)[: floor - 1]
    with pytest.raises(Misconfigured) as refused:
        resolve([known], {**chat.VARIABLES, variable: short})
    assert variable in refused.value.cause
    assert short not in refused.value.cause


@pytest.mark.parametrize(
    "token",
    [
        "dG9v" * 10 + "IQ==",  # 31 bytes
        "c2hvcnQ=",
        "dG9v!" * 20,
        "dG9v" * 11 + "d",
        "dG9v" * 20 + "\u00e9",
    ],
)
def test_a_token_of_teams_is_the_base64_of_32_bytes(token: str) -> None:
    """Shorter ones, other signs and half groups are none."""
    known = caller("teams")
    (fine,) = resolve([known], {"TEAMS_SECURITY_TOKEN": "dG9v" * 10 + "dG8="})
    assert fine.secrets == (b"too" * 10 + b"to",)
    with pytest.raises(Misconfigured) as refused:
        resolve([known], {"TEAMS_SECURITY_TOKEN": token})
    assert token not in refused.value.cause


def test_discord_claims_each_key_in_each_server() -> None:
    """One application may have a caller for each server."""
    claims = Discord((b"k",), ("1", "2"), Audience(None, ("c",))).claims()
    assert [claim for _, claim in claims] == [((b"k", "1"), "c"), ((b"k", "2"), "c")]
    anywhere = Discord((b"k",), None, EVERYBODY).claims()
    assert [claim for _, claim in anywhere] == [((b"k", ""), "")]
