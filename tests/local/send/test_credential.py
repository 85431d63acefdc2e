"""As whom to send: secrets come from the environment, and none is shown."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from local.send import __main__ as command
from tests.local.send.sender import (
    API,
    MINTED,
    NEXT,
    WHOM,
    Front,
    Sender,
)


def test_api_key_is_sent_as_such(send: Sender, key_file: Path) -> None:
    """--api-key-env and the caller's own variable both send a bearer key."""
    assert send(key_file, "--api-key-env", "SOME", environ={"SOME": API.secret}) == 0
    assert send(key_file, "--as", "platform-team", environ={"PLATFORM_TEAM_API_KEY": API.secret}) == 0
    assert send.out.startswith("unchanged\n")


def test_callers_file_says_which_variables_hold_the_secret(
    send: Sender, key_file: Path, tmp_path: Path
) -> None:
    """With callers.json at hand its secretEnv is read; while secrets are changed all of them sign."""
    path = tmp_path / "callers.json"
    entry = {**MINTED.entry, "auth": {"scheme": "standard-webhooks", "secretEnv": ["NEW", "OLD"]}}
    others = [API.entry, {"id": "t", "auth": {"scheme": "trigger", "source": "invoke"}}]
    path.write_text(json.dumps({"callers": [entry, *others]}))
    assert send(key_file, environ={"NEW": NEXT, "OLD": MINTED.secret}) == 0
    assert send(key_file, environ={"OLD": MINTED.secret}) == 0
    assert send(key_file, environ={}) == 2
    assert send.err == "Set the environment variable NEW or OLD to the signing secret.\n"
    assert send(key_file, "--as", "platform-team", environ={"PLATFORM_TEAM_API_KEY": API.secret}) == 0
    assert send(key_file, "--as", "nobody") == 2
    assert send.err == "There is no caller nobody in callers.json; it has onboarding, platform-team, t.\n"
    assert send(key_file, "--as", "t") == 2
    assert send.err == "t of callers.json calls by no HTTP request of its own: send as another caller.\n"
    elsewhere = tmp_path / "elsewhere.json"
    path.rename(elsewhere)
    environ = {"OLD": MINTED.secret}
    assert send(key_file, "--callers", str(elsewhere), environ=environ) == 0
    assert send(key_file, environ={**environ, "CALLERS_FILE": str(elsewhere)}) == 0
    elsewhere.write_text("{}")
    assert send(key_file, "--callers", str(elsewhere), environ=environ) == 2
    assert send.err.startswith(f"{elsewhere}: The callers file is wrong: ")


NOTHING_SET = "Set the environment variable ONBOARDING_API_KEY to the API key"
NOTHING_SET += ", or ONBOARDING_SECRET to a signing secret."


@pytest.mark.parametrize(
    ("arguments", "environ", "says"),
    [
        (
            WHOM,
            {},
            NOTHING_SET,
        ),
        (["--secret-env", "S"], {}, "Set the environment variable S to the signing secret."),
        (["--api-key-env", "K"], {}, "Set the environment variable K to the API key."),
        (
            ["--secret-env", "S"],
            {"S": "planted"},
            "S holds no Standard Webhooks secret: that is whsec_ and then the Base64 of 24 to 64 bytes.",
        ),
        (
            ["--api-key-env", "K"],
            {"K": "planted"},
            "K holds no API key: it is 32 or more visible characters, without blanks.",
        ),
        (
            ["--api-key-env", "K"],
            {"K": "planted " * 8},
            "K holds no API key: it is 32 or more visible characters, without blanks.",
        ),
    ],
)
def test_missing_and_malformed_secrets_are_named_and_never_shown(
    send: Sender, key_file: Path, arguments: list[str], environ: dict[str, str], says: str
) -> None:
    """Without a usable secret nothing is sent, and the variable to set is named."""
    assert send(key_file, *arguments, environ=environ) == 2
    assert send.err == f"{says}\n"
    assert send.front.bodies == []


def test_nobody_to_send_as_is_refused(
    front: Front, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --as or a variable there is nobody to send as."""
    assert command.main([str(key_file), "--url", front.url], {}, io.StringIO()) == 2
    assert "--as CALLER, --secret-env or --api-key-env VARIABLE" in capsys.readouterr().err
