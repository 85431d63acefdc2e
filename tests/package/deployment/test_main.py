"""`make deployment`: what it writes, says and refuses."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from package import ROOT, runtime
from package.deployment import __main__ as deployment
from package.deployment import limits

SECRET = {"ONBOARDING_SECRET": "made up"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout with a package that is no more than a few bytes."""
    (tmp_path / "serverless.yml").write_bytes((ROOT / "serverless.yml").read_bytes())
    (tmp_path / "dist").mkdir()
    _pack(tmp_path, b"")
    return tmp_path


def _pack(project: Path, data: bytes, tag: str = runtime.TAG) -> bytes:
    with ZipFile(project / "dist/function.zip", "w") as archive:
        archive.writestr(f"__pycache__/index.{tag}.pyc", data)
    return (project / "dist/function.zip").read_bytes()


def _create(project: Path) -> dict[str, object]:
    file = project / "dist/deployment/create-function.json"
    created: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return created


def test_calls_are_written_for_their_owner_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files hold secrets; each comes with the command that sends it."""
    assert deployment.main(SECRET, project) == 0

    files = sorted((project / "dist/deployment").iterdir())
    assert [file.name for file in files] == [
        "create-function.json",
        "create-trigger-ckafka-ckafka-xxxxxxxx-new-hires.json",
        "create-trigger-cos-keys-1250000000.cos.ap-guangzhou.myqcloud.com.json",
        "create-trigger-http-url.json",
        "create-trigger-timer-nightly.json",
        "update-function-code.json",
        "update-function-configuration.json",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    create = json.loads(files[0].read_text(encoding="utf-8"))
    assert base64.b64decode(create["Code"]["ZipFile"]) == (project / "dist/function.zip").read_bytes()
    assert {"Key": "ONBOARDING_SECRET", "Value": "made up"} in create["Environment"]["Variables"]
    printed = capsys.readouterr().out
    assert f"tccli scf CreateFunction --region ap-guangzhou --cli-input-json file://{files[0]}\n" in printed
    assert "made up" not in printed


def test_commands_wait_for_the_function(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SCF refuses triggers and changes until the function is `Active`."""
    deployment.main(SECRET, project)

    actions = [line.split()[2] for line in capsys.readouterr().out.splitlines() if line.startswith("tccli")]
    assert actions == [
        "CreateFunction", "GetFunction", *["CreateTrigger"] * 4,
        "UpdateFunctionCode", "GetFunction", "UpdateFunctionConfiguration", "GetFunction",
    ]  # fmt: skip


def test_wait_names_the_namespace(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A function outside of the default namespace is looked for where it is."""
    file = project / "serverless.yml"
    file.write_text(file.read_text().replace("inputs:\n", "inputs:\n  namespace: security\n"))

    deployment.main(SECRET, project)

    assert (
        "GetFunction --region ap-guangzhou --FunctionName import-key-pair --Namespace security --waiter"
        in (capsys.readouterr().out)
    )


def test_files_of_an_earlier_run_are_gone(project: Path) -> None:
    """A trigger that is no longer listed leaves no file that could be sent by mistake."""
    (project / "dist/deployment").mkdir()
    (project / "dist/deployment/create-trigger-timer-old.json").write_text("{}")

    deployment.main(SECRET, project)

    assert not (project / "dist/deployment/create-trigger-timer-old.json").exists()


def test_variables_come_from_dotenv(project: Path) -> None:
    """`.env` is read; what the shell has set goes before it."""
    (project / ".env").write_text("ONBOARDING_SECRET=of the file\n")

    assert deployment.main({}, project) == 0
    assert "of the file" in json.dumps(_create(project))
    assert deployment.main(SECRET, project) == 0
    assert "of the file" not in json.dumps(_create(project))


def test_missing_variable_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A function without its secret would refuse every call; better to say so here."""
    assert deployment.main({}, project) == 1

    assert "serverless.yml: set ONBOARDING_SECRET, in the shell or in .env" in capsys.readouterr().err
    assert not (project / "dist/deployment").exists()


def test_package_comes_first(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a zip there is nothing to send."""
    (project / "dist/function.zip").unlink()

    assert deployment.main(SECRET, project) == 1

    assert "make package" in capsys.readouterr().err


def test_too_large_a_request_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SCF's limit is on the request; the way through a bucket is shown, ready to be written."""
    _pack(project, bytes(limits.REQUEST_BYTES * 3 // 4))

    assert deployment.main(SECRET, project) == 1

    printed = capsys.readouterr().err
    assert "SCF takes 10,485,760" in printed
    assert "  src:\n    bucket: BUCKET\n    object: /function.zip" in printed
    assert not (project / "dist/deployment").exists()


def test_largest_request_is_written(project: Path) -> None:
    """One zip of 7.8 MB fits, and its file is no larger than SCF takes."""
    _pack(project, bytes(limits.REQUEST_BYTES * 3 // 4 - 3_000))

    assert deployment.main(SECRET, project) == 0

    size = (project / "dist/deployment/create-function.json").stat().st_size
    assert limits.REQUEST_BYTES - 10_000 < size <= limits.REQUEST_BYTES


def test_package_for_another_python_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its compiled modules would not load in the runtime that serverless.yml names."""
    _pack(project, b"", "cpython-399")

    assert deployment.main(SECRET, project) == 1

    assert f"is {runtime.SCF_NAME}, and dist/function.zip was made for Python3.99" in capsys.readouterr().err


def test_what_is_no_zip_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A download that broke off is not sent."""
    (project / "dist/function.zip").write_bytes(b"zip")

    assert deployment.main(SECRET, project) == 1

    assert "dist/function.zip is no zip" in capsys.readouterr().err


def test_zip_in_a_bucket_is_named(project: Path) -> None:
    """What was uploaded to COS needs no zip here."""
    (project / "dist/function.zip").unlink()
    file = project / "serverless.yml"
    file.write_text(file.read_text().replace("./dist/function", "{bucket: code, object: /function.zip}"))

    assert deployment.main(SECRET, project) == 0

    assert _create(project)["Code"] == {"CosBucketName": "code", "CosObjectName": "/function.zip"}
