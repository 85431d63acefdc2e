"""`python -m local.callers new`: secrets that work, and entries that the function takes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handler.callers import file, standard_webhooks
from handler.callers.caller import resolve
from handler.chat import schemes
from local.callers import mint
from local.callers.__main__ import main
from tests.local.callers.command import ROOT, callers, run


@pytest.mark.parametrize("scheme", ["standard-webhooks", "api-key"])
def test_new_secret_makes_a_caller_that_the_function_takes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, scheme: str
) -> None:
    """The printed entry is a right file, the secret fits it, and it is printed exactly once."""
    code, out, err = run(capsys, "new", "onboarding", "--scheme", scheme)
    assert (code, err) == (0, "")
    (secret,) = re.findall(r"^ +((?:whsec|ikp)_\S+)$", out, re.MULTILINE)
    assert out.count(secret) == 1
    entry = json.loads(out[out.index("    {\n") : out.index("    }\n") + 6])
    variable = mint.variable("onboarding", scheme)
    assert re.search(rf"^ +{variable}$", out, re.MULTILINE)
    (known,) = resolve(file.parse(callers(entry), schemes).callers, {variable: secret})
    assert known.caller.id == "onboarding"
    if scheme == "api-key":
        assert known.secrets == (hashlib.sha256(secret.encode()).digest(),)
        assert len(secret) > 40
    else:
        assert known.secrets == (base64.b64decode(secret[6:]),)
        assert len(known.secrets[0]) == 32
    path = tmp_path / "callers.json"
    path.write_bytes(callers(entry))
    assert run(capsys, "check", str(path))[0] == 0


def test_secret_can_be_made_without_any_package() -> None:
    """A Python of one's own makes a secret; where it lacks what judges a file, it says what to do."""
    command = [sys.executable, "-S", "-m", "local.callers"]
    bare: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True}
    made = subprocess.run([*command, "new", "onboarding", "--scheme", "api-key"], **bare)
    judged = subprocess.run([*command, "check", "callers.example.json"], **bare)

    assert (made.returncode, made.stderr) == (0, "")
    assert "\n    ikp_" in made.stdout
    assert judged.returncode == 2
    assert ".venv/bin/python -m local.callers check FILE" in judged.stderr


def test_every_secret_is_new() -> None:
    """No two secrets are the same, and each is well formed."""
    minted = [mint.new_secret("a", "standard-webhooks").secret for _ in range(20)]
    assert len(set(minted)) == 20
    assert all(standard_webhooks.decode_secret(secret) for secret in minted)
    assert len({mint.new_secret("a", "api-key").secret for _ in range(20)}) == 20


def test_new_for_scripts_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json secret, variable and entry are one JSON object."""
    _, out, _ = run(capsys, "new", "onboarding", "--scheme", "standard-webhooks", "--json")
    minted = json.loads(out)
    assert minted["variable"] == "ONBOARDING_SECRET"
    assert minted["secret"].startswith("whsec_")
    assert minted["entry"] == {
        "id": "onboarding",
        "auth": {"scheme": "standard-webhooks", "secretEnv": ["ONBOARDING_SECRET"]},
    }


@pytest.mark.parametrize(
    ("caller", "variable"),
    [
        ("onboarding", "ONBOARDING_SECRET"),
        ("platform-team.2", "PLATFORM_TEAM_2_SECRET"),
        ("-a-", "A_SECRET"),
        ("7", "CALLER_7_SECRET"),
        ("...", "CALLER_SECRET"),
        ("scf.x", "CALLER_SCF_X_SECRET"),
        ("tencentcloud-x", "CALLER_TENCENTCLOUD_X_SECRET"),
        ("a" * 64, "A" * 57 + "_SECRET"),
    ],
)
def test_variable_is_named_after_its_caller(caller: str, variable: str) -> None:
    """Any id makes a variable that the platform and the file take."""
    assert mint.variable(caller, "standard-webhooks") == variable
    entry = {"id": "x", "auth": {"scheme": "standard-webhooks", "secretEnv": [variable]}}
    assert file.parse(callers(entry), schemes).callers


@pytest.mark.parametrize("name", ["", "a b", "é", "a" * 65, "a/b"])
def test_new_refuses_what_is_no_id(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A name that the file would not take is a usage error."""
    with pytest.raises(SystemExit) as ended:
        main(["new", name, "--scheme", "api-key"], {})
    assert ended.value.code == 2
    assert "it must be an id of 1 to 64" in capsys.readouterr().err
