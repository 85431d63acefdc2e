"""serverless.yml as files for `tccli`."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest

from package import deployment
from package.__main__ import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a package that is no more than a few bytes."""
    (tmp_path / "serverless.yml").symlink_to(ROOT / "serverless.yml")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/function.zip").write_bytes(b"zip")
    return tmp_path


def test_calls_are_written_for_their_owner_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files hold secrets; each comes with the command that sends it."""
    assert deployment.main({"ONBOARDING_SECRET": "made up"}, project) == 0

    files = sorted((project / "dist/deployment").iterdir())
    assert [file.name for file in files] == [
        "create-function.json", "create-trigger-ckafka.json", "create-trigger-http.json",
        "create-trigger-timer.json", "update-function-code.json", "update-function-configuration.json",
    ]  # fmt: skip
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    create = json.loads(files[0].read_text(encoding="utf-8"))
    assert base64.b64decode(create["Code"]["ZipFile"]) == b"zip"
    assert {"Key": "ONBOARDING_SECRET", "Value": "made up"} in create["Environment"]["Variables"]
    said = capsys.readouterr().out
    assert f"tccli scf CreateFunction --region ap-guangzhou --cli-input-json file://{files[0]}\n" in said
    assert "made up" not in said


def test_missing_variable_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A function without its secret would refuse every call; better to say so here."""
    assert deployment.main({}, project) == 1

    assert "Export ONBOARDING_SECRET" in capsys.readouterr().err
    assert not (project / "dist/deployment").exists()


def test_package_comes_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a zip there is nothing to send."""
    (project / "dist/function.zip").unlink()

    assert deployment.main({"ONBOARDING_SECRET": "made up"}, project) == 1

    assert "make package" in capsys.readouterr().err
