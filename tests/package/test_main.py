"""What `make package` says and refuses."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest

from package import ROOT, runtime
from package.__main__ import main
from package.deployment import limits

pytestmark = pytest.mark.slow

RUNTIME = runtime.runs_this()


class _Version(NamedTuple):
    major: int
    minor: int


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout of this project, to which a test adds its own callers.json."""
    for name in ("LICENSE", "handler", "index.py", "requirements.txt", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_other_python_is_told_the_way_out(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without SCF's Python nothing is made, and three ways to get one are named."""
    monkeypatch.setattr(sys, "version_info", _Version(3, 13))

    assert main([], project) == 1

    printed = capsys.readouterr().err
    assert f"SCF runs {runtime.NAME}" in printed
    for way in (f"pyenv install {runtime.VERSION}", f"uv python install {runtime.VERSION}", "docker run"):
        assert way in printed
    assert not (project / "dist").exists()


def test_without_callers_the_package_says_so(
    project: Path, capsys: pytest.CaptureFixture[str], missing: Callable[[str, str], None]
) -> None:
    """A clean clone packs no callers; a function without them refuses everybody."""
    if not RUNTIME:
        missing(runtime.NAME, "the deployable package")
        return

    assert main(["--downloads", str(ROOT / "dist")], project) == 0

    assert "holds no callers.json" in capsys.readouterr().out
    with ZipFile(project / "dist/function.zip") as archive:
        assert "callers.json" not in archive.namelist()


def test_package_that_no_request_can_hold_is_refused(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: Callable[[str, str], None],
) -> None:
    """Before anybody tries to send it; one that goes through a bucket is not."""
    if not RUNTIME:
        missing(runtime.NAME, "the deployable package")
        return
    monkeypatch.setattr(limits, "OWN_BYTES", 1_000_000)

    assert main(["--downloads", str(ROOT / "dist")], project) == 1
    assert "would have over 1,000,000 bytes" in capsys.readouterr().err
    (project / "serverless.yml").write_text("component: scf\ninputs: {src: {bucket: b, object: /o}}\n")
    assert main(["--downloads", str(ROOT / "dist")], project) == 0


def test_good_callers_are_packed(project: Path, missing: Callable[[str, str], None]) -> None:
    """One's own callers.json travels with the function."""
    if not RUNTIME:
        missing(runtime.NAME, "the deployable package")
        return
    callers = {"callers": [{"id": "me", "auth": {"scheme": "trigger", "source": "invoke"}}]}
    (project / "callers.json").write_text(json.dumps(callers))

    assert main(["--downloads", str(ROOT / "dist")], project) == 0

    with ZipFile(project / "dist/function.zip") as archive:
        assert json.loads(archive.read("callers.json")) == callers


def test_wrong_callers_are_refused(
    project: Path, capfd: pytest.CaptureFixture[str], missing: Callable[[str, str], None]
) -> None:
    """A file that the function would refuse is not deployed."""
    if not RUNTIME:
        missing(runtime.NAME, "the deployable package")
        return
    (project / "callers.json").write_text('{"callers": [{"id": "me", "auth": {"scheme": "trust-me"}}]}')

    assert main(["--downloads", str(ROOT / "dist")], project) == 1

    assert "mend callers.json first" in capfd.readouterr().err
    assert not (project / "dist").exists()


def test_a_validator_that_is_older_than_the_schema_stops_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or the function would accept by one schema and explain by another."""
    schemas = project / "schemas"
    schemas.unlink()
    shutil.copytree(ROOT / "schemas", schemas)
    changed = schemas / "import-key-pair.request.json"
    changed.write_text(changed.read_text(encoding="utf-8").replace("{1,25}", "{1,26}"), encoding="utf-8")

    if RUNTIME:
        assert main([], project) == 1
        assert "run `python -m package.validator` first" in capsys.readouterr().err
        assert not (project / "dist").exists()
