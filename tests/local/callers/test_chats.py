"""`python -m local.callers new` for chat platforms: an entry that is right once it is filled in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handler.callers import file
from handler.chat import schemes
from handler.chat.platforms import BY_NAME
from handler.problems import Misconfigured
from local.callers import chats
from local.callers.__main__ import main

FILLED = {
    "<open.feishu.cn or open.larksuite.com>": "open.feishu.cn",
    "<Public Key of the application, 64 hex digits>": "ab" * 32,
}


def parsed(entry: dict[str, Any]) -> None:
    """Read an entry as the function does."""
    file.parse(json.dumps({"callers": [entry]}).encode(), schemes)


def test_there_is_an_entry_for_every_platform() -> None:
    """No chat is left out."""
    assert set(chats.SCHEMES) == set(BY_NAME)


@pytest.mark.parametrize("scheme", chats.SCHEMES)
def test_an_entry_is_right_once_it_is_filled_in(scheme: str) -> None:
    """Before, the function refuses it, so that no placeholder goes live."""
    made = chats.entry("ops-bot", scheme)
    with pytest.raises(Misconfigured):
        parsed(made.entry)
    text = json.dumps(made.entry)
    for placeholder in made.placeholders:
        assert placeholder in text
        text = text.replace(placeholder, FILLED.get(placeholder, "X1"))

    parsed(json.loads(text))
    assert all(name.startswith("OPS_BOT_") and name in text for name in made.variables)


def test_what_to_fill_in_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Placeholders and variables are listed, with where the platform shows what belongs there."""
    assert main(["new", "lark", "--scheme", "feishu"], {}) == 0
    shown = capsys.readouterr().out
    for part in (
        "LARK_APP_SECRET: App Secret",
        "LARK_ENCRYPT_KEY",
        "<App ID: cli_...>",
        "local.callers check",
    ):
        assert part in shown
    assert main(["new", "disc", "--scheme", "discord"], {}) == 0
    assert "Set these variables" not in capsys.readouterr().out
    assert main(["new", "lark", "--scheme", "feishu", "--json"], {}) == 0
    assert json.loads(capsys.readouterr().out)["entry"]["auth"]["appSecretEnv"] == "LARK_APP_SECRET"


def test_a_name_that_follows_the_user_of_dingtalk_is_a_risk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """DingTalk's signature does not cover who typed, so `{user}` protects nobody there."""
    auth = {"scheme": "dingtalk", "secretEnv": ["DING"], "robotCode": "r", "users": ["u"]}
    contents = {"callers": [{"id": "ding", "auth": auth, "allow": {"keyNames": ["{user}"]}}]}
    (tmp_path / "callers.json").write_text(json.dumps(contents), encoding="utf-8")

    assert main(["check", str(tmp_path / "callers.json")], {}) == 0
    assert "{user} rests on a user id that DingTalk does not sign" in capsys.readouterr().out
